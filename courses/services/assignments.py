"""Which trainer teaches what, and that nobody is in two places at once (design rule 5)."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import AssignedMeeting, Assignment, Meeting, Session, Trainer
from taushet.models import User
from taushet.services import audit

from .events import is_cancelled


class TrainerBusy(CoursesError):
    """The trainer teaches elsewhere at that time."""


class TrainerUnfit(CoursesError):
    """The trainer is not active or may not teach the course."""


class AssignmentRefused(CoursesError):
    """The session or the assignment is not in a state for it."""


@transaction.atomic
def assign_trainer(session: Session, *, trainer: Trainer, by: User) -> Assignment:
    """Give a session to a trainer, whose time its meetings take from now on.

    Raises TrainerUnfit, AssignmentRefused when the session is over, cancelled or the trainer's already, and
    TrainerBusy when the trainer teaches elsewhere at any of its times.
    """
    session = Session.objects.select_for_update(of=("self",)).select_related("course").get(pk=session.pk)
    trainer = _locked(trainer.pk)
    if not (trainer.is_active and trainer.user.is_active):
        raise TrainerUnfit(_("%(name)s is no longer an active trainer.") % {"name": trainer})
    if not trainer.courses.filter(pk=session.course_id).exists():
        raise TrainerUnfit(
            _("%(name)s is not registered as a trainer for %(course)s.") % {"name": trainer, "course": session.course}
        )
    if session.state in {Session.State.CANCELLED, Session.State.HELD} or session.last_ends_at <= timezone.now():
        raise AssignmentRefused(_("This session is over or cancelled and takes no trainer."))
    if session.assignments.filter(trainer=trainer).standing().exists():
        raise AssignmentRefused(_("%(name)s teaches this session already.") % {"name": trainer})
    assignment = Assignment.objects.create(session=session, trainer=trainer, state=Assignment.State.ACCEPTED)
    _write_hours(assignment, session.meetings.select_related("session").order_by("starts_at", "pk"))
    audit.record("trainer assigned", session, by=by, trainer=trainer.pk)
    return assignment


@transaction.atomic
def withdraw_assignment(assignment: Assignment, *, by: User) -> Assignment:
    """Take a session from its trainer, whose time is free again; raises AssignmentRefused when it is not theirs."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("session__course", "trainer__user")
        .get(pk=assignment.pk)
    )
    if assignment.state != Assignment.State.ACCEPTED:
        raise AssignmentRefused(_("This trainer is not assigned to the session any more."))
    assignment.state = Assignment.State.WITHDRAWN
    assignment.changed_at = timezone.now()
    assignment.save(update_fields=["state", "changed_at"])
    assignment.assigned_meetings.update(is_cancelled=True)
    audit.record("trainer withdrawn", assignment.session, by=by, trainer=assignment.trainer_id)
    return assignment


def follow_meeting(meeting: Meeting) -> None:
    """Let the trainers' hours follow a meeting that was made, moved or cancelled, in the caller's transaction.

    Raises TrainerBusy when a trainer teaches elsewhere at the new time.
    """
    follow_meetings([meeting])


@transaction.atomic
def follow_meetings(meetings: Iterable[Meeting]) -> None:
    """Like follow_meeting for several that change at once, so that two of them may swap their times."""
    meetings = list(
        Meeting.objects.filter(pk__in=[meeting.pk for meeting in meetings])
        .select_related("session")
        .order_by("starts_at", "pk")
    )
    standing = list(
        Assignment.objects.standing()
        .filter(session__in={meeting.session_id for meeting in meetings})
        .order_by("trainer_id", "pk")
    )
    for trainer_id in {assignment.trainer_id: None for assignment in standing}:
        _locked(trainer_id)
    AssignedMeeting.objects.filter(assignment__in=standing, meeting__in=meetings).delete()
    for assignment in standing:
        _write_hours(assignment, [meeting for meeting in meetings if meeting.session_id == assignment.session_id])


def _locked(trainer_id: int) -> Trainer:
    """Return a trainer, locked, so that two who give away the same hours stand in line and never deadlock."""
    return Trainer.objects.select_for_update(of=("self",)).select_related("user").get(pk=trainer_id)


def _write_hours(assignment: Assignment, meetings: Iterable[Meeting]) -> None:
    """Store the hours of an assignment; the database refuses those that overlap others of the trainer."""
    hours = [
        AssignedMeeting(
            assignment=assignment,
            meeting=meeting,
            trainer_id=assignment.trainer_id,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            is_cancelled=is_cancelled(meeting),
        )
        for meeting in meetings
    ]
    try:
        with transaction.atomic():
            AssignedMeeting.objects.bulk_create(hours)
    except IntegrityError as error:
        raise _busy(assignment.trainer, hours) from error


def _busy(trainer: Trainer, hours: list[AssignedMeeting]) -> TrainerBusy:
    taken = AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=False)
    for wanted in hours:
        clash = taken.filter(starts_at__lt=wanted.ends_at, ends_at__gt=wanted.starts_at).order_by("starts_at").first()
        if clash and not wanted.is_cancelled:
            break
    else:
        # Nobody else is in the way, so two of these meetings are.
        clash = hours[0]
    starts_at, ends_at = timezone.localtime(clash.starts_at), timezone.localtime(clash.ends_at)
    return TrainerBusy(
        _("%(name)s already teaches %(date)s at %(start)s–%(end)s. Choose another trainer or another time.")
        % {
            "name": trainer,
            "date": date_format(starts_at, "DATE_FORMAT"),
            "start": date_format(starts_at, "H.i"),
            "end": date_format(ends_at, "H.i"),
        }
    )
