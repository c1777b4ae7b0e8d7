"""A submission from submitted to delivered: approved exactly as it stands, and handed in by a person."""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import WrongDay, WrongStatus
from outreach.models import DeliveryChange, Submission, SubmissionApproval
from outreach.services.consultations.submissions import (
    lock,
    refuse_changed,
    refuse_faults,
    save_changed,
    submission_hash,
    take_case,
)
from outreach.services.mailings.approvers import give_approval, refuse_approver, void_approvals
from taushet.models import User
from taushet.services import audit
from taushet.templatetags.ui import day
from taushet.workdays import OSLO

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

    Raises WrongStatus unless it is approved as it stands, and not delivered yet, WrongDay when the day has not come
    or lies before the approval, and NotAsWritten when a demand or a hook did not hold on that day.
    """
    submission = lock(submission, Status.APPROVED)
    if submission.houses_left or submission_hash(submission) != submission.content_hash:
        raise WrongStatus(_("It is not approved as it stands."))
    if submission.delivered_on is not None:
        raise WrongStatus(_("It is noted as delivered already."))
    refuse_delivery(submission, on)
    submission.delivered_on, submission.delivered_url = on, url
    submission.save(update_fields=["delivered_on", "delivered_url"])
    audit.record("submission.delivered", submission, by=by, on=on.isoformat())
    return submission


@transaction.atomic
def correct_delivery(submission: Submission, *, on: date, url: str, reason: str, by: User) -> Submission:
    """Put right on which day in Oslo it was delivered, or where it can be read, and keep why.

    Raises WrongStatus when it is not delivered; WrongDay and NotAsWritten as `mark_delivered` does.
    """
    submission = lock_delivered(submission)
    if on != submission.delivered_on:
        refuse_delivery(submission, on)
    keep_delivery(submission, "submission.delivery_corrected", on=on, url=url, reason=reason, by=by)
    return submission


@transaction.atomic
def take_back_delivery(submission: Submission, *, reason: str, by: User) -> Submission:
    """Say that it was not delivered after all, and why; from now on it follows its consultation again.

    Raises WrongStatus when it is not delivered.
    """
    submission = lock_delivered(submission)
    keep_delivery(submission, "submission.delivery_taken_back", on=None, url="", reason=reason, by=by)
    if take_case(submission, submission.consultation):
        save_changed(submission, saved_by=by, by=by, case=True)
    return submission


def lock_delivered(submission: Submission) -> Submission:
    submission = lock(submission)
    if submission.delivered_on is None:
        raise WrongStatus(_("It is not noted as delivered."))
    return submission


def keep_delivery(submission: Submission, action: str, *, on: date | None, url: str, reason: str, by: User) -> None:
    submission.delivered_on, submission.delivered_url = on, url
    submission.save(update_fields=["delivered_on", "delivered_url"])
    change = DeliveryChange.objects.create(
        submission=submission, delivered_on=on, delivered_url=url, reason=reason, changed_by=by
    )
    audit.record(action, submission, by=by, delivery_change=change.pk)


def refuse_delivery(submission: Submission, on: date) -> None:
    """Refuse a day on which it cannot have been handed in as it was approved (Oslo dates)."""
    if on > timezone.localdate(timezone=OSLO):
        raise WrongDay(_("The day lies in the future."))
    approved_at = submission.approvals.filter(voided_at=None).aggregate(last=Max("approved_at"))["last"]
    if approved_at and on < timezone.localdate(approved_at, OSLO):
        raise WrongDay(
            _("It was approved on %(day)s, so it cannot have been delivered before that.") % {"day": day(approved_at)}
        )
    refuse_faults(submission, day=on, has_checked=True)
