"""Submissions: drafted, edited in blocks, approved, downloaded, and marked as delivered."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.approvals import ReturnForm, SeenForm, SubmissionApprovalForm
from outreach.forms.submissions import BlocksForm, DeliveredForm, StartForm
from outreach.models import Consultation, Submission
from outreach.services.consultations.submission_files import MIME, write_docx, write_pdf
from outreach.services.consultations.submission_log import submission_log
from outreach.services.consultations.submission_sources import missing_form
from outreach.services.consultations.submissions import (
    approve_submission,
    change_submission,
    mark_delivered,
    return_submission,
    start_submission,
    submit_submission,
)
from outreach.services.mailings.approvers import turns
from taushet.views.acting import act

may_see = permission_required("outreach.view_submission", raise_exception=True)
may_change = permission_required("outreach.change_submission", raise_exception=True)
may_approve = permission_required("outreach.approve_submission", raise_exception=True)


@may_change
def submission_create(request, pk):
    """Draft an answer to a consultation."""
    consultation = get_object_or_404(Consultation, pk=pk)
    form = StartForm(
        request.POST or None, initial={"title": consultation.title[:200], "language": "nb", "senders": "kss"}
    )
    if form.is_valid():
        missing = missing_form(form.cleaned_data["versions"], form.cleaned_data["language"])
        if missing:
            form.add_error("versions", _("No text in this form: %(demands)s") % {"demands": ", ".join(missing)})
        else:
            submission = start_submission(consultation, by=request.user, **form.cleaned_data)
            messages.success(request, _("The draft is made. Edit it block by block."))
            return redirect("outreach:submission_update", submission.pk)
    return render(request, "outreach/submission_start.html", {"form": form, "consultation": consultation})


@may_see
@require_safe
def submission_detail(request, pk):
    return submission_page(request, pk)


def submission_page(request, pk, **forms):
    """Show the text, what may be done with it now, and what has happened."""
    submission = get_object_or_404(Submission.objects.select_related("consultation", "author", "last_editor"), pk=pk)
    context = {
        "submission": submission,
        "versions": submission.demand_versions.select_related("demand").order_by("demand__number"),
        "approvals": submission.approvals.select_related("approver"),
        "log": submission_log(submission),
        "turns": turns(submission) if submission.status == Submission.Status.SUBMITTED else [],
        "may_approve": submission.can_be_approved_by(request.user),
        "submit_form": SeenForm(initial={"seen_hash": submission.content_hash}),
        "approval_form": SubmissionApprovalForm(initial={"seen_hash": submission.content_hash}),
        "return_form": ReturnForm(),
        "delivered_form": DeliveredForm(),
    }
    return render(request, "outreach/submission_detail.html", context | forms)


@may_change
def submission_update(request, pk):
    submission = get_object_or_404(Submission.objects.select_related("consultation"), pk=pk)
    form = BlocksForm(request.POST or None, submission=submission)
    if form.is_valid():
        try:
            change_submission(submission, by=request.user, **form.content)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The submission is saved."))
            return redirect(submission)
    return render(request, "outreach/submission_form.html", {"form": form, "submission": submission})


@may_change
@require_POST
def submission_submit(request, pk):
    submission = get_object_or_404(Submission, pk=pk)
    return act(
        request,
        submission,
        submission_page,
        "submit_form",
        SeenForm(request.POST),
        lambda data: submit_submission(submission, by=request.user, seen_hash=data["seen_hash"]),
        _("A colleague can approve it now."),
    )


@may_approve
@require_POST
def submission_approve(request, pk):
    submission = get_object_or_404(Submission, pk=pk)
    return act(
        request,
        submission,
        submission_page,
        "approval_form",
        SubmissionApprovalForm(request.POST),
        lambda data: approve_submission(submission, approver=request.user, **data),
        lambda approval: (
            _("You have approved it. It can be handed in when the other house has approved too.")
            if approval.submission.houses_left
            else _("You have approved it, exactly as it stands.")
        ),
    )


@may_approve
@require_POST
def submission_return(request, pk):
    submission = get_object_or_404(Submission, pk=pk)
    return act(
        request,
        submission,
        submission_page,
        "return_form",
        ReturnForm(request.POST),
        lambda data: return_submission(submission, by=request.user, note=data["note"]),
        _("The submission is sent back."),
    )


@may_change
@require_POST
def submission_delivered(request, pk):
    submission = get_object_or_404(Submission, pk=pk)
    return act(
        request,
        submission,
        submission_page,
        "delivered_form",
        DeliveredForm(request.POST),
        lambda data: mark_delivered(submission, by=request.user, **data),
        _("Noted as delivered."),
    )


@may_see
@require_safe
def submission_docx(request, pk):
    return download(request, pk, "docx", write_docx)


@may_see
@require_safe
def submission_pdf(request, pk):
    return download(request, pk, "pdf", write_pdf)


def download(request, pk, kind, write):
    submission = get_object_or_404(Submission.objects.select_related("consultation"), pk=pk)
    name = f"innspill-{submission.pk}.{kind}"
    return HttpResponse(
        write(submission),
        content_type=MIME[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
