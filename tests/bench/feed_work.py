"""Feeds from the database to the last byte; run inside `tests.bench.inside`."""

import random
import time
from collections.abc import Callable

import icalendar

from courses.services import feeds
from taushet.ical import writer
from tests.factories.calendars import library_calendar

ROUNDS = 9
LETTERS = 'aeiouæøåÆØÅéáčđŋšŧž–«»… nrstklm,;:\\"'


def whole_feeds(seed: Callable[[str], dict]) -> dict:
    """Write the feed of all sessions with 1 000 and with 10 000 events; give the milliseconds of CPU.

    On SQLite the database is part of them. The best of some rounds counts, since others use the machine too.
    """
    found = {}
    for count in (1_000, 10_000):
        seed(str(count))
        found[f"cold_{count}"] = best(write_anew)
        found[f"unchanged_{count}"] = best(lambda: feeds.staff_feed().etag)
        if feeds.staff_feed().write().count(b"BEGIN:VEVENT") != count:
            raise RuntimeError("The feed holds others than the events it is measured by.")
    return found


def write_anew() -> None:
    writer.kept_event.cache_clear()
    feeds.staff_feed().write()


def best(work: Callable[[], object]) -> float:
    taken = []
    for _round in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append((time.process_time() - started) * 1000)
    return min(taken)


def different_fields(events: list[writer.Event]) -> int:
    """Return how many fields of some events read back otherwise than those the library writes."""
    ours = icalendar.Calendar.from_ical(writer.write_calendar(events)).walk("VEVENT")
    theirs = icalendar.Calendar.from_ical(library_calendar(events)).walk("VEVENT")
    return sum(
        mine.get(field) is None or mine[field].to_ical() != other[field].to_ical()
        for mine, other in zip(ours, theirs, strict=True)
        for field in other
    )


def random_text(source: random.Random, length: int) -> str:
    return "".join(source.choice(LETTERS) for _letter in range(length)).strip()
