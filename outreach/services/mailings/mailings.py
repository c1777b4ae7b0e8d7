"""A mailing from first draft to submitted: what it holds, who changed it, and its letters drafted anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from outreach.exceptions import AlreadyLeft, ContentChanged, WrongStatus
from outreach.models import DemandVersion, Letter, LetterDemand, Mailing, MailingDemand, MailingPick
from outreach.services.mailings.approvers import void_approvals
from outreach.services.mailings.audiences import Audience
from outreach.services.mailings.differences import excerpt
from outreach.services.mailings.drafting import AT_ONCE, DRAFTED_FIELDS, draft, draft_letters, freeze, lock
from outreach.services.mailings.fingerprints import canonical_hash, letter_hash, moment
from outreach.services.mailings.letter_pdfs import forget_pdfs
from outreach.services.mailings.letter_texts import OWN_TEXTS
from outreach.services.sending.steering import WAITING, carrying, stop_what_waits
from taushet.models import Message, User
from taushet.services import audit

Status = Mailing.Status
TAKEN_BACK = gettext_noop("The mailing was changed, so it has to be approved anew.")
CANCELLED = gettext_noop("The mailing was cancelled.")
# What staff decide with values that the log may keep as they are.
DECIDED = ("senders", "send_at", "language_rule", "language")


@dataclass(frozen=True)
class Plan:
    """What staff decide about a mailing: demands x audience x language x schedule, and its own texts."""

    title: str
    demands: tuple[DemandVersion, ...]
    audience: Audience
    senders: str = Mailing.Senders.KSS
    send_at: datetime | None = None
    language_rule: str = Mailing.LanguageRule.MUNICIPALITY
    language: str = Mailing.Language.BOKMAL
    occasion: str = Mailing.Occasion.FIRST
    # Subject, opening and closing in both forms, by the name of the field; those that lack are empty.
    texts: Mapping[str, str] = field(default_factory=dict)
    # Offices chosen by hand, whatever the filter says.
    added: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()


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
    mailing = Mailing(request_key=request_key, author=author)
    write_plan(mailing, plan, by=author)
    audit.record("mailing.created", mailing, by=author, audience=mailing.audience)
    return draft(mailing, by=author)


def write_plan(mailing: Mailing, plan: Plan, *, by: User) -> None:
    """Store what staff have decided."""
    mailing.title, mailing.demand_version = plan.title, plan.demands[0]
    mailing.audience, mailing.occasion, mailing.last_editor = plan.audience.as_json(), plan.occasion, by
    for name in DECIDED:
        setattr(mailing, name, getattr(plan, name))
    for name in OWN_TEXTS:
        setattr(mailing, name, plan.texts.get(name, ""))
    mailing.save()
    if by.pk != mailing.author_id:
        mailing.editors.add(by)
    mailing.mailing_demands.all().delete()
    MailingDemand.objects.bulk_create(
        MailingDemand(mailing=mailing, demand_version=version, position=position)
        for position, version in enumerate(plan.demands)
    )
    mailing.picks.all().delete()
    MailingPick.objects.bulk_create(
        MailingPick(mailing=mailing, mandate_id=mandate, is_added=is_added)
        for is_added, mandates in ((True, plan.added), (False, plan.dropped))
        for mandate in sorted(set(mandates))
    )


def plan_of(mailing: Mailing) -> Plan:
    """Return what staff have decided about a mailing."""
    picks = list(mailing.picks.order_by("mandate").values_list("mandate", "is_added"))
    return Plan(
        title=mailing.title,
        demands=tuple(mailing.versions),
        audience=Audience.from_json(mailing.audience),
        occasion=mailing.occasion,
        texts={name: getattr(mailing, name) for name in OWN_TEXTS},
        added=tuple(mandate for mandate, is_added in picks if is_added),
        dropped=tuple(mandate for mandate, is_added in picks if not is_added),
        **{name: getattr(mailing, name) for name in DECIDED},
    )


@transaction.atomic
def change_mailing(
    mailing: Mailing, plan: Plan, *, by: User, seen_hash: str | None = None, keeps_edits: bool = True
) -> Mailing:
    """Change a mailing and draft its letters anew. An approval becomes void, and the log says what differs.

    What was edited by hand stays so unless `keeps_edits` is false.

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
    write_plan(mailing, plan, by=by)
    audit.record("mailing.changed", mailing, by=by, changes=changes)
    return draft(mailing, by=by, keeps_edits=keeps_edits)


def plan_hash(mailing: Mailing) -> str:
    """Return a fingerprint of what staff have decided about a mailing."""
    return canonical_hash(as_logged(plan_of(mailing)) | {"title": mailing.title})


def as_logged(plan: Plan) -> dict[str, Any]:
    """Return what a plan decides, as ids and values."""
    return {
        "demands": [version.pk for version in plan.demands],
        "audience": plan.audience.as_json(),
        "senders": plan.senders,
        "send_at": moment(plan.send_at),
        "language_rule": plan.language_rule,
        "language": plan.language,
        "occasion": plan.occasion,
        "added": sorted(plan.added),
        "dropped": sorted(plan.dropped),
        **{name: plan.texts.get(name, "") for name in OWN_TEXTS},
    }


