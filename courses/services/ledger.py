"""What the accountant gets: one row for each line of each document, with account and VAT code."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from django.utils.translation import gettext as _

from courses.models import CreditNoteLine, InvoiceLine
from courses.models.invoices import DocumentLineRow
from taushet.models import User
from taushet.services import audit

from .documents import read_vat
from .prices import round_money

AT_ONCE = 500
NOUGHT = Decimal("0.00")


def ledger_table(first: date, last: date, *, by: User, ending: str) -> tuple[list[str], Iterator[tuple]]:
    """Return heading and rows of what was issued from one day through another; credit notes have amounts below nought.

    VAT of a line is its share of what the document says, which rounds once for each rate: so the books tie with it.
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
    lines = invoiced.select_related("invoice").order_by("invoice__number", "place").iterator(chunk_size=AT_ONCE)
    for invoice, line, vat in _with_vat(lines, attrgetter("invoice")):
        yield _row(line, invoice, _("Invoice"), invoice.due_on, "", line.booking_id, vat, 1)
    credited = CreditNoteLine.objects.filter(**{f"credit_note__{name}": day for name, day in span.items()})
    related = credited.select_related("credit_note__invoice", "invoice_line")
    lines = related.order_by("credit_note__number", "place").iterator(chunk_size=AT_ONCE)
    for note, line, vat in _with_vat(lines, attrgetter("credit_note")):
        number = note.invoice.shown_number
        yield _row(line, note, _("Credit note"), None, number, line.invoice_line.booking_id, vat, -1)


def _with_vat(lines: Iterable[DocumentLineRow], document_of: Callable) -> Iterator[tuple]:
    """Give lines, all those of a document after one another, with their document and their share of its VAT."""
    for _number, group in groupby(lines, key=lambda line: document_of(line).number):
        rows = list(group)
        document = document_of(rows[0])
        left = {(one.category, one.percent): [one.net, one.vat] for one in map(read_vat, document.vat)}
        for line in rows:
            net, vat = rest = left.get((line.vat_category, Decimal(line.vat_percent)), [line.net, NOUGHT])
            share = round_money(vat * line.net / net) if net else NOUGHT
            rest[:] = net - line.net, vat - share
            yield document, line, share


def _row(
    line, document, kind: str, due_on: date | None, credits_number: str, booking: int, vat: Decimal, sign: int
) -> tuple:
    net, vat = sign * line.net, sign * vat
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
