"""Invoices of bookings and cards: what of an invoice a card can pay, and on which one its payment then stands."""

from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import Booking, Invoice, InvoiceLine, Payment
from taushet.services import audit


class InvoiceRefused(CoursesError):
    """A card cannot pay what has been invoiced for a booking; the sentence says why."""


def invoices_of(booking: Booking) -> QuerySet[Invoice]:
    """Return the invoices of a booking with their balance, the oldest first."""
    lines = InvoiceLine.objects.filter(booking=booking)
    return Invoice.objects.with_balance().filter(pk__in=lines.values("invoice")).order_by("number")


def left_of_invoice(booking: Booking) -> Decimal | None:
    """Return what a card would pay of the invoice of a booking, in kroner; None when none has been issued.

    Raises InvoiceRefused with a sentence that says what to do instead.
    """
    invoices = list(invoices_of(booking))
    if not invoices:
        return None
    unpaid = [invoice for invoice in invoices if invoice.left > 0]
    if not unpaid:
        raise InvoiceRefused(_("The invoice has been settled. There is nothing left to pay."))
    if len(unpaid) > 1:
        raise InvoiceRefused(_("Several invoices are to be paid. Pay each of them to the account with its own KID."))
    if unpaid[0].lines.exclude(booking=booking).exists():
        raise InvoiceRefused(
            _("The invoice is for several bookings together, so a card cannot pay for this one alone. Pay the invoice.")
        )
    return unpaid[0].left


def put_on_invoice(payment: Payment, booking: Booking) -> Invoice | None:
    """Put a payment by card on the invoice of its booking, which then does not ask for it any more.

    The caller holds the booking, and an invoice that is being issued waits for that.
    """
    if payment.invoice_id:
        return payment.invoice
    invoices = list(invoices_of(booking))
    invoice = next((one for one in invoices if one.left > 0), invoices[-1] if invoices else None)
    if invoice:
        payment.invoice = invoice
        payment.save(update_fields=["invoice"])
        audit.record("payment.placed", payment, kind="stripe", invoice=invoice.number)
    return invoice
