"""Reading the calendars that trainers keep elsewhere, in the worker. What fails leaves the last good copy as it is."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from courses.models import BusyCalendar, BusyPeriod, Trainer
from taushet.caldav import fetch_calendars
from taushet.fetch import FetchFailed, Got, Limits, fetch
from taushet.ical.apart import Bounds, BusyTime, ReadFailed, read_busy_time
from taushet.seals import BrokenSeal

from .busy_access import Access, own_addresses

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=30)
STALE_AFTER = timedelta(hours=6)
LOOKS_BACK, LOOKS_AHEAD = timedelta(days=7), timedelta(days=400)
LONGEST_WAIT = timedelta(hours=24)
FULL_AGAIN_AFTER = timedelta(hours=12)
ALTOGETHER = 14.0
UNCHANGED = 304
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Copy:
    """What was read: the busy time, or None when it is as before; and what tells the version."""

    busy: BusyTime | None
    etag: str = ""
    last_modified: str = ""


def is_stale(last_good_at: datetime | None, now: datetime) -> bool:
    """Whether what we have of a calendar is too old to read as free."""
    return last_good_at is None or last_good_at < now - STALE_AFTER


@transaction.atomic
def enqueue_due() -> int:
    """Let every calendar be read whose time has come, of trainers who teach; returns how many.

    Their next time is put off in the same transaction, so that a worker that is behind gets none twice.
    """
    now = timezone.now()
    active = Trainer.objects.active().values("pk")
    due = BusyCalendar.objects.filter(next_try_at__lte=now, trainer__in=active).order_by("next_try_at", "pk")
    numbers = list(due.select_for_update(no_key=True, of=("self",), skip_locked=True).values_list("pk", flat=True))
    BusyCalendar.objects.filter(pk__in=numbers).update(next_try_at=now + 2 * EVERY)
    for number in numbers:
        read_later.enqueue(number)
    return len(numbers)


@task(priority=-10)
def read_later(calendar_id: int) -> str:
    return read_calendar(calendar_id)


def read_calendar(calendar_id: int, limits: Limits | None = None, bounds: Bounds | None = None) -> str:
    """Read a calendar elsewhere and keep its busy time; returns what came of it as a code, "" when it went well.

    Nothing is held while the other side takes its time. A calendar that was removed meanwhile stays away.
    """
    calendar = BusyCalendar.objects.select_related("trainer__user").filter(pk=calendar_id).first()
    if calendar is None:
        return ""
    started_at = timezone.now()
    try:
        copy = get_copy(calendar, started_at, limits or Limits(), bounds or Bounds())
    except (FetchFailed, ReadFailed) as error:
        failure = str(error.why)
    except BrokenSeal:
        failure = BusyCalendar.Failure.ADDRESS.value
    else:
        keep(calendar, copy, started_at)
        return ""
    logger.info("calendar %s could not be read: %s", calendar.pk, failure)
    put_off(calendar, failure, started_at)
    return failure


def get_copy(calendar: BusyCalendar, now: datetime, limits: Limits, bounds: Bounds) -> Copy:
    """Fetch and read a calendar, all within ALTOGETHER seconds; raises FetchFailed, ReadFailed and BrokenSeal."""
    access = Access.of(calendar)
    window = (now - LOOKS_BACK, now + LOOKS_AHEAD)
    started, got = time.monotonic(), Got(200, access.address)
    is_caldav = calendar.kind == BusyCalendar.Kind.CALDAV
    if is_caldav:
        bodies = fetch_calendars(access.address, login=access.login, window=window, limits=limits)
    else:
        got = fetch(access.address, headers=conditions(calendar, now), login=access.login, limits=limits)
        bodies = [got.body]
    if got.status == UNCHANGED:
        return Copy(None, calendar.etag, calendar.last_modified)
    spans, skipped = [], 0
    for body in bodies:
        left = max(1.0, ALTOGETHER - (time.monotonic() - started))
        found = read_busy_time(
            body,
            window=window,
            domain=settings.NEUTRAL_HOST.partition(":")[0].lower(),
            addresses=own_addresses(calendar.trainer, access),
            is_caldav=is_caldav,
            bounds=Bounds(bounds.processor, min(bounds.clock, left), bounds.megabytes),
        )
        spans += found.spans
        skipped += found.skipped
    return Copy(BusyTime(spans, skipped), got.etag, got.last_modified)


def conditions(calendar: BusyCalendar, now: datetime) -> dict[str, str]:
    """Return the headers that ask for a calendar only if it has changed.

    Twice a day it is asked for whatever comes, since what repeats has to be followed further into the future.
    """
    if calendar.failure or not calendar.expanded_at or calendar.expanded_at < now - FULL_AGAIN_AFTER:
        return {}
    asked = {"If-None-Match": calendar.etag, "If-Modified-Since": calendar.last_modified}
    return {name: value for name, value in asked.items() if value}


@transaction.atomic
def keep(calendar: BusyCalendar, copy: Copy, started_at: datetime) -> None:
    """Put what was read in the place of what was there; of a copy that is the same only the time is written."""
    locked = BusyCalendar.objects.select_for_update(no_key=True).filter(pk=calendar.pk).first()
    if locked is None or (locked.last_tried_at and locked.last_tried_at > started_at):
        return
    if copy.busy is not None:
        replace_periods(locked, copy.busy.spans)
        locked.skipped, locked.expanded_at = copy.busy.skipped, started_at
    locked.etag, locked.last_modified = short(copy.etag, 200), short(copy.last_modified, 60)
    locked.failure, locked.failures = "", 0
    locked.last_tried_at = locked.last_good_at = started_at
    locked.next_try_at = timezone.now() + EVERY
    locked.save()


def replace_periods(calendar: BusyCalendar, spans: Iterable[Span]) -> None:
    wanted = set(spans)
    there = {(one.starts_at, one.ends_at): one.pk for one in calendar.periods.all()}
    gone = [pk for span, pk in there.items() if span not in wanted]
    calendar.periods.filter(pk__in=gone).delete()
    BusyPeriod.objects.bulk_create(
        BusyPeriod(trainer_id=calendar.trainer_id, calendar=calendar, starts_at=starts_at, ends_at=ends_at)
        for starts_at, ends_at in sorted(wanted - there.keys())
    )


def short(text: str, longest: int) -> str:
    """Return a version as the server gave it, or nothing when it is no such thing."""
    return text if len(text) <= longest and text.isascii() and text.isprintable() else ""


@transaction.atomic
def put_off(calendar: BusyCalendar, failure: str, started_at: datetime) -> None:
    """Note that a calendar could not be read, and try again later and later; its hours stay as they were."""
    locked = BusyCalendar.objects.select_for_update(no_key=True).filter(pk=calendar.pk).first()
    if locked is None or (locked.last_tried_at and locked.last_tried_at > started_at):
        return
    locked.failures = min(locked.failures + 1, 30)
    locked.failure, locked.last_tried_at = failure, started_at
    locked.next_try_at = timezone.now() + min(EVERY * 2 ** (locked.failures - 1), LONGEST_WAIT)
    locked.save(update_fields=["failures", "failure", "last_tried_at", "next_try_at"])
