"""Bookings from the first click to the end: made, confirmed by the address, changed, cancelled, expired.

A booking from an address that has not proved itself holds its seats for a day (design rule 13). Whoever made it in a
browser gets a `booking-receipt` link, which opens little; the `booking` link itself goes by mail only, or to somebody
who is signed in with the very address.
"""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import BookedBefore, SeatsTaken, TooManyHolds, WrongState
from courses.models import Booking, ConfirmedAddress, Session, WaitingPlace
from taushet.models import User
from taushet.ready_query import ReadyQuery
from taushet.services import audit
from taushet.services.links import revoke_link

from . import messages, offers, seats
from .contacts import know_contact
from .guards import lock_booking, refuse_unbookable
from .holds import hold_seats, name_contact, save_new, with_place
from .invoicing import follow_confirmed
from .prices import freeze_price, refuse_changed_price, share_price, share_whole

REPEATED_WITHIN = timedelta(hours=1)
WHAT_WAS_TYPED = ("session_id", "municipality_id", "seats", "contact_name", "contact_email", "contact_phone")


def book_seats(
    session: Session,
    *,
    request_key: str,
    visitor: User | None = None,
    takes_part: bool = False,
    is_demonstration: bool = False,
    shown_price: str | None = None,
    is_another: bool = False,
    **fields,
) -> Booking:
    """Book seats for a municipality; the same request key gives the same booking however often it comes.

    So do the same words within an hour: a browser that goes back may fetch the form anew, with a new key. With another
    workplace, payer or reference they may be a correction or another booking, so raises BookedBefore unless
    `is_another` says the latter.
    `fields` are those of a booking: municipality, seats, contact_name, contact_email, contact_phone, and if need be
    the others. Confirmed at once when the address has proved itself before or is the one `visitor` is signed in
    with, else held until the link in its mail is opened. `shown_price` is the `price_mark` the form showed. Raises
    PriceChanged, NotBookable, ClosedToOthers, SeatsTaken and TooManyHolds.
    """
    booking = new_booking(session, request_key, fields, is_demonstration=is_demonstration)
    by = visitor if is_signed_in_with(visitor, booking.contact_email) else None

    def book() -> Booking:
        if by or is_proved(booking.contact_email):
            return _book_confirmed(booking, takes_part=takes_part, by=by, shown_price=shown_price)
        return hold_seats(booking, takes_part=takes_part, shown_price=shown_price)

    return once(booking, book, is_another=is_another)


def book_for_municipality(
    session: Session,
    *,
    by: User,
    request_key: str,
    reason: str = "",
    takes_part: bool = False,
    shown_price: str | None = None,
    **fields,
) -> Booking:
    """Make a booking on behalf of a municipality, confirmed at once; with a reason also beyond the capacity.

    Raises PriceChanged, NotBookable, ClosedToOthers and SeatsTaken.
    """
    booking = new_booking(session, request_key, fields)
    booking.created_by = by
    how = {"takes_part": takes_part, "by": by, "reason": reason, "shown_price": shown_price}
    return once(booking, lambda: _book_confirmed(booking, **how))


def new_booking(session: Session, request_key: str, fields: dict, *, is_demonstration: bool = False) -> Booking:
    booking = Booking(
        session=session,
        request_key=request_key,
        terms=session.course.terms,
        is_demonstration=is_demonstration or session.is_demonstration,
        **fields,
    )
    freeze_price(booking, session)
    return booking


def once(booking: Booking, book: Callable[[], Booking], *, is_another: bool = False) -> Booking:
    """Return the booking that was made of the same form before, or make it. Raises BookedBefore."""
    made = _find_made(booking, is_another)
    if made:
        return made
    try:
        return book()
    except (SeatsTaken, TooManyHolds, IntegrityError):
        # The same form, sent twice at once: the other one got in while this one waited at the door.
        made = _find_made(booking, is_another)
        if made is None:
            raise
        return made


def _find_made(booking: Booking, is_another: bool) -> Booking | None:
    """Return the booking of the same request key, or the one a visitor has just made in the same words."""
    if booking.created_by_id:
        return Booking.objects.filter(request_key=booking.request_key).first()
    typed = [getattr(booking, name) for name in WHAT_WAS_TYPED]
    since = timezone.now() - REPEATED_WITHIN
    found = [
        (key != booking.request_key, pk)
        for pk, key, created_at in MADE_BEFORE.rows(booking.request_key, *typed)
        if key == booking.request_key or (created_at > since and not is_another)
    ]
    made = [Booking.objects.select_related("payer").get(pk=pk) for _other_key, pk in sorted(found)]
    alike = [one for one in made if _invoiced_as(one) == _invoiced_as(booking)]
    if made and not alike:
        raise BookedBefore(made[0])
    return alike[0] if alike else None


def _invoiced_as(booking: Booking) -> tuple[str, ...]:
    """Return for whom and how a booking is invoiced, as it was typed; the payer may not be stored yet."""
    payer = booking.payer
    return booking.unit_name, payer.organisation_number or payer.name if payer else "", booking.invoice_reference


