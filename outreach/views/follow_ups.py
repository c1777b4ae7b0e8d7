"""What staff should follow up now, with a draft to use."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.models import FollowUp, Letter, Mailing
from outreach.models.hold_words import HOLD_KINDS
from outreach.services.commitments.follow_up_mailings import mail_follow_up
from outreach.services.commitments.follow_up_offices import (
    BLOCKED,
    CANCELLED,
    MENDABLE,
    NO_ADDRESS,
    OBJECTED,
    hindrance_of,
    hindrances,
    not_asked,
)
from outreach.services.commitments.follow_ups import reopen_follow_up, settle_follow_up
from outreach.services.replies.answers import may_be_answered

PER_PAGE = 50
LAST = 5
CHOOSABLE = [FollowUp.Outcome.WRITTEN, FollowUp.Outcome.DROPPED]


class OutcomeForm(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(choices=[(one.value, one.label) for one in CHOOSABLE])


def follow_ups():
    return FollowUp.objects.select_related("letter__municipality", "letter__mailing", "commitment__municipality")


@permission_required("outreach.view_followup", raise_exception=True)
@require_safe
def follow_up_list(request):
    today = timezone.localdate()
    silent = not_asked(today)
    waiting = follow_ups().waiting().defer("draft")
    page = Paginator(waiting.exclude(pk__in=silent), PER_PAGE).get_page(request.GET.get("page"))
    why_not = hindrances(FollowUp.objects.filter(pk__in=[one.pk for one in page]), today) | silent
    mendable = [pk for pk, why in silent.items() if why in MENDABLE]
    kept = list(waiting.filter(pk__in=mendable)[:PER_PAGE])
    for follow_up in [*page, *kept]:
        follow_up.why_not = HOLD_KINDS.get(why_not.get(follow_up.pk), "")
    done = follow_ups().filter(settled_by__isnull=False).select_related("settled_by").order_by("-settled_at", "-pk")
    context = {
        "page": page,
        "kept": kept,
        "more_kept": len(mendable) - len(kept),
        "objected": list(silent.values()).count(OBJECTED),
        "done": done.defer("draft")[:LAST],
    }
    return render(request, "outreach/follow_up_list.html", context)


@permission_required("outreach.view_followup", raise_exception=True)
@require_safe
def follow_up_detail(request, pk):
    follow_up = get_object_or_404(follow_ups().select_related("settled_by", "mailing"), pk=pk)
    mailing = follow_up.mailing if follow_up.mailing and follow_up.mailing.status != Mailing.Status.CANCELLED else None
    why_not = "" if follow_up.settled_at else hindrance_of(follow_up, timezone.localdate())
    context = {
        "follow_up": follow_up,
        "mailing": mailing,
        "why_not": why_not,
        "may_be_answered": not follow_up.settled_at and may_be_answered_already(follow_up),
        "may_write": why_not not in (OBJECTED, CANCELLED),
        "outcomes": CHOOSABLE if why_not not in (OBJECTED, CANCELLED) else [FollowUp.Outcome.DROPPED],
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
    follow_up = get_object_or_404(FollowUp, pk=pk)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what came of it."))
        return redirect(follow_up)
    settle_follow_up(follow_up, outcome=form.cleaned_data["outcome"], by=request.user)
    messages.success(request, _("It is put down."))
    return redirect("outreach:follow_up_list")


@permission_required("outreach.change_followup", raise_exception=True)
@require_POST
def follow_up_reopen(request, pk):
    follow_up = get_object_or_404(FollowUp, pk=pk)
    reopen_follow_up(follow_up, by=request.user)
    messages.success(request, _("It waits again."))
    return redirect(follow_up)
