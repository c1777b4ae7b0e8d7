"""How far a mailing has come, how fast it goes, when it ends, and what needs a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from outreach.models import Letter, Mailing
from outreach.services.sending.departures import letters_an_hour
from outreach.services.sending.production import is_production
from outreach.services.sending.sending import ANSWER_WAITS, QUIET
from outreach.services.sending.stages import departure_of
from outreach.services.sending.trying_again import messages_to_try
from taushet.models import Message
from taushet.workdays import CLOSES_AT, OSLO, next_business_time

MEASURED = timedelta(minutes=10)
LEAST = timedelta(minutes=1)  # a shorter time says nothing of the pace
MOST_TROUBLE = 50
ON_THE_WAY = (Message.State.QUEUED, Message.State.SENDING)
LEFT = (Letter.Status.SENT, Letter.Status.STAYED, Letter.Status.UNKNOWN, Letter.Status.FAILED)


@dataclass(frozen=True)
class Progress:
    """Where a mailing stands."""

    counts: list[tuple[Letter.Status, int]]
    going: int
    left: int
    settled: int
    stayed: int
    unknown: int
    quiet: int
    unsorted: int
    waiting: int
    bound: int | None
    pace: int
    ends_at: datetime | None
    starts_at: datetime | None
    departs_at: datetime | None
    trouble: list[Letter]
    more_trouble: int
    leaves_from_here: bool

    @property
    def done(self) -> int:
        """How many have left; where letters stay, how many have had their turn."""
        return self.settled if self.stayed else self.left

    @property
    def percent(self) -> int:
        return 100 * self.done // self.going if self.going else 0


def progress_of(mailing: Mailing) -> Progress:
    """Return where a mailing stands now."""
    counts = mailing.letters.counts()
    trouble = troubled(mailing)
    waiting = mailing.letters.filter(message__state__in=ON_THE_WAY).count()
    reasons = waiting_for(mailing) if waiting else {}
    pace, bound = measured_pace(mailing), letters_an_hour(mailing)
    shown = list(trouble[:MOST_TROUBLE])
    again = messages_to_try(shown)
    for letter in shown:
        letter.again = again.get(letter.pk)
    return Progress(
        counts=[(Letter.Status(status), counts[status]) for status in Letter.Status.values if status in counts],
        going=sum(counts.get(status, 0) for status in Letter.TAKEN),
        left=counts.get(Letter.Status.SENT, 0),
        settled=sum(counts.get(status, 0) for status in LEFT),
        stayed=counts.get(Letter.Status.STAYED, 0),
        unknown=counts.get(Letter.Status.UNKNOWN, 0),
        quiet=reasons.get(QUIET, 0),
        unsorted=reasons.get(ANSWER_WAITS, 0),
        waiting=waiting,
        bound=bound,
        pace=min(pace, bound) if bound else pace,
        ends_at=end_of(mailing, waiting, bound, pace),
        starts_at=start_of(mailing, waiting),
        departs_at=departure_of(mailing) if waiting else None,
        trouble=shown,
        more_trouble=max(0, trouble.count() - len(shown)) if len(shown) == MOST_TROUBLE else 0,
        leaves_from_here=is_production(),
    )


def waiting_for(mailing: Mailing) -> dict[str, int]:
    """Return how many letters in the outbox wait for what."""
    on_the_way = mailing.letters.filter(message__state__in=ON_THE_WAY).order_by()
    return dict(on_the_way.values_list("message__state_reason").annotate(number=Count("pk")))


def troubled(mailing: Mailing):
    """The letters a person has to decide about; one that has been put back in the outbox is not among them."""
    letters = mailing.letters.in_trouble().exclude(message__state__in=ON_THE_WAY)
    return letters.select_related("message", "municipality", "mandate").order_by("status", "pk")


def measured_pace(mailing: Mailing) -> int:
    """Return how many letters an hour have left lately."""
    now = timezone.now()
    lately = mailing.letters.filter(settled_at__gte=now - MEASURED, status__in=LEFT)
    found = lately.aggregate(first=Min("settled_at"))
    if found["first"] is None:
        return 0
    return round(lately.count() * timedelta(hours=1) / max(now - found["first"], LEAST))


def start_of(mailing: Mailing, waiting: int) -> datetime | None:
    """Return when the next letter may leave, None when nothing waits or it may leave now."""
    now = timezone.now()
    opens_at = next_business_time(max(now, mailing.leaves_after or now))
    return opens_at if waiting and not mailing.paused_at and opens_at > now else None


def end_of(mailing: Mailing, waiting: int, bound: int | None, pace: int) -> datetime | None:
    """Return when the last letter will have left, None when that cannot be told or nothing waits."""
    if not waiting or mailing.paused_at or mailing.status != Mailing.Status.APPROVED:
        return None
    now = timezone.now()
    starts_at = next_business_time(max(now, mailing.leaves_after or now))
    slots = mailing.letters.filter(message__state__in=ON_THE_WAY).aggregate(
        turn=Max("slot_at"),
        system=Max("system_slot_at"),
        total=Max("total_slot_at"),
        quiet=Max("message__due_at", filter=Q(message__state_reason=QUIET)),
    )
    known = [slot for slot in slots.values() if slot]
    if per_hour := bound or pace:
        known.append(after_open_hours(starts_at, timedelta(hours=waiting / per_hour)))
    return max(known, default=None)


def after_open_hours(moment: datetime, span: timedelta) -> datetime:
    """Return the moment when offices have been open for so long."""
    while True:
        moment = next_business_time(moment)
        closes_at = datetime.combine(moment.astimezone(OSLO).date(), CLOSES_AT, OSLO)
        if span <= closes_at - moment:
            return moment + span
        span -= closes_at - moment
        moment = closes_at
