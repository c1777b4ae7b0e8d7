"""When somebody is busy, by a calendar of theirs: the rules of RFC 5545, and what programs make of them.

Nobody knows beforehand what it costs to follow somebody's rules, so it is called in `taushet.ical.reader` only, a
process with limits. It needs no settings and no database.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
import x_wr_timezone
from icalendar.prop import vPeriod
from icalendar.timezone import tzp

from .sifting import Own, Unreadable, sift

OSLO = ZoneInfo("Europe/Oslo")
ONE_DAY = timedelta(days=1)
MOST_OF_A_SERIES = 2_000
MOST_PERIODS = 20_000
FIRST_YEAR = 1970
FREE = {"FREE", "WORKINGELSEWHERE"}
DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"
BROKEN = (KeyError, ValueError, TypeError, AttributeError, OverflowError, icalendar.InvalidCalendar)
Span = tuple[datetime, datetime]


@dataclass
class Found:
    """The busy time in a window, as spans in UTC that neither touch nor overlap; how many entries made no sense."""

    spans: list[Span] = field(default_factory=list)
    skipped: int = 0


def busy_time(body: bytes, window: Span, own: Own) -> Found:
    """Return when a calendar file says somebody is busy; raises Unreadable."""
    found = Found()
    tzp.use_zoneinfo()  # forgets the zones that calendars read before described under names of their own
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for calendar in calendars_of(sift(body, own)):
            found.spans += spans_of(calendar, window, own, found)
            if len(found.spans) > MOST_PERIODS:
                raise Unreadable("too_much")
    found.spans = joined(found.spans, window)
    return found


def calendars_of(body: bytes) -> list[icalendar.Calendar]:
    try:
        return icalendar.Calendar.from_ical(body, multiple=True)
    except BROKEN:
        raise Unreadable("unreadable") from None


def spans_of(calendar: icalendar.Calendar, window: Span, own: Own, found: Found) -> Iterator[Span]:
    """Give the busy spans of one calendar, in no order and beyond the window too."""
    calendar = in_its_zone(calendar)
    series = defaultdict(list)
    for number, event in enumerate(calendar.walk("VEVENT")):
        uid = str(event.get("UID", number))
        if own.domain and uid.lower().endswith(f"@{own.domain}"):
            continue
        if makes_sense(event):
            series[uid].append(event)
        else:
            found.skipped += 1
    for events in series.values():
        try:
            yield from spans_of_series(events, window)
        except BROKEN:
            found.skipped += len(events)
    for one in calendar.walk("VFREEBUSY"):
        yield from spans_of_freebusy(one)


def in_its_zone(calendar: icalendar.Calendar) -> icalendar.Calendar:
    """Return a calendar whose times are in the zone it names for itself, as Google's exports need.

    Without one, times that name no zone stay as they are and are read as Oslo's.
    """
    name = calendar.pop("X-WR-TIMEZONE", None)
    zone = tzp.timezone(str(name)) if name else None
    return x_wr_timezone.to_standard(calendar, timezone=zone) if zone else calendar


def makes_sense(event: icalendar.Event) -> bool:
    """Whether an entry has a start that can be read, and does not end before it or at it."""
    try:
        start, end = ends_of(event)
        return start.year >= FIRST_YEAR and (moment(end) > moment(start) or not has_end(event))
    except BROKEN:
        return False


def has_end(event: icalendar.Event) -> bool:
    return "DTEND" in event or "DURATION" in event


def ends_of(event: icalendar.Event) -> tuple[date, date]:
    """Return start and end; without an end a day lasts that day, and an hour is a moment."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        return start, event["DTEND"].dt
    if "DURATION" in event:
        return start, after(start, event["DURATION"].dt)
    return start, start if isinstance(start, datetime) else start + ONE_DAY


def after(start: date, duration: timedelta) -> date:
    """Return the end: days by the calendar, what is less than a day by the clock (RFC 5545 3.3.6)."""
    end = start + timedelta(days=duration.days)
    rest = timedelta(seconds=duration.seconds)
    if not isinstance(end, datetime) or end.tzinfo is None:
        return end + rest
    return (end.astimezone(UTC) + rest).astimezone(end.tzinfo)


def moment(when: date, zone: tzinfo = OSLO) -> datetime:
    """Return a day's midnight in Oslo, or a time, in UTC; a time without a zone is Oslo's."""
    if not isinstance(when, datetime):
        when = datetime.combine(when, time())
    return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)


def spans_of_series(events: list[icalendar.Event], window: Span) -> Iterator[Span]:
    """Give the spans of what shares an identity: an entry, or one that repeats with its exceptions."""
    if not any(name in event for event in events for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        for event in newest(events):
            if is_busy(event):
                yield tuple(moment(end) for end in ends_of(event))
        return
    calendar = icalendar.Calendar()
    calendar.subcomponents = events
    found = recurring_ical_events.of(calendar).between(window[0] - ONE_DAY, window[1] + ONE_DAY)
    if len(found) > MOST_OF_A_SERIES:
        raise Unreadable("too_much")
    for event in found:
        if is_busy(event):
            yield moment(event["DTSTART"].dt), moment(event["DTEND"].dt)


def newest(events: list[icalendar.Event]) -> list[icalendar.Event]:
    """Return the latest version; programs that give all entries one identity mean them all."""
    latest = max(int(event.get("SEQUENCE", 0)) for event in events)
    return [event for event in events if int(event.get("SEQUENCE", 0)) == latest]


def is_busy(event: icalendar.Event) -> bool:
    return not (
        str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() in FREE
        or "X-OWN-DECLINED" in event
    )


def spans_of_freebusy(component: Any) -> Iterator[Span]:
    """Give the periods of a VFREEBUSY that are not free (RFC 5545 3.8.2.6)."""
    values = component.get("FREEBUSY", [])
    for value in values if isinstance(values, list) else [values]:
        if str(value.params.get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        for period in value.to_ical().decode().split(","):
            start, end = vPeriod.from_ical(period)
            yield moment(start), moment(after(start, end) if isinstance(end, timedelta) else end)


def joined(spans: Iterable[Span], window: Span) -> list[Span]:
    """Return the same time in a window as spans that neither touch nor overlap, in order."""
    found: list[Span] = []
    for start, end in sorted((max(start, window[0]), min(end, window[1])) for start, end in spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def calendar_data(body: bytes) -> bytes:
    """Return the calendars in a CalDAV answer (RFC 4791 9.6) as one file; raises Unreadable."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\0" in body:  # a zero byte: UTF-16
        raise Unreadable("no_calendar")
    try:
        root = ElementTree.fromstring(body, ElementTree.XMLParser(encoding="utf-8"))  # noqa: S314  no entities
    except ElementTree.ParseError:
        raise Unreadable("no_calendar") from None
    return "\r\n".join((found.text or "").strip() for found in root.iter(DATA)).encode()
