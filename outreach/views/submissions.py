"""Submissions: drafted, edited in blocks, approved, downloaded, and marked as delivered."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import ContentChanged, OutreachError
from outreach.forms.approvals import ReturnForm
from outreach.forms.submissions import (
    BlocksForm,
    DeliveredForm,
    DeliveryForm,
    StartForm,
    SubmissionApprovalForm,
    SubmitForm,
    TakeBackForm,
)
from outreach.models import Consultation, Submission, SubmissionRevision
from outreach.services.consultations.submission_approvals import approve_submission, return_submission
from outreach.services.consultations.submission_files import MIME, write_docx, write_pdf
from outreach.services.consultations.submission_grounds import changed_counts, faults_of, unused_sources
from outreach.services.consultations.submission_log import differences_of, submission_log
from outreach.services.consultations.submission_sources import missing_form
from outreach.services.consultations.submissions import CASE, change_submission, start_submission, submit_submission
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
    waits = submission.delivered_on is None
    counts = changed_counts(submission) if waits else []
    asked = {"initial": {"seen_hash": submission.content_hash}, "asks_if_checked": bool(counts)}
    context = {
        "submission": submission,
        "faults": faults_of(submission) if waits else [],
        "unused": unused_sources(submission) if waits else [],
        "counts": counts,
        "is_late": is_late(submission),
        "versions": submission.demand_versions.select_related("demand").order_by("demand__number"),
        "approvals": submission.approvals.select_related("approver"),
        "log": submission_log(submission),
        "turns": turns(submission) if submission.status == Submission.Status.SUBMITTED else [],
        "may_approve": submission.can_be_approved_by(request.user),
        "submit_form": SubmitForm(**asked),
        "approval_form": SubmissionApprovalForm(**asked),
        "return_form": ReturnForm(),
        "delivered_form": DeliveredForm(),
        "delivery_form": DeliveryForm(initial={"on": submission.delivered_on, "url": submission.delivered_url}),
        "take_back_form": TakeBackForm(auto_id="take_back_%s"),
    }
    return render(request, "outreach/submission_detail.html", context | forms)


def is_late(submission):
    """Whether it was delivered after the deadline for written input."""
    due_at = submission.consultation.answer_by
    return bool(submission.delivered_on and due_at and submission.delivered_on > timezone.localdate(due_at))


@may_change
def submission_update(request, pk):
    submission = get_object_or_404(Submission.objects.select_related("consultation"), pk=pk)
    form, others = BlocksForm(request.POST or None, submission=submission), []
    if form.is_valid():
        try:
            change_submission(submission, by=request.user, **form.content)
        except ContentChanged:
            submission.refresh_from_db()
            others = what_others_have(submission, form.content)
            typed = request.POST.copy()
            typed["seen_hash"] = submission.content_hash
            form = BlocksForm(typed, submission=submission)
            warning = _("Somebody has saved it meanwhile. What you wrote stands here: put in what they have, and save.")
            form.add_error(None, warning)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The submission is saved."))
            return redirect(submission)
    context = {"form": form, "submission": submission, "others": others}
    return render(request, "outreach/submission_form.html", context)


def what_others_have(submission, content):
    """How what somebody else has saved differs from what stands in the form."""
    texts = {name: content[name] for name in ("title", "senders", "blocks", "sources")}
    stands = submission.revisions.first()
    case = {name: getattr(stands, name) for name in (*CASE, "demands")}
    return differences_of(SubmissionRevision(**texts, **case), stands)


@may_change
@require_POST
def submission_submit(request, pk):
    submission = get_object_or_404(Submission, pk=pk)
    return act(
        request,
        submission,
        submission_page,
        "submit_form",
        SubmitForm(request.POST, asks_if_checked="has_checked" in request.POST),
        lambda data: submit_submission(submission, by=request.user, **data),
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
        SubmissionApprovalForm(request.POST, asks_if_checked="has_checked" in request.POST),
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
