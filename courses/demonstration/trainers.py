"""Two invented trainers and what they teach; some sessions are left for staff to fill."""

from collections.abc import Callable, Iterable, Sequence
from datetime import time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.models import AssignedMeeting, Assignment, Course, Session, Trainer
from courses.services.assignments import NeedsReason, TrainerBusy, assign_trainer
from courses.services.trainers import register_trainer
from municipalities.models import County, Municipality
from taushet.models import User

OTHER = ("kursholder-2@demo.example", "Tone Tangen")
HOMES = ("4601", "1804")
FEE = Decimal(4000)
REASON = "Ingen andre var ledige den dagen."
NORTH = ("18", "55", "56")


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    if Trainer.objects.filter(user__email__endswith="@demo.example").exists():
        return
    staff = User.objects.get(email="campaign@demo.example")
    first = User.objects.get(email="trainer@demo.example")
    second, _created = User.objects.get_or_create(email=OTHER[0], defaults={"name": OTHER[1]})
    courses = Course.objects.filter(is_demonstration=True)
    bergen, bodo = (Municipality.objects.filter(pk=number).first() for number in HOMES)
    karim = register_trainer(first, courses=courses, teaches_nn=True, home=bergen, fee=FEE, by=staff)
    tone = register_trainer(
        second, courses=courses, counties=County.objects.filter(pk__in=NORTH), home=bodo, most_a_week=2, by=staff
    )
    say_hours(karim, range(5), time(8), time(16))
    say_hours(tone, (0, 1, 3), time(8, 30), time(15, 30))
    sessions = list(Session.objects.filter(is_demonstration=True).order_by("first_starts_at", "pk"))
    made = sum(
        teach(session, [karim, tone] if number % 3 else [tone, karim], staff) for number, session in enumerate(sessions)
    )
    write(f"  2 trainers, {made} assignments")


def say_hours(trainer: Trainer, weekdays: Iterable[int], starts: time, ends: time) -> None:
    """Let a trainer say fixed hours, and a week away in some time."""
    for weekday in weekdays:
        trainer.availabilities.create(weekday=weekday, starts=starts, ends=ends)
    monday = timezone.localdate() + timedelta(days=77 - timezone.localdate().weekday())
    trainer.availability_exceptions.create(kind="away", first_on=monday, last_on=monday + timedelta(days=4))


def teach(session: Session, trainers: Sequence[Trainer], staff: User) -> bool:
    """Give a session to the first trainer who fits, or else to the first of them who is free, for a reason.

    Some stay without one; what is over gets its rows as they were.
    """
    first = trainers[0]
    if session.state == Session.State.CANCELLED or (session.language == "nn" and not first.teaches_nn):
        return False
    if session.state == Session.State.HELD or not session.takes_trainers:
        record_past(session, first)
        return True
    for trainer, reason in ((first, ""), (trainers[1], ""), (first, REASON)):
        try:
            assign_trainer(session, trainer=trainer, by=staff, reason=reason)
        except (TrainerBusy, NeedsReason):
            continue
        return True
    return False


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
