"""What becomes of a confirmed booking: more or fewer seats, a name given back with its seat, cancelled as a whole."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.exceptions import TermsForbid, WrongState
from courses.models import Booking, ChangeRequest, Participant
from taushet.models import User
from taushet.services import audit
from taushet.services.links import revoke_link

from . import crediting, messages, offers, seats
from .changes import Seen, refuse_unseen
from .contacts import drop_hand_over
from .guards import lock_booking, refuse_unbookable, refuse_unchangeable
from .participants import withdraw_participant
from .prices import share_price
from .terms import Act, charge, standing_of_booking

CLOSED_BY_THE_END = ("booking-confirm", "booking-receipt", "booking-handover", "signup")


def change_seats(
    booking: Booking,
    seats_wanted: int,
    *,
    by: User | None = None,
    seen: Seen | None = None,
    fee_percent: int = 0,
    reason: str = "",
    is_answer: bool = False,
) -> Booking:
    """Give a confirmed booking more or fewer seats; the mail says what that costs, and of an answer that it is one.

    The booker does it within the terms, which also say what seats given back cost; staff whenever the course has not
    begun, at the fee staff says, and with a reason also beyond the capacity. Raises NoMoreSeats, NotBookable,
    TermsForbid, BookingChanged when `seen` is no longer how things stand, and WrongState.
    """
    with seats.door(booking.session_id) as door:
        booking = lock_booking(booking, door.session)
        refuse_unchangeable(booking, door.session)
        before = booking.seats
        if seats_wanted == before:
            return booking
        refuse_unseen(booking, seen)
        fee_percent = refuse_against_terms(booking, Act.FEWER if seats_wanted < before else Act.MORE, by, fee_percent)
        refuse_named_seats(booking, seats_wanted)
        if seats_wanted > before:
            refuse_unbookable(door.session, booking.municipality)
        if reason and seats_wanted > before:
            door.take_beyond(seats_wanted - before, by=by, reason=reason)
        else:
            door.change(before, seats_wanted)
        fee = charge(booking, before - seats_wanted, fee_percent) if seats_wanted < before else None
        booking.seats = seats_wanted
        share_price(booking, door.session)
        booking.save(update_fields=["seats", "fixed_price", "funded_seats"])
        crediting.follow_booking(booking, by=by)
        offers.offer_free_seats(door)
        messages.tell_changed(booking, seats_before=before, fee=fee, is_answer=is_answer)
        kind = "" if by else "booker"
        audit.record("booking.seats", booking, by=by, kind=kind, before=before, after=seats_wanted)
    return booking


def give_back_named_seat(
    participant: Participant, *, by: User | None = None, seen: Seen | None = None, fee_percent: int = 0
) -> Booking:
    """Take a name off and give its seat back, which is offered on. Doing it twice changes nothing.

    Of the people of the booking only that one is told. Raises TermsForbid, BookingChanged, and WrongState also for the
    last seat of a booking, which is cancelled as a whole.
    """
    with transaction.atomic():
        session = seats.lock_session(participant.booking.session_id)
        booking = lock_booking(participant.booking, session)
        participant = booking.participants.get(pk=participant.pk)
        if participant.state != Participant.State.ACTIVE:
            return booking
        refuse_unchangeable(booking, session)
        refuse_unseen(booking, seen)
        if booking.seats == 1:
            raise WrongState(_("This is the only seat of the booking. Cancel the booking instead."))
        withdraw_participant(participant, by=by)
        change_seats(booking, booking.seats - 1, by=by, fee_percent=fee_percent)
        booking.refresh_from_db(fields=["seats"])
    return booking


def refuse_against_terms(booking: Booking, act: str, by: User | None, fee_percent: int) -> int:
    """Return what share of the price seats given back cost. Raises TermsForbid when the booker has to ask staff."""
    if by is not None:
        return fee_percent
    standing = standing_of_booking(booking)
    if not standing.allows(act):
        raise TermsForbid(
            _("The deadline for this has passed. You can ask us to do it."), field="seats" if act == Act.MORE else None
        )
    return standing.fee


def refuse_named_seats(booking: Booking, seats_wanted: int) -> None:
    named = booking.participants.active().count()
    if seats_wanted < named:
        raise WrongState(
            ngettext(
                "%(named)d participant is named. Take somebody off the list before you give seats back.",
                "%(named)d participants are named. Take somebody off the list before you give seats back.",
                named,
            )
            % {"named": named},
            field="seats",
        )


def cancel_booking(
    booking: Booking,
    *,
    by: User | None = None,
    seen: Seen | None = None,
    fee_percent: int = 0,
    is_answer: bool = False,
) -> Booking:
    """Give back all seats of a booking and tell everybody who was told of it. Cancelling twice changes nothing.

    The booker of a confirmed booking does it within the terms, which also say what it costs. Raises TermsForbid,
    BookingChanged when `seen` is no longer how things stand, and WrongState once the session has begun or is cancelled:
    its bookings stay as they were, and nobody pays for it.
    """
    with seats.door(booking.session_id) as door:
        booking = lock_booking(booking, door.session)
        if not booking.is_live:
            return booking
        if door.session.first_starts_at <= timezone.now():
            raise WrongState(_("The course has begun, so the booking can no longer be cancelled."))
        was_confirmed = booking.state == Booking.State.CONFIRMED
        if was_confirmed:
            refuse_unchangeable(booking, door.session)
            refuse_unseen(booking, seen)
            fee = charge(booking, booking.seats, refuse_against_terms(booking, Act.CANCEL, by, fee_percent))
        _end(booking, Booking.State.CANCELLED, door)
        crediting.follow_booking(booking, by=by)
        offers.offer_free_seats(door)
        if was_confirmed:
            messages.tell_cancelled(booking, fee=fee, is_answer=is_answer)
        audit.record("booking.cancelled", booking, by=by, kind="" if by else "booker", seats=booking.seats)
    return booking


def _end(booking: Booking, state: str, door: seats.Door) -> None:
    if booking.takes_seats:
        door.give_back(booking.seats)
    booking.state = state
    booking.ended_at = timezone.now()
    booking.save(update_fields=["state", "ended_at"])
    close_links(booking)


def close_links(booking: Booking) -> None:
    """Close what an ended booking no longer needs, its wish to be handed over among it."""
    drop_hand_over(booking)
    # A hold that ran out can still be taken up from its mail, as long as there is room.
    ChangeRequest.objects.filter(booking=booking).waiting().update(state=ChangeRequest.State.WITHDRAWN)
    closed = CLOSED_BY_THE_END if booking.state == Booking.State.CANCELLED else CLOSED_BY_THE_END[1:]
    for purpose in closed:
        revoke_link(purpose, booking.pk)
