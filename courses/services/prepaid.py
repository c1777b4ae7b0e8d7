"""Bookings that have been paid by card before their invoice is made, which then says so instead of asking for money.

The paper is needed all the same: it is what the payer's accounts go by.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import Booking, CardRefund, Invoice, Payment
from taushet.templatetags.ui import kroner

from .amounts_due import given_back, known_left


def unclaimed(bookings: Iterable[Booking]):
    """Return the card payments of bookings that stand on no invoice yet."""
    numbers = [booking.pk for booking in bookings]
    return Payment.objects.filter(way=Payment.Way.CARD, booking__in=numbers, invoice=None)


def paid_ahead(bookings: Iterable[Booking]) -> Decimal:
    """Return what has been paid by card for bookings and stands on no invoice, in kroner."""
    payments = list(unclaimed(bookings))
    came = sum((payment.amount for payment in payments), Decimal(0))
    return came - given_back(CardRefund.objects.filter(payment__in=payments))


def is_prepaid(booking: Booking) -> bool:
    """Whether all that a booking owes has been paid by card, and no invoice says so yet."""
    if not booking.has_price:
        return False
    return paid_ahead([booking]) > 0 and known_left(booking) <= 0


def prepaid_note(total: Decimal, ahead: Decimal, language: str) -> str:
    """Say on an invoice what of its total has been paid by card; nothing when that is nothing."""
    if ahead <= 0:
        return ""
    with translation.override(language):
        if ahead >= total:
            return _("Paid by card. Nothing is left to pay.")
        return _("%(paid)s has been paid by card. %(left)s is left to pay.") % {
            "paid": kroner(ahead).replace("\xa0", " "),
            "left": kroner(total - ahead).replace("\xa0", " "),
        }


def claim_payments(invoice: Invoice, bookings: Iterable[Booking]) -> bool:
    """Put the card payments of bookings on the invoice that has just been made of them; returns whether it is paid."""
    ahead = paid_ahead(bookings)
    unclaimed(bookings).update(invoice=invoice)
    return 0 < ahead >= invoice.total
