"""What mails a booking is to get and when: one row for each, made and changed with what it depends on.

The rows follow their booking and its meetings in the same transaction (`follow_booking`, `follow_session`): moved with
the meeting, dropped when it is cancelled. `due_mails` writes them when their time has come.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import Booking, MailKind, Material, Meeting, PlannedMail, Session
from taushet.models import User
from taushet.services import audit

from .mail_texts import Rule, rules_of

State = PlannedMail.State
LIVE = (*Session.OPEN_STATES, Session.State.HELD)
AGAIN_AFTER = timedelta(days=1)  # a meeting moved by some hours is not worth a second reminder
LATE = {MailKind.JOINING, MailKind.MATERIAL}  # still worth something when their time has passed
Plan = dict[tuple, datetime]


@transaction.atomic
def follow_booking(booking: Booking) -> None:
    """Plan what a booking is to get; called with each change of it, in that transaction."""
    session = Session.objects.get(pk=booking.session_id)
    _follow(session, [booking], PlannedMail.objects.filter(booking=booking))


@transaction.atomic
def follow_session(session: Session) -> None:
    """Let what is planned for a session follow its meetings; called with each change of them, in that transaction."""
    bookings = list(session.bookings.filter(state=Booking.State.CONFIRMED))
    _follow(session, bookings, PlannedMail.objects.filter(session=session))


def drop_plans(booking: Booking) -> int:
    """Drop all that is planned for a booking; returns how many mails."""
    return _drop(PlannedMail.objects.filter(booking=booking))


def drop_plans_of(session: Session) -> int:
    """Drop all that is planned for a session; returns how many mails."""
    return _drop(PlannedMail.objects.filter(session=session))


@task()
def follow_course(course_id: int) -> int:
    """Let what is planned follow a course whose mails were changed; returns how many sessions were looked at."""
    sessions = Session.objects.filter(course=course_id, state__in=LIVE, last_ends_at__gt=timezone.now())
    numbers = list(sessions.values_list("pk", flat=True))
    for number in numbers:
        with transaction.atomic():
            follow_session(Session.objects.select_for_update(no_key=True).get(pk=number))
    return len(numbers)


def plan_unplanned() -> int:
    """Plan for sessions ahead that have confirmed bookings without any plan: a net below the paths that confirm."""
    ahead = Session.objects.bookable().filter(
        bookings__state=Booking.State.CONFIRMED, bookings__planned_mails__isnull=True
    )
    numbers = list(ahead.distinct().values_list("pk", flat=True))
    for number in numbers:
        with transaction.atomic():
            follow_session(Session.objects.select_for_update(no_key=True).get(pk=number))
    return len(numbers)


@transaction.atomic
def stop_planned(planned: PlannedMail, *, by: User) -> PlannedMail:
    """Keep a planned mail from being written, whatever is moved afterwards. Raises WrongState when it is too late."""
    planned = _steer(planned, State.PLANNED, State.STOPPED)
    audit.record("planned_mail.stopped", planned, by=by, booking=planned.booking_id, mail=planned.kind)
    return planned


@transaction.atomic
def restart_planned(planned: PlannedMail, *, by: User) -> PlannedMail:
    """Plan a stopped mail again. Raises WrongState when it is not stopped."""
    planned = _steer(planned, State.STOPPED, State.PLANNED)
    audit.record("planned_mail.restarted", planned, by=by, booking=planned.booking_id, mail=planned.kind)
    return planned


def _steer(planned: PlannedMail, before: str, after: str) -> PlannedMail:
    planned = PlannedMail.objects.select_for_update(of=("self",)).get(pk=planned.pk)
    if planned.state != before:
        raise WrongState(_("This cannot be done now: the e-mail has been written or is not needed any more."))
    planned.state = after
    planned.settled_at = timezone.now() if after == State.STOPPED else None
    planned.save(update_fields=["state", "settled_at"])
    return planned


def _drop(rows: QuerySet[PlannedMail]) -> int:
    return rows.filter(state=State.PLANNED).update(state=State.DROPPED, settled_at=timezone.now())


def _follow(session: Session, bookings: Iterable[Booking], rows: QuerySet[PlannedMail]) -> None:
    now = timezone.now()
    wanted = _wanted_of(session)
    standing: dict[int, dict[tuple, PlannedMail]] = {}
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        standing.setdefault(row.booking_id, {})[_place_of(row)] = row
    added, changed = [], []
    for booking in bookings:
        plan = wanted if booking.state == Booking.State.CONFIRMED else {}
        known = standing.pop(booking.pk, {})
        added += [
            _new(booking, place, due_at, now)
            for place, due_at in plan.items()
            if place not in known and (due_at > now or place[0] == MailKind.MATERIAL)
        ]
        changed += [row for place, row in known.items() if _change(row, plan.get(place), now)]
    for known in standing.values():  # of bookings that are no longer confirmed
        changed += [row for row in known.values() if _change(row, None, now)]
    PlannedMail.objects.bulk_create(added)
    PlannedMail.objects.bulk_update(changed, ["state", "due_at", "settled_at"], batch_size=500)


def _wanted_of(session: Session) -> Plan:
    """Return when each mail of a confirmed booking is due, by its place among those of the booking."""
    meetings = list(session.meetings.filter(state=Meeting.State.PLANNED).order_by("starts_at", "pk"))
    if session.state not in LIVE or not meetings:
        return {}
    rules = rules_of(session.course_id)
    plan = {}
    first, last = meetings[0], max(meetings, key=lambda meeting: meeting.ends_at)
    for kind in (MailKind.NAMES_MISSING, MailKind.JOINING):
        plan |= _places(kind, session, None, rules[kind], first.starts_at)
    for meeting in meetings:
        plan |= _places(MailKind.REMINDER, session, meeting, rules[MailKind.REMINDER], meeting.starts_at)
    if Material.objects.filter(session=session).exists():
        plan |= _places(MailKind.MATERIAL, session, None, rules[MailKind.MATERIAL], last.ends_at)
    return plan


def _places(kind: MailKind, session: Session, meeting: Meeting | None, rule: Rule, at: datetime) -> Plan:
    if not rule.is_on:
        return {}
    number = meeting.pk if meeting else None
    return {(kind, session.pk, number, step): due_at for step, due_at in enumerate(rule.times(at))}


def _place_of(row: PlannedMail) -> tuple:
    return (MailKind(row.kind), row.session_id, row.meeting_id, row.step)


def _new(booking: Booking, place: tuple, due_at: datetime, now: datetime) -> PlannedMail:
    kind, session_id, meeting_id, step = place
    return PlannedMail(
        kind=kind,
        booking=booking,
        session_id=session_id,
        meeting_id=meeting_id,
        step=step,
        due_at=max(due_at, now),
    )


def _change(row: PlannedMail, due_at: datetime | None, now: datetime) -> bool:
    """Let a row follow the moment it is due at now, or None when it is not wanted; returns whether it has changed."""
    before = (row.state, row.due_at)
    if due_at is None:
        if row.state == State.PLANNED:
            row.state, row.settled_at = State.DROPPED, now
    elif row.state == State.PLANNED and row.due_at != due_at:
        _move(row, due_at, now)
    elif row.state == State.STOPPED:
        row.due_at = due_at
    elif due_at > now and _is_due_again(row, due_at):
        row.state, row.due_at, row.settled_at = State.PLANNED, due_at, None
    return before != (row.state, row.due_at)


def _move(row: PlannedMail, due_at: datetime, now: datetime) -> None:
    if due_at > now:
        row.due_at = due_at
    elif MailKind(row.kind) in LATE:
        row.due_at = min(row.due_at, now)
    else:
        row.state, row.settled_at = State.DROPPED, now


def _is_due_again(row: PlannedMail, due_at: datetime) -> bool:
    if row.state == State.WRITTEN:
        return MailKind(row.kind) != MailKind.MATERIAL and due_at > row.settled_at + AGAIN_AFTER
    return row.state == State.DROPPED
