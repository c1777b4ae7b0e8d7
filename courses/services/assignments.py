"""Which trainer teaches what, and that nobody is in two places at once (design rule 5)."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, NeedsReason, TrainerBusy, TrainerUnfit
from courses.models import AssignedMeeting, Assignment, Meeting, Session, Trainer
from taushet.models import User
from taushet.services import audit
from taushet.services.outbox import render_mail

from .asking_anew import ask_anew
from .catalogue import when_text
from .events import is_cancelled, location, trainer_page_address
from .fitting import Why
from .staffing import lacks, lock_session
from .trainer_fits import against, ask_for_reason
from .trainer_invitations import is_invited, write_about
from .trainer_offers import settle


class AssignmentRefused(CoursesError):
    """The session or the assignment is not in a state for it."""


@transaction.atomic
def assign_trainer(
    session: Session,
    *,
    trainer: Trainer,
    by: User,
    kind: str = "",
    reason: str = "",
    even_so: bool = False,
) -> Assignment:
    """Give a session to a trainer, whose time its meetings take from now on; `kind` is what it lacks unless said.

    What speaks against the trainer, short of teaching elsewhere, takes a `reason`, which is kept with the assignment;
    `even_so` does without one, when a municipality accepts what it was offered. Raises NeedsReason, TrainerUnfit,
    AssignmentRefused when the session is over, cancelled or the trainer's already, and TrainerBusy when the trainer
    teaches elsewhere at any of its times.
    """
    session = lock_session(session.pk)
    assignment = _give(session, trainer, by=by, kind=kind, reason=reason, even_so=even_so)
    settle(session)
    return assignment


@transaction.atomic
def hand_over(assignment: Assignment, *, trainer: Trainer, by: User, reason: str = "") -> Assignment:
    """Give what a trainer teaches to another trainer as the same kind; returns the new assignment.

    The offers of the session are looked at once both are done: those for a further trainer stay as they are, and
    nobody is asked for what lacks nobody. Raises what `assign_trainer` and `withdraw_assignment` raise.
    """
    session = lock_session(assignment.session_id)
    # The new one first, so that the session never looks as if it lacked somebody.
    given = _give(session, trainer, by=by, kind=assignment.kind, reason=reason, even_so=False)
    _end(assignment, by=by, action="trainer.withdrawn")
    settle(session)
    return given


def _give(session: Session, trainer: Trainer, *, by: User, kind: str, reason: str, even_so: bool) -> Assignment:
    trainer = locked_trainer(trainer.pk)
    if not Trainer.objects.active().filter(pk=trainer.pk).exists():
        raise TrainerUnfit(_("%(name)s is no longer an active trainer.") % {"name": trainer})
    if not session.takes_trainers:
        raise AssignmentRefused(_("This session is over or cancelled and takes no trainer."))
    if session.assignments.filter(trainer=trainer).standing().exists():
        raise AssignmentRefused(_("%(name)s teaches this session already.") % {"name": trainer})
    kind = kind or _kind_for(session, trainer)
    overridden = _what_is_overridden(session, trainer, kind, reason, even_so)
    leave_line(session, trainer)
    assignment = Assignment(session=session, trainer=trainer, kind=kind, overridden=overridden)
    assignment.override_reason = reason if overridden else ""
    take_up(assignment)
    audit.record("trainer.assigned", session, by=by, trainer=trainer.pk, overridden=overridden)
    return assignment


def _kind_for(session: Session, trainer: Trainer) -> str:
    """Return as what a trainer is given a session: as what it lacks, as far as the trainer may."""
    Kind = Assignment.Kind
    if trainer.courses.filter(pk=session.course_id).exists():
        return Kind.SECOND if lacks(session, Kind.SECOND) and not lacks(session, Kind.LEAD) else Kind.LEAD
    has_lead = session.assignments.standing().filter(kind=Kind.LEAD).exists()
    return Kind.SECOND if has_lead or lacks(session, Kind.SECOND) else Kind.LEAD


def take_up(assignment: Assignment) -> None:
    """Let an assignment stand: its coming meetings take the trainer's time, and the trainer is told.

    The session and the trainer are locked. Raises TrainerBusy.
    """
    assignment.state, assignment.changed_at = Assignment.State.ACCEPTED, timezone.now()
    assignment.save()
    coming = assignment.session.meetings.filter(ends_at__gt=timezone.now())
    meetings = list(coming.select_related("session").order_by("starts_at", "pk"))
    _write_hours(assignment, meetings)
    _tell(assignment, "trainer_assigned", meetings)


def leave_line(session: Session, trainer: Trainer, but: Assignment | None = None) -> None:
    """End what else a trainer has been asked for in a locked session; whoever calls settles it."""
    waiting = session.assignments.waiting().filter(trainer=trainer).exclude(pk=but.pk if but else None)
    waiting.update(state=Assignment.State.PASSED, changed_at=timezone.now())


def _what_is_overridden(session: Session, trainer: Trainer, kind: str, reason: str, even_so: bool) -> list[str]:
    """Return the keys of what speaks against a trainer; who is busy is left to the database."""
    found = [one for one in against(trainer, session, kind) if one.why != Why.TAKEN]
    if any(one.refuses for one in found):
        raise TrainerUnfit(
            _("%(name)s is not registered as a trainer for %(course)s.") % {"name": trainer, "course": session.course}
        )
    warnings = [one for one in found if one.warns]
    if warnings and not reason and not even_so:
        raise NeedsReason(ask_for_reason(trainer, warnings), field="reason")
    return list(dict.fromkeys(one.why.value for one in warnings))


@transaction.atomic
def withdraw_assignment(assignment: Assignment, *, by: User) -> Assignment:
    """Take a session from its trainer, whose time is free again; raises AssignmentRefused when it is not theirs."""
    lock_session(assignment.session_id)
    return end_assignment(assignment, by=by, action="trainer.withdrawn")


def end_assignment(assignment: Assignment, *, by: User, action: str, word: str = "") -> Assignment:
    """End an assignment of a locked session and tell the trainer; what has been taught stays as it was.

    Raises AssignmentRefused when the session is not the trainer's any more.
    """
    assignment = _end(assignment, by=by, action=action, word=word)
    settle(assignment.session)
    return assignment


def _end(assignment: Assignment, *, by: User, action: str, word: str = "") -> Assignment:
    assignment = (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("session__course", "session__municipality", "trainer__user")
        .get(pk=assignment.pk)
    )
    if assignment.state != Assignment.State.ACCEPTED:
        raise AssignmentRefused(_("This trainer is not assigned to the session any more."))
    assignment.state, assignment.leaving_word = Assignment.State.WITHDRAWN, word
    assignment.changed_at = timezone.now()
    assignment.save(update_fields=["state", "leaving_word", "changed_at"])
    assignment.assigned_meetings.filter(ends_at__gt=timezone.now()).update(is_cancelled=True)
    _tell(assignment, "trainer_withdrawn")
    audit.record(action, assignment.session, by=by, trainer=assignment.trainer_id)
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
        locked_trainer(trainer_id)
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
    for session in Session.objects.filter(pk__in={meeting.session_id for meeting in meetings}):
        settle(session)
        ask_anew(session)


def locked_trainer(trainer_id: int) -> Trainer:
    """Return a trainer, locked, so that two who give away the same hours stand in line and never deadlock."""
    return (
        Trainer.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "home").get(pk=trainer_id)
    )


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
    """Write to the trainer, whose calendar follows when it is kept by invitations."""
    session, user = assignment.session, assignment.trainer.user
    context = {
        "session": session,
        "meetings": [(meeting, location(meeting), is_cancelled(meeting)) for meeting in meetings],
        "page": trainer_page_address(session.pk),
        "by_invitation": is_invited(assignment.trainer),
    }
    with translation.override(user.language):
        context["course"], context["when"] = (
            session.course.title,
            when_text(session.first_starts_at, session.last_ends_at),
        )
    subject, text = render_mail(template, context, user.language)
    write_about(assignment.trainer, session, subject=subject, text=text)


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
