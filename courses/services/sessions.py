"""Sessions as campaign staff run them: made, changed, opened, confirmed, held or cancelled.

A session is changed under the lock of its seats. Trainers' hours and the invitations that are out follow in the
same transaction, so that no calendar tells anything else than the pages (design rules 4 and 5).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import ContentChanged, CoursesError
from courses.models import ChangeRequest, Course, Meeting, Session
from municipalities.models import Municipality
from taushet.models import User
from taushet.services import audit

from . import (
    asking_anew,
    assignments,
    crediting,
    keeping,
    offers,
    planned_mails,
    seats,
    telling,
    trainer_invitations,
    trainer_offers,
)
from .session_meetings import CONTENT, MeetingPlan, check_plans, new_meeting, set_span, touch, write_meetings

# What a calendar shows of a session; a change of these is a change of each of its meetings.
SHOWN_IN_CALENDARS = ("course", "municipality", "neutral_title")
# What its form asks for.
CHOSEN = (
    "course",
    "format",
    "municipality",
    "closed_to",
    "language",
    "capacity",
    "price",
    "price_kind",
    "neutral_title",
    "fair_share",
    "leads_wanted",
    "seconds_wanted",
)
# What somebody else may have changed meanwhile.
EDITED = ("state", *CHOSEN)


class SessionRefused(CoursesError):
    """The session is not in a state for this."""


@transaction.atomic
def create_session(*, by: User, course: Course, meetings: Sequence[MeetingPlan], **fields) -> Session:
    """Make a draft of a session with its meetings. Raises MeetingRefused."""
    check_plans(meetings)
    session = Session(course=course, **fields)
    set_span(session, meetings)
    session.save()
    Meeting.objects.bulk_create(new_meeting(session, plan) for plan in meetings)
    audit.record("session.created", session, by=by)
    return session


class SessionChanged(ContentChanged):
    """Somebody else has changed the session since its form was opened; nothing was saved."""

    def __init__(self, now: dict) -> None:
        sentence = _("Somebody else has changed the session while you had it open. Nothing of yours is saved yet.")
        super().__init__(sentence, now)


def content_of(session: Session, *, with_meetings: bool = True) -> dict:
    """Return what the form of a session shows, so that two editors can be told apart: values by field and meeting."""
    values = {name: plain_value(getattr(session, Session._meta.get_field(name).attname)) for name in EDITED}
    if not with_meetings:
        return values
    for meeting in session.meetings.filter(state=Meeting.State.PLANNED):
        values[f"meeting-{meeting.pk}"] = [plain_value(getattr(meeting, name)) for name in CONTENT]
    return values


def plain_value(value: object) -> object:
    """Return a value as it comes back from JSON."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, Decimal) else value


def change_session(
    session: Session,
    *,
    by: User,
    meetings: Sequence[MeetingPlan],
    seen: dict | None = None,
    accepts_over: int = 0,
    over_reason: str = "",
    keep_reason: str | None = None,
    **fields,
) -> Session:
    """Give a session other content, and let trainers and calendars follow what they show of it.

    A meeting left out is cancelled. A meeting's sequence rises by one when its time, place, link or state changes,
    or the title its calendar entry has. `seen` is the content its form was opened with; `accepts_over` and
    `over_reason` are a yes to so many seats beyond a lower capacity, which is logged. `keep_reason` says why a trainer
    keeps it whom the change comes to speak against; None does not ask. Raises NeedsReason, SessionRefused when the
    session is over, cancelled, or booked or waited for by others than it would be closed to, SessionChanged,
    CapacityTooSmall, MeetingRefused, and TrainerBusy when a trainer teaches elsewhere at a new time.
    """
    with seats.door(session.pk) as door:
        session = door.session
        now = content_of(session)
        if seen is not None and seen != now:
            raise SessionChanged(now)
        _refuse_unless(session, Session.State.DRAFT, *Session.OPEN_STATES)
        _check_fields(session, fields)
        standing = {meeting.pk: meeting for meeting in session.meetings.filter(state=Meeting.State.PLANNED)}
        check_plans(meetings, standing)
        before = {} if keep_reason is None else keeping.warnings_of(session)
        changed = [name for name, value in fields.items() if getattr(session, name) != value]
        if "capacity" in changed:
            over_before = session.seats_over
            door.set_capacity(fields["capacity"], accepts_over=accepts_over)
            if session.seats_over > over_before:
                more = session.seats_over - over_before
                audit.record("session.seats_over", session, by=by, seats=more, reason=over_reason)
        for name in changed:
            setattr(session, name, fields[name])
        if "closed_to" in changed and session.closed_to is None and session.opened_at:
            # For everybody else it is new only now.
            session.opened_at = timezone.now()
            changed.append("opened_at")
        set_span(session, meetings)
        # What is beyond a lower capacity is stored with it, as the database wants both to fit.
        session.save(update_fields=[*changed, "first_starts_at", "last_ends_at", "seats_over", "seats_taken"])
        touched = write_meetings(session, meetings, standing)
        if any(name in SHOWN_IN_CALENDARS for name in changed):
            touched += touch(meeting for meeting in standing.values() if meeting.pk and meeting not in touched)
        assignments.follow_meetings(touched)
        if keep_reason is not None:
            keeping.keep_even_so(session, before, reason=keep_reason, by=by)
        telling.tell_meetings_changed(session, touched)
        if touched:
            planned_mails.follow_session(session)
        if not touched and not {"language", "format"}.isdisjoint(changed):
            asking_anew.ask_anew(session)
        trainer_offers.settle(session)
        offers.offer_free_seats(door)
        audit.record("session.changed", session, by=by, fields=changed, meetings=[meeting.pk for meeting in touched])
    return session


