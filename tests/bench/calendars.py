"""How long it takes to read the calendars trainers keep elsewhere, and to say who could teach a session."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tests.servers.calendars import HOME, https_server, write_certificate

from .figures import Figure

CALENDARS, EVENTS, REPEATING = 100, 500, 50
ZONE = """BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""
EVENT = """BEGIN:VEVENT
UID:{calendar}-{number}@andre.example
DTSTAMP:20260101T000000Z
DTSTART;TZID=W. Europe Standard Time:{start:%Y%m%dT%H0000}
DTEND;TZID=W. Europe Standard Time:{start:%Y%m%dT%H4500}
SUMMARY:Møte {number}
LOCATION:Rådhuset\\, rom {number}
DESCRIPTION:En lang tekst som ingen andre skal lese. En lang tekst som ingen andre skal lese.
ORGANIZER;CN=Kari:mailto:kari@andre.example
ATTENDEE;CN=Ola;PARTSTAT=ACCEPTED:mailto:ola@andre.example
{more}SEQUENCE:0
END:VEVENT"""


def calendar(number: int) -> bytes:
    """Return a calendar of 500 events around now, of which 50 repeat every week, each with a day left out."""
    first = datetime.now(UTC) - timedelta(days=30)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Andre//NO", ZONE]
    for event in range(EVENTS):
        start = first + timedelta(hours=17 * event + number)
        leap = f"EXDATE;TZID=W. Europe Standard Time:{start + timedelta(days=14):%Y%m%dT%H0000}"
        more = f"RRULE:FREQ=WEEKLY\n{leap}\n" if event < REPEATING else ""
        lines.append(EVENT.format(calendar=number, number=event, start=start, more=more))
    return "\n".join([*lines, "END:VCALENDAR", ""]).replace("\n", "\r\n").encode()


@contextmanager
def running_calendars() -> Iterator[dict[str, str]]:
    """Run a server with the calendars; yield what a process has to know to read them."""
    with tempfile.TemporaryDirectory(prefix="taushet-bench-") as folder:
        files = write_certificate(folder)
        with https_server(files) as shelf:
            shelf.answers |= {f"/{number}.ics": calendar(number) for number in range(CALENDARS)}
            yield {"SSL_CERT_FILE": str(files[0]), "TAUSHET_TEST_SERVERS": f"{HOME}:{shelf.port}"}


def calendar_figures(inside, database: str) -> list[Figure]:
    """Measure the reading of 100 calendars by one worker, and candidates among 20 and 200 trainers."""
    read = inside("read_calendars", CALENDARS)
    if (read["good"], read["periods"] > CALENDARS * EVENTS) != (CALENDARS, True):
        raise RuntimeError(f"{read['good']} calendars were read, with {read['periods']} periods.")
    few, many = inside("candidates", 20, 500, 5_000), inside("candidates", 200, 5_000, 50_000)
    most = "most allowed"
    return [
        Figure(f"100 calendars of 500 events, {database}", read["seconds"], "s", 180, most, at_most=1),
        Figure(f"memory of their reading, {database}", read["megabytes"], "MB", 200, most, at_most=1),
        Figure(f"candidates among 200 trainers, {database}", many["milliseconds"], "ms", 150, most, at_most=1),
        Figure(f"queries of that, {database}", many["queries"], "queries", 10, most, at_most=1),
        Figure(f"the same against 20, {database}", many["queries"], "queries", few["queries"], "for 20", at_most=1),
    ]
