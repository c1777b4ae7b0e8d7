"""A submission from submitted to delivered: approved exactly as it stands, and handed in by a person."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import OutreachError, WrongStatus
from outreach.models import Submission, SubmissionApproval
from outreach.services.consultations.submissions import (
    lock,
    refuse_changed,
    refuse_faults,
    submission_hash,
)
from outreach.services.mailings.approvers import give_approval, refuse_approver, void_approvals
from taushet.models import User
from taushet.services import audit

Status = Submission.Status


@transaction.atomic
def approve_submission(
    submission: Submission, *, approver: User, seen_hash: str, is_public_confirmed: bool, has_checked: bool = False
) -> SubmissionApproval:
    """Approve a submission exactly as it was read; when both houses send, each approves by somebody of its own.

    Raises OwnMailing when the approver has written any of it, NotYourTurn when the approver's house has nothing to
    approve, ContentChanged when it is not what was seen, NotAsWritten when it leans on what no longer holds,
    NotPublicReady and WrongStatus.
    """
    submission = lock(submission)
    refuse_approver(submission, approver, is_public_confirmed=is_public_confirmed)
    refuse_changed(submission, seen_hash)
    refuse_faults(submission, has_checked=has_checked)
    approval = give_approval(submission, approver, seen_hash)
    audit.record("submission.approved", submission, by=approver, content_hash=seen_hash, house=approval.house)
    return approval


@transaction.atomic
def return_submission(submission: Submission, *, by: User, note: str) -> Submission:
    """Give a submission back to those who wrote it; raises WrongStatus when it is not waiting."""
    submission = lock(submission, Status.SUBMITTED)
    void_approvals(submission)
    submission.status, submission.submitted_at, submission.return_note = Status.DRAFT, None, note
    submission.save(update_fields=["status", "submitted_at", "return_note"])
    audit.record("submission.returned", submission, by=by)
    return submission


@transaction.atomic
def mark_delivered(submission: Submission, *, on: date, url: str, by: User) -> Submission:
    """Record that a person has handed it in, on a day in Oslo.

    Raises WrongStatus unless it is approved as it stands, OutreachError when the day has not come, and NotAsWritten
    when a demand or a hook did not hold on that day.
    """
    submission = lock(submission, Status.APPROVED)
    if submission.houses_left or submission_hash(submission) != submission.content_hash:
        raise WrongStatus(_("It is not approved as it stands."))
    if on > timezone.localdate():
        raise OutreachError(_("The day lies in the future."))
    refuse_faults(submission, day=on, has_checked=True)
    submission.delivered_on, submission.delivered_url = on, url
    submission.save(update_fields=["delivered_on", "delivered_url"])
    audit.record("submission.delivered", submission, by=by, on=on.isoformat())
    return submission
