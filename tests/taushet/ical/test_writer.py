"""The bytes a calendar program gets, checked raw and as the library reads them."""

import random
import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from taushet.ical import itip
from taushet.ical.text import OSLO, fold
from taushet.ical.writer import Event, Person, comes_twice, write_calendar, write_feed
from tests.factories.calendars import library_calendar

CHANGED_AT = datetime(2026, 9, 1, 12, 0, 30, tzinfo=UTC)
LETTERS = "aeiouæøåÆØÅéüáčđŋšŧž–«»… 🙂nrstklm" + ',;:\\"^\n\t'
CONTROLS = "\x00\x07\x0b\x0c\x1b\x7f\x85\u2028\r"


def event(**fields):
    values = {
        "uid": "mote-1@kalender.example",
        "sequence": 2,
        "starts_at": datetime(2026, 10, 26, 8, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 10, 26, 11, 0, tzinfo=UTC),
        "changed_at": CHANGED_AT,
        "summary": "Kurs – Bodø",
    }
    return Event(**values | fields)


def lines_of(content):
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def read(content):
    """Return the events of a calendar as another program reads them."""
    return icalendar.Calendar.from_ical(content).walk("VEVENT")


def random_text(source, length):
    return "".join(source.choice(LETTERS) for _ in range(length))


def test_event_is_written_line_by_line(settings):
    settings.NEUTRAL_HOST = "kalender.example:8000"

    content = write_calendar([event(description="En; to, tre\\fire\nfem", location="Rådhuset", url="https://x.no/a,b")])

    assert lines_of(content)[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//kalender.example//Kalender//NO",
                                     "CALSCALE:GREGORIAN"]  # fmt: skip
    assert lines_of(content)[21:] == [
        "BEGIN:VEVENT",
        "UID:mote-1@kalender.example",
        "SEQUENCE:2",
        "DTSTAMP:20260901T120030Z",
        "LAST-MODIFIED:20260901T120030Z",
        "DTSTART;TZID=Europe/Oslo:20261026T090000",
        "DTEND;TZID=Europe/Oslo:20261026T120000",
        "SUMMARY:Kurs – Bodø",
        "DESCRIPTION:En\\; to\\, tre\\\\fire\\nfem",
        "LOCATION:Rådhuset",
        "URL:https://x.no/a,b",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_feed_without_events_holds_the_time_zone_alone():
    content = write_feed([], name="Kurs")

    assert content.count(b"BEGIN:VTIMEZONE") == 1
    assert read(content) == []
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in content


@pytest.mark.parametrize("seed", range(60))
def test_random_norwegian_text_is_strict_and_reads_back(seed):
    source = random.Random(seed)
    length = source.randrange(0, 400)
    given = {field: random_text(source, length) for field in ("summary", "description", "location")}
    dirty = {field: _with_controls(source, text) for field, text in given.items()}

    content = write_feed([event(**dirty)], name=dirty["summary"])

    _assert_strict(content)
    [seen] = read(content)
    for field, text in given.items():
        assert str(seen.get(field, "")) == text
    [summary] = [line for line in lines_of(content) if line.startswith("SUMMARY:")]
    assert summary.replace("SUMMARY", "NAME", 1) in lines_of(content)


def _with_controls(source, text):
    """Return the text with control characters strewn in that no reader may ever see."""
    places = sorted(source.randrange(len(text) + 1) for _ in range(3))
    for place in reversed(places):
        text = text[:place] + source.choice("\x00\x07\x0b\x0c\x1b\x7f\ud800") + text[place:]
    return text


def _assert_strict(content):
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content)
    for line in content.removesuffix(b"\r\n").split(b"\r\n"):
        assert 0 < len(line) <= 75
        line.decode()


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_is_one(end):
    [seen] = read(write_calendar([event(description=f"en{end}to")]))

    assert str(seen["description"]) == "en\nto"


@pytest.mark.parametrize("seed", range(20))
def test_reads_back_as_what_the_library_would_have_written(seed):
    source = random.Random(seed)
    events = [_random_event(source, number) for number in range(5)]

    ours = read(write_calendar(events))
    theirs = read(library_calendar(events))

    for mine, other in zip(ours, theirs, strict=True):
        assert set(mine) == set(other)
        for field in other:
            assert mine[field].to_ical() == other[field].to_ical(), field
            assert dict(mine[field].params) == dict(other[field].params), field


