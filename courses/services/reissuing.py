"""An invoice credited as a whole and issued anew with another reference: one act, so that neither is without the other.

What an issued invoice says is never changed. A payer that refuses its reference or what it says therefore gets a credit
note for all of it and a new invoice, and each of the two invoices tells of the other.
"""

from dataclasses import replace
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from courses.exceptions import CreditRefused, NotInvoiceable
from courses.models import Booking, EInvoice, Invoice
from taushet.models import User
from taushet.services import audit

from .crediting import CreditDraft, credit_invoice, draft_credit
from .documents import as_document
from .einvoice_states import add_einvoices
from .einvoices import refuse_faulty
from .invoice_references import give_reference
from .invoicing import issue_invoice
from .owed import left_of

OTHER_REFERENCE = gettext_noop("A new invoice with another reference takes its place.")
REPLACEABLE = (EInvoice.State.FAULTY, EInvoice.State.REFUSED)


def draft_whole_credit(invoice: Invoice) -> CreditDraft:
    """Return the credit note that takes back all that is left of an invoice of `with_balance`.

    Raises CreditRefused when it cannot be replaced: erased, credited or paid already, or not in whole seats.
    """
    if invoice.erased_at:
        raise CreditRefused(_("This invoice has been erased, so it cannot be issued anew."))
    if invoice.paid or invoice.prepaid:
        raise CreditRefused(
            _(
                "Money has been paid for this invoice and stays on it, so it is not replaced by itself. Credit it, and"
                " agree with the payer on what happens with the money."
            )
        )
    amounts = _whole(invoice)
    if any(amounts[line.pk] % line.unit_price for line in invoice.lines.all()):
        raise CreditRefused(_("A part of a seat has been let off. Credit the rest, and issue the new one by hand."))
    with translation.override(invoice.language):
        reason = _(OTHER_REFERENCE)
    return draft_credit(invoice, amounts, reason=reason, releases=True)


def _whole(invoice: Invoice) -> dict[int, Decimal]:
    return {line.pk: left_of(line) for line in invoice.lines.prefetch_related("credits")}


def reissue_invoice(invoice: Invoice, *, reference: str, by: User, seen_total: Decimal) -> Invoice:
    """Credit all that is left of an invoice and issue a new one with another reference, which its bookings keep.

    `seen_total`, in kroner with VAT, is what was shown; both documents are for that sum, or nothing is done. The new
    one is checked before any number is given. Raises CreditRefused, NotInvoiceable and PeriodClosed.
    """
    refuse_faulty(replace(as_document(invoice), buyer_reference=reference))
    with transaction.atomic():
        Invoice.objects.select_for_update(no_key=True, of=("self",)).get(pk=invoice.pk)
        invoice = Invoice.objects.with_balance().get(pk=invoice.pk)
        reason = draft_whole_credit(invoice).note.reason
        note = credit_invoice(invoice, _whole(invoice), reason=reason, by=by, releases=True, seen_total=seen_total)
        lines = note.lines.values("invoice_line__booking")
        bookings = [
            give_reference(booking, reference, by=by) for booking in Booking.objects.filter(pk__in=lines).order_by("pk")
        ]
        try:
            new = issue_invoice(
                bookings, by=by, is_collective=invoice.is_collective, seen_total=note.total, replaces=invoice
            )
        except NotInvoiceable as error:
            raise NotInvoiceable(
                _("The new invoice would not be for the same sum. Credit this one and issue the new one by hand.")
            ) from error
        _set_aside(invoice)
        audit.record("invoice.reissued", new, by=by, number=new.number, instead_of=invoice.number)
    return new


def _set_aside(invoice: Invoice) -> None:
    """Take the e-invoice that did not arrive off the list of staff: there is another document now."""
    [invoice] = add_einvoices([invoice])
    if invoice.einvoice:
        rows = EInvoice.objects.filter(pk=invoice.einvoice.pk, state__in=REPLACEABLE)
        rows.update(state=EInvoice.State.REPLACED, due_at=None)
