"""When somebody is busy, by calendars as programs write them: the table on the right was written by hand."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
from icalendar.timezone import tzp

from taushet.ical.busy import busy_time
from taushet.ical.sifting import Own, Unreadable, sift

OSLO = ZoneInfo("Europe/Oslo")
OWN = Own("kalender.example", frozenset({"kari@test.example"}))
WINDOW = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)
CUSTOM_ZONE = """
BEGIN:VTIMEZONE
TZID:Customized Time Zone
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
END:VTIMEZONE
"""
WEEKLY = """
UID:uke
DTSTART;TZID=Europe/Oslo:20261019T090000
DTEND;TZID=Europe/Oslo:20261019T103000
RRULE:FREQ=WEEKLY;COUNT=4
"""


def event(text):
    return f"BEGIN:VEVENT\n{text.strip()}\nEND:VEVENT\n"


def calendar(*events, head=""):
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head.strip()}\n{''.join(map(event, events))}END:VCALENDAR\n"
    return whole.replace("\n\n", "\n").replace("\n", "\r\n").encode()


def busy(body, own=OWN):
    found = busy_time(body, WINDOW, own)
    return [
        f"{start.astimezone(OSLO):%d.%m %H.%M}–{end.astimezone(OSLO):%d.%m %H.%M}" for start, end in found.spans
    ], found.skipped


def timed(lines="", start="20261026T090000Z", end="20261026T110000Z", uid="1"):
    return f"UID:{uid}\nDTSTART:{start}\nDTEND:{end}\n{lines}"


TABLE = {
    "utc": (calendar(timed()), ["26.10 10.00–26.10 12.00"]),
    "duration over the night the clocks go back": (
        calendar("UID:1\nDTSTART;TZID=Europe/Oslo:20261024T220000\nDURATION:PT8H"),
        ["24.10 22.00–25.10 05.00"],
    ),
    "windows zone, not described": (
        calendar(
            "UID:1\nDTSTART;TZID=W. Europe Standard Time:20261023T100000\n"
            "DTEND;TZID=W. Europe Standard Time:20261023T120000\nRRULE:FREQ=WEEKLY;COUNT=2"
        ),
        ["23.10 10.00–23.10 12.00", "30.10 10.00–30.10 12.00"],
    ),
    "outlook's own zone, described": (
        calendar(
            "UID:1\nDTSTART;TZID=Customized Time Zone:20261023T100000\n"
            "DTEND;TZID=Customized Time Zone:20261023T120000\nRRULE:FREQ=WEEKLY;COUNT=2",
            head=CUSTOM_ZONE,
        ),
        ["23.10 10.00–23.10 12.00", "30.10 10.00–30.10 12.00"],
    ),
    "zone nobody knows is ours": (
        calendar(
            'UID:1\nDTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Oslo":20261026T100000\n'
            'DTEND;TZID="(UTC+01:00) Amsterdam, Berlin, Oslo":20261026T120000'
        ),
        ["26.10 10.00–26.10 12.00"],
    ),
    "google: utc that repeats by the zone of the calendar": (
        calendar(
            timed("RRULE:FREQ=WEEKLY;COUNT=2", "20261023T080000Z", "20261023T090000Z"),
            head="X-WR-CALNAME:kari@test.example\nX-WR-TIMEZONE:Europe/Oslo",
        ),
        ["23.10 10.00–23.10 11.00", "30.10 10.00–30.10 11.00"],
    ),
    "utc that repeats by itself": (
        calendar(timed("RRULE:FREQ=WEEKLY;COUNT=2", "20261023T080000Z", "20261023T090000Z")),
        ["23.10 10.00–23.10 11.00", "30.10 09.00–30.10 10.00"],
    ),
    "floating": (calendar(timed("", "20261026T090000", "20261026T110000")), ["26.10 09.00–26.10 11.00"]),
    "floating, in the zone of the calendar": (
        calendar(timed("", "20261026T090000", "20261026T110000"), head="X-WR-TIMEZONE:Europe/Helsinki"),
        ["26.10 08.00–26.10 10.00"],
    ),
    "whole days are Oslo's, 25 hours among them": (
        calendar("UID:1\nDTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261026", "UID:2\nDTSTART;VALUE=DATE:20261101"),
        ["24.10 00.00–26.10 00.00", "01.11 00.00–02.11 00.00"],
    ),
    "birthday": (
        calendar("UID:1\nDTSTART;VALUE=DATE:19800517\nRRULE:FREQ=YEARLY"),
        ["17.05 00.00–18.05 00.00"],
    ),
    "excluded, moved, cancelled, let go": (
        calendar(
            WEEKLY + "EXDATE;TZID=Europe/Oslo:20261026T090000",
            "UID:uke\nRECURRENCE-ID;TZID=Europe/Oslo:20261102T090000\nDTSTART;TZID=Europe/Oslo:20261103T130000\n"
            "DTEND;TZID=Europe/Oslo:20261103T140000",
            "UID:uke\nRECURRENCE-ID;TZID=Europe/Oslo:20261109T090000\nDTSTART;TZID=Europe/Oslo:20261109T090000\n"
            "DTEND;TZID=Europe/Oslo:20261109T103000\nSTATUS:CANCELLED",
        ),
        ["19.10 09.00–19.10 10.30", "03.11 13.00–03.11 14.00"],
    ),
    "from one on": (
        calendar(
            WEEKLY,
            "UID:uke\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Oslo:20261102T090000\n"
            "DTSTART;TZID=Europe/Oslo:20261102T100000\nDTEND;TZID=Europe/Oslo:20261102T113000",
        ),
        [
            "19.10 09.00–19.10 10.30",
            "26.10 09.00–26.10 10.30",
            "02.11 10.00–02.11 11.30",
            "09.11 10.00–09.11 11.30",
        ],
    ),
    "extra dates": (
        calendar(timed("RDATE:20261028T090000Z,20261029T090000Z")),
        ["26.10 10.00–26.10 12.00", "28.10 10.00–28.10 12.00", "29.10 10.00–29.10 12.00"],
    ),
    "free for one reason or another": (
        calendar(
            timed("TRANSP:TRANSPARENT", uid="1"),
            timed("STATUS:CANCELLED", uid="2"),
            timed("X-MICROSOFT-CDO-BUSYSTATUS:FREE", uid="3"),
            timed("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", uid="4"),
            timed('ATTENDEE;CN="Kari: N";PARTSTAT=DECLINED:mailto:Kari@test.example', uid="5"),
            timed(uid="mote-7@kalender.example"),
            "UID:6\nDTSTART:20261026T090000Z",
        ),
        [],
    ),
    "busy for one reason or another": (
        calendar(
            timed("TRANSP:OPAQUE\nSTATUS:TENTATIVE", uid="1"),
            timed("ATTENDEE;PARTSTAT=DECLINED:mailto:ola@test.example", "20261027T090000Z", "20261027T100000Z", "2"),
            timed("X-MICROSOFT-CDO-BUSYSTATUS:OOF", "20261028T090000Z", "20261028T100000Z", "3"),
            timed("BEGIN:VALARM\nTRANSP:TRANSPARENT\nEND:VALARM", "20261029T090000Z", "20261029T100000Z", "4"),
        ),
        [
            "26.10 10.00–26.10 12.00",
            "27.10 10.00–27.10 11.00",
            "28.10 10.00–28.10 11.00",
            "29.10 10.00–29.10 11.00",
        ],
    ),
    "declined by whom google calls the calendar after": (
        calendar(
            timed("ATTENDEE;PARTSTAT=DECLINED:mailto:privat@test.example"), head="X-WR-CALNAME:privat@test.example"
        ),
        [],
    ),
    "free-busy": (
        calendar(
            head="BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20261026T080000Z/PT3H,20261027T080000Z/20261027T090000Z\n"
            "FREEBUSY;FBTYPE=FREE:20261028T080000Z/PT3H\nFREEBUSY:20261029T080000Z/PT1H\nEND:VFREEBUSY"
        ),
        ["26.10 09.00–26.10 12.00", "27.10 09.00–27.10 10.00", "29.10 09.00–29.10 10.00"],
    ),
    "two versions, and one identity for all": (
        calendar(
            timed("SEQUENCE:1", uid="1"),
            timed("SEQUENCE:2", "20261027T090000Z", "20261027T100000Z", "1"),
            timed("", "20261028T090000Z", "20261028T100000Z", "same"),
            timed("", "20261029T090000Z", "20261029T100000Z", "same"),
        ),
        ["27.10 10.00–27.10 11.00", "28.10 10.00–28.10 11.00", "29.10 10.00–29.10 11.00"],
    ),
    "two calendars, side by side and over each other": (
        calendar(timed(), timed("", "20261026T110000Z", "20261026T120000Z", "2")) + calendar(timed(uid="3")),
        ["26.10 10.00–26.10 13.00"],
    ),
    "folded, marked, in small letters": (
        b"\xef\xbb\xbf" + calendar("uid:1\nsummary:Le\n ge\ndtstart:20261026T\n 090000Z\ndtend:20261026T100000Z"),
        ["26.10 10.00–26.10 11.00"],
    ),
    "nothing": (calendar(), []),
    "long past, far ahead": (
        calendar(timed("", "20200101T090000Z", "20200101T100000Z"), timed("", "20350101T090000Z", "20350101T100000Z")),
        [],
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_intervals_are_those_of_the_table(name):
    body, wanted = TABLE[name]

    assert busy(body) == (wanted, 0)


def test_zones_that_another_calendar_described_are_not_those_of_the_next():
    body, wanted = TABLE["windows zone, not described"]
    zone = CUSTOM_ZONE.strip().replace("Customized Time Zone", "W. Europe Standard Time").replace("+0100", "+0000")
    tzp.use_zoneinfo()
    icalendar.Calendar.from_ical(f"BEGIN:VCALENDAR\n{zone}\nEND:VCALENDAR\n".replace("\n", "\r\n"))

    assert busy(body) == (wanted, 0)


@pytest.mark.parametrize(
    "broken",
    [
        timed("", "2026-10-26", "20261026T100000Z"),
        timed("", "20261026T100000Z", "20261026T090000Z"),
        timed("", "20261026T100000Z", "20261026T100000Z"),
        timed("RRULE:FREQ=NEVER"),
        timed("RRULE:FREQ=DAILY", "19690101T100000Z", "19690101T110000Z"),
        "UID:1\nDTEND:20261026T100000Z",
        "UID:1\nDTSTART:20261026T100000Z\nDURATION:-PT1H",
    ],
)
def test_entry_that_makes_no_sense_is_counted_and_the_others_stay(broken):
    whole = timed("", "20261027T090000Z", "20261027T100000Z", "2")

    assert busy(calendar(broken, whole)) == (["27.10 10.00–27.10 11.00"], 1)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no_calendar"),
        (b"<!DOCTYPE html><title>Logg inn</title>", "no_calendar"),
        (b"\x00\xff\xfe", "no_calendar"),
        (calendar(timed())[:-20], "unreadable"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "unreadable"),
        (calendar(timed("RRULE:FREQ=SECONDLY")), "too_much"),
        (calendar(timed("RRULE:INTERVAL=90;FREQ=minutely")), "too_much"),
        (calendar(timed("RRULE:FREQ=DAILY;BYHOUR=8,9;BYMINUTE=" + ",".join(map(str, range(60))))), "too_much"),
        (calendar(timed("RRULE:FREQ=HOURLY")), "too_much"),
        (calendar(timed("UID:" + "x" * 70_000)), "too_large"),
        (calendar(*[timed()] * 20_001), "too_large"),
    ],
)
def test_what_is_no_calendar_or_costs_too_much_is_refused(body, why):
    with pytest.raises(Unreadable) as refused:
        busy(body)

    assert refused.value.why == why


def test_what_is_private_does_not_reach_the_parser():
    private = "SUMMARY:Time hos legen\nLOCATION:Legekontoret\nDESCRIPTION:Hemmelig\nORGANIZER:mailto:lege@test.example"
    body = calendar(timed(private + "\nATTENDEE;PARTSTAT=ACCEPTED:mailto:kari@test.example\nX-NOTE:hemmelig"))

    assert sift(body, OWN).split() == calendar(timed()).split()
