"""Writes calendars. By hand, since the library takes thirty times as long and feeds are asked for all day.

The rules and the reports they rest on stand in RFC 5545; in short: one fixed VTIMEZONE, which ten parsers read
alike; no METHOD and no people outside mail; stamps from the row and never "now", so that the bytes stay the same.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from .text import OSLO, address, escape, fold, parameter, stamp, utc

# Part of every feed's validator: raise it when the same events give other bytes.
WRITER_VERSION = 2

TIMEZONE = b"""BEGIN:VTIMEZONE
TZID:Europe/Oslo
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""".replace(b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class Person:
    """Who invites or is invited, and whether an answer is asked for; stands in mail only."""

    email: str
    name: str = ""
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One meeting as a calendar shows it. All times are aware; `changed_at` is when the row last changed."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    join_url: str = ""
    join_label: str = ""
    status: str = "CONFIRMED"
    is_busy: bool = True
    is_all_day: bool = False
    made_at: datetime | None = None
    organizer: Person | None = None
    attendee: Person | None = None


def named(person: Person) -> str:
    """Return the parameter with the name of a person; nothing for somebody whose name is nobody's business."""
    return f";CN={parameter(person.name)}" if person.name else ""


def local_times(event: Event) -> tuple[str, str]:
    """Return DTSTART and DTEND in Oslo time; in UTC when one lies in the hour that comes twice.

    Whole days are dates, and the last is the day after (RFC 5545 3.6.1).

    RFC 5545 3.3.5 takes such a local time for the first of the two, and libical for the second.
    """
    starts_at, ends_at = event.starts_at.astimezone(OSLO), event.ends_at.astimezone(OSLO)
    if event.is_all_day:
        return f"DTSTART;VALUE=DATE:{starts_at:%Y%m%d}", f"DTEND;VALUE=DATE:{ends_at:%Y%m%d}"
    if comes_twice(starts_at) or comes_twice(ends_at):
        return f"DTSTART:{utc(starts_at)}", f"DTEND:{utc(ends_at)}"
    return f"DTSTART;TZID=Europe/Oslo:{stamp(starts_at)}", f"DTEND;TZID=Europe/Oslo:{stamp(ends_at)}"


def comes_twice(local: datetime) -> bool:
    """Whether a clock in Oslo shows this time once more; the hour is looked at first, since the rest costs."""
    return local.hour == 2 and local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def write_event(event: Event) -> bytes:
    """Return one VEVENT, its last line end included."""
    changed_at = utc(event.changed_at)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{utc(event.made_at) if event.made_at else changed_at}",
        f"LAST-MODIFIED:{changed_at}",
        *local_times(event),
        f"SUMMARY:{escape(event.summary)}",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{escape(event.description)}")
    if event.location:
        lines.append(f"LOCATION:{escape(event.location)}")
    if event.url:
        lines.append(f"URL:{address(event.url)}")
    if event.join_url:
        label = f";LABEL={parameter(event.join_label)}" if event.join_label else ""
        lines.append(f"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO{label}:{address(event.join_url)}")
    if event.organizer:
        lines.append(
            f"ORGANIZER;CN={parameter(event.organizer.name or event.organizer.email)}"
            f":mailto:{address(event.organizer.email)}"
        )
    if event.attendee:
        lines.append(
            f"ATTENDEE{named(event.attendee)};CUTYPE=INDIVIDUAL"
            f";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP={'TRUE' if event.attendee.is_asked else 'FALSE'}"
            f":mailto:{address(event.attendee.email)}"
        )
    lines += [
        f"STATUS:{event.status}",
        f"TRANSP:{'OPAQUE' if event.is_busy else 'TRANSPARENT'}",
        f"X-MICROSOFT-CDO-BUSYSTATUS:{'BUSY' if event.is_busy else 'FREE'}",
        "END:VEVENT\r\n",
    ]
    return "\r\n".join(map(fold, lines)).encode()


# The key is the whole event, so what is kept can never be out of date. Feeds hold no personal data.
kept_event = lru_cache(maxsize=2000)(write_event)


def write_calendar(
    events: Iterable[Event], *, name: str = "", method: str = "", write: Callable[[Event], bytes] = write_event
) -> bytes:
    """Return a whole calendar. A name makes it one to subscribe to, a method one that goes in a mail."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{settings.NEUTRAL_HOST.partition(':')[0]}//Kalender//NO",
        "CALSCALE:GREGORIAN",
    ]
    if method:
        lines.append(f"METHOD:{method}")
    if name:
        lines += [
            f"NAME:{escape(name)}",
            f"X-WR-CALNAME:{escape(name)}",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
        ]
    head = "\r\n".join([*map(fold, lines), ""]).encode()
    return b"".join([head, TIMEZONE, *map(write, events), b"END:VCALENDAR\r\n"])


def write_feed(events: Iterable[Event], *, name: str) -> bytes:
    """Return a calendar to subscribe to. Events that have not changed are not written again."""
    return write_calendar(events, name=name, write=kept_event)
