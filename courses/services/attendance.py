"""Attendance: marks made at the door, by one phone or several, with the net or without.

The rule by which two phones agree: each mark carries the moment it was made and a key of its own, all are kept, and
the latest moment wins, whichever arrives first (`AttendanceMark.in_order`). A phone says how long ago it made a mark,
not when, so that its clock need not be right.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import AttendanceClosed, NoRoom, SeatsTaken
from courses.models import AttendanceMark, Booking, Meeting, Participant, Session
from municipalities.models import Municipality
from taushet.models import User
from taushet.services import audit

from . import certificates, seats
from .participants import Person, name_participants
from .payers import own_payer
from .prices import freeze_price, share_price

CORRECTABLE = timedelta(days=365)
OLDEST = timedelta(days=14)


@dataclass(frozen=True)
class Seen:
    """What somebody marked on a phone: whom, whether present, how long ago, under which key."""

    participant_id: int
    is_present: bool
    client_key: str
    age: timedelta = timedelta(0)


@dataclass(frozen=True)
class Absences:
    """Those who are not expected any more, by whether they said so in time; erased ones are counted without a name."""

    late: list[Participant] = field(default_factory=list)
    in_time: list[Participant] = field(default_factory=list)


@transaction.atomic
def record_marks(meeting: Meeting, seen: Iterable[Seen], *, by: User) -> set[str]:
    """Keep marks of a meeting and return the keys of those about somebody on its list.

    A key that is known already is kept as it was, so that a phone may send a mark again. A certificate that is no
    longer earned is revoked. Raises AttendanceClosed.
    """
    refuse_closed(meeting)
    seen = list(seen)
    now = timezone.now()
    listed = _lock({one.participant_id for one in seen}, meeting.session_id)
    accepted = [one for one in seen if one.participant_id in listed]
    AttendanceMark.objects.bulk_create(
        [
            AttendanceMark(
                meeting=meeting,
                participant_id=one.participant_id,
                is_present=one.is_present,
                made_at=now - min(max(one.age, timedelta(0)), OLDEST),
                received_at=now,
                made_by=by,
                client_key=one.client_key,
            )
            for one in accepted
        ],
        ignore_conflicts=True,
    )
    certificates.revoke_unearned(meeting.session, {one.participant_id for one in accepted}, by=by)
    return {one.client_key for one in accepted}


def _lock(numbers: set[int], session_id: int) -> set[int]:
    """Lock participants of a session, so that what follows from their attendance is decided one after the other."""
    rows = Participant.objects.active().filter(
        pk__in=numbers, booking__session=session_id, booking__state__in=Booking.SEAT_STATES
    )
    return set(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def refuse_closed(meeting: Meeting, now: datetime | None = None) -> None:
    """Raise AttendanceClosed unless attendance of a meeting can be taken or corrected now."""
    now = now or timezone.now()
    session = meeting.session
    if session.state in {Session.State.DRAFT, Session.State.CANCELLED} or meeting.state == Meeting.State.CANCELLED:
        raise AttendanceClosed(_("This meeting is not held, so there is no attendance to take."))
    if timezone.localdate(meeting.starts_at) > timezone.localdate(now):
        raise AttendanceClosed(_("You can take attendance from the morning of the day."))
    if session.last_ends_at < now - CORRECTABLE:
        raise AttendanceClosed(_("This is more than a year ago and can no longer be changed."))


def absences(session: Session) -> Absences:
    """Tell those who gave up a named seat, the late ones apart. A colleague who came instead is no absence."""
    gone = (
        Participant.objects.filter(booking__session=session)
        .filter(
            Q(state=Participant.State.WITHDRAWN)
            | Q(state=Participant.State.ACTIVE, booking__state=Booking.State.CANCELLED)
        )
        .select_related("booking__municipality", "booking__unit")
        .in_listed_order()
    )
    found = Absences()
    for participant in gone:
        (found.late if is_late(session, said_no_at(participant)) else found.in_time).append(participant)
    return found


def said_no_at(participant: Participant) -> datetime | None:
    return participant.ended_at or participant.booking.ended_at


def is_late(session: Session, moment: datetime | None) -> bool:
    """Whether a seat was given up so late that hardly anybody else could take it: the course says what that is."""
    late_from = session.first_starts_at - timedelta(hours=session.course.late_cancellation_hours)
    return moment is not None and moment > late_from


def add_walk_in(
    meeting: Meeting, person: Person, municipality: Municipality, *, request_key: str, by: User
) -> Participant:
    """Give a seat to somebody who came without one, and mark them present; the same request key does it once.

    Seats the municipality has booked and not named come first, then one that is free. Raises NoRoom, NameTaken,
    AttendanceClosed and WrongState.
    """
    with seats.door(meeting.session_id) as door:
        refuse_closed(meeting)
        known = Participant.objects.filter(request_key=f"{request_key}/0").first()
        if known:
            return known
        booking = _booking_with_room(meeting.session_id, municipality) or _book_walk_in(
            door, person, municipality, request_key=request_key, by=by
        )
        [participant] = name_participants(
            booking, [person], request_key=request_key, named_by=Participant.NamedBy.STAFF, by=by
        )
        audit.record("participant.walked_in", participant, by=by, meeting=meeting.pk)
        record_marks(meeting, [Seen(participant.pk, True, f"walk-in-{participant.pk}")], by=by)
    return participant


def _booking_with_room(session_id: int, municipality: Municipality) -> Booking | None:
    bookings = Booking.objects.filter(
        session=session_id, municipality=municipality, state=Booking.State.CONFIRMED
    ).with_names()
    return next((booking for booking in bookings.order_by("pk") if booking.named < booking.seats), None)


def _book_walk_in(
    door: seats.Door, person: Person, municipality: Municipality, *, request_key: str, by: User
) -> Booking:
    try:
        door.take(1)
    except SeatsTaken as error:
        raise NoRoom(error.free) from error
    booking = Booking(
        session=door.session,
        municipality=municipality,
        payer=own_payer(municipality) if door.session.full_price else None,
        unit_name=person.workplace,
        seats=1,
        state=Booking.State.CONFIRMED,
        confirmed_at=timezone.now(),
        contact_name=person.name,
        request_key=f"{request_key}-walk-in",
        created_by=by,
        is_demonstration=door.session.is_demonstration,
    )
    freeze_price(booking, door.session)
    share_price(booking, door.session)
    booking.save(force_insert=True)
    audit.record("booking.confirmed", booking, by=by, seats=1, session=door.session.pk)
    return booking
