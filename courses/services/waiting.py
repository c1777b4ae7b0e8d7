"""A group on the waiting list of a session: joins, changes its wish, answers an offer, is let in by staff.

Who is offered what is decided in `offers`.
"""

from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.exceptions import CoursesError, WrongState
from courses.models import Booking, Session, WaitingPlace
from taushet.models import User
from taushet.services import audit

from . import messages, offers, seats, waiting_messages
from .booking_changes import close_links
from .bookings import is_proved, is_signed_in_with, new_booking, once
from .changes import Seen, refuse_unseen
from .contacts import know_contact
from .guards import lock_booking, refuse_too_many_holds, refuse_unbookable
from .holds import HOLD, name_contact, save_new
from .invoicing import follow_confirmed
from .prices import share_whole

State = Booking.State


class NoNeedToWait(CoursesError):
    """There is room for the group right now."""


@dataclass(frozen=True)
class Standing:
    """Where a group stands in line, and what it waits for."""

    rank: int
    wanted: int
    free: int
    asked: int

    @property
    def ahead(self) -> int:
        return self.rank - 1


def join_waiting_list(
    session: Session,
    *,
    request_key: str,
    visitor: User | None = None,
    takes_part: bool = False,
    is_another: bool = False,
    **fields,
) -> Booking:
    """Put a group in line for a session that has no room for it; the same request key gives the same booking.

    `fields` are those of `bookings.book_seats`. A place of an address that has not proved itself counts once the link
    in its mail has been opened. Raises NotBookable, ClosedToOthers, NoNeedToWait, WrongState when the group is larger
    than the whole session, TooManyHolds, and BookedBefore unless `is_another`, as there.
    """
    booking = new_booking(session, request_key, fields)
    by = visitor if is_signed_in_with(visitor, booking.contact_email) else None
    proved = bool(by) or is_proved(booking.contact_email)

    def join() -> Booking:
        with seats.door(booking.session_id) as door:
            refuse_unbookable(door.session, booking.municipality)
            refuse_needless_wait(door, booking.seats)
            if not proved:
                refuse_too_many_holds(booking)
            booking.state = State.WAITING
            booking.held_until = None if proved else min(timezone.now() + HOLD, door.session.first_starts_at)
            save_new(booking)
            place = WaitingPlace.objects.create(
                booking=booking,
                wanted=booking.seats,
                proved_at=timezone.now() if proved else None,
                asked=door.free,  # whoever joins has seen what is free and wants more
            )
            name_contact(booking, takes_part)
            if proved:
                know_contact(booking)
                waiting_messages.tell_waiting(booking, place)
            else:
                messages.ask_for_confirmation(booking)
            kind = "" if by else "booker"
            audit.record("booking.waiting", booking, by=by, kind=kind, seats=booking.seats, session=booking.session_id)
        return booking

    return once(booking, join, is_another=is_another)


def refuse_more_than_all(session: Session, wanted: int) -> None:
    if wanted > session.capacity:
        raise WrongState(
            ngettext(
                "The course has %(capacity)d seat in all.",
                "The course has %(capacity)d seats in all.",
                session.capacity,
            )
            % {"capacity": session.capacity},
            field="seats",
        )


def refuse_needless_wait(door: seats.Door, wanted: int) -> None:
    refuse_more_than_all(door.session, wanted)
    if wanted <= door.free:
        raise NoNeedToWait(
            _("There is room for all of you now, so you need not wait. Book the seats instead."), field="seats"
        )


def accept_offer(booking: Booking, *, seats_seen: int, by: User | None = None) -> Booking:
    """Take the seats of an offer that stands, also when its time ran out a moment ago and nobody else has them yet.

    `seats_seen` is how many the page showed: raises WrongState when there are others now, or none. Accepting twice
    changes nothing.
    """
    with seats.door(booking.session_id) as door:
        booking, place = _locked_offer(booking)
        if booking.state == State.CONFIRMED:
            return booking
        _refuse_other_seats(booking, seats_seen)
        refuse_unbookable(door.session, booking.municipality)
        _confirm(booking, place, by=by)
    return booking


def decline_offer(booking: Booking, *, seats_seen: int, by: User | None = None) -> Booking:
    """Say no to an offer, whose seats then go to the next in line.

    No to fewer seats than were asked for keeps the place in line; no to a whole offer ends the wait. So `seats_seen` is
    how many the page showed: raises WrongState when there are others now, or none.
    """
    with seats.door(booking.session_id) as door:
        booking, place = _locked_offer(booking)
        if booking.state == State.CONFIRMED:
            raise WrongState(_("The seats are booked already. Cancel the booking if you do not need them."))
        _refuse_other_seats(booking, seats_seen)
        booking.session = door.session
        offers.take_back(place, door, state=State.CANCELLED)
        if booking.state == State.CANCELLED:
            close_links(booking)
        offers.offer_free_seats(door)
        audit.record("booking.offer_declined", booking, by=by, kind="" if by else "booker")
    return booking


