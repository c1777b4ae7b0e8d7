"""A submission from first draft to submitted: made from what we know, edited in blocks, put before a colleague."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.models import Indicator
from outreach.exceptions import ContentChanged, NotAsWritten, OutreachError, WrongStatus
from outreach.models import (
    Consultation,
    DemandVersion,
    LegalHook,
    Submission,
    SubmissionRevision,
)
from outreach.services.consultations.submission_grounds import (
    changed_counts,
    check_counts,
    faults_of,
    grounds_of,
    in_order_of_appearance,
)
from outreach.services.consultations.submission_sources import draft_text
from outreach.services.mailings.approvers import void_approvals
from outreach.services.mailings.fingerprints import canonical_hash
from taushet.models import User
from taushet.services import audit

Status = Submission.Status
# What a submission holds of its consultation, by the name there.
CASE = {"addressee": "held_by", "reference": "reference", "case_title": "title"}


def submission_hash(submission: Submission) -> str:
    """Return the fingerprint an approval covers: to whom in which case, every text, and what the text stands on."""
    return canonical_hash(
        {
            "submission": submission.pk,
            "consultation": submission.consultation_id,
            "case": [getattr(submission, name) for name in CASE],
            "demands": sorted(submission.demand_versions.values_list("pk", flat=True)),
            "grounds": submission.grounds,
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
    versions, figures, indicators = list(versions), list(figures), list(indicators)
    draft = draft_text(versions, figures, indicators, language)
    blocks, sources = in_order_of_appearance(draft.blocks, draft.sources)
    submission = Submission(
        consultation=consultation,
        request_key=request_key,
        title=title,
        language=language,
        senders=senders,
        blocks=blocks,
        sources=sources,
        grounds=grounds_of(figures, indicators),
        author=by,
        last_editor=by,
    )
    take_case(submission, consultation)
    submission.save()
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
    versions: Iterable[DemandVersion] | None = None,
) -> Submission:
    """Save a changed text. An approval becomes void, and the revision before is kept so that the difference shows.

    `versions` are the demands it stands on from now on; those it has when none are given. Returns it unchanged when
    nothing differs. Raises ContentChanged when it is no longer what was seen, and WrongStatus once it is delivered.
    """
    submission = lock(submission)
    if submission.delivered_on is not None:
        raise WrongStatus(_("It is delivered, so it cannot be changed. Start a new one instead."))
    if seen_hash != submission.content_hash:
        raise ContentChanged(_("Somebody has changed the submission since you opened it. Open it again to change it."))
    submission.title, submission.senders = title, senders
    submission.blocks, submission.sources = [dict(block) for block in blocks], list(sources)
    if versions is not None:
        submission.demand_versions.set(versions)
    if submission_hash(submission) == submission.content_hash:
        return submission
    submission.last_editor = by
    save_changed(submission, saved_by=by, by=by)
    return submission


def save_changed(submission: Submission, *, saved_by: User, by: User | None, **detail) -> None:
    """Store a changed submission as a draft: what was approved is void, and the log says what differs."""
    was = submission.status
    void_approvals(submission)
    submission.status, submission.submitted_at = Status.DRAFT, None
    submission.content_hash = submission_hash(submission)
    submission.save()
    number = keep_revision(submission, saved_by).number
    kind = "" if by else "import"
    audit.record("submission.changed", submission, by=by, kind=kind, was=was, revision=number, **detail)


def take_case(submission: Submission, consultation: Consultation) -> bool:
    """Let a submission say to whom and in which case as the consultation does; returns whether that differs."""
    before = [getattr(submission, name) for name in CASE]
    for name, source in CASE.items():
        setattr(submission, name, getattr(consultation, source))
    return before != [getattr(submission, name) for name in CASE]


@transaction.atomic
def follow_consultation(consultation: Consultation, *, by: User | None = None) -> int:
    """Let what is not delivered follow a consultation that has got another addressee, number or title.

    What was approved is void then. Returns how many changed.
    """
    changed = 0
    for submission in Submission.objects.select_for_update().filter(consultation=consultation, delivered_on=None):
        if take_case(submission, consultation):
            save_changed(submission, saved_by=by or User.objects.get(pk=submission.last_editor_id), by=by, case=True)
            changed += 1
    return changed


def keep_revision(submission: Submission, by: User) -> SubmissionRevision:
    return SubmissionRevision.objects.create(
        submission=submission,
        number=submission.revisions.count() + 1,
        title=submission.title,
        senders=submission.senders,
        blocks=submission.blocks,
        sources=submission.sources,
        demands=sorted(submission.demand_versions.values_list("demand__number", flat=True)),
        saved_by=by,
        saved_at=timezone.now(),
        **{name: getattr(submission, name) for name in CASE},
    )


@transaction.atomic
def submit_submission(submission: Submission, *, by: User, seen_hash: str, has_checked: bool = False) -> Submission:
    """Put a submission before a colleague as it was seen.

    `has_checked` says that the text has been read against what is counted otherwise now. Raises ContentChanged,
    WrongStatus from no draft, and NotAsWritten when it leans on what no longer holds.
    """
    submission = lock(submission, Status.DRAFT)
    refuse_changed(submission, seen_hash)
    if not submission.blocks:
        raise OutreachError(_("There is no text in it yet."))
    refuse_faults(submission, has_checked=has_checked)
    check_counts(submission)
    submission.content_hash = submission_hash(submission)
    submission.status, submission.submitted_at = Status.SUBMITTED, timezone.now()
    submission.return_note = ""  # and no last editor: whoever submits has changed nothing
    submission.save(update_fields=["status", "submitted_at", "return_note", "grounds", "content_hash"])
    audit.record("submission.submitted", submission, by=by, content_hash=submission.content_hash)
    return submission


def refuse_changed(submission: Submission, seen_hash: str) -> None:
    if not seen_hash == submission.content_hash == submission_hash(submission):
        raise ContentChanged(_("The submission has changed since you opened it. Read it again."))


def refuse_faults(submission: Submission, *, has_checked: bool, day: date | None = None) -> None:
    """Refuse what leans on something that does not hold, and what nobody has read against what is counted now."""
    faults = faults_of(submission, day)
    if not faults and not has_checked and (changed := changed_counts(submission)):
        faults = [_("Read the text against what is counted now:"), *changed]
    if faults:
        raise NotAsWritten(" ".join(faults))


def lock(submission: Submission, *allowed: str) -> Submission:
    """Return it locked until the transaction ends; raises WrongStatus from any other status."""
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if allowed and submission.status not in allowed:
        raise WrongStatus(
            _("This cannot be done now. The submission is: %(status)s.") % {"status": submission.get_status_display()}
        )
    return submission
