"""Three courses and some twenty runs of them, all marked as demonstration content.

Dates count from the day the rows are first made; a run that exists is left as people have changed it since.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from courses.models import Booking, Course, Format, Meeting, Session
from municipalities.models import Municipality

COURSES = Path(__file__).parent.parent / "data" / "demonstration_courses.json"
LEADERS, SERVICES, PLANS = "kommunens-ansvar", "avverge-og-varsle", "planer-og-samarbeid"
JOIN_URL = "https://mote.example/kurs"


@dataclass(frozen=True)
class Run:
    """One session of the demonstration: so many days from today, in a municipality or online."""

    course: str
    days: int
    place: str = ""
    format: str = Format.ON_SITE
    hour: int = 9
    hours: int = 6
    meetings: int = 1
    language: str = "nb"
    capacity: int = 30
    state: str = Session.State.OPEN
    price: int | None = None
    closed_to: str = ""
    booked: tuple[tuple[str, int], ...] = ()


RUNS = [
    Run(LEADERS, 18, "4601"),
    Run(SERVICES, 20, format=Format.ONLINE, hour=12, hours=3),
    Run(PLANS, 23, "5001", format=Format.HYBRID, capacity=24),
    Run(LEADERS, 25, "4640", language="nn", capacity=25),
    Run(SERVICES, 29, "5501"),
    Run(SERVICES, 32, format=Format.ONLINE, hour=9, hours=3, language="nn"),
    Run(PLANS, 36, "1103", capacity=24, price=450),
    Run(LEADERS, 38, "3403"),
    Run(LEADERS, 43, "1508", format=Format.HYBRID, hours=4, meetings=2, capacity=40),
    Run(SERVICES, 45, "4204", capacity=6, booked=(("4204", 4), ("4203", 2))),
    Run(PLANS, 50, format=Format.ONLINE, hour=9, hours=2, meetings=3, capacity=24),
    Run(SERVICES, 52, "1804", state=Session.State.CANCELLED),
    Run(LEADERS, 57, "4003", state=Session.State.CONFIRMED, booked=(("4003", 5),)),
    Run(LEADERS, 60, "4036", language="nn", capacity=20, closed_to="4036"),
    Run(SERVICES, 64, "3301"),
    Run(PLANS, 70, "4621", language="nn", capacity=24),
    Run(LEADERS, 78, "5601"),
    Run(SERVICES, 85, "3205"),
    Run(LEADERS, 95, "0301", capacity=40, state=Session.State.DRAFT),
    Run(LEADERS, -24, "4601", state=Session.State.HELD, booked=(("4601", 12), ("4614", 3), ("4621", 4))),
    Run(SERVICES, -38, "5001", state=Session.State.HELD, booked=(("5001", 9), ("5037", 5))),
    Run(
        PLANS,
        -52,
        format=Format.ONLINE,
        hours=3,
        state=Session.State.HELD,
        booked=(("1804", 4), ("5501", 3), ("5601", 2), ("4640", 5), ("3407", 3)),
    ),
    Run(LEADERS, -80, "5501", state=Session.State.HELD, booked=(("5501", 10), ("5503", 4))),
    Run(LEADERS, -110, "4647", language="nn", state=Session.State.HELD, booked=(("4647", 8), ("4602", 6))),
    Run(SERVICES, 0, "1804", hour=9, hours=6, state=Session.State.CONFIRMED, booked=(("1804", 6), ("1833", 4))),
]


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    courses = load_courses()
    made = sum(load_run(number, run, courses[run.course]) for number, run in enumerate(RUNS, start=1))
    write(f"  {len(courses)} courses, {made} new sessions")


def load_courses() -> dict[str, Course]:
    return {
        texts["slug"]: Course.objects.update_or_create(
            slug=texts["slug"],
            defaults=texts | {"vat_treatment": "none", "price": 0, "is_published": True, "is_demonstration": True},
        )[0]
        for texts in json.loads(COURSES.read_text(encoding="utf-8"))
    }


def load_run(number: int, run: Run, course: Course) -> bool:
    """Make one session with its meetings and bookings unless it is there; returns whether it was made."""
    uid = f"mote-demonstrasjon-{number}-{{}}@{settings.NEUTRAL_HOST.partition(':')[0]}"
    if Meeting.objects.filter(uid=uid.format(1)).exists():
        return False
    first = working_day(timezone.localdate() + timedelta(days=run.days))
    starts = [moment(first + timedelta(weeks=week), run.hour) for week in range(run.meetings)]
    is_announced = run.state != Session.State.DRAFT
    session = Session.objects.create(
        course=course,
        state=run.state,
        format=run.format,
        municipality=municipality(run.place),
        closed_to=municipality(run.closed_to),
        language=run.language,
        capacity=run.capacity,
        price=run.price,
        seats_taken=sum(seats for _number, seats in run.booked),
        first_starts_at=starts[0],
        last_ends_at=starts[-1] + timedelta(hours=run.hours),
        opened_at=min(timezone.now(), starts[0]) - timedelta(days=40) if is_announced else None,
        cancelled_at=timezone.now() if run.state == Session.State.CANCELLED else None,
        is_demonstration=True,
    )
    Meeting.objects.bulk_create(
        make_meeting(session, run, start, uid.format(index)) for index, start in enumerate(starts, start=1)
    )
    for place, seats in run.booked:
        make_booking(session, place, seats, key=f"demonstrasjon-{number}-{place}")
    return True


def make_meeting(session, run, start, uid) -> Meeting:
    return Meeting(
        session=session,
        starts_at=start,
        ends_at=start + timedelta(hours=run.hours),
        place="Rådhuset" if run.place else "",
        join_url="" if run.format == Format.ON_SITE else JOIN_URL,
        state=Meeting.State.CANCELLED if run.state == Session.State.CANCELLED else Meeting.State.PLANNED,
        sequence=1 if run.state == Session.State.CANCELLED else 0,
        uid=uid,
    )


def make_booking(session, place, seats, *, key) -> Booking:
    """Book as somebody invented. The services refuse what is over, and these rows are what was."""
    booked_at = session.first_starts_at - timedelta(days=30)
    return Booking.objects.create(
        session=session,
        municipality=municipality(place),
        seats=seats,
        state=Booking.State.CONFIRMED,
        contact_name="Eksempel Eksempelsen",
        contact_email=f"bestiller-{place}@demo.example",
        contact_phone="+4700000000",
        contact_role="SLT-koordinator",
        request_key=key,
        created_at=min(booked_at, timezone.now()),
        confirmed_at=min(booked_at, timezone.now()),
        is_demonstration=True,
    )


def municipality(number: str) -> Municipality | None:
    return Municipality.objects.get(number=number) if number else None


def moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def working_day(day: date) -> date:
    """Return the day, or one soon after on which a municipality would come: no week-end, no Christmas, no July."""
    if is_holiday(day):
        day += timedelta(days=19)
    while day.weekday() > 4 or is_holiday(day):
        day += timedelta(days=1)
    return day


def is_holiday(day: date) -> bool:
    return day.month == 7 or (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 6)
