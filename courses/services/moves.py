"""A booking that goes to another date of its course: the new seats are taken before the old ones are let go."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import Booking, Session
from taushet.models import User
from taushet.services import audit

from . import crediting, messages, offers, seats
from .booking_changes import refuse_against_terms
from .changes import Seen, refuse_unseen
from .guards import lock_booking, refuse_unbookable, refuse_unchangeable
from .prices import PRICE_FIELDS, freeze_price, share_price
from .terms import Act


def dates_to_move_to(booking: Booking) -> QuerySet[Session]:
    """Return the other sessions of the course that the whole group has room in, soonest first, as rows of the list."""
    return (
        Session.objects.open_to(booking.municipality)
        .filter(course=booking.session.course_id)
        .bookable()
        .exclude(pk=booking.session_id)
        .with_seats_left()
        .filter(seats_left__gte=booking.seats)
        .select_related("course", "municipality__county")
        .order_by("first_starts_at", "pk")
    )


def move_booking(
    booking: Booking,
    to: Session,
    *,
    by: User | None = None,
    seen: Seen | None = None,
    reason: str = "",
    least_percent: int = 0,
    is_answer: bool = False,
) -> Booking:
    """Give a confirmed booking its seats in another session of the same course, at the price of that session.

    Both sessions are locked, the one with the lower number first, so that two moves the other way round never wait
    for each other. Calendars follow: everybody who held the old meetings gets the new ones. Moving to where it is
    already changes nothing. The booker does it within the terms, staff also after that, and with a reason beyond the
    capacity. What seats given back cost the booker now is the least they cost from then on; of a move by staff
    `least_percent` says that. Raises SeatsTaken, NotBookable, ClosedToOthers, TermsForbid, WrongState and, when `seen`
    is no longer how things stand, BookingChanged; then nothing has changed.
    """
    if to.pk == booking.session_id:
        return booking
    with seats.two_doors(booking.session_id, to.pk) as (old, new):
        booking = lock_booking(booking)
        if booking.session_id == new.session.pk:
            return booking
        if booking.session_id != old.session.pk:
            raise WrongState(_("The booking has been moved in the meantime. Look at it once more."))
        booking.session = old.session
        refuse_unchangeable(booking, old.session)
        refuse_unseen(booking, seen)
        share = refuse_against_terms(booking, Act.MOVE, by, least_percent)
        refuse_unbookable(new.session, booking.municipality)
        if new.session.course_id != old.session.course_id:
            raise WrongState(_("This is a date of another course."))
        if reason:
            new.take_beyond(booking.seats, by=by, reason=reason)
        else:
            new.take(booking.seats)
        had_price = booking.has_price
        booking.session, booking.funded_seats = new.session, 0
        freeze_price(booking, new.session)
        share_price(booking, new.session)
        booking.least_percent = max(booking.least_percent, share)
        booking.save(update_fields=["session", *PRICE_FIELDS, "least_percent"])
        old.give_back(booking.seats)
        crediting.follow_booking(booking, by=by, had_price=had_price)
        messages.tell_moved(booking, old.session, is_answer=is_answer)
        offers.offer_free_seats(old)
        detail = {"before": old.session.pk, "after": new.session.pk, "seats": booking.seats}
        audit.record("booking.moved", booking, by=by, kind="" if by else "booker", **detail)
    return booking
