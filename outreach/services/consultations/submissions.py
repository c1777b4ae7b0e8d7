"""A submission from first draft to delivered: edited in blocks, approved as it stands, handed in by a person."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.models import Indicator
from outreach.exceptions import ContentChanged, OutreachError, WrongStatus
from outreach.models import (
    Consultation,
    DemandVersion,
    LegalHook,
    Submission,
    SubmissionApproval,
    SubmissionRevision,
)
from outreach.services.consultations.submission_sources import draft_text
from outreach.services.mailings.approvers import give_approval, refuse_approver, void_approvals
from outreach.services.mailings.fingerprints import canonical_hash
from taushet.models import User
from taushet.services import audit

Status = Submission.Status


def submission_hash(submission: Submission) -> str:
    """Return the fingerprint an approval covers: title, senders, language, every block, the sources, the case."""
    return canonical_hash(
        {
            "submission": submission.pk,
            "consultation": submission.consultation_id,
            "title": submission.title,
            "language": submission.language,
            "senders": submission.senders,
            "blocks": submission.blocks,
            "sources": submission.sources,
        }
    )


def start_submission(consultation: Consultation, *, request_key: str | None = None, **plan) -> Submission:
    """Draft an answer to a consultation, as `make_submission` does; the same request key gives the same one."""
    try:
        with transaction.atomic():
            return make_submission(consultation, request_key=request_key, **plan)
    except IntegrityError:
        twin = Submission.objects.filter(request_key=request_key).exclude(request_key=None).first()
        if twin is None:
            raise
        return twin


def make_submission(
    consultation: Consultation,
    *,
    title: str,
    versions: Iterable[DemandVersion],
    figures: Iterable[LegalHook],
    indicators: Iterable[Indicator],
    language: str,
    senders: str,
    by: User,
    request_key: str | None = None,
) -> Submission:
    """Draft an answer to a consultation from demands, figures and what is known; the text is frozen when submitted."""
    versions = list(versions)
    draft = draft_text(versions, figures, indicators, language)
    submission = Submission.objects.create(
        consultation=consultation,
        request_key=request_key,
        title=title,
        language=language,
        senders=senders,
        blocks=draft.blocks,
        sources=draft.sources,
        author=by,
        last_editor=by,
    )
    submission.demand_versions.set(versions)
    submission.content_hash = submission_hash(submission)
    submission.save(update_fields=["content_hash"])
    keep_revision(submission, by)
    audit.record("submission.created", submission, by=by, demands=[version.pk for version in versions])
    return submission


@transaction.atomic
def change_submission(
    submission: Submission,
    *,
    title: str,
    senders: str,
    blocks: list[Mapping[str, str]],
    sources: list[str],
    by: User,
    seen_hash: str,
) -> Submission:
    """Save a changed text. An approval becomes void, and the revision before is kept so that the difference shows.

    Returns it unchanged when nothing differs. Raises ContentChanged when it is no longer what was seen, and
    WrongStatus once it is delivered.
    """
    submission = lock(submission)
    if submission.delivered_on is not None:
        raise WrongStatus(_("It is delivered, so it cannot be changed. Start a new one instead."))
    if seen_hash != submission.content_hash:
        raise ContentChanged(_("Somebody has changed the submission since you opened it. Open it again to change it."))
    submission.title, submission.senders = title, senders
    submission.blocks, submission.sources = [dict(block) for block in blocks], list(sources)
    if submission_hash(submission) == submission.content_hash:
        return submission
    was = submission.status
    void_approvals(submission)
    submission.status, submission.submitted_at, submission.last_editor = Status.DRAFT, None, by
    submission.content_hash = submission_hash(submission)
    submission.save()
    revision = keep_revision(submission, by)
    audit.record("submission.changed", submission, by=by, was=was, revision=revision.number)
    return submission


def keep_revision(submission: Submission, by: User) -> SubmissionRevision:
    return SubmissionRevision.objects.create(
        submission=submission,
        number=submission.revisions.count() + 1,
        title=submission.title,
        senders=submission.senders,
        blocks=submission.blocks,
        sources=submission.sources,
        saved_by=by,
    )


@transaction.atomic
def submit_submission(submission: Submission, *, by: User, seen_hash: str) -> Submission:
    """Put a submission before a colleague as it was seen. Raises ContentChanged, and WrongStatus from no draft."""
    submission = lock(submission, Status.DRAFT)
    refuse_changed(submission, seen_hash)
    if not submission.blocks:
        raise OutreachError(_("There is no text in it yet."))
    submission.status, submission.submitted_at = Status.SUBMITTED, timezone.now()
    submission.return_note = ""  # and no last editor: whoever submits has changed nothing
    submission.save(update_fields=["status", "submitted_at", "return_note"])
    audit.record("submission.submitted", submission, by=by, content_hash=submission.content_hash)
    return submission


@transaction.atomic
def approve_submission(
    submission: Submission, *, approver: User, seen_hash: str, is_public_confirmed: bool
) -> SubmissionApproval:
    """Approve a submission exactly as it was read; when both houses send, each approves by somebody of its own.

    Raises OwnMailing when the approver has written any of it since it was last approved, NotYourTurn when the
    approver's house has nothing to approve, ContentChanged when it is not what was seen, NotPublicReady and
    WrongStatus.
    """
    submission = lock(submission)
    refuse_approver(submission, approver, is_public_confirmed=is_public_confirmed)
    refuse_changed(submission, seen_hash)
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

    Raises WrongStatus unless it is approved as it stands, OutreachError when the day has not come.
    """
    submission = lock(submission, Status.APPROVED)
    if submission.houses_left or submission_hash(submission) != submission.content_hash:
        raise WrongStatus(_("It is not approved as it stands."))
    if on > timezone.localdate():
        raise OutreachError(_("The day lies in the future."))
    submission.delivered_on, submission.delivered_url = on, url
    submission.save(update_fields=["delivered_on", "delivered_url"])
    audit.record("submission.delivered", submission, by=by, on=on.isoformat())
    return submission


def refuse_changed(submission: Submission, seen_hash: str) -> None:
    if not seen_hash == submission.content_hash == submission_hash(submission):
        raise ContentChanged(_("The submission has changed since you opened it. Read it again."))


def lock(submission: Submission, *allowed: str) -> Submission:
    """Return it locked until the transaction ends; raises WrongStatus from any other status."""
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if allowed and submission.status not in allowed:
        raise WrongStatus(
            _("This cannot be done now. The submission is: %(status)s.") % {"status": submission.get_status_display()}
        )
    return submission
