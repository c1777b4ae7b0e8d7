"""How it goes with a promise: what one person puts down, and what counts only once a second person agrees.

That a promise is kept, partly kept, broken or cannot be checked is a judgement about somebody, and so is taking a
promise back; two people stand behind it, as behind the promise itself. That work goes on is told by one.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import OwnCommitment, TooEarly, WrongStatus
from outreach.models import Commitment, CommitmentChange
from taushet.models import StoredFile, User
from taushet.services import audit

Status = Commitment.Status


@transaction.atomic
def change_commitment(
    commitment: Commitment,
    *,
    status: str,
    reason: str = "",
    evidence: str = "",
    evidence_url: str = "",
    evidence_file: StoredFile | None = None,
    by: User | None,
    is_early_meant: bool = False,
) -> CommitmentChange:
    """Put down how it stands with a promise, and what shows it. A judgement waits for a second person.

    Raises WrongStatus when it is not whole or another judgement waits, and TooEarly when it is said to be broken, or
    kept only in part, before its day, or the one that its words name, is over (Oslo date) and nobody says that it is
    meant.
    """
    commitment = _lock(commitment)
    is_judged = by is not None and status in Commitment.JUDGED
    if status == Status.WITHDRAWN:
        raise WrongStatus(_("A promise is taken off the public pages by a step of its own."))
    if not (evidence or evidence_url or evidence_file):
        raise WrongStatus(_("Put in what shows it: a text, a link or a file."))
    if (is_judged or status == Status.BROKEN) and not reason:
        raise WrongStatus(_("Write why. It is what everybody reads."))
    if by is not None and commitment.changes.waiting().exists():
        raise WrongStatus(_("A change waits for somebody to confirm it. That has to be decided first."))
    over = commitment.last_day is None or commitment.last_day < timezone.localdate()
    if status in (Status.BROKEN, Status.PARTLY) and not over and not is_early_meant:
        raise TooEarly(_("The day of the promise is not over yet."))
    change = CommitmentChange.objects.create(
        commitment=commitment,
        status=status,
        reason=reason,
        evidence=evidence,
        evidence_url=evidence_url,
        evidence_file=evidence_file,
        changed_by=by,
        changed_at=timezone.now(),
        is_public=by is not None,
        needs_second=is_judged,
    )
    if is_judged:
        audit.record("commitment.change_proposed", commitment, by=by, change=change.pk, now=status)
    else:
        _set_status(commitment, status, by=by, kind="" if by else "clock")
    return change


@transaction.atomic
def withdraw_commitment(commitment: Commitment, *, reason: str, by: User) -> CommitmentChange:
    """Take a confirmed promise off the public pages at once; it stays off when a second person agrees.

    The row and its history stay for staff. Raises WrongStatus when it is not confirmed, or taken back already.
    """
    commitment = _lock(commitment)
    if commitment.hidden_at:
        raise WrongStatus(_("It is off the public pages already."))
    if not reason:
        raise WrongStatus(_("Write why it has to go."))
    change = CommitmentChange.objects.create(
        commitment=commitment,
        status=Status.WITHDRAWN,
        reason=reason,
        changed_by=by,
        changed_at=timezone.now(),
        needs_second=True,
    )
    commitment.hidden_at = timezone.now()
    commitment.save(update_fields=["hidden_at"])
    audit.record("commitment.withdrawal_asked", commitment, by=by, change=change.pk)
    return change


@transaction.atomic
def confirm_change(change: CommitmentChange, *, by: User) -> CommitmentChange:
    """Agree, as a second person, with how somebody says that it stands; from now on it counts and is public.

    Raises OwnCommitment to whoever proposes it, WrongStatus when somebody has decided already.
    """
    commitment, change = _waiting(change)
    if change.changed_by_id == by.pk:
        raise OwnCommitment(_("Somebody else has to confirm what you have put down."))
    change.confirmed_by, change.confirmed_at = by, timezone.now()
    change.save(update_fields=["confirmed_by", "confirmed_at"])
    if change.status == Status.WITHDRAWN:
        why = _("The promise is taken off the public pages.")
        commitment.changes.waiting().update(refused_by=by, refused_at=timezone.now(), refused_why=why)
    _set_status(commitment, change.status, by=by, change=change.pk)
    return change


@transaction.atomic
def refuse_change(change: CommitmentChange, *, why: str, by: User) -> CommitmentChange:
    """Say that it does not stand so, or take back what one has proposed oneself; what was hidden is shown again.

    Raises WrongStatus when somebody has decided already.
    """
    commitment, change = _waiting(change)
    change.refused_by, change.refused_at, change.refused_why = by, timezone.now(), why
    change.save(update_fields=["refused_by", "refused_at", "refused_why"])
    if change.status == Status.WITHDRAWN:
        commitment.hidden_at = None
        commitment.save(update_fields=["hidden_at"])
    audit.record("commitment.change_refused", commitment, by=by, change=change.pk)
    return change


def _lock(commitment: Commitment) -> Commitment:
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if commitment.confirmed_at is None:
        raise WrongStatus(_("It has to be confirmed first."))
    if commitment.status == Status.WITHDRAWN:
        raise WrongStatus(_("It is taken off the public pages for good. Enter it anew from the reply."))
    return commitment


def _waiting(change: CommitmentChange) -> tuple[Commitment, CommitmentChange]:
    commitment = _lock(change.commitment)
    change = CommitmentChange.objects.select_for_update().get(pk=change.pk)
    if not change.is_waiting:
        raise WrongStatus(_("Somebody has decided on this already."))
    return commitment, change


def _set_status(commitment: Commitment, status: str, *, by: User | None, kind: str = "", **detail) -> None:
    was, commitment.status = commitment.status, status
    commitment.save(update_fields=["status"])
    audit.record("commitment.changed", commitment, by=by, kind=kind, was=was, now=status, **detail)