def share_session(session: Session, place: Municipality, *, by: User) -> Session:
    """Let a neighbour book a session that is held for one municipality. Doing it twice changes nothing.

    Raises SessionRefused when the session is open to everybody, or over.
    """
    with seats.door(session.pk) as door:
        session = door.session
        _refuse_unless(session, Session.State.DRAFT, *Session.OPEN_STATES)
        if session.closed_to_id is None:
            raise SessionRefused(_("Everybody may book this session already."), field="municipality")
        if session.takes(place):
            return session
        session.shared_with.add(place)
        audit.record("session.shared", session, by=by, municipality=place.number)
    return session


def unshare_session(session: Session, place: Municipality, *, by: User) -> Session:
    """Take a neighbour out again. Doing it twice changes nothing.

    Raises SessionRefused when it has booked or waits for seats.
    """
    with seats.door(session.pk) as door:
        session = door.session
        if not session.shared_with.filter(pk=place.pk).exists():
            return session
        if session.closed_to_id and session.bookings.live().filter(municipality=place).exists():
            raise SessionRefused(
                _("%(place)s has booked seats, or waits for some. Cancel or move them first.") % {"place": place}
            )
        session.shared_with.remove(place)
        audit.record("session.unshared", session, by=by, municipality=place.number)
    return session


@transaction.atomic
def open_session(session: Session, *, by: User) -> Session:
    """Announce a draft: from now on it can be seen and booked. Raises SessionRefused."""
    session = _locked(session)
    _refuse_unless(session, Session.State.DRAFT)
    if not session.course.is_published:
        raise SessionRefused(_("The course is not published yet. Publish its text before you open a session."))
    if session.first_starts_at <= timezone.now():
        raise SessionRefused(_("This session has begun already. Give it a new time before you open it."))
    session.opened_at = timezone.now()
    _set_state(session, Session.State.OPEN, "opened_at")
    # A draft is only tentative in its trainer's calendar.
    touch(session.meetings.filter(state=Meeting.State.PLANNED))
    trainer_invitations.follow_session(session)
    audit.record("session.opened", session, by=by)
    return session


@transaction.atomic
def confirm_session(session: Session, *, by: User) -> Session:
    """Promise that an open session will be held. Raises SessionRefused."""
    session = _locked(session)
    _refuse_unless(session, Session.State.OPEN)
    _set_state(session, Session.State.CONFIRMED)
    audit.record("session.confirmed", session, by=by)
    return session


@transaction.atomic
def hold_session(session: Session, *, by: User) -> Session:
    """Record that a session took place, which makes it count for its municipalities. Raises SessionRefused."""
    session = _locked(session)
    _refuse_unless(session, *Session.OPEN_STATES)
    if session.last_ends_at > timezone.now():
        raise SessionRefused(_("This session is not over yet."))
    _set_state(session, Session.State.HELD)
    audit.record("session.held", session, by=by)
    return session


@transaction.atomic
def cancel_session(session: Session, *, by: User, words: Mapping[str, str] | None = None) -> Session:
    """Call a session off: free its trainers and take it out of the calendars of exactly those who were invited.

    Contacts and second contacts who hold no invitation get a mail too. `words` by language form stand in the one mail
    each gets; whoever reads a form that has none gets the first. Bookings stay as they were, as the record of who was
    to come. Cancelling twice changes nothing. Raises SessionRefused.
    """
    session = _locked(session)
    if session.state == Session.State.CANCELLED:
        return session
    _refuse_unless(session, Session.State.DRAFT, *Session.OPEN_STATES)
    if session.last_ends_at <= timezone.now():
        raise SessionRefused(_("This session is over. What has been cannot be cancelled."))
    session.cancelled_at = timezone.now()
    session.cancel_words = dict(words or {})
    _set_state(session, Session.State.CANCELLED, "cancelled_at", "cancel_words")
    coming = session.meetings.filter(state=Meeting.State.PLANNED, ends_at__gt=timezone.now())
    meetings = touch(coming, state=Meeting.State.CANCELLED)
    assignments.follow_meetings(meetings)
    told = telling.tell_session_cancelled(session)
    with seats.door(session.pk) as door:
        offers.end_line(door)
    for booking in session.bookings.filter(invoice_lines__isnull=False).select_related("session__course").distinct():
        crediting.follow_booking(booking, by=by, had_price=True)
    asked = ChangeRequest.objects.filter(booking__session=session).waiting()
    asked.update(state=ChangeRequest.State.WITHDRAWN, answered_at=timezone.now())
    audit.record("session.cancelled", session, by=by, told=told)
    return session


def _locked(session: Session) -> Session:
    return Session.objects.select_for_update(no_key=True, of=("self",)).select_related("course").get(pk=session.pk)


def _set_state(session: Session, state: str, *also: str) -> None:
    session.state = state
    session.save(update_fields=["state", *also])


def _refuse_unless(session: Session, *states: str) -> None:
    if session.state not in states:
        label = Session.State(session.state).label
        raise SessionRefused(
            _("The session is in the state “%(state)s”, where this cannot be done.") % {"state": label}
        )


def _check_fields(session: Session, fields: dict) -> None:
    if session.state != Session.State.DRAFT and fields.get("course", session.course) != session.course:
        raise SessionRefused(_("The course can only be changed while the session is a draft."), field="course")
    closed_to = fields.get("closed_to")
    others = session.bookings.live().exclude(municipality=closed_to)
    if closed_to and others.exclude(municipality__in=session.shared_with.all()).exists():
        raise SessionRefused(_("Other municipalities have booked seats already, or wait for some."), field="closed_to")
