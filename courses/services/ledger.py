"""What the accountant gets: one row for each line of each document, with account and VAT code."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from courses.models import CreditNoteLine, InvoiceLine
from taushet.models import User
from taushet.services import audit

from .prices import round_money

AT_ONCE = 500


def ledger_table(first: date, last: date, *, by: User, ending: str) -> tuple[list[str], Iterator[tuple]]:
    """Return heading and rows of what was issued from one day through another; credit notes have amounts below nought.

    VAT of a line is its share, for the books; the document itself rounds VAT once for each rate.
    """
    heading = [
        _("Document"),
        _("Number"),
        _("Date"),
        _("Due date"),
        _("Credits invoice"),
        _("Payer"),
        _("Organisation number"),
        _("KID"),
        _("Booking"),
        _("Text"),
        _("Quantity"),
        _("Amount without VAT"),
        _("VAT code"),
        _("VAT in per cent"),
        _("VAT"),
        _("Amount with VAT"),
        _("Account"),
        _("Currency"),
    ]
    span = {"issued_on__gte": first, "issued_on__lte": last}
    audit.record("invoices.exported", by, by=by, ending=ending, first=first.isoformat(), last=last.isoformat())
    return heading, _rows(span)


def _rows(span: dict[str, date]) -> Iterator[tuple]:
    invoiced = InvoiceLine.objects.filter(**{f"invoice__{name}": day for name, day in span.items()})
    for line in invoiced.select_related("invoice").order_by("invoice__number", "place").iterator(chunk_size=AT_ONCE):
        yield _row(line, line.invoice, _("Invoice"), line.invoice.due_on, "", line.booking_id, 1)
    credited = CreditNoteLine.objects.filter(**{f"credit_note__{name}": day for name, day in span.items()})
    related = credited.select_related("credit_note__invoice", "invoice_line")
    for line in related.order_by("credit_note__number", "place").iterator(chunk_size=AT_ONCE):
        note = line.credit_note
        yield _row(line, note, _("Credit note"), None, note.invoice.shown_number, line.invoice_line.booking_id, -1)


def _row(line, document, kind: str, due_on: date | None, credits_number: str, booking: int, sign: int) -> tuple:
    net = sign * line.net
    vat = round_money(net * Decimal(line.vat_percent) / 100)
    return (
        kind,
        document.shown_number,
        document.issued_on.isoformat(),
        due_on.isoformat() if due_on else "",
        credits_number,
        document.buyer["name"],
        document.buyer["organisation_number"],
        document.kid,
        booking,
        f"{line.name} ({line.description})",
        sign * line.quantity,
        net,
        line.vat_code,
        line.vat_percent,
        vat,
        net + vat,
        line.account_code,
        "NOK",
    )
