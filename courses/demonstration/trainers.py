"""Invented trainers: two who teach, others who could, and one who has never signed in. Some sessions lack theirs."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.exceptions import NeedsReason, TrainerBusy, TrainerOfferRefused
from courses.models import AssignedMeeting, Assignment, BusyCalendar, BusyPeriod, Course, Session, Trainer, TrainerOffer
from courses.services.assignments import assign_trainer
from courses.services.busy_access import Access
from courses.services.hours import span_of
from courses.services.staffing import lacking
from courses.services.trainer_offers import open_call
from courses.services.trainers import register_trainer
from municipalities.models import County, Municipality
from taushet.models import User

OTHER = ("kursholder-2@demo.example", "Tone Tangen")
HOMES = ("4601", "1804")
FEE = Decimal(4000)
REASON = "Ingen andre var ledige den dagen."
NORTH = ("18", "55", "56")
# Name, where they live, where they travel, and whether they teach in nynorsk too.
COULD = (
    ("Ingrid Moen", "0301", ("03", "31", "32", "33", "34", "39", "40", "42"), False),
    ("Jon Aune", "5001", ("15", "18", "34", "46", "50"), True),
    ("Astrid Lunde", "4204", ("11", "39", "40", "42", "46"), True),
    ("Eirik Haug", "1103", ("11", "42", "46"), True),
)
NEVER_HERE = "Eirik Haug"


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    if Trainer.objects.filter(user__email__endswith="@demo.example").exists():
        return
    staff = User.objects.get(email="campaign@demo.example")
    first = User.objects.get(email="trainer@demo.example")
    second = person(*OTHER, last_login=timezone.now())
    courses = Course.objects.filter(is_demonstration=True)
    bergen, bodo = (Municipality.objects.filter(pk=number).first() for number in HOMES)
    karim = register_trainer(
        first,
        courses=courses,
        counties=County.objects.current().exclude(pk__in=NORTH[1:]),
        teaches_nn=True,
        home=bergen,
        fee=FEE,
        by=staff,
    )
    tone = register_trainer(
        second, courses=courses, counties=County.objects.filter(pk__in=NORTH), home=bodo, most_a_week=2, by=staff
    )
    say_hours(karim, range(5), time(8), time(16))
    say_hours(tone, (0, 1, 3), time(8, 30), time(15, 30))
    sessions = list(Session.objects.filter(is_demonstration=True).order_by("first_starts_at", "pk"))
    made = sum(
        teach(session, [karim, tone] if number % 3 else [tone, karim], staff) for number, session in enumerate(sessions)
    )
    others = [one_who_could(number, *about, staff) for number, about in enumerate(COULD, start=3)]
    keep_calendar(karim, {1: (time(12), time(14)), 3: (time(8), time(9, 30))})
    keep_calendar(tone, {0: (time(13), time(15))}, days_ago=3)
    calls = call_for_trainers(staff)
    write(f"  {2 + len(others)} trainers, {made} assignments, {calls} open calls")


def person(email: str, name: str, last_login: datetime | None) -> User:
    return User.objects.get_or_create(email=email, defaults={"name": name, "last_login": last_login})[0]


def one_who_could(number: int, name: str, home: str, counties: Iterable[str], teaches_nn: bool, staff: User) -> Trainer:
    """Make one more trainer, who has said hours and teaches nothing yet."""
    last_login = None if name == NEVER_HERE else timezone.now()
    user = person(f"kursholder-{number}@demo.example", name, last_login)
    trainer = register_trainer(
        user,
        courses=Course.objects.filter(is_demonstration=True),
        counties=County.objects.filter(pk__in=counties),
        home=Municipality.objects.filter(pk=home).first(),
        teaches_nn=teaches_nn,
        fee=FEE,
        by=staff,
    )
    say_hours(trainer, range(5), time(8), time(16))
    return trainer


def say_hours(trainer: Trainer, weekdays: Iterable[int], starts: time, ends: time) -> None:
    """Let a trainer say fixed hours, and a week away in some time."""
    for weekday in weekdays:
        trainer.availabilities.create(weekday=weekday, starts=starts, ends=ends)
    monday = timezone.localdate() + timedelta(days=77 - timezone.localdate().weekday())
    trainer.availability_exceptions.create(kind="away", first_on=monday, last_on=monday + timedelta(days=4))


def keep_calendar(trainer: Trainer, taken: dict[int, tuple[time, time]], days_ago: int = 0) -> None:
    """Let a trainer have a calendar elsewhere, with hours of the week taken; one read days ago lets nobody in now.

    There is none at the address, and it is never tried.
    """
    now = timezone.now()
    calendar = BusyCalendar.objects.create(
        trainer=trainer,
        kind=BusyCalendar.Kind.ICS,
        sealed_access=Access("https://kalender.demo.example/privat.ics").sealed(),
        last_tried_at=now,
        last_good_at=now - timedelta(days=days_ago),
        expanded_at=now - timedelta(days=days_ago),
        next_try_at=now + timedelta(days=3650),
        failure=BusyCalendar.Failure.SIGN_IN if days_ago else "",
        failures=days_ago,
    )
    days = (timezone.localdate() + timedelta(days=number) for number in range(120))
    spans = [span_of(day, *taken[day.weekday()]) for day in days if day.weekday() in taken]
    BusyPeriod.objects.bulk_create(
        BusyPeriod(trainer=trainer, calendar=calendar, starts_at=starts_at, ends_at=ends_at)
        for starts_at, ends_at in spans
    )


def teach(session: Session, trainers: Sequence[Trainer], staff: User) -> bool:
    """Give a session to the first trainer who fits, or else to the first of them who is free, for a reason.

    Some stay without one; what is over gets its rows as they were.
    """
    first = trainers[0]
    if session.state == Session.State.CANCELLED:
        return False
    if session.state == Session.State.HELD or not session.takes_trainers:
        record_past(session, next(one for one in trainers if session.language != "nn" or one.teaches_nn))
        return True
    if session.language == "nn" and not first.teaches_nn:
        return False
    for trainer, reason in ((first, ""), (trainers[1], ""), (first, REASON)):
        try:
            assign_trainer(session, trainer=trainer, by=staff, reason=reason)
        except (TrainerBusy, NeedsReason):
            continue
        return True
    return False


def call_for_trainers(staff: User) -> int:
    """Open a call for the first announced session that lacks a trainer and fits one; returns how many it opened."""
    for session in lacking().filter(is_demonstration=True, state__in=Session.OPEN_STATES):
        try:
            open_call(session, kind=Assignment.Kind.LEAD, within=TrainerOffer.Within.WEEK, by=staff)
        except TrainerOfferRefused:
            continue
        return 1
    return 0


def record_past(session: Session, trainer: Trainer) -> None:
    """Write an assignment of the past. The service refuses those, and these rows are what was."""
    assignment = Assignment.objects.create(session=session, trainer=trainer, state=Assignment.State.ACCEPTED)
    AssignedMeeting.objects.bulk_create(
        AssignedMeeting(
            assignment=assignment,
            meeting=meeting,
            trainer=trainer,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
        )
        for meeting in session.meetings.all()
    )
