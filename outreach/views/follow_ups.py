"""What staff should follow up now, with a draft to use."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.models import FollowUp, Mailing
from outreach.services.commitments.follow_up_mailings import mail_follow_up
from outreach.services.commitments.follow_ups import reopen_follow_up, settle_follow_up

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
    page = Paginator(follow_ups().waiting().defer("draft"), PER_PAGE).get_page(request.GET.get("page"))
    done = follow_ups().filter(settled_by__isnull=False).select_related("settled_by").order_by("-settled_at", "-pk")
    return render(request, "outreach/follow_up_list.html", {"page": page, "done": done.defer("draft")[:LAST]})


@permission_required("outreach.view_followup", raise_exception=True)
@require_safe
def follow_up_detail(request, pk):
    follow_up = get_object_or_404(follow_ups().select_related("settled_by", "mailing"), pk=pk)
    mailing = follow_up.mailing if follow_up.mailing and follow_up.mailing.status != Mailing.Status.CANCELLED else None
    has_left = not follow_up.settled_at and not follow_up.mandate.is_in_office(timezone.localdate())
    context = {"follow_up": follow_up, "outcomes": CHOOSABLE, "mailing": mailing, "has_left": has_left}
    return render(request, "outreach/follow_up_detail.html", context)


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
