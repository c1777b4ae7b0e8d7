"""Which trainer teaches what, and that nobody is in two places at once (design rule 5)."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import AssignedMeeting, Assignment, Meeting, Session, Trainer
from taushet.models import User
from taushet.services import audit
from taushet.services.outbox import render_mail, write_message

from .candidates import say_reason
from .catalogue import when_text
from .events import is_cancelled, location, trainer_page_address
from .fitting import Reason, Why, reasons_for, wanted_of

TRAINER_MAIL = "trainer"


class TrainerBusy(CoursesError):
    """The trainer teaches elsewhere at that time."""


class TrainerUnfit(CoursesError):
    """The trainer is not active or may not teach the course."""


class NeedsReason(CoursesError):
    """Something speaks against the trainer, and whoever assigns even so has to say why."""


class AssignmentRefused(CoursesError):
    """The session or the assignment is not in a state for it."""


@transaction.atomic
def assign_trainer(
    session: Session, *, trainer: Trainer, by: User, reason: str = "", even_so: bool = False
) -> Assignment:
    """Give a session to a trainer, whose time its meetings take from now on.

    What speaks against the trainer, short of teaching elsewhere, takes a `reason`, which is kept with the assignment;
    `even_so` does without one, when a municipality accepts what it was offered. Raises NeedsReason, TrainerUnfit,
    AssignmentRefused when the session is over, cancelled or the trainer's already, and TrainerBusy when the trainer
    teaches elsewhere at any of its times.
    """
    session = (
        Session.objects.select_for_update(of=("self",)).select_related("course", "municipality").get(pk=session.pk)
    )
    trainer = _locked(trainer.pk)
    if not Trainer.objects.active().filter(pk=trainer.pk).exists():
        raise TrainerUnfit(_("%(name)s is no longer an active trainer.") % {"name": trainer})
    if not session.takes_trainers:
        raise AssignmentRefused(_("This session is over or cancelled and takes no trainer."))
    if session.assignments.filter(trainer=trainer).standing().exists():
        raise AssignmentRefused(_("%(name)s teaches this session already.") % {"name": trainer})
    overridden = _what_is_overridden(session, trainer, reason, even_so)
    assignment = Assignment.objects.create(
        session=session,
        trainer=trainer,
        state=Assignment.State.ACCEPTED,
        overridden=overridden,
        override_reason=reason if overridden else "",
    )
    meetings = list(session.meetings.select_related("session").order_by("starts_at", "pk"))
    _write_hours(assignment, meetings)
    _tell(assignment, "trainer_assigned", meetings)
    audit.record("trainer.assigned", session, by=by, trainer=trainer.pk, overridden=overridden)
    return assignment


def _what_is_overridden(session: Session, trainer: Trainer, reason: str, even_so: bool) -> list[str]:
    """Return the keys of what speaks against a trainer; who is busy is left to the database."""
    found = [one for one in reasons_for(trainer, wanted_of(session)) if one.why != Why.TAKEN]
    if any(one.refuses for one in found):
        raise TrainerUnfit(
            _("%(name)s is not registered as a trainer for %(course)s.") % {"name": trainer, "course": session.course}
        )
    warnings = [one for one in found if one.warns]
    if warnings and not reason and not even_so:
        raise NeedsReason(ask_for_reason(trainer, warnings), field="reason")
    return list(dict.fromkeys(one.why.value for one in warnings))


def ask_for_reason(trainer: Trainer, warnings: Iterable[Reason]) -> str:
    """Say what speaks against a trainer, and that choosing them even so takes a reason."""
    text = _("Something speaks against %(name)s: %(reasons)s. Write why you choose %(name)s even so.")
    return text % {"name": trainer, "reasons": "; ".join(say_reason(one) for one in warnings)}


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
    _tell(assignment, "trainer_withdrawn")
    audit.record("trainer.withdrawn", assignment.session, by=by, trainer=assignment.trainer_id)
    return assignment


def follow_meeting(meeting: Meeting) -> None:
    """Let the trainers follow a meeting that was made, changed or cancelled, in the caller's transaction.

    Their hours move with it, and they are told by mail when it has a new number. Raises TrainerBusy when a
    trainer teaches elsewhere at the new time.
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
        .select_related("session__course", "trainer__user")
        .order_by("trainer_id", "pk")
    )
    for trainer_id in {assignment.trainer_id: None for assignment in standing}:
        _locked(trainer_id)
    old_rows = AssignedMeeting.objects.filter(assignment__in=standing, meeting__in=meetings)
    told = {(row.assignment_id, row.meeting_id): row.sequence for row in old_rows}
    old_rows.delete()
    for assignment in standing:
        own = [meeting for meeting in meetings if meeting.session_id == assignment.session_id]
        _write_hours(assignment, own)
        news = [meeting for meeting in own if told.get((assignment.pk, meeting.pk), -1) < meeting.sequence]
        if news:
            off = assignment.session.state == Session.State.CANCELLED
            _tell(assignment, "trainer_cancelled" if off else "trainer_changed", news)


def without_trainer() -> QuerySet[Session]:
    """Return the coming sessions that nobody active teaches, soonest first."""
    staffed = Assignment.objects.standing().filter(trainer__in=Trainer.objects.active())
    return (
        Session.objects.filter(state__in=[Session.State.DRAFT, *Session.OPEN_STATES])
        .exclude(pk__in=staffed.values("session"))
        .upcoming()
        .select_related("course", "municipality")
    )


def _locked(trainer_id: int) -> Trainer:
    """Return a trainer, locked, so that two who give away the same hours stand in line and never deadlock."""
    return Trainer.objects.select_for_update(of=("self",)).select_related("user", "home").get(pk=trainer_id)


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
            sequence=meeting.sequence,
        )
        for meeting in meetings
    ]
    try:
        with transaction.atomic():
            AssignedMeeting.objects.bulk_create(hours)
    except IntegrityError as error:
        raise _busy(assignment.trainer, hours) from error


def _tell(assignment: Assignment, template: str, meetings: Iterable[Meeting] = ()) -> None:
    """Write to the trainer. Trainers know what they teach, so this mail names the course."""
    session, user = assignment.session, assignment.trainer.user
    context = {
        "session": session,
        "meetings": [(meeting, location(meeting), is_cancelled(meeting)) for meeting in meetings],
        "page": trainer_page_address(session.pk),
    }
    with translation.override(user.language):
        context["course"], context["when"] = (
            session.course.title,
            when_text(session.first_starts_at, session.last_ends_at),
        )
    subject, text = render_mail(template, context, user.language)
    write_message(
        kind=TRAINER_MAIL,
        to_email=user.email,
        to_name=str(user),
        subject=subject,
        text=text,
        language=user.language,
        is_demonstration=session.is_demonstration,
    )


def _busy(trainer: Trainer, hours: list[AssignedMeeting]) -> TrainerBusy:
    taken = AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=False)
    for wanted in hours:
        clash = taken.filter(starts_at__lt=wanted.ends_at, ends_at__gt=wanted.starts_at).order_by("starts_at").first()
        if clash and not wanted.is_cancelled:
            break
    else:
        # Nobody else is in the way, so two of these meetings are.
        clash = hours[0]
    return TrainerBusy(
        _("%(name)s already teaches %(when)s. Choose another trainer or another time.")
        % {"name": trainer, "when": when_text(clash.starts_at, clash.ends_at)}
    )
