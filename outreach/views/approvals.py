"""What moves a mailing on: submit, approve, send back, cancel."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from outreach.forms.approvals import MailingApprovalForm, ReturnForm, SeenForm
from outreach.models import Letter, Mailing
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.mailings import cancel_mailing, return_mailing, submit_mailing
from outreach.services.sending.stages import GONE, can_be_cancelled, departure_of, open_letters
from taushet.templatetags.ui import moment
from taushet.views.acting import act, attempt

from .dry_runs import mailing_page


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def mailing_submit(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    return act(
        request,
        mailing,
        mailing_page,
        "submit_form",
        SeenForm(request.POST),
        lambda data: submit_mailing(mailing, by=request.user, seen_hash=data["seen_hash"]),
        lambda submitted: (
            _("The letters are frozen. A colleague can approve them now.")
            if submitted.status == Mailing.Status.SUBMITTED
            else _("The letters are drafted once more. If none has changed they are frozen and wait for a colleague.")
        ),
    )


@permission_required("outreach.approve_mailing", raise_exception=True)
@require_POST
def mailing_approve(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    return act(
        request,
        mailing,
        mailing_page,
        "approval_form",
        MailingApprovalForm(request.POST),
        lambda data: approve_mailing(mailing, approver=request.user, **data),
        lambda approval: (
            approved_sentence(approval.mailing)
            if approval.mailing.status == Mailing.Status.APPROVED
            else _("You have approved it. The letters leave when the other house has approved too.")
        ),
    )


def approved_sentence(mailing):
    if mailing.letters.filter(status=Letter.Status.READY).exists():
        return _("The mailing is approved. The letters are put in the outbox within a few minutes.")
    if departs_at := departure_of(mailing):
        sentence = _("The mailing is approved, and the letters are in the outbox. They leave %(when)s at the earliest.")
        return sentence % {"when": moment(departs_at)}
    return _("The mailing is approved, and the letters are in the outbox.")


@permission_required("outreach.approve_mailing", raise_exception=True)
@require_POST
def mailing_return(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    return act(
        request,
        mailing,
        mailing_page,
        "return_form",
        ReturnForm(request.POST),
        lambda data: return_mailing(mailing, by=request.user, note=data["note"]),
        _("The mailing is sent back."),
    )


def cancelled_sentence(mailing):
    number = open_letters(mailing)
    gone = mailing.letters.filter(status__in=GONE)
    stayed = gone.filter(status=Letter.Status.STAYED).count()
    sentence = ngettext(
        "%(number)d letter that has not left will not leave. This cannot be undone.",
        "%(number)d letters that have not left will not leave. This cannot be undone.",
        number,
    ) % {"number": number}
    parts = [sentence]
    if left := gone.count() - stayed:
        parts.append(
            ngettext("%(number)d letter has left already.", "%(number)d letters have left already.", left)
            % {"number": left}
        )
    if stayed:
        parts.append(
            ngettext(
                "%(number)d letter has stayed here, and nobody got it.",
                "%(number)d letters have stayed here, and nobody got them.",
                stayed,
            )
            % {"number": stayed}
        )
    return " ".join(parts)


@permission_required("outreach.change_mailing", raise_exception=True)
def mailing_cancel(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    if request.method == "POST":
        done = _("The mailing is cancelled. What has not left does not leave.")
        attempt(request, lambda: cancel_mailing(mailing, by=request.user), done)
        return redirect(mailing)
    if not can_be_cancelled(mailing):
        messages.error(request, _("No letter waits any longer, so there is nothing to cancel."))
        return redirect(mailing)
    context = {
        "title": _("Cancel the mailing?"),
        "text": cancelled_sentence(mailing),
        "button": _("Cancel the mailing"),
        "color": "danger",
        "back": mailing.get_absolute_url(),
    }
    return render(request, "confirm.html", context)