def _random_event(source, number):
    starts_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=source.randrange(2 * 365 * 24 * 60))
    if comes_twice(starts_at.astimezone(OSLO)) or comes_twice((starts_at + timedelta(minutes=90)).astimezone(OSLO)):
        starts_at += timedelta(hours=4)
    return event(
        uid=f"mote-{number}@kalender.example",
        sequence=source.randrange(9),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        summary=random_text(source, 60),
        description=random_text(source, 300),
        location=random_text(source, 40),
        url="https://kalender.example/kurs/å-lære/1/",
        status=source.choice(["CONFIRMED", "TENTATIVE", "CANCELLED"]),
        is_busy=source.choice([True, False]),
    )


@pytest.mark.parametrize(
    ("starts_at", "shown"),
    [
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "DTSTART;TZID=Europe/Oslo:20270328T013000"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Oslo:20270328T030000"),
        (datetime(2026, 10, 24, 7, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Oslo:20261024T090000"),
        (datetime(2026, 10, 26, 8, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Oslo:20261026T090000"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "DTSTART:20261025T003000Z"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "DTSTART:20261025T013000Z"),
    ],
)
def test_clock_changes_keep_the_point_in_time(starts_at, shown):
    content = write_calendar([event(starts_at=starts_at, ends_at=starts_at + timedelta(hours=4))])

    assert shown in lines_of(content)
    [seen] = read(content)
    assert seen.start.astimezone(UTC) == starts_at


def test_time_zone_says_what_oslo_does():
    content = write_calendar([])
    zone = icalendar.Calendar.from_ical(content).walk("VTIMEZONE")[0].to_tz()

    for year in range(2025, 2031):
        for day in [*range(80, 95), *range(290, 310), 1, 200]:
            noon = datetime(year, 1, 1, 12) + timedelta(days=day)
            assert noon.replace(tzinfo=zone).utcoffset() == noon.replace(tzinfo=OSLO).utcoffset()


def test_fold_never_cuts_a_character():
    assert fold("X:" + "ø" * 60).split("\r\n ") == ["X:" + "ø" * 36, "ø" * 24]


def test_same_events_give_the_same_bytes():
    events = [event(), event(uid="mote-2@kalender.example", description="Å" * 100)]

    assert write_feed(events, name="Kurs") == write_feed(list(events), name="Kurs")


def test_feed_and_download_hold_no_people_and_no_method():
    content = write_feed([event()], name="Kurs") + write_calendar([event()])

    assert not re.search(rb"METHOD|ORGANIZER|ATTENDEE|mailto", content)


def test_request_names_organizer_and_one_attendee():
    made_at = datetime(2026, 9, 2, 7, 0, tzinfo=UTC)

    content = itip.write_request(
        event(),
        organizer=Person("kurs@kalender.example", "Kurspåmelding"),
        attendee=Person("kari@bodo.test", 'Kari "Kaia", \\Nord^n\r\nmann;'),
        made_at=made_at,
    )

    calendar = icalendar.Calendar.from_ical(content)
    [seen] = calendar.walk("VEVENT")
    assert calendar["method"] == "REQUEST"
    assert seen["organizer"] == "mailto:kurs@kalender.example"
    assert seen["organizer"].params["CN"] == "Kurspåmelding"
    assert seen["attendee"] == "mailto:kari@bodo.test"
    assert seen["attendee"].params["CN"] == "Kari 'Kaia', /Nordn mann;"
    assert (seen["dtstamp"].dt, seen["last-modified"].dt) == (made_at, CHANGED_AT)
    assert seen["status"] == "CONFIRMED"
    _assert_strict(content.encode())


def test_cancel_says_so_in_method_and_status():
    content = itip.write_cancel(
        event(sequence=3), organizer=Person("a@b.no"), attendee=Person("c@d.no"), made_at=CHANGED_AT
    )

    calendar = icalendar.Calendar.from_ical(content)
    [seen] = calendar.walk("VEVENT")
    assert (calendar["method"], seen["status"], seen["transp"]) == ("CANCEL", "CANCELLED", "TRANSPARENT")
    assert (seen["sequence"], seen["uid"]) == (3, "mote-1@kalender.example")


def test_link_with_a_line_break_cannot_add_a_line():
    content = write_calendar([event(url="https://x.no/\r\nATTENDEE:mailto:evil@x.no", join_url="https://x.no/ a")])

    assert "URL:https://x.no/ATTENDEE:mailto:evil@x.no" in lines_of(content)
    assert "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://x.no/a" in lines_of(content)
