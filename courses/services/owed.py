"""What a booking owes, what its documents say already, and the difference between the two.

A difference upwards is invoiced, one downwards is credited; so changes of a booking bring the right documents by
themselves, in whatever order they happen. Kroner without VAT, as Decimal.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, DecimalField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Greatest, Round

from courses.models import Booking, BookingFee, CreditNoteLine, InvoiceLine, Session

from .prices import sum_money

What = InvoiceLine.What
NOUGHT = Decimal("0.00")
MONEY = DecimalField(max_digits=12, decimal_places=2)


@dataclass(frozen=True)
class Owed:
    """Something a booking has to pay for."""

    booking: Booking
    what: str
    quantity: Decimal
    unit_price: Decimal
    fee: BookingFee | None = None

    @property
    def net(self) -> Decimal:
        return self.quantity * self.unit_price

    @property
    def key(self) -> tuple:
        return self.what, self.unit_price, self.fee and self.fee.pk


@dataclass(frozen=True)
class Excess:
    """A part of an invoice line that is no longer owed."""

    line: InvoiceLine
    net: Decimal


def owed_by(booking: Booking, fees: Iterable[BookingFee] | None = None) -> list[Owed]:
    """Return what a booking has to pay for as it stands: its seats or the whole while it is on, and its fees.

    `fees` are counted instead of those it has, where somebody asks what a change would bring.
    """
    rows = []
    if booking.state == Booking.State.CONFIRMED and booking.session.state != Session.State.CANCELLED:
        if booking.fixed_price:
            rows.append(Owed(booking, What.FIXED, Decimal(1), Decimal(booking.fixed_price)))
        if booking.seat_price and booking.paid_seats():
            rows.append(Owed(booking, What.SEATS, Decimal(booking.paid_seats()), Decimal(booking.seat_price)))
    fees = booking.fees.all() if fees is None else fees
    return rows + [Owed(booking, What.FEE, Decimal(1), fee.amount, fee) for fee in fees]


def difference(booking: Booking, fees: Iterable[BookingFee] | None = None) -> tuple[list[Owed], list[Excess]]:
    """Return what is still to be invoiced of a booking, and what has been invoiced beyond what it owes.

    `fees` as in `owed_by`. What staff has let off (`CreditNoteLine.releases` is false) counts as settled.
    """
    lines = defaultdict(list)
    for line in booking.invoice_lines.prefetch_related("credits").order_by("-pk"):
        lines[line.what, line.unit_price, line.fee_id].append(line)
    missing, excess = [], []
    owed = {row.key: row for row in owed_by(booking, fees)}
    for key in {**owed, **lines}:
        want = owed[key].net if key in owed else NOUGHT
        has = sum_money(covered(line) for line in lines[key])
        if want > has:
            row = owed[key]
            missing.append(Owed(booking, row.what, (want - has) / row.unit_price, row.unit_price, row.fee))
        elif has > want:
            excess += _take(lines[key], has - want)
    return missing, excess


def _take(lines: Iterable[InvoiceLine], amount: Decimal) -> list[Excess]:
    """Take an amount off lines, the newest first, as far as something is left of them."""
    taken = []
    for line in lines:
        part = min(amount, left_of(line), covered(line))
        if part > 0:
            taken.append(Excess(line, part))
            amount -= part
    return taken


def covered(line: InvoiceLine) -> Decimal:
    """Return how much of what is owed a line stands for."""
    return line.net - sum_money(credit.net for credit in line.credits.all() if credit.releases)


def left_of(line: InvoiceLine) -> Decimal:
    """Return how much of a line can still be credited."""
    return line.net - sum_money(credit.net for credit in line.credits.all())


def with_sums(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Add to bookings what they owe and what documents cover of it, as `owes` and `covers`."""
    seats = ExpressionWrapper(Greatest(F("seats") - F("funded_seats"), 0) * F("seat_price"), output_field=MONEY)
    is_on = Q(state=Booking.State.CONFIRMED) & ~Q(session__state=Session.State.CANCELLED)
    price = Case(When(is_on, then=seats + F("fixed_price")), default=NOUGHT, output_field=MONEY)
    lines = InvoiceLine.objects.filter(booking=OuterRef("pk"))
    taken_back = CreditNoteLine.objects.filter(invoice_line__booking=OuterRef("pk"), releases=True)
    fees = BookingFee.objects.filter(booking=OuterRef("pk"))
    return bookings.annotate(
        owes=Round(price + _sum(fees, "booking", "amount"), 2),
        covers=Round(_sum(lines, "booking", "net") - _sum(taken_back, "invoice_line__booking", "net"), 2),
    )


def _sum(rows: QuerySet, by: str, field: str) -> Coalesce:
    summed = rows.order_by().values(by).annotate(sum=Sum(field)).values("sum")
    return Coalesce(Subquery(summed), NOUGHT, output_field=MONEY)


def unsettled(bookings: QuerySet[Booking] | None = None) -> QuerySet[Booking]:
    """Return the bookings whose documents say another sum than they owe."""
    priced = Q(seat_price__gt=0) | Q(fixed_price__gt=0) | Q(pk__in=InvoiceLine.objects.values("booking"))
    rows = Booking.objects.all() if bookings is None else bookings
    return with_sums(rows.filter(priced)).exclude(owes=F("covers"))
