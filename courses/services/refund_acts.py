"""Paying back to a card together with what then becomes of the booking, so that none is left owing by accident."""

from decimal import Decimal

from django.db import transaction

from courses.models import Booking, CardRefund, Payment
from taushet.models import User

from .amounts_due import known_left
from .booking_changes import cancel_booking
from .card_refunds import ask_refund


def owes_after(payment: Payment, amount: Decimal) -> Decimal:
    """Return what the booking of a payment would owe once an amount has gone back: nothing unless it is confirmed."""
    if payment.booking is None or payment.booking.state != Booking.State.CONFIRMED:
        return Decimal(0)
    return max(known_left(payment.booking) + amount, Decimal(0))


@transaction.atomic
def pay_back(
    payment: Payment, amount: Decimal, *, by: User, reason: str = "", key: str = "", cancels: bool = False
) -> CardRefund:
    """Let an amount go back to the card, and cancel the booking in the same act when `cancels`, without a fee.

    Raises RefundRefused, and WrongState when the booking can no longer be cancelled; then nothing has been done.
    """
    if cancels:
        cancel_booking(payment.booking, by=by)
    return ask_refund(payment, amount, by=by, reason=reason, key=key)