def differences(mailing: Mailing, plan: Plan) -> dict[str, Any]:
    """Return what a plan changes, as the log keeps it: before and after, of texts what differs."""
    before, after = as_logged(plan_of(mailing)), as_logged(plan)
    changes: dict[str, Any] = {}
    for name, value in after.items():
        if before[name] == value:
            continue
        changes[name] = excerpt(before[name], value) if name in OWN_TEXTS else [before[name], value]
    if mailing.title != plan.title:
        changes["title"] = True
    return changes


def submit_mailing(mailing: Mailing, *, by: User, seen_hash: str) -> Mailing:
    """Freeze the letters as `by` saw them and put the mailing before a colleague.

    The letters are drafted once more first; when they are many the worker does it, and the mailing is submitted when
    that is done (`current_run`). Raises ContentChanged when they then differ from what was seen (the new draft is
    kept), NothingToSend when every letter is held, and WrongStatus when it is not a draft.
    """
    if mailing.letters.count() > AT_ONCE:
        with transaction.atomic():
            mailing = lock(mailing, Status.DRAFT)
            if mailing.content_hash != seen_hash:
                raise ContentChanged(_("The letters are no longer those you read. Read them again."))
            return draft(mailing, by=by, seen_hash=seen_hash)
    draft_letters(mailing)
    with transaction.atomic():
        return freeze(lock(mailing, Status.DRAFT), by=by, seen_hash=seen_hash)


@transaction.atomic
def return_mailing(mailing: Mailing, *, by: User, note: str) -> Mailing:
    """Give a submitted mailing back to those who wrote it; raises WrongStatus when it is not waiting."""
    mailing = lock(mailing, Status.SUBMITTED)
    void_approvals(mailing)
    forget_pdfs(mailing)
    mailing.status, mailing.submitted_at, mailing.return_note = Status.DRAFT, None, note
    mailing.save(update_fields=["status", "submitted_at", "return_note", "content_hash"])
    audit.record("mailing.returned", mailing, by=by)
    return mailing


@transaction.atomic
def cancel_mailing(mailing: Mailing, *, by: User) -> Mailing:
    """Stop a mailing for good: what has not left does not leave. Raises WrongStatus when nothing can be stopped."""
    mailing = lock(mailing, Status.DRAFT, Status.SUBMITTED, Status.APPROVED)
    ready = mailing.letters.filter(status=Letter.Status.READY)
    if not stop_what_waits(mailing, CANCELLED) and mailing.status == Status.APPROVED and not ready.exists():
        raise WrongStatus(_("No letter waits any longer, so there is nothing to cancel."))
    mailing.letters.filter(status__in=Letter.DRAFTED).update(status=Letter.Status.CANCELLED)
    void_approvals(mailing)
    mailing.status = Status.CANCELLED
    mailing.save(update_fields=["status"])
    audit.record("mailing.cancelled", mailing, by=by)
    return mailing


def take_back(mailing: Mailing, *, by: User) -> None:
    """Make a submitted or approved mailing a draft again; raises AlreadyLeft when a letter has left."""
    if mailing.status == Status.DRAFT:
        return
    queued = mailing.letters.exclude(message=None).exclude(status=Letter.Status.CANCELLED)
    standing = list(queued.values_list("pk", flat=True)) if mailing.status == Status.APPROVED else []
    stop_what_waits(mailing, TAKEN_BACK, (*WAITING, Message.State.FAILED))
    left = Message.objects.filter(carrying(mailing)).exclude(state=Message.State.CANCELLED)
    if queued.exists() or left.exists():
        raise AlreadyLeft(_("The sending has begun. You can stop the rest, but not change the letters."))
    copy_letters(standing)
    was = mailing.status
    if was == Status.APPROVED:
        mailing.editors.clear()  # what they wrote somebody else has approved
    void_approvals(mailing)
    forget_pdfs(mailing)
    mailing.status, mailing.submitted_at = Status.DRAFT, None
    mailing.save(update_fields=["status", "submitted_at", "content_hash"])
    audit.record("mailing.taken_back", mailing, by=by, was=was)


def copy_letters(keys: list[int]) -> None:
    """Put fresh letters beside those that were stopped in the outbox, so that what was edited by hand is not lost."""
    for some in batched(keys, 250, strict=False):
        olds = Letter.objects.filter(pk__in=some).prefetch_related("letter_demands")
        pairs = [(copy_of(old), [row for row in old.letter_demands.all() if row.position]) for old in olds]
        Letter.objects.bulk_create(letter for letter, _rows in pairs)
        LetterDemand.objects.bulk_create(
            LetterDemand(letter=letter, demand_version_id=row.demand_version_id, position=row.position)
            for letter, rows in pairs
            for row in rows
        )


def copy_of(old: Letter) -> Letter:
    """Return a letter that says the same as another, as a draft: nothing of the way that one went comes along."""
    names = [Letter._meta.get_field(name).attname for name in DRAFTED_FIELDS]
    letter = Letter(mailing_id=old.mailing_id, channel=old.channel, **{name: getattr(old, name) for name in names})
    letter.status = Letter.Status.READY
    letter.content_hash = letter_hash(letter, [row.demand_version_id for row in old.letter_demands.all()])
    return letter