def _locked_offer(booking: Booking) -> tuple[Booking, WaitingPlace]:
    booking = lock_booking(booking)
    place = WaitingPlace.objects.filter(booking=booking).first()
    if place is None or booking.state not in {State.OFFERED, State.CONFIRMED}:
        raise WrongState(_("This offer no longer stands. The seats have been offered to the next in line."))
    place.booking = booking
    return booking, place


def _refuse_other_seats(booking: Booking, seats_seen: int) -> None:
    if booking.seats != seats_seen:
        raise WrongState(
            ngettext(
                "The offer is for %(seats)d seat now. Look at it once more.",
                "The offer is for %(seats)d seats now. Look at it once more.",
                booking.seats,
            )
            % {"seats": booking.seats}
        )


def _confirm(booking: Booking, place: WaitingPlace, *, by: User | None) -> None:
    share_whole(booking, booking.session)
    booking.state = State.CONFIRMED
    booking.confirmed_at = timezone.now()
    booking.save(update_fields=["state", "seats", "confirmed_at", "fixed_price"])
    place.offered_until = None
    place.save(update_fields=["offered_until"])
    messages.tell_confirmed(booking)
    follow_confirmed(booking)
    kind = "" if by else "booker"
    audit.record("booking.confirmed", booking, by=by, kind=kind, seats=booking.seats, session=booking.session_id)


def change_wish(booking: Booking, wanted: int, *, seen: Seen | None = None) -> Booking:
    """Wait for another number of seats. Fewer keeps the place in line; more goes to its end.

    What is free for it then is offered at once. Raises WrongState when the group does not wait, or is larger than the
    whole session, and BookingChanged when `seen` is no longer how things stand.
    """
    with seats.door(booking.session_id) as door:
        booking = lock_booking(booking)
        if booking.state == State.OFFERED:
            raise WrongState(_("Seats are offered to you. Answer the offer first."))
        if booking.state != State.WAITING:
            raise WrongState(_("You are no longer on the waiting list."))
        place = booking.waiting_place
        if wanted == place.wanted:
            return booking
        refuse_unseen(booking, seen)
        refuse_more_than_all(door.session, wanted)
        if wanted > place.wanted:
            place.since = timezone.now()
        if place.asked >= wanted:
            place.asked = 0
        before, place.wanted, booking.seats = place.wanted, wanted, wanted
        booking.save(update_fields=["seats"])
        place.save(update_fields=["wanted", "since", "asked"])
        offers.offer_free_seats(door)
        audit.record("booking.wish_changed", booking, kind="booker", before=before, seats=wanted)
    booking.refresh_from_db()
    return booking


def let_in(booking: Booking, *, by: User, reason: str = "") -> Booking:
    """Give a waiting group its seats at once, out of turn; beyond the capacity when there are too few.

    Staff decides so and says why, which is logged. Raises WrongState when the group does not wait or its address has
    not proved itself, and NotBookable.
    """
    with seats.door(booking.session_id) as door:
        booking = lock_booking(booking)
        if not booking.is_in_line:
            raise WrongState(_("This booking is not on the waiting list."))
        if booking.awaits_proof:
            raise WrongState(
                _("The address has not been confirmed yet. The link in the e-mail has to be opened first.")
            )
        refuse_unbookable(door.session, booking.municipality)
        place = booking.waiting_place
        held = booking.seats if booking.state == State.OFFERED else 0
        if place.wanted > held:
            door.take_beyond(place.wanted - held, by=by, reason=reason)
        booking.seats = place.wanted
        _confirm(booking, place, by=by)
        audit.record("booking.let_in", booking, by=by, reason=reason)
    return booking


def standing_of(booking: Booking) -> Standing:
    """Return where a waiting group stands in line."""
    session, place = booking.session, booking.waiting_place
    line = list(
        WaitingPlace.objects.in_line()
        .filter(booking__session=session, booking__state=State.WAITING)
        .in_order(session)
        .values_list("booking", flat=True)
    )
    # Whoever has been offered fewer seats than it wants still stands first.
    asked = Booking.objects.filter(session=session, state=State.OFFERED, waiting_place__wanted__gt=F("seats")).count()
    rank = line.index(booking.pk) + 1 if booking.pk in line else len(line) + 1
    return Standing(rank + asked, place.wanted, max(session.free_seats, 0), place.asked)
