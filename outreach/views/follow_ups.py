"""What staff should follow up now, with a draft to use."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.follow_ups import FollowUpFilterForm, TalkForm, settling
from outreach.models import FollowUp, Letter
from outreach.models.hold_words import HOLD_KINDS
from outreach.services.commitments.follow_up_groups import by_group, grouped, with_what_it_is_about
from outreach.services.commitments.follow_up_mailings import mail_follow_up
from outreach.services.commitments.follow_up_offices import (
    BLOCKED,
    CANCELLED,
    MENDABLE,
    NO_ADDRESS,
    OBJECTED,
    TASK,
    hindrance_of,
    hindrances,
    not_asked,
)
from outreach.services.commitments.follow_ups import reopen_follow_up, settle_follow_up
from outreach.services.replies.answers import may_be_answered

PER_PAGE = 50
LAST = 10
WHY_NOT = {**HOLD_KINDS, TASK: gettext_lazy("Find out about the address first")}


def follow_ups():
    return with_what_it_is_about(FollowUp.objects.all())


@permission_required("outreach.view_followup", raise_exception=True)
@require_safe
def follow_up_list(request):
    form = FollowUpFilterForm(request.GET)
    known = form.narrow(follow_ups().defer("draft"))
    is_settled = form.asked.get("state") == FollowUpFilterForm.SETTLED
    context = settled_ones(request, known) if is_settled else waiting_ones(request, known)
    context |= {"form": form, "is_narrowed": bool(form.asked), "is_settled": is_settled}
    template = "outreach/follow_up_list.html#follow_ups" if request.htmx else "outreach/follow_up_list.html"
    return render(request, template, context)


def settled_ones(request, known):
    return {"page": Paginator(known.settled(), PER_PAGE).get_page(request.GET.get("page"))}


def waiting_ones(request, known):
    today = timezone.localdate()
    silent = not_asked(today)
    waiting = by_group(known.waiting())
    page = Paginator(waiting.exclude(pk__in=silent), PER_PAGE).get_page(request.GET.get("page"))
    mendable = waiting.filter(pk__in=[pk for pk, why in silent.items() if why in MENDABLE])
    kept = list(mendable[:PER_PAGE])
    tell_why_not([*page, *kept], today)
    objected = [pk for pk, why in silent.items() if why == OBJECTED]
    return {
        "page": page,
        "groups": grouped(page, today),
        "kept": grouped(kept, today),
        "more_kept": mendable.count() - len(kept) if len(kept) == PER_PAGE else 0,
        "objected": known.filter(pk__in=objected).count() if objected else 0,
        "done": known.settled().filter(settled_by__isnull=False)[:LAST],
    }


def tell_why_not(rows, today):
    """Say beside each why no letter may go."""
    why_not = hindrances(FollowUp.objects.filter(pk__in=[row.pk for row in rows]), today)
    for row in rows:
        row.why_not = WHY_NOT.get(why_not.get(row.pk), "")


@permission_required("outreach.view_followup", raise_exception=True)
@require_safe
def follow_up_detail(request, pk):
    return show(request, get_object_or_404(follow_ups(), pk=pk))


def show(request, follow_up, form=None):
    why_not = "" if follow_up.settled_at else hindrance_of(follow_up, timezone.localdate())
    context = {
        "follow_up": follow_up,
        "mailing": follow_up.mailing if follow_up.is_mailed else None,
        "why_not": why_not,
        "may_be_answered": not follow_up.settled_at and may_be_answered_already(follow_up),
        "may_write": why_not not in (OBJECTED, CANCELLED),
        "tasks": follow_up.mandate.tasks.waiting() if why_not in (BLOCKED, TASK) else [],
        "form": form or TalkForm(initial={"note": follow_up.note}),
        "dropped": FollowUp.Outcome.DROPPED,
        "address_page": address_page(follow_up.mandate) if why_not in (BLOCKED, NO_ADDRESS) else "",
    }
    return render(request, "outreach/follow_up_detail.html", context)


def may_be_answered_already(follow_up):
    """Whether something that may answer the letter it is about waits to be sorted or confirmed."""
    return Letter.objects.filter(may_be_answered(), pk=follow_up.letter_id).exists()


def address_page(office):
    """Return where another address is put in; the mail-box of a municipality has a page of its own."""
    place = office.body.municipality_id
    if office.politician_id is None and place:
        return reverse("outreach:mailbox_update", args=[place])
    return reverse("outreach:mandate_update", args=[office.pk])


@permission_required(["outreach.change_followup", "outreach.add_mailing"], raise_exception=True)
@require_POST
def follow_up_mail(request, pk):
    follow_up = get_object_or_404(FollowUp, pk=pk)
    try:
        mailing = mail_follow_up(follow_up, by=request.user)
    except OutreachError as error:
        messages.error(request, str(error))
        return redirect(follow_up)
    messages.success(request, _("The letter is a draft. Read it, and let a colleague approve it."))
    return redirect(mailing)


@permission_required("outreach.change_followup", raise_exception=True)
@require_POST
def follow_up_settle(request, pk):
    follow_up = get_object_or_404(follow_ups(), pk=pk)
    form = settling(request.POST)
    if not form.is_valid():
        return show(request, follow_up, form)
    settle_follow_up(follow_up, **form.cleaned_data, by=request.user)
    sentence = _("Put down for %(name)s: %(outcome)s. You can take it up again under “Done last”.")
    outcome = FollowUp.Outcome(form.cleaned_data["outcome"]).label
    messages.success(request, sentence % {"name": follow_up.name, "outcome": outcome})
    return redirect("outreach:follow_up_list")


@permission_required("outreach.change_followup", raise_exception=True)
@require_POST
def follow_up_reopen(request, pk):
    follow_up = get_object_or_404(FollowUp, pk=pk)
    reopen_follow_up(follow_up, by=request.user)
    messages.success(request, _("%(name)s waits again.") % {"name": follow_up.name})
    return redirect(follow_up)
