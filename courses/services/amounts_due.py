"""What is still to be paid for a booking by card, in kroner with VAT."""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum
from django.utils import timezone

from courses.models import Booking, CardRefund, Payment, VatRate, VatTreatment

from .terms import price_with_fees

ORE = Decimal("0.01")


def owed(booking: Booking) -> Decimal:
    """Return what a booking costs as it stands, with VAT and with what its seats given back cost."""
    price = Decimal(price_with_fees(booking, booking.fees.all()))
    return (price * (100 + vat_percent(booking)) / 100).quantize(ORE, ROUND_HALF_UP)


def paid(booking: Booking) -> Decimal:
    """Return what has come in for a booking, less what has gone back."""
    payments = Payment.objects.filter(booking=booking)
    came = payments.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return came - given_back(CardRefund.objects.filter(payment__booking=booking))


def given_back(refunds) -> Decimal:
    return refunds.standing().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def left_to_pay(booking: Booking) -> Decimal:
    """Return what is still owed; below nothing when more has come than it costs."""
    return owed(booking) - paid(booking)


def left_of_payment(payment: Payment) -> Decimal:
    """Return what of a payment has not gone back."""
    return payment.amount - given_back(payment.refunds.all())


def vat_percent(booking: Booking) -> Decimal:
    treatment = booking.vat_treatment or booking.session.course.vat_treatment
    if treatment != VatTreatment.STANDARD:
        return Decimal(0)
    rate = VatRate.objects.on(timezone.localdate(booking.session.first_starts_at)).first()
    return rate.percent if rate else Decimal(0)
