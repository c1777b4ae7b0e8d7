"""The quiet period at the last moment: two mailings may have been approved before either left.

The first one to leave wins. A letter of another mailing to the same office, or to the same address, then waits until
the quiet period is over and is asked about anew. What follows a letter is not kept back by that letter, and a
correction by none: the dry run (`had_before`) judges the same way.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Lower

from outreach.models import Letter, Mandate, Pace, Redelivery
from outreach.services.mailings.had_before import AT_ANY_TIME
from taushet.models import Message
from taushet.workdays import OSLO, next_business_time

HAD = (Letter.Status.SENT, Letter.Status.STAYED, Letter.Status.UNKNOWN)
# When another letter to the same office is being handed over this minute, this one is asked about again after it.
ASK_AGAIN_AFTER = timedelta(minutes=2)


class Other(NamedTuple):
    """A letter that an office has had lately, or that is on its way there."""

    mandate: int
    mailing: int
    origin: int | None
    settled_at: datetime | None
    state: str

    def is_apart_from(self, letter: Letter) -> bool:
        """Whether it has nothing to do with a letter: another mailing, which neither follows nor is followed."""
        return self.mailing not in {letter.mailing_id, letter.mailing.origin_id} and self.origin != letter.mailing_id


def quiet_until(going: Iterable[tuple[Letter, str]], now: datetime) -> dict[int, datetime]:
    """Return until when letters have to wait for quiet, by their keys; two queries for them all.

    `going` are the letters somebody is about to send, each with the address it goes to, in the order in which they
    leave. In the caller's transaction: two workers that have letters to one office take turns.
    """
    going = [(letter, email.lower()) for letter, email in going if letter.mandate_id]
    if not settings.OUTREACH_QUIET_DAYS or not going:
        return {}
    today = now.astimezone(OSLO).date()
    at_address = offices_at({email for _letter, email in going}, today)
    offices = {letter.pk: at_address[email] | {letter.mandate_id} for letter, email in going}
    asked = (set().union(*offices.values()), set(offices), start_of_quiet(today))
    others = others_to(*asked)
    if any(other.state for found in others.values() for other in found):
        take_turns()
        others = others_to(*asked)
    until: dict[int, datetime] = {}
    for letter, _email in going:
        if letter.occasion not in AT_ANY_TIME:
            rivals = [
                other
                for office in offices[letter.pk]
                for other in others[office]
                if other.state != Message.State.QUEUED and other.is_apart_from(letter)
            ]
            if rivals:
                until[letter.pk] = max(end_of_quiet(other, now) for other in rivals)
                continue
        leaves = Other(letter.mandate_id, letter.mailing_id, letter.mailing.origin_id, None, Message.State.SENDING)
        for office in offices[letter.pk]:
            others[office].append(leaves)
    return until


def offices_at(addresses: Collection[str], today: date) -> Mapping[str, set[int]]:
    """Return the offices of today at each address."""
    held = Mandate.objects.in_office(today).annotate(address=Lower("email")).filter(address__in=addresses).order_by()
    found: defaultdict[str, set[int]] = defaultdict(set)
    for office, address in held.values_list("pk", "address"):
        found[address].add(office)
    return found


def others_to(offices: set[int], apart_from: set[int], since: datetime) -> defaultdict[int, list[Other]]:
    """Return the letters some offices have had since a moment, and those in the outbox; `state` is that of the last."""
    found: defaultdict[int, list[Other]] = defaultdict(list)
    # Nearly always there is none but those about to leave: which it is tells the index of offices alone.
    of_offices = Letter.objects.filter(mandate__in=list(offices)).order_by()
    rows = of_offices.values_list("pk", "status", "settled_at")
    kept = [
        pk
        for pk, status, settled_at in rows
        if pk not in apart_from
        and (status == Letter.Status.QUEUED or (status in HAD and settled_at and settled_at > since))
    ]
    if not kept:
        return found
    # A letter that goes to a corrected address leaves by another message than its first.
    again = Redelivery.objects.filter(letter=OuterRef("pk")).exclude(message=None).order_by("-pk")
    state_now = Coalesce(Subquery(again.values("message__state")[:1]), F("message__state"))
    columns = ("mandate", "mailing", "mailing__origin", "settled_at", "status", state_now)
    for *row, status, state in Letter.objects.filter(pk__in=kept).order_by().values_list(*columns):
        found[row[0]].append(Other(*row, state if status == Letter.Status.QUEUED else ""))
    return found


def take_turns() -> None:
    """Wait for other workers that are claiming letters to offices which have more than one on the way."""
    Pace.objects.bulk_create([Pace(key="quiet", next_at=datetime.now(OSLO))], ignore_conflicts=True)
    Pace.objects.select_for_update().get(key="quiet")


def start_of_quiet(today: date) -> datetime:
    return datetime.combine(today - timedelta(days=settings.OUTREACH_QUIET_DAYS), time.min, tzinfo=OSLO)


def end_of_quiet(other: Other, now: datetime) -> datetime:
    """Return when an office may be written to again after another letter."""
    if other.settled_at is None:
        return next_business_time(now + ASK_AGAIN_AFTER)
    last = other.settled_at.astimezone(OSLO).date() + timedelta(days=settings.OUTREACH_QUIET_DAYS)
    return next_business_time(datetime.combine(last + timedelta(days=1), time.min, tzinfo=OSLO))
