"""What each of many bookings costs, what has been paid for it and which invoices it stands on, for lists taken out."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from courses.exceptions import NotInvoiceable
from courses.models import Booking, CardRefund, Invoice, InvoiceLine, Payment, VatRate

from .documents import vat_of
from .owed import owed_by
from .prices import round_money, sum_money


@dataclass(frozen=True)
class Sums:
    """The money of one booking, in kroner: the sum without VAT and with its fees, the VAT, and what has been paid."""

    net: Decimal
    vat: Decimal
    paid: Decimal
    invoices: str


def with_money(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Fetch with bookings what `sums_of` reads: a query for each kind of row, however many bookings."""
    lines = InvoiceLine.objects.order_by("invoice", "place").prefetch_related(
        Prefetch("invoice", Invoice.objects.with_balance()), "credits"
    )
    payments = Payment.objects.prefetch_related(Prefetch("refunds", CardRefund.objects.standing(), to_attr="standing"))
    return bookings.prefetch_related("fees", Prefetch("invoice_lines", lines), Prefetch("payments", payments))


def sums_of(booking: Booking, rates: Iterable[VatRate]) -> Sums:
    """Return the money of a booking of `with_money`. Without VAT where nobody has said how its course is taxed."""
    held = booking.is_live and booking.state != Booking.State.CONFIRMED
    net = booking.total_price if held else sum_money(round_money(row.net) for row in owed_by(booking))
    invoices = {line.invoice_id: line.invoice for line in booking.invoice_lines.all()}
    return Sums(
        net=round_money(Decimal(net)),
        vat=_vat(booking, Decimal(net), rates),
        paid=_paid(booking, invoices),
        invoices=", ".join(invoice.shown_number for invoice in invoices.values()),
    )


def _vat(booking: Booking, net: Decimal, rates: Iterable[VatRate]) -> Decimal:
    if not net:
        return Decimal("0.00")
    day = timezone.localdate(booking.session.last_ends_at)
    try:
        _category, percent = vat_of(booking.vat_treatment, booking.session.course, day, rates)
    except NotInvoiceable:
        return Decimal("0.00")
    return round_money(net * percent / 100)


def _paid(booking: Booking, invoices: dict[int, Invoice]) -> Decimal:
    """Return what has come in for a booking. Of a collective invoice its own lines, once all of it has been paid."""
    own = {payment.pk: _left(payment) for payment in booking.payments.all()}
    on = {payment.pk: payment.invoice_id for payment in booking.payments.all()}
    parts = list(own.values())
    for pk, invoice in invoices.items():
        if not invoice.is_collective:
            parts.append(invoice.paid - sum_money(own[payment] for payment in own if on[payment] == pk))
        elif invoice.left <= 0 < invoice.paid:
            lines = [line for line in booking.invoice_lines.all() if line.invoice_id == pk]
            parts += map(_left_of_line, lines)
    return round_money(sum_money(parts))


def _left(payment: Payment) -> Decimal:
    return payment.amount - sum_money(refund.amount for refund in payment.standing)


def _left_of_line(line: InvoiceLine) -> Decimal:
    net = line.net - sum_money(credit.net for credit in line.credits.all())
    return net + round_money(net * line.vat_percent / 100)
