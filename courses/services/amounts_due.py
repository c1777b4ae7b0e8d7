"""What is still to be paid for a booking by card, in kroner with VAT."""

from copy import copy
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from courses.exceptions import NotInvoiceable
from courses.models import Booking, CardRefund, Payment

from .documents import vat_of
from .owed import owed_by
from .prices import round_money, sum_money


def owed(booking: Booking) -> Decimal:
    """Return what a booking costs as it stands, with VAT and with what its seats given back cost, as an invoice would.

    One whose seats are held costs what it will once it is confirmed. Raises NotInvoiceable while nobody has said how
    the course is taxed.
    """
    if booking.state == Booking.State.HELD:
        booking = copy(booking)
        booking.state = Booking.State.CONFIRMED
    return with_vat(booking, sum_money(round_money(row.net) for row in owed_by(booking)))


def with_vat(booking: Booking, net: Decimal) -> Decimal:
    """Return an amount that a booking costs together with its VAT. Raises NotInvoiceable as `owed` does."""
    if not net:
        return net
    delivered_on = timezone.localdate(booking.session.last_ends_at)
    _category, percent = vat_of(booking.vat_treatment, booking.session.course, delivered_on)
    return net + round_money(net * percent / 100)


def paid(booking: Booking) -> Decimal:
    """Return what has come in for a booking, less what has gone back."""
    came = Payment.objects.filter(booking=booking).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return came - given_back(CardRefund.objects.filter(payment__booking=booking))


def given_back(refunds: QuerySet[CardRefund]) -> Decimal:
    return refunds.standing().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def left_to_pay(booking: Booking) -> Decimal:
    """Return what is still owed; below nothing when more has come than it costs. Raises NotInvoiceable."""
    return owed(booking) - paid(booking)


def known_left(booking: Booking) -> Decimal:
    """Return what is still owed as far as it can be known; nothing while nobody has said how the course is taxed."""
    try:
        return left_to_pay(booking)
    except NotInvoiceable:
        return Decimal(0)


def left_of_payment(payment: Payment) -> Decimal:
    """Return what of a payment has not gone back."""
    return payment.amount - given_back(CardRefund.objects.filter(payment=payment))
