"""What is measured inside a process that knows the platform: `python -m tests.bench.inside WORD ...` prints JSON."""

import json
import logging
import random
import resource
import sys
import time
from datetime import timedelta
from io import StringIO

import django

django.setup()
logging.getLogger("django.tasks").setLevel(logging.WARNING)  # else a line for each of thousands

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from courses.models import AttendanceMark, Booking, Course, Meeting, Participant, Session  # noqa: E402
from courses.services.certificates import issue_certificates  # noqa: E402
from municipalities.models import Municipality  # noqa: E402
from taushet.ical.writer import Event, write_calendar  # noqa: E402
from taushet.models import StoredFile, User  # noqa: E402
from taushet.services.jobs import run_all_due_jobs  # noqa: E402
from tests.bench import clock_work, feed_work, invoice_work  # noqa: E402
from tests.bench.answer_work import after_sending  # noqa: E402
from tests.bench.einvoice_work import einvoices  # noqa: E402
from tests.bench.letter_work import dry_run, freeze, letter_list, seed_offices  # noqa: E402
from tests.bench.lists import exports, name_list  # noqa: E402
from tests.bench.reply_work import absences  # noqa: E402
from tests.bench.sending_work import letters  # noqa: E402
from tests.bench.trainers import candidates, read_calendars  # noqa: E402
from tests.factories.calendars import library_calendar  # noqa: E402

WRITES = ("INSERT", "UPDATE", "DELETE")


def import_registry() -> dict:
    """Import the registry twice; give the seconds of the first and the writes of the second."""
    started = time.monotonic()
    call_command("import_municipalities", stdout=StringIO())
    seconds = time.monotonic() - started
    with CaptureQueriesContext(connection) as queries:
        call_command("import_municipalities", stdout=StringIO())
    writes = sum(query["sql"].lstrip().upper().startswith(WRITES) for query in queries)
    return {"seconds": seconds, "writes": writes, "municipalities": Municipality.objects.count()}


def seed_sessions(wanted: str, capacity: str = "30") -> dict:
    """Bring the number of open sessions up to `wanted`, spread over places and days."""
    course, _made = Course.objects.get_or_create(
        slug="maling",
        defaults={
            **{f"{field}_{code}": f"Måling {field}" for field in ("title", "summary") for code in ("nb", "nn", "en")},
            "description_nb": "Tekst.",
            "description_nn": "Tekst.",
            "aims_nb": "Mål",
            "aims_nn": "Mål",
            "audience": "leaders",
            "vat_treatment": "none",
            "is_published": True,
        },
    )
    places = list(Municipality.objects.all())
    first = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=20)
    missing = range(Session.objects.count(), int(wanted))
    starts = {number: first + timedelta(days=number % 300) for number in missing}
    sessions = Session.objects.bulk_create(
        Session(
            course=course,
            state=Session.State.OPEN,
            municipality=places[number % len(places)],
            language="nb",
            capacity=int(capacity),
            first_starts_at=starts[number],
            last_ends_at=starts[number] + timedelta(hours=6),
            opened_at=timezone.now(),
        )
        for number in missing
    )
    Meeting.objects.bulk_create(
        Meeting(session=session, starts_at=session.first_starts_at, ends_at=session.last_ends_at, place="Rådhuset")
        for session in sessions
    )
    return {"ids": [session.pk for session in sessions]}


def new_session(capacity: str) -> dict:
    """Make one more open session with so many seats; give its number."""
    return {"id": seed_sessions(str(Session.objects.count() + 1), capacity)["ids"][0]}


def queries(path: str) -> dict:
    """Count the queries of one page for a visitor who is not signed in, with nothing remembered from before."""
    client = Client(headers={"host": "127.0.0.1"})
    with CaptureQueriesContext(connection) as counted:
        response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}.")
    return {"queries": len(counted)}


def seats(session_id: str) -> dict:
    """Tell how many seats a session says it sold, and how many its bookings hold."""
    session = Session.objects.get(pk=session_id)
    held = sum(session.bookings.taking_seats().values_list("seats", flat=True))
    return {"taken": session.seats_taken, "held": held}


def open_sessions(number: str, capacity: str) -> dict:
    """Open so many more sessions; give their numbers."""
    return seed_sessions(str(Session.objects.count() + int(number)), capacity)


def municipality_numbers() -> dict:
    return {"numbers": list(Municipality.objects.current().order_by("pk").values_list("number", flat=True))}


