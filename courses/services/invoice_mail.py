"""The mails about documents: neutral as all mail of bookings, and without an amount in the subject."""

from courses.models import Booking, BookingMessage, CreditNote, Invoice, InvoiceReminder
from taushet.services.links import placeholder

from .booking_mail import contacts_of, draft, post_all, render, write

ISSUED = "invoice-issued"
CREDITED = "invoice-credited"
REMINDER = "invoice-reminder"
REFERENCE = "invoice-reference"


def bookings_of(invoice: Invoice) -> list[Booking]:
    """Return the bookings an invoice is for whose contact is still known, in the order of its lines."""
    lines = invoice.lines.select_related("booking__session__course", "booking__municipality").order_by("place")
    return list({line.booking_id: line.booking for line in lines if line.booking.contact_email}.values())


def tell_issued(invoice: Invoice, *, is_paid: bool = False) -> None:
    """Tell the contact of each booking that its invoice is on its way to the payer, or has been paid already."""
    for booking in bookings_of(invoice):
        page = placeholder("booking", booking.pk)
        write(ISSUED, booking, booking.contact_email, invoice=invoice, is_paid=is_paid, page=page)


def tell_credited(note: CreditNote) -> None:
    """Tell the contact of each booking what of its invoice has been taken back."""
    lines = note.lines.select_related("invoice_line__booking__session__course", "invoice_line__booking__municipality")
    bookings = {line.invoice_line.booking_id: line.invoice_line.booking for line in lines}
    for booking in bookings.values():
        if booking.contact_email:
            page = placeholder("booking", booking.pk)
            write(CREDITED, booking, booking.contact_email, note=note, page=page)


def remind(reminder: InvoiceReminder) -> None:
    """Tell the contact of each booking that the invoice has not been paid."""
    invoice = reminder.invoice
    for booking in bookings_of(invoice):
        page = placeholder("booking", booking.pk)
        write(REMINDER, booking, booking.contact_email, invoice=invoice, reminder=reminder, page=page)


def ask_for_reference(booking: Booking, occasion: str) -> bool:
    """Ask the contacts for the payer's reference, once for an occasion; returns whether they were asked now."""
    if booking.messages.filter(key__startswith=f"{REFERENCE}-{booking.pk}-{occasion}").exists():
        return False
    drafts: list[BookingMessage] = []
    for email, purpose in contacts_of(booking):
        subject, text = render(REFERENCE, booking, email, page=placeholder(purpose, booking.pk))
        key = f"{REFERENCE}-{booking.pk}-{occasion}-{purpose}"
        drafts.append(draft(REFERENCE, booking, email, subject, text, key=key))
    post_all(drafts)
    return bool(drafts)
