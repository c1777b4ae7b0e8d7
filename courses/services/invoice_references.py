"""The payer's reference of a booking: given when it is booked, or sent after and asked for in time."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from courses.models import Booking
from taushet.models import User
from taushet.services import audit

from .guards import lock_booking
from .invoice_mail import ask_for_reference
from .invoicing import due_at, follow_confirmed, to_invoice

ASKED_BEFORE = timedelta(days=7)
ASKED_AGAIN = timedelta(days=7)


@transaction.atomic
def give_reference(booking: Booking, reference: str, *, by: User | None = None) -> Booking:
    """Give a booking the payer's reference for the invoices to come; what is issued keeps what it says."""
    booking = lock_booking(booking)
    if booking.invoice_reference != reference:
        booking.invoice_reference = reference
        booking.save(update_fields=["invoice_reference"])
        audit.record("booking.reference", booking, by=by, kind="" if by else "booker")
        if booking.state == Booking.State.CONFIRMED:
            follow_confirmed(booking)  # its invoice may have waited for this
    return booking


def ask_for_missing() -> int:
    """Ask for the references that are missing a week before they are needed, and once more a week after.

    Returns how many bookings were asked about.
    """
    now = timezone.now()
    asked = 0
    for booking in to_invoice(Booking.objects.filter(invoice_reference="", erased_at=None)):
        due = due_at(booking)
        occasion = "again" if due + ASKED_AGAIN <= now else "first" if due - ASKED_BEFORE <= now else ""
        if occasion:
            with transaction.atomic():
                asked += ask_for_reference(booking, occasion)
    return asked
