"""A mailing from first draft to submitted: what it holds, who changed it, and its letters drafted anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from municipalities.models import Municipality
from outreach.exceptions import AlreadyLeft, ContentChanged, NothingToSend, WrongStatus
from outreach.models import DemandVersion, Letter, Mailing
from taushet.models import User
from taushet.services import audit, outbox
from taushet.workdays import OSLO

from .fingerprints import canonical_hash, mailing_hash
from .letters import gather, make_letter

Status = Mailing.Status
TAKEN_BACK = gettext_noop("The mailing was changed, so it has to be approved anew.")
CANCELLED = gettext_noop("The mailing was cancelled.")
DRAFTED_FIELDS = (
    "demand_version",
    "mandate",
    "occasion",
    "language",
    "to_name",
    "to_email",
    "subject",
    "text",
    "facts",
    "held_for",
    "is_demonstration",
    "status",
    "content_hash",
)


@dataclass(frozen=True)
class Plan:
    """What staff decide about a mailing."""

    title: str
    demand_version: DemandVersion
    municipalities: tuple[Municipality, ...]
    recipient: str = Mailing.Recipient.MAILBOX
    senders: str = Mailing.Senders.KSS
    send_at: datetime | None = None


def create_mailing(plan: Plan, *, author: User, request_key: str | None = None) -> Mailing:
    """Start a mailing as a draft, with its letters drafted; the same request key gives the same mailing."""
    try:
        with transaction.atomic():
            return start_mailing(plan, author, request_key)
    except IntegrityError:
        twin = Mailing.objects.filter(request_key=request_key).exclude(request_key=None).first()
        if twin is None:
            raise
        return twin


def start_mailing(plan: Plan, author: User, request_key: str | None) -> Mailing:
    mailing = Mailing.objects.create(
        request_key=request_key,
        title=plan.title,
        demand_version=plan.demand_version,
        recipient=plan.recipient,
        senders=plan.senders,
        send_at=plan.send_at,
        author=author,
        last_editor=author,
    )
    mailing.municipalities.set(plan.municipalities)
    audit.record("mailing.created", mailing, by=author, municipalities=sorted(m.pk for m in plan.municipalities))
    return draft_letters(mailing)


@transaction.atomic
def change_mailing(mailing: Mailing, plan: Plan, *, by: User, seen_hash: str | None = None) -> Mailing:
    """Change a mailing and draft its letters anew. An approval becomes void, and the log says what differs.

    Returns it unchanged when nothing differs. Raises ContentChanged when the plan is no longer the one with
    `seen_hash`, WrongStatus when it is cancelled, AlreadyLeft when a letter has left or may have.
    """
    mailing = lock(mailing, Status.DRAFT, Status.SUBMITTED, Status.APPROVED)
    if seen_hash is not None and seen_hash != plan_hash(mailing):
        raise ContentChanged(_("Somebody has changed the mailing since you opened it. Open it again to change it."))
    changes = differences(mailing, plan)
    if not changes:
        return mailing
    take_back(mailing, by=by)
    mailing.title, mailing.demand_version = plan.title, plan.demand_version
    mailing.recipient, mailing.senders, mailing.send_at = plan.recipient, plan.senders, plan.send_at
    mailing.last_editor = by
    mailing.save(update_fields=["title", "demand_version", "recipient", "senders", "send_at", "last_editor"])
    mailing.municipalities.set(plan.municipalities)
    audit.record("mailing.changed", mailing, by=by, changes=changes)
    return draft_letters(mailing)


def plan_hash(mailing: Mailing) -> str:
    """Return a fingerprint of what staff have decided about a mailing."""
    return canonical_hash(
        {
            "title": mailing.title,
            "demand_version": mailing.demand_version_id,
            "recipient": mailing.recipient,
            "senders": mailing.senders,
            "send_at": mailing.send_at.astimezone(OSLO).isoformat() if mailing.send_at else "",
            "municipalities": sorted(mailing.municipalities.values_list("pk", flat=True)),
        }
    )


def differences(mailing: Mailing, plan: Plan) -> dict[str, Any]:
    """Return what a plan changes, as the log keeps it: ids and values, before and after."""
    before, after = set(mailing.municipalities.values_list("pk", flat=True)), {m.pk for m in plan.municipalities}
    moment = lambda value: value.isoformat() if value else ""  # noqa: E731
    pairs = {
        "demand_version": (mailing.demand_version_id, plan.demand_version.pk),
        "recipient": (mailing.recipient, plan.recipient),
        "senders": (mailing.senders, plan.senders),
        "send_at": (moment(mailing.send_at), moment(plan.send_at)),
    }
    changes: dict[str, Any] = {name: list(pair) for name, pair in pairs.items() if pair[0] != pair[1]}
    if mailing.title != plan.title:
        changes["title"] = True
    if before != after:
        changes["municipalities"] = {"added": sorted(after - before), "removed": sorted(before - after)}
    return changes


@transaction.atomic
def draft_letters(mailing: Mailing) -> Mailing:
    """Draft every letter of a draft anew, from the facts and offices of this moment.

    Raises WrongStatus once it is submitted: then the letters are frozen.
    """
    mailing = lock(mailing, Status.DRAFT)
    municipalities = list(mailing.municipalities.select_related("county"))
    ground = gather(mailing, municipalities)
    standing = {letter.municipality_id: letter for letter in mailing.letters.filter(status__in=Letter.DRAFTED)}
    new, changed = [], []
    for municipality in municipalities:
        letter = make_letter(ground, municipality)
        if old := standing.pop(municipality.pk, None):
            letter.pk = old.pk
            changed.append(letter)
        else:
            new.append(letter)
    Letter.objects.filter(pk__in=[letter.pk for letter in standing.values()]).delete()
    Letter.objects.bulk_update(changed, DRAFTED_FIELDS, batch_size=100)
    Letter.objects.bulk_create(new, batch_size=100)
    mailing.content_hash = mailing_hash(mailing, letters_that_go([*changed, *new]))
    mailing.drafted_at = timezone.now()
    mailing.save(update_fields=["content_hash", "drafted_at"])
    return mailing


def letters_that_go(letters: Iterable[Letter]) -> list[Letter]:
    return [letter for letter in letters if letter.status == Letter.Status.READY]


def submit_mailing(mailing: Mailing, *, by: User, seen_hash: str) -> Mailing:
    """Freeze the letters as `by` saw them and put the mailing before a colleague.

    The letters are drafted once more first. Raises ContentChanged when they then differ from what was seen (the
    new draft is kept), NothingToSend when every letter is held, and WrongStatus when it is not a draft.
    """
    draft_letters(mailing)
    with transaction.atomic():
        mailing = lock(mailing, Status.DRAFT)
        if mailing.content_hash != seen_hash:
            raise ContentChanged(
                _("Facts or addresses have changed since you read the letters. They are drafted anew: read them again.")
            )
        if not mailing.letters.filter(status=Letter.Status.READY).exists():
            raise NothingToSend(_("Every letter is held, so there is nothing to send. See why beside each of them."))
        mailing.status, mailing.submitted_at = Status.SUBMITTED, timezone.now()
        mailing.last_editor, mailing.return_note = by, ""
        mailing.save(update_fields=["status", "submitted_at", "last_editor", "return_note"])
        audit.record("mailing.submitted", mailing, by=by, content_hash=mailing.content_hash)
    return mailing


@transaction.atomic
def return_mailing(mailing: Mailing, *, by: User, note: str) -> Mailing:
    """Give a submitted mailing back to those who wrote it; raises WrongStatus when it is not waiting."""
    mailing = lock(mailing, Status.SUBMITTED)
    void_approval(mailing)
    mailing.status, mailing.submitted_at, mailing.return_note = Status.DRAFT, None, note
    mailing.save(update_fields=["status", "submitted_at", "return_note"])
    audit.record("mailing.returned", mailing, by=by)
    return mailing


@transaction.atomic
def cancel_mailing(mailing: Mailing, *, by: User) -> Mailing:
    """Stop a mailing for good: what has not left does not leave. Raises WrongStatus when it is stopped already."""
    mailing = lock(mailing, Status.DRAFT, Status.SUBMITTED, Status.APPROVED)
    for letter in mailing.letters.exclude(message=None).select_related("message"):
        try:
            outbox.cancel_message(letter.message, by=by, reason=CANCELLED)
        except outbox.WrongState:
            continue  # it has left, or is leaving this moment
    mailing.letters.filter(status__in=Letter.DRAFTED).update(status=Letter.Status.CANCELLED)
    void_approval(mailing)
    mailing.status = Status.CANCELLED
    mailing.save(update_fields=["status"])
    audit.record("mailing.cancelled", mailing, by=by)
    return mailing


def take_back(mailing: Mailing, *, by: User) -> None:
    """Make a submitted or approved mailing a draft again; raises AlreadyLeft when a letter has left."""
    if mailing.status == Status.DRAFT:
        return
    for letter in (
        mailing.letters.exclude(message=None).exclude(status=Letter.Status.CANCELLED).select_related("message")
    ):
        try:
            outbox.cancel_message(letter.message, by=by, reason=TAKEN_BACK)
        except outbox.WrongState as error:
            raise AlreadyLeft(
                _("Some letters have left already. You can stop the rest, but not change them.")
            ) from error
    was = mailing.status
    void_approval(mailing)
    mailing.status, mailing.submitted_at = Status.DRAFT, None
    mailing.save(update_fields=["status", "submitted_at"])
    audit.record("mailing.taken_back", mailing, by=by, was=was)


def void_approval(mailing: Mailing) -> None:
    mailing.approvals.filter(voided_at=None).update(voided_at=timezone.now())


def lock(mailing: Mailing, *allowed: str) -> Mailing:
    """Return the mailing locked until the transaction ends; raises WrongStatus from any other status."""
    mailing = Mailing.objects.select_for_update(of=["self"]).select_related("demand_version__demand").get(pk=mailing.pk)
    if mailing.status not in allowed:
        raise WrongStatus(
            _("This cannot be done now. The mailing is: %(status)s.") % {"status": mailing.get_status_display()}
        )
    return mailing
