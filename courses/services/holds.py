"""Seats held for an address that has not proved itself yet (design rule 13).

Everybody who books in a session waits for its one door. So what can be written before is, and behind the door only the
seats are counted: the door is open a third as long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from operator import attrgetter

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from courses.exceptions import SeatsTaken
from courses.models import Booking, CardCheckout, Meeting, Participant, Session
from taushet.locks import lock_words
from taushet.ready_query import ReadyQuery
from taushet.services import audit
from taushet.services.links import issue_first_link, revoke_links

from . import messages, offers, seats
from .booking_changes import CLOSED_BY_THE_END
from .guards import refuse_too_many_holds, refuse_unbookable
from .prices import freeze_price, refuse_changed_price, share_price

HOLD = timedelta(hours=24)


class _ChangedMeanwhile(Exception):
    """The session is no longer what the mail about the booking says; nothing has been written."""


def hold_seats(booking: Booking, *, takes_part: bool, shown_price: str | None = None) -> Booking:
    """Hold seats for a booking that is not written yet, and ask the owner of its address by mail.

    Raises PriceChanged, NotBookable, ClosedToOthers, SeatsTaken and TooManyHolds.
    """
    session = booking.session
    refuse_unbookable(session, booking.municipality)
    new_payer = booking.payer if booking.payer and booking.payer._state.adding else None
    try:
        with _alone_with_the_form(booking):
            return _write_and_take(booking, takes_part, shown_price)
    except _ChangedMeanwhile:
        # Whoever changed it could not tell of a booking that nobody saw. Now nobody changes it before we are done.
        with _alone_with_the_form(booking):
            seats.lock_session(session.pk)
            booking.session = with_place(Session.objects.all()).get(pk=session.pk)
            booking.pk = None
            if new_payer:
                new_payer.pk, new_payer._state.adding = None, True
                booking.payer = new_payer
            return _write_and_take(booking, takes_part, shown_price)


@contextmanager
def _alone_with_the_form(booking: Booking) -> Iterator[None]:
    """Let the same form, sent twice at once, wait before it holds anything: the key is locked before the session."""
    with transaction.atomic():
        lock_words(f"booking {booking.request_key}")
        yield


def _write_and_take(booking: Booking, takes_part: bool, shown_price: str | None) -> Booking:
    session = booking.session
    meetings = MEETINGS.objects(session.pk)
    now = meetings[0].session if meetings else session
    if booking.seats > now.free_seats:  # so most of a rush ends: without a lock, and before anything is written
        raise SeatsTaken(max(now.free_seats, 0))
    refuse_changed_price(now, shown_price)
    freeze_price(booking, now)
    booking.state = Booking.State.HELD
    booking.held_until = min(timezone.now() + HOLD, now.first_starts_at)
    save_new(booking)
    name_contact(booking, takes_part)
    messages.ask_for_confirmation(booking, meetings=meetings)
    audit.record("booking.held", booking, kind="booker", seats=booking.seats, session=session.pk)
    booking.receipt = issue_first_link("booking-receipt", booking.pk)  # the browser is led there at once
    told = [attrgetter(*TOLD)(one) for one in meetings]

    def count_unless_changed(session_id: int) -> int:
        lines = AS_IT_IS.rows(session_id)
        if [line[1:] for line in lines] != told:
            raise _ChangedMeanwhile
        return (lines[0][0] or 0) if lines else seats.count_taken(session_id)

    with seats.door(session.pk, for_written=booking, count=count_unless_changed) as door:
        refuse_unbookable(door.session, booking.municipality)
        door.take(booking.seats)
        refuse_too_many_holds(booking, is_written=True)
        if (booking.seat_price or booking.fixed_price) and share_price(booking, door.session):
            booking.save(update_fields=["fixed_price", "funded_seats"])
    return booking


def _as_it_is(session_id: int) -> QuerySet:
    columns = [name.replace(".", "__") for name in TOLD]
    meetings = Meeting.objects.filter(session=session_id).order_by("starts_at", "pk")
    return meetings.annotate(taken=Subquery(seats.sum_taken(OuterRef("session")))).values_list("taken", *columns)


# What is told of a session when it is booked: what it is called and costs, and when and where it is.
COURSE = ("price", "price_kind", "vat_treatment", "title_nb", "title_nn", "title_en")
OF_SESSION = ("first_starts_at", "state", "neutral_title", "municipality_id", "price", "price_kind")
TOLD = (
    *(f"session.course.{name}" for name in COURSE),
    *(f"session.{name}" for name in OF_SESSION),
    *("starts_at", "ends_at", "state", "place", "address"),
)
MEETINGS = ReadyQuery(
    lambda number: Meeting.objects.filter(session=number).select_related("session__course").order_by("starts_at", "pk"),
    -1,
)
AS_IT_IS = ReadyQuery(_as_it_is, -1)


def with_place(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Add to sessions what a mail of a booking tells of them."""
    return sessions.select_related("course", "municipality__county")


def save_new(booking: Booking) -> None:
    """Save a booking, and who pays for it when we have not met the payer before: both or neither."""
    if booking.payer and booking.payer._state.adding:
        booking.payer.save()
    booking.save(force_insert=True)


def name_contact(booking: Booking, takes_part: bool) -> None:
    if takes_part:
        Participant.objects.create(
            booking=booking,
            name=booking.contact_name,
            email=booking.contact_email,
            workplace=booking.unit_name,
            role=booking.contact_role,
            request_key=f"{booking.request_key}-contact",
        )


def expire_holds(now: datetime | None = None) -> int:
    """End the holds, and the places on waiting lists, whose address nobody confirmed in time; returns how many.

    Session by session, each alone; what becomes free is offered to those who wait. What may still be paid by card keeps
    its seats: `card_checkouts.close_checkouts` asks Stripe first.
    """
    now = now or timezone.now()
    due = Booking.objects.filter(state__in=[Booking.State.HELD, Booking.State.WAITING], held_until__lte=now)
    due = due.exclude(card_checkouts__in=CardCheckout.objects.unsettled())
    expired = 0
    for session_id in due.order_by("session").values_list("session", flat=True).distinct():
        with seats.door(session_id) as door:
            expired += _expire(door, due.filter(session=session_id))
            offers.offer_free_seats(door)
    return expired


def _expire(door: seats.Door, due: QuerySet[Booking]) -> int:
    """End the bookings of one session, whose door is open, each read again under its lock; returns how many."""
    bookings = list(due.select_for_update(no_key=True).order_by("pk"))
    for booking in bookings:
        if booking.takes_seats:
            door.give_back(booking.seats)
    numbers = [booking.pk for booking in bookings]
    Booking.objects.filter(pk__in=numbers).update(state=Booking.State.EXPIRED, ended_at=timezone.now())
    # Nobody can hand over a booking that is not confirmed, so there is no such wish to drop.
    revoke_links(CLOSED_BY_THE_END[1:], numbers)
    audit.record_many("booking.expired", [(booking, {"seats": booking.seats}) for booking in bookings], kind="clock")
    return len(bookings)
