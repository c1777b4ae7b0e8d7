"""Reminders of invoices that are overdue: to the contacts, so that they ask their accounts office."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import Invoice, InvoiceReminder
from taushet.models import User
from taushet.services import audit

from . import invoice_mail


@transaction.atomic
def remind_of_invoice(invoice: Invoice, *, by: User) -> InvoiceReminder:
    """Remind of an invoice that is overdue; once a day at most. Raises WrongState."""
    Invoice.objects.select_for_update(no_key=True, of=("self",)).get(pk=invoice.pk)
    invoice = Invoice.objects.with_balance().get(pk=invoice.pk)
    today = timezone.localdate()
    if invoice.left <= 0 or invoice.due_on >= today:
        raise WrongState(_("This invoice is not overdue."))
    last = invoice.reminders.order_by("-number").first()
    if last and last.sent_on == today:
        raise WrongState(_("A reminder has been sent today already."))
    if not invoice_mail.bookings_of(invoice):
        raise WrongState(_("Nobody’s address is known any more. Write to the payer yourself."))
    reminder = InvoiceReminder.objects.create(invoice=invoice, number=last.number + 1 if last else 1, sent_by=by)
    invoice_mail.remind(reminder)
    audit.record("invoice.reminded", invoice, by=by, number=reminder.number)
    return reminder
