"""What moves a mailing on: submit, approve, send back, cancel."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outreach.exceptions import OutreachError
from outreach.forms.mailings import ApprovalForm, ReturnForm, SubmitForm
from outreach.models import Letter, Mailing
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.mailings import cancel_mailing, return_mailing, submit_mailing

from .dry_runs import mailing_page


def act(request, mailing, name, form, action, done):
    """Do what a small form on the mailing's page asks, and go back there with a sentence on how it went.

    What is wrong with the form, which the page knows by `name`, is shown on the page itself.
    """
    if not form.is_valid():
        return mailing_page(request, mailing.pk, **{name: form})
    try:
        outcome = action(form.cleaned_data)
    except OutreachError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done(outcome))
    return redirect(mailing)


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def mailing_submit(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    return act(
        request,
        mailing,
        "submit_form",
        SubmitForm(request.POST),
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
        "approval_form",
        ApprovalForm(request.POST),
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
    return _("The mailing is approved, and the letters are in the outbox.")


@permission_required("outreach.approve_mailing", raise_exception=True)
@require_POST
def mailing_return(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    return act(
        request,
        mailing,
        "return_form",
        ReturnForm(request.POST),
        lambda data: return_mailing(mailing, by=request.user, note=data["note"]),
        lambda returned: _("The mailing is sent back."),
    )


@permission_required("outreach.change_mailing", raise_exception=True)
def mailing_cancel(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    if request.method == "POST":
        try:
            cancel_mailing(mailing, by=request.user)
        except OutreachError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The mailing is cancelled. What has not left does not leave."))
        return redirect(mailing)
    context = {
        "title": _("Cancel the mailing?"),
        "text": _("Letters that have not left will not leave. This cannot be undone."),
        "button": _("Cancel the mailing"),
        "color": "danger",
        "back": mailing.get_absolute_url(),
    }
    return render(request, "confirm.html", context)
