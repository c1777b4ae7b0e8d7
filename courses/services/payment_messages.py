"""The mails about money that came by card: each once, to the contact, neutral like all mail of a booking."""

from decimal import Decimal

from courses.models import Booking, BookingMessage, CardRefund, Payment
from taushet.services.links import placeholder

from .booking_mail import post, render

RECEIVED = "payment-received"
SURPLUS = "payment-surplus"
REFUNDED = "payment-refunded"


def tell_received(booking: Booking, payment: Payment, *, left: Decimal) -> None:
    """Say that a payment has come, and what is left to pay."""
    paid = {"amount": payment.amount, "paid_at": payment.paid_at, "left": max(left, Decimal(0))}
    _tell(RECEIVED, booking, f"{RECEIVED}-{payment.pk}", **paid)


def tell_surplus(booking: Booking, payment: Payment, surplus: Decimal, *, is_late: bool, gives_back: bool) -> None:
    """Say that a payment is for nothing, or more than is owed, and what happens to it; one mail, whatever happens."""
    _tell(
        SURPLUS,
        booking,
        f"{SURPLUS}-{payment.pk}",
        amount=payment.amount,
        surplus=surplus,
        is_late=is_late,
        gives_back=gives_back,
    )


def tell_refunded(payment: Payment, refund: CardRefund) -> None:
    """Say that money is on its way back to the card."""
    _tell(REFUNDED, payment.booking, f"{REFUNDED}-{refund.pk}", amount=refund.amount)


def _tell(kind: str, booking: Booking, key: str, **context) -> None:
    if booking.erased_at or BookingMessage.objects.filter(key=key).exists():
        return
    page = placeholder("booking", booking.pk)
    subject, text = render(kind, booking, booking.contact_email, page=page, **context)
    post(kind, booking, booking.contact_email, subject, text, name=booking.contact_name, key=key)