def _made_before(request_key: str, *typed) -> QuerySet:
    same_words = Q(**dict(zip(WHAT_WAS_TYPED, typed, strict=True)), state__in=Booking.LIVE_STATES, created_by=None)
    found = Booking.objects.filter(Q(request_key=request_key) | same_words)
    return found.values_list("pk", "request_key", "created_at")


MADE_BEFORE = ReadyQuery(_made_before, "-key", -1, "-place", 32767, "-name", "-email", "-phone")


def _book_confirmed(
    booking: Booking, *, takes_part: bool, by: User | None, reason: str = "", shown_price: str | None = None
) -> Booking:
    with seats.door(booking.session_id) as door:
        refuse_unbookable(door.session, booking.municipality)
        if reason:
            door.take_beyond(booking.seats, by=by, reason=reason)
        else:
            door.take(booking.seats)
        # Read behind the door: whoever changed the session before could not tell of this booking, and now nobody does.
        booking.session = with_place(Session.objects.all()).get(pk=door.session.pk)
        refuse_changed_price(booking.session, shown_price)
        freeze_price(booking, booking.session)
        booking.state = Booking.State.CONFIRMED
        booking.confirmed_at = timezone.now()
        share_price(booking, door.session)
        save_new(booking)
        name_contact(booking, takes_part)
        if booking.created_by_id is None:
            know_contact(booking)
        messages.tell_confirmed(booking)
        follow_confirmed(booking)
        kind = "" if by else "booker"
        audit.record("booking.confirmed", booking, by=by, kind=kind, seats=booking.seats, session=booking.session_id)
    return booking


def is_proved(email: str) -> bool:
    """Whether an address has proved itself once."""
    return bool(PROVED.rows(email))


PROVED = ReadyQuery(lambda email: ConfirmedAddress.objects.filter(email=email).values_list("pk"), "-email")


def is_signed_in_with(visitor: User | None, email: str) -> bool:
    """Whether a visitor has signed in with this very address, verified."""
    if visitor is None or not visitor.is_authenticated or visitor.email != email:
        return False
    return EmailAddress.objects.filter(user=visitor, email__iexact=email, verified=True).exists()


def confirm_address(booking: Booking) -> Booking:
    """Confirm a held booking, since its mail has been opened; the address is proved from now on.

    A hold that has run out is taken up again when there is still room. Confirming twice changes nothing. Raises
    WrongState when the booking is cancelled, NotBookable when the session is cancelled or has begun, ClosedToOthers
    and SeatsTaken when it comes too late.
    """
    with seats.door(booking.session_id) as door:
        booking = lock_booking(booking)
        if booking.state in {Booking.State.CONFIRMED, Booking.State.OFFERED}:
            return booking
        if booking.state == Booking.State.CANCELLED:
            raise WrongState(_("This booking has been cancelled."))
        if place := WaitingPlace.objects.filter(booking=booking).first():
            if place.proved_at is None:
                _prove_address(booking)
                offers.stand_in_line(booking, place, door)
            return booking
        refuse_unbookable(door.session, booking.municipality)
        if booking.state == Booking.State.EXPIRED:
            door.take(booking.seats)
            share_price(booking, door.session)
        share_whole(booking, door.session)
        booking.state = Booking.State.CONFIRMED
        booking.confirmed_at = timezone.now()
        booking.held_until = booking.ended_at = None
        booking.save(update_fields=["state", "confirmed_at", "held_until", "ended_at", "fixed_price", "funded_seats"])
        _prove_address(booking)
        messages.tell_confirmed(booking)
        follow_confirmed(booking)
        audit.record("booking.confirmed", booking, kind="booker", seats=booking.seats, session=booking.session_id)
    return booking


def _prove_address(booking: Booking) -> None:
    ConfirmedAddress.objects.get_or_create(email=booking.contact_email)
    revoke_link("booking-receipt", booking.pk)
    know_contact(booking)


def confirm_for(booking: Booking, *, by: User) -> Booking:
    """Confirm a held booking on its booker's behalf. The address is not proved by that.

    Confirming twice changes nothing. Raises WrongState unless it is held, and NotBookable.
    """
    with seats.door(booking.session_id) as door:
        booking = lock_booking(booking, door.session)
        if booking.state == Booking.State.CONFIRMED:
            return booking
        if booking.state != Booking.State.HELD:
            raise WrongState(_("Only a booking whose seats are held can be confirmed."))
        refuse_unbookable(door.session, booking.municipality)
        share_whole(booking, door.session)
        booking.state = Booking.State.CONFIRMED
        booking.confirmed_at = timezone.now()
        booking.held_until = None
        booking.save(update_fields=["state", "confirmed_at", "held_until", "fixed_price"])
        messages.tell_confirmed(booking)
        follow_confirmed(booking)
        audit.record("booking.confirmed", booking, by=by, seats=booking.seats, session=booking.session_id)
    return booking