def sold(*session_ids: str) -> dict:
    """Tell of several sessions together what `seats` tells of one, and how many of them sold more than they have."""
    told = [seats(session_id) for session_id in session_ids]
    capacities = dict(Session.objects.values_list("pk", "capacity"))
    over = sum(row["held"] > capacities[int(number)] for number, row in zip(session_ids, told, strict=True))
    return {"taken": sum(row["taken"] for row in told), "held": sum(row["held"] for row in told), "oversold": over}


def certificates(wanted: str) -> dict:
    """Issue so many certificates and make them as the worker does; give the seconds from the click to the last one."""
    session = Session.objects.get(pk=new_session(wanted)["id"])
    ended = timezone.now() - timedelta(hours=1)
    Session.objects.filter(pk=session.pk).update(first_starts_at=ended - timedelta(hours=6), last_ends_at=ended)
    session.refresh_from_db()
    staff, _made = User.objects.get_or_create(email="maling@maling.example")
    booking = Booking.objects.create(
        session=session,
        municipality=session.municipality,
        seats=int(wanted),
        state=Booking.State.CONFIRMED,
        contact_name="Kari Nordmann",
        contact_email="kari@maling.example",
        request_key=f"maling-{session.pk}",
    )
    people = Participant.objects.bulk_create(
        Participant(
            booking=booking,
            name=f"Deltaker {number}",
            email=f"deltaker{number}@maling.example",
            request_key=f"maling-{session.pk}-{number}",
        )
        for number in range(int(wanted))
    )
    meeting = session.meetings.get()
    AttendanceMark.objects.bulk_create(
        AttendanceMark(
            meeting=meeting,
            participant=person,
            is_present=True,
            made_at=ended,
            made_by=staff,
            client_key=f"maling-{person.pk}",
        )
        for person in people
    )
    started = time.monotonic()
    issue_certificates(session, by=staff)
    run_all_due_jobs()
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": seconds, "made": StoredFile.objects.count(), "megabytes": peak}


def invoices(wanted: str) -> dict:
    return invoice_work.invoices(Session.objects.get(pk=new_session(wanted)["id"]), int(wanted), settings)


def feed_speed() -> dict:
    """Write a feed of 1 000 events by hand and with the icalendar library; give the CPU milliseconds of each.

    Also in how many fields the two differ once they are read back, over random Norwegian text.
    """
    source = random.Random(7)
    first = timezone.now().replace(microsecond=0)
    rounds = [
        [
            Event(
                uid=f"mote-{number}@kalender.example",
                sequence=1,
                starts_at=first + timedelta(hours=7 * number),
                ends_at=first + timedelta(hours=7 * number + 3),
                changed_at=first,
                summary=feed_work.random_text(source, 60),
                description=f"Bli med her: https://mote.example/kurs/123456789\nLes mer: https://x.example/{number}/",
                location=feed_work.random_text(source, 40),
                url=f"https://x.example/kursholder/{number}/",
            )
            for number in range(1000)
        ]
        for _round in range(5)
    ]
    return {
        "hand": min(milliseconds(write_calendar, events) for events in rounds),
        "library": min(milliseconds(library_calendar, events) for events in rounds),
        "different": feed_work.different_fields(rounds[0]),
    }


def whole_feeds() -> dict:
    return feed_work.whole_feeds(seed_sessions)


def milliseconds(work, *arguments) -> float:
    started = time.process_time()
    work(*arguments)
    return (time.process_time() - started) * 1000


def seed_sweep() -> dict:
    """Make sessions for the sweep, and everything in them whose time is up."""
    wanted = Session.objects.count() + clock_work.SESSIONS
    return clock_work.seed_sweep(seed_sessions(str(wanted), "200")["ids"])


def sweep() -> dict:
    return clock_work.sweep()


WORDS = (
    import_registry,
    seed_sessions,
    new_session,
    open_sessions,
    municipality_numbers,
    queries,
    seats,
    sold,
    certificates,
    invoices,
    letters,
    feed_speed,
    whole_feeds,
    einvoices,
    exports,
    name_list,
    seed_sweep,
    sweep,
    read_calendars,
    candidates,
    seed_offices,
    dry_run,
    freeze,
    letter_list,
    after_sending,
    absences,
)

if __name__ == "__main__":
    word, *arguments = sys.argv[1:]
    known = {one.__name__: one for one in WORDS}
    print(json.dumps(known[word](*arguments)))
