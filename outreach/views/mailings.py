"""Mailings: the list, a new one, a change, and who it would go to."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.audiences import AudienceForm
from outreach.forms.plans import ChangeMailingForm, MailingForm, NewMailingForm
from outreach.models import Letter, Mailing, MailingDemand
from outreach.services.mailings.audiences import LOCAL, look
from outreach.services.mailings.grounds import day_after, narrows
from outreach.services.mailings.mailings import change_mailing, create_mailing, plan_hash, plan_of
from outreach.services.mailings.occasions import only_for, waiting_for
from outreach.services.sending.stages import GONE, OPEN, has_left, stage_of

PER_PAGE = 50
# A button of the form that asks for the count only.
COUNT = "count"
CANNOT_CHANGE = gettext_lazy("The sending has begun. You can stop the rest, but not change the letters.")
ASKED = MailingDemand.objects.select_related("demand_version").order_by("position", "pk")


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_list(request):
    mailings = (
        Mailing.objects.select_related("author")
        .prefetch_related(Prefetch("mailing_demands", ASKED))
        .annotate(
            going=Count("letters", filter=~Q(letters__status__in=[Letter.Status.HELD, Letter.Status.CANCELLED])),
            held=Count("letters", filter=Q(letters__status=Letter.Status.HELD)),
            waiting=Count("letters", filter=Q(letters__status__in=OPEN)),
            gone=Count("letters", filter=Q(letters__status__in=GONE)),
            troubled=Count("letters", filter=Q(letters__status__in=Letter.TROUBLE)),
        )
    )
    newest_first = mailings.order_by("-created_at", "-pk")  # counting drops the order of the model
    page = Paginator(newest_first, PER_PAGE).get_page(request.GET.get("page"))
    for mailing in page:
        mailing.stage = stage_of(mailing, open_ones=mailing.waiting, gone=mailing.gone, troubled=mailing.troubled)
    return render(request, "outreach/mailing_list.html", {"page": page})


@permission_required("outreach.add_mailing", raise_exception=True)
def mailing_create(request):
    other = start_from(request)
    initial = held_of(other) if other else {}
    form = NewMailingForm(request.POST or None, standing=plan_of(other) if other else None, initial=initial)
    if form.is_valid() and COUNT not in request.POST:
        mailing = create_mailing(form.plan, author=request.user, request_key=form.cleaned_data["request_key"])
        return drafted(request, mailing, _("The letters are drafted. Read them before you submit."))
    return render(request, "outreach/mailing_form.html", {"form": form, "count": count_of(form)})


def drafted(request, mailing, sentence):
    """Go to a mailing; its page shows how far the drafting has come when it is a large one."""
    if mailing.current_run is None:
        messages.success(request, sentence)
    return redirect(mailing)


def start_from(request):
    """Begin with what another mailing held back (`?fra=12`), or with nothing."""
    number = request.GET.get("fra", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return Mailing.objects.filter(pk=number, origin=None).first() if is_number else None


def held_of(other):
    """Narrow what another mailing asked for to the places whose letters it held."""
    held = list(other.letters.held().exclude(municipality=None).order_by().values_list("municipality", flat=True))
    if plan_of(other).audience.level != LOCAL:
        return {"send_at": None}
    return {"municipalities": sorted(set(held)), "counties": [], "everywhere": False, "send_at": None}


@permission_required("outreach.change_mailing", raise_exception=True)
def mailing_update(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    if request.method != "POST" and has_left(mailing):
        messages.error(request, CANNOT_CHANGE)
        return redirect(mailing)
    form = ChangeMailingForm(request.POST or None, standing=plan_of(mailing), initial={"seen_hash": plan_hash(mailing)})
    edited = mailing.letters.exclude(edited_at=None).exclude(status=Letter.Status.CANCELLED).count()
    if form.is_valid() and COUNT not in request.POST:
        seen = {"seen_hash": form.cleaned_data["seen_hash"], "keeps_edits": form.cleaned_data["keeps_edits"]}
        try:
            changed = change_mailing(mailing, form.plan, by=request.user, **seen)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            return drafted(request, changed, _("The mailing is saved, and its letters are drafted anew."))
    context = {"form": form, "mailing": mailing, "count": count_of(form, mailing), "edited": edited}
    return render(request, "outreach/mailing_form.html", context)


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def audience_count(request, pk=None):
    """Say who a form that is being filled in would go to."""
    mailing = get_object_or_404(Mailing, pk=pk) if pk else None
    form = MailingForm(request.POST, standing=plan_of(mailing) if mailing else None)
    return render(request, "outreach/mailing_form.html#audience_count", {"count": count_of(form, mailing)})


def count_of(form, mailing=None):
    """Return who the audience of a form comes to, or None when the form does not say enough for that."""
    if form.is_bound:
        if set(form.errors) & set(AudienceForm.base_fields):
            return None
        audience, demands = form.audience, form.cleaned_data["demands"]
    elif form.standing is not None:
        audience, demands = form.standing.audience, form.standing.demands
    else:
        return None
    send_at = form.cleaned_data.get("send_at") if form.is_bound else form.standing.send_at
    moments = [moment for moment in (send_at, mailing and mailing.embargo_until) if moment]
    day = day_after(max(moments, default=None))
    standing = form.standing
    return look(
        audience,
        day=day,
        versions=[version.pk for version in demands],
        occasion=standing.occasion if standing else Mailing.Occasion.FIRST,
        added=standing.added if standing else (),
        dropped=standing.dropped if standing else (),
        apart_from=[pk for pk in (mailing.pk, mailing.origin_id) if pk] if mailing else (),
        only=only_for(mailing) if mailing else None,
        narrows=narrows(mailing, audience.as_json()) if mailing else False,
        waits=waiting_for(mailing, day) if mailing else None,
    ).count
