"""Two invented trainers and what they teach; some sessions are left for staff to fill."""

from collections.abc import Callable

from django.db import transaction

from courses.models import AssignedMeeting, Assignment, Course, Session, Trainer
from courses.services.assignments import TrainerBusy, assign_trainer
from courses.services.trainers import register_trainer
from municipalities.models import County
from taushet.models import User

OTHER = ("kursholder-2@demo.example", "Tone Tangen")
WEST, NORTH = ("46", "11", "15"), ("18", "55", "56")


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    if Trainer.objects.filter(user__email__endswith="@demo.example").exists():
        return
    staff = User.objects.get(email="campaign@demo.example")
    first = User.objects.get(email="trainer@demo.example")
    second, _created = User.objects.get_or_create(email=OTHER[0], defaults={"name": OTHER[1]})
    courses = Course.objects.filter(is_demonstration=True)
    karim = register_trainer(first, courses=courses, teaches_nn=True, by=staff)
    tone = register_trainer(second, courses=courses, counties=County.objects.filter(pk__in=NORTH), by=staff)
    sessions = list(Session.objects.filter(is_demonstration=True).order_by("first_starts_at", "pk"))
    made = sum(teach(session, karim if number % 3 else tone, staff) for number, session in enumerate(sessions))
    write(f"  2 trainers, {made} assignments")


def teach(session: Session, trainer: Trainer, staff: User) -> bool:
    """Give a session to a trainer unless it shall stay without one; what is over gets its rows as they were."""
    if session.state == Session.State.CANCELLED or (session.language == "nn" and not trainer.teaches_nn):
        return False
    if session.state == Session.State.HELD:
        record_past(session, trainer)
        return True
    try:
        assign_trainer(session, trainer=trainer, by=staff)
    except TrainerBusy:
        return False
    return True


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
