"""Reading in a process of its own: what comes back, and that nothing lasts longer than it may."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from taushet.ical import apart
from taushet.ical.apart import Bounds, ReadFailed, read_busy_time
from tests.bench.calendars import calendar as outlook_calendar

WINDOW = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


def event(number, *lines):
    hours = "DTSTART:20261026T090000Z", "DTEND:20261026T110000Z"
    return "BEGIN:VEVENT", f"UID:{number}", *(lines or hours), "END:VEVENT"


def read(body, **how):
    return read_busy_time(body, window=WINDOW, domain="kalender.example", addresses=[], **how)


def test_spans_come_back_in_utc():
    found = read(calendar(*event(1), *event(2, "DTSTART:x")))

    assert found.spans == [(datetime(2026, 10, 26, 9, tzinfo=UTC), datetime(2026, 10, 26, 11, tzinfo=UTC))]
    assert found.skipped == 1


def test_outlook_calendar_of_500_entries_is_well_within_bounds():
    """Its zone begins in 1601, which once cost minutes."""
    now = datetime.now(UTC)

    found = read_busy_time(
        outlook_calendar(0).replace(b"W. Europe Standard Time", b"Customized Time Zone"),
        window=(now, now + timedelta(days=400)),
        domain="kalender.example",
        addresses=[],
        bounds=Bounds(processor=4),
    )

    assert (len(found.spans) > 2500, found.skipped) == (True, 0)


def test_reader_that_has_gone_is_replaced():
    read(calendar())
    apart._reader.end()

    assert read(calendar(*event(1))).skipped == 0


def test_caldav_answers_are_read_without_entities():
    entry = calendar(*event(1)).decode()
    answer = f'<m xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><c:calendar-data>{entry}</c:calendar-data></m>'

    assert len(read(answer.encode(), is_caldav=True).spans) == 1
    assert read(b'<m xmlns="DAV:"/>', is_caldav=True).spans == []
    for bad in (f"<!DOCTYPE m>{answer}", "<m>", "Logg inn"):
        with pytest.raises(ReadFailed, match="no_calendar"):
            read(bad.encode(), is_caldav=True)


HOURLY = "DTSTART:19700101T090000Z", "DTEND:19700101T093000Z", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"
MANY = [line for number in range(100_000) for line in event(number)]


@pytest.mark.parametrize(
    ("lines", "bounds", "why"),
    [
        (event(1, *HOURLY), Bounds(processor=1), "too_much"),
        (event(1, *HOURLY), Bounds(clock=1), "too_much"),
        (event(1, "DTSTART:20261026T090000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"), Bounds(), "too_much"),
        (MANY, Bounds(), "too_large"),
        (MANY, Bounds(megabytes=60), "too_much"),
    ],
)
def test_whatever_costs_too_much_is_stopped(lines, bounds, why):
    body, started = calendar(*lines), time.monotonic()

    with pytest.raises(ReadFailed) as failed:
        read(body, bounds=bounds)

    assert failed.value.why == why
    assert time.monotonic() - started < 15
