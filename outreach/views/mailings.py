"""Mailings: the list, the draft, what would be sent and what is held."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.mailings import (
    ApprovalForm,
    ChangeMailingForm,
    LetterFilterForm,
    NewMailingForm,
    ReturnForm,
    SubmitForm,
)
from outreach.models import Letter, Mailing
from outreach.services.history import history
from outreach.services.mailings import change_mailing, create_mailing, draft_letters, plan_hash
from taushet.models import User

PER_PAGE = 50


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_list(request):
    mailings = Mailing.objects.select_related("demand_version__demand", "author").annotate(
        going=Count("letters", filter=~Q(letters__status__in=[Letter.Status.HELD, Letter.Status.CANCELLED])),
        held=Count("letters", filter=Q(letters__status=Letter.Status.HELD)),
    )
    newest_first = mailings.order_by("-created_at", "-pk")  # counting drops the order of the model
    page = Paginator(newest_first, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "outreach/mailing_list.html", {"page": page})


@permission_required("outreach.add_mailing", raise_exception=True)
def mailing_create(request):
    form = NewMailingForm(request.POST or None, initial=start_from(request))
    if form.is_valid():
        mailing = create_mailing(form.plan, author=request.user, request_key=form.cleaned_data["request_key"])
        messages.success(request, _("The letters are drafted. Read them before you submit."))
        return redirect(mailing)
    return render(request, "outreach/mailing_form.html", {"form": form})


def start_from(request):
    """Begin with what another mailing held back (`?fra=12`), or with nothing."""
    number = request.GET.get("fra", "")
    other = (
        Mailing.objects.filter(pk=number).first()
        if number.isascii() and number.isdigit() and len(number) < 10
        else None
    )
    if other is None:
        return {}
    held = list(other.letters.held().values_list("municipality", flat=True))
    return current_plan(other) | {"municipalities": held, "send_at": None}


@permission_required("outreach.change_mailing", raise_exception=True)
def mailing_update(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    initial = current_plan(mailing) | {"seen_hash": plan_hash(mailing)}
    form = ChangeMailingForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            change_mailing(mailing, form.plan, by=request.user, seen_hash=form.cleaned_data["seen_hash"])
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The mailing is saved, and its letters are drafted anew."))
            return redirect(mailing)
    return render(request, "outreach/mailing_form.html", {"form": form, "mailing": mailing})


def current_plan(mailing):
    return {
        "title": mailing.title,
        "demand_version": mailing.demand_version_id,
        "recipient": mailing.recipient,
        "senders": mailing.senders,
        "send_at": mailing.send_at,
        "municipalities": list(mailing.municipalities.values_list("pk", flat=True)),
    }


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_detail(request, pk):
    return mailing_page(request, pk)


def mailing_page(request, pk, **forms):
    """Show a mailing; `forms` are those of its next step that somebody has filled in wrongly."""
    mailings = Mailing.objects.select_related("demand_version__demand", "author", "last_editor")
    mailing = get_object_or_404(mailings, pk=pk)
    form = LetterFilterForm(request.GET)
    letters = mailing.letters.select_related("municipality__county", "mandate__politician")
    if mailing.status != Mailing.Status.CANCELLED and not request.GET.get("status"):
        letters = letters.exclude(status=Letter.Status.CANCELLED)  # taken back to be changed
    page = Paginator(form.narrow(letters), PER_PAGE).get_page(request.GET.get("page"))
    context = {"mailing": mailing, "form": form, "page": page}
    template = "outreach/mailing_detail.html#letters" if request.htmx else "outreach/mailing_detail.html"
    return render(request, template, context if request.htmx else context | surroundings(request, mailing) | forms)


def surroundings(request, mailing):
    """Return what stands around the list of letters: counts, what can be done now, and the log."""
    counts = mailing.letters.counts()
    seen = {"seen_hash": mailing.content_hash}
    return {
        "counts": [(Letter.Status(status), counts[status]) for status in Letter.Status.values if status in counts],
        "held": counts.get(Letter.Status.HELD, 0),
        "ready": counts.get(Letter.Status.READY, 0),
        "can_approve": mailing.can_be_approved_by(request.user),
        "houses_left": [User.House(house).label for house in mailing.houses_left if house],
        "is_own": request.user.pk in {mailing.author_id, mailing.last_editor_id},
        "submit_form": SubmitForm(initial=seen),
        "approval_form": ApprovalForm(initial=seen),
        "return_form": ReturnForm(),
        "approvals": mailing.approvals.select_related("approver"),
        "log": history(mailing),
    }


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_print(request, pk):
    mailing = get_object_or_404(Mailing.objects.select_related("demand_version"), pk=pk)
    letters = mailing.letters.exclude(status=Letter.Status.CANCELLED).select_related("municipality")
    context = {
        "mailing": mailing,
        "going": [letter for letter in letters if letter.status != Letter.Status.HELD],
        "held": [letter for letter in letters if letter.status == Letter.Status.HELD],
    }
    return render(request, "outreach/mailing_print.html", context)


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def mailing_draft(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    try:
        draft_letters(mailing)
    except OutreachError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The letters are drafted anew, from what is known now."))
    return redirect(mailing)
