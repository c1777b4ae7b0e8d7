"""What independent programs read in our feeds: libical and vobject here, ical.js in the browser of the journeys."""

from datetime import UTC

import icalendar
import pytest
import vobject

from tests.factories.feeds import feeds_over_clock_changes
from tests.servers.libical import load_libical, read_with_libical

pytestmark = pytest.mark.django_db


def by_libical(content):
    library = load_libical()
    if library is None:
        pytest.skip("no libical: make browser")
    return [(row[0], *row[3:]) for row in read_with_libical(library, content)]


def by_vobject(content):
    calendar = vobject.readOne(content.decode())
    return [
        (event.uid.value, event.dtstart.value.timestamp(), event.dtend.value.timestamp())
        for event in calendar.vevent_list
    ]


def by_icalendar(content):
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return [
        (str(event["uid"]), event.start.astimezone(UTC).timestamp(), event.end.astimezone(UTC).timestamp())
        for event in events
    ]


def test_every_feed_is_right_over_both_clock_changes_in_each_parser():
    written, wanted = feeds_over_clock_changes()

    for read in (by_libical, by_vobject, by_icalendar):
        for name, content in written.items():
            assert read(content) == wanted, (name, read.__name__)


def test_a_feed_with_a_fault_is_seen_by_the_strict_parser():
    """So that the test above can fail."""
    written, wanted = feeds_over_clock_changes()
    library = load_libical()
    if library is None:
        pytest.skip("no libical: make browser")

    moved = written["trainer"].replace(b"TZOFFSETTO:+0200", b"TZOFFSETTO:+0300", 1)
    broken = written["trainer"].replace(b"DTSTART;TZID", b"DTSTART;VALUE=NONE;TZID", 1)

    assert [row[3] for row in read_with_libical(library, moved)] != [row[1] for row in wanted]
    with pytest.raises(ValueError, match="faults"):
        read_with_libical(library, broken)
