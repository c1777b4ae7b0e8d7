"""Trainers with much to do, and their calendars; run inside `tests.bench.inside`."""

import logging
import threading
import time
from datetime import timedelta
from itertools import cycle

import psutil
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import (
    AssignedMeeting,
    Assignment,
    Availability,
    BusyCalendar,
    BusyPeriod,
    Course,
    Meeting,
    Session,
    Trainer,
)
from courses.services.busy_access import Access
from courses.services.busy_reading import enqueue_due
from courses.services.candidates import candidates_for
from municipalities.models import Municipality
from taushet.models import User
from taushet.roles import TRAINER
from taushet.services.jobs import run_all_due_jobs

ROUNDS = 7


def new_trainers(wanted: int) -> list[Trainer]:
    """Make so many trainers of a course, who live all over the country and teach on weekdays."""
    mark = f"{time.time_ns()}"
    users = User.objects.bulk_create(
        User(email=f"kursholder{number}-{mark}@maling.example", name=f"Kursholder {number}", last_login=timezone.now())
        for number in range(wanted)
    )
    group = Group.objects.get_or_create(name=TRAINER)[0]
    User.groups.through.objects.bulk_create(User.groups.through(user=user, group=group) for user in users)
    homes = cycle(Municipality.objects.current().order_by("pk"))
    trainers = Trainer.objects.bulk_create(Trainer(user=user, home=next(homes), most_a_month=30) for user in users)
    Availability.objects.bulk_create(
        Availability(trainer=trainer, weekday=weekday, starts="08:00", ends="16:00")
        for trainer in trainers
        for weekday in range(5)
    )
    return trainers


def new_course() -> Course:
    """Make one more course like that of the other figures."""
    course = Course.objects.get(slug="maling")
    course.pk, course.slug = None, f"maling-{time.time_ns()}"
    course.save(force_insert=True)
    return course


def read_calendars(wanted: str) -> dict:
    """Read so many calendars of the server as the worker does; give seconds, the most memory, and what was read."""
    logging.getLogger("django.tasks").setLevel(logging.WARNING)  # each task says that it began and ended
    ((host, port),) = settings.FETCH_TEST_SERVERS
    BusyCalendar.objects.all().delete()
    BusyCalendar.objects.bulk_create(
        BusyCalendar(trainer=trainer, kind="ics", sealed_access=Access(f"https://{host}:{port}/{number}.ics").sealed())
        for number, trainer in enumerate(new_trainers(int(wanted)))
    )
    with MemoryWatch() as most:
        started = time.monotonic()
        enqueue_due()
        run_all_due_jobs()
        seconds = time.monotonic() - started
    return {
        "seconds": seconds,
        "megabytes": most[0] / 2**20,
        "good": BusyCalendar.objects.filter(failure="").exclude(last_good_at=None).count(),
        "periods": BusyPeriod.objects.count(),
    }


class MemoryWatch:
    """Watch what this process and those it starts have in memory, all together."""

    def __enter__(self) -> list[int]:
        self.most, self.ended = [0], threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self.most

    def watch(self) -> None:
        me = psutil.Process()
        while not self.ended.wait(0.1):
            together = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    used = process.memory_full_info()
                    together += getattr(used, "pss", used.rss)  # what a fork shares counts once
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
            self.most[0] = max(self.most[0], together)

    def __exit__(self, *_error) -> None:
        self.ended.set()
        self.thread.join()


def candidates(trainers: str, assignments: str, periods: str) -> dict:
    """Give the milliseconds and queries of one session's candidates among so many trainers with so much to do."""
    course, people = new_course(), new_trainers(int(trainers))
    BusyCalendar.objects.all().delete()
    Trainer.courses.through.objects.bulk_create(
        Trainer.courses.through(trainer=trainer, course=course) for trainer in people
    )
    first = timezone.now().replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    sessions = new_sessions(course, first, int(assignments) // len(people) + 1)
    teach(people, sessions[1:])
    keep_busy(people, first, int(periods) // len(people))
    session = sessions[0]
    seconds = []
    for _round in range(ROUNDS):
        session = Session.objects.select_related("municipality", "course").get(pk=session.pk)
        started = time.perf_counter()
        found = candidates_for(session)
        seconds.append(time.perf_counter() - started)
    with CaptureQueriesContext(connection) as counted:
        candidates_for(session)
    if len(found) != len(people):
        raise RuntimeError(f"{len(found)} candidates were found.")
    return {"milliseconds": sorted(seconds)[ROUNDS // 2] * 1000, "queries": len(counted)}


def new_sessions(course: Course, first, wanted: int) -> list[Session]:
    """Make so many sessions, one every other day."""
    places = cycle(Municipality.objects.current().order_by("pk"))
    sessions = Session.objects.bulk_create(
        Session(
            course=course,
            state=Session.State.OPEN,
            municipality=next(places),
            language="nb",
            capacity=30,
            first_starts_at=first + timedelta(days=2 * number),
            last_ends_at=first + timedelta(days=2 * number, hours=6),
        )
        for number in range(wanted)
    )
    Meeting.objects.bulk_create(
        Meeting(session=session, starts_at=session.first_starts_at, ends_at=session.last_ends_at)
        for session in sessions
    )
    return sessions


def teach(people: list[Trainer], sessions: list[Session]) -> None:
    """Give every session to every trainer."""
    meetings = {one.session_id: one for one in Meeting.objects.filter(session__in=sessions)}
    rows = Assignment.objects.bulk_create(
        Assignment(session=session, trainer=trainer, state=Assignment.State.ACCEPTED)
        for session in sessions
        for trainer in people
    )
    AssignedMeeting.objects.bulk_create(
        AssignedMeeting(
            assignment=row,
            meeting=(meeting := meetings[row.session_id]),
            trainer_id=row.trainer_id,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
        )
        for row in rows
    )


def keep_busy(people: list[Trainer], first, each: int) -> None:
    """Give every trainer a calendar with so many periods, three a day."""
    now = timezone.now()
    calendars = BusyCalendar.objects.bulk_create(
        BusyCalendar(trainer=trainer, kind="ics", sealed_access=b"", last_good_at=now, expanded_at=now)
        for trainer in people
    )
    starts = [first + timedelta(days=number // 3 - 7, hours=3 * (number % 3)) for number in range(each)]
    BusyPeriod.objects.bulk_create(
        (
            BusyPeriod(
                trainer_id=calendar.trainer_id, calendar=calendar, starts_at=start, ends_at=start + timedelta(hours=1)
            )
            for calendar in calendars
            for start in starts
        ),
        batch_size=5000,
    )
