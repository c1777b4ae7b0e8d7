"""What money that has come in is for: joins the payment and the seat, through the one door (design rules 1 and 2).

The payment stands recorded before this begins, so whatever is decided here, or goes wrong here, loses no money.
"""

from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from courses.exceptions import ClosedToOthers, NotBookable, SeatsTaken
from courses.models import Booking, CardCheckout, Payment, PaymentCase, Session
from taushet.services import audit

from . import messages, payment_messages, seats
from .amounts_due import known_left, left_of_payment
from .card_refunds import ask_refund
from .guards import lock_booking, refuse_unbookable
from .invoices_by_card import invoices_of, put_on_invoice
from .invoicing import follow_confirmed
from .payment_cases import open_case
from .prices import share_price, share_whole

Outcome = CardCheckout.Outcome
ON_INVOICE = {Outcome.PAID, Outcome.CONFIRMED, Outcome.SURPLUS}


def settle_payment(payment: Payment) -> str:
    """Decide once what a payment by card is for, and say it to the booker in one mail; returns the outcome.

    A booking that is held is confirmed by it, and one that has run out is taken up again when there is room. One that
    cannot be had any more is not: the money is kept, and goes back or before staff as `TAUSHET_CARD_SURPLUS` says. So
    does what is more than the booking costs. Raises WrongState while the booking is being moved to another session.
    """
    session_id = Booking.objects.values_list("session", flat=True).get(pk=payment.booking_id)
    with seats.door(session_id) as door:
        checkout = CardCheckout.objects.select_for_update().get(payment_intent=payment.external_reference)
        if checkout.outcome:
            return checkout.outcome
        booking = lock_booking(Booking(pk=payment.booking_id), door.session)
        checkout.outcome, surplus = _decide(booking, payment, door)
        checkout.save(update_fields=["outcome"])
        if checkout.outcome in ON_INVOICE:
            put_on_invoice(payment, booking)
        _follow(booking, payment, checkout.outcome, surplus)
        audit.record("payment.settled", payment, kind="stripe", outcome=checkout.outcome, booking=booking.pk)
    return checkout.outcome


def _decide(booking: Booking, payment: Payment, door: seats.Door) -> tuple[str, Decimal]:
    """Return what a payment is for, and how much of it in kroner is for nothing."""
    left = left_of_payment(payment)
    if left <= 0:
        return Outcome.RETURNED, Decimal(0)
    was_confirmed = booking.state == Booking.State.CONFIRMED
    if not was_confirmed and not _confirm(booking, door):
        return Outcome.LATE, left
    surplus = min(max(-known_left(booking), Decimal(0)), left)
    if door.session.state == Session.State.CANCELLED:
        return Outcome.LATE, left
    if surplus:
        return Outcome.SURPLUS, surplus
    return (Outcome.PAID if was_confirmed else Outcome.CONFIRMED), Decimal(0)


def _confirm(booking: Booking, door: seats.Door) -> bool:
    """Give a booking its seats since it has been paid; False when it cannot have them any more."""
    if booking.state not in {Booking.State.HELD, Booking.State.EXPIRED}:
        return False
    try:
        refuse_unbookable(door.session, booking.municipality)
        if booking.state == Booking.State.EXPIRED:
            door.take(booking.seats)
            share_price(booking, door.session)
    except (NotBookable, ClosedToOthers, SeatsTaken):
        return False
    share_whole(booking, door.session)
    booking.state = Booking.State.CONFIRMED
    booking.confirmed_at = timezone.now()
    booking.held_until = booking.ended_at = None
    booking.save(update_fields=["state", "confirmed_at", "held_until", "ended_at", "fixed_price", "funded_seats"])
    messages.tell_confirmed(booking)
    follow_confirmed(booking)
    audit.record("booking.confirmed", booking, kind="payment", seats=booking.seats, session=booking.session_id)
    return True


def _follow(booking: Booking, payment: Payment, outcome: str, surplus: Decimal) -> None:
    if outcome == Outcome.RETURNED:
        return
    if not surplus:
        payment_messages.tell_received(booking, payment, left=_left(booking, payment))
        return
    gives_back = settings.CARD_SURPLUS == "refund"
    if gives_back:
        ask_refund(payment, surplus)
    else:
        kind = PaymentCase.Kind.LATE if outcome == Outcome.LATE else PaymentCase.Kind.SURPLUS
        open_case(kind, payment.external_reference, payment=payment, amount=surplus)
    payment_messages.tell_surplus(booking, payment, surplus, is_late=outcome == Outcome.LATE, gives_back=gives_back)


def _left(booking: Booking, payment: Payment) -> Decimal:
    """Return what is left to pay after a payment: of its invoice, where it stands on one."""
    if payment.invoice_id:
        return invoices_of(booking).get(pk=payment.invoice_id).left
    return known_left(booking)
