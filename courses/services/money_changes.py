"""What a change of a booking does to its money, said before the click: fee, credit notes, a new invoice, the card.

Sums are for the whole change and with VAT, as the documents will say them. Nothing is written here; the changes bring
the documents (`crediting`, `invoicing`), and the clock what goes back to a card (`surplus`).
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.exceptions import NotInvoiceable
from courses.models import Booking, BookingFee, CardRefund, Invoice, InvoiceLine, Payment, Session
from taushet.templatetags.ui import kroner

from .amounts_due import given_back, with_vat
from .crediting import credit_sentences, vat_of_credit
from .owed import difference, left_of, owed_by
from .prices import freeze_price, round_money, share_price, sum_money
from .terms import fee_amount, fee_sentence

GIVES_BACK = "refund"


def money_of_seats(booking: Booking, wanted: int, *, percent: int = 0, says_fee: bool = True) -> str:
    """Say what another number of seats does to the money of a booking; nothing when it does nothing yet.

    `percent` is what seats given back cost; `says_fee` is false where the page says that already.
    """
    if not booking.has_price or wanted == booking.seats:
        return ""
    changed = copy(booking)
    changed.seats = wanted
    share_price(changed, booking.session)
    return _said(booking, changed, seats=max(booking.seats - wanted, 0), percent=percent, says_fee=says_fee)


def money_of_cancelling(booking: Booking, *, percent: int = 0, says_fee: bool = True) -> str:
    """Say the same of cancelling a booking."""
    if not booking.has_price or booking.state != Booking.State.CONFIRMED:
        return ""
    changed = copy(booking)
    changed.state = Booking.State.CANCELLED
    return _said(booking, changed, seats=booking.seats, percent=percent, says_fee=says_fee)


def money_of_moving(booking: Booking, to: Session) -> str:
    """Say the same of moving a booking to another session, at whose price it then is."""
    changed = copy(booking)
    changed.session, changed.funded_seats = to, 0
    freeze_price(changed, to)
    share_price(changed, to)
    if not booking.has_price and not changed.has_price:
        return ""
    said = _said(booking, changed)
    is_same = _total(booking) == _total(changed)
    return said or ("" if is_same else _after(changed))


def note_of_moving(booking: Booking) -> str:
    """Say what another date does to the invoices of a booking before one is chosen; nothing when it has none."""
    if not booking.has_price or not booking.invoice_lines.exists():
        return ""
    return _("The invoice stands when the new date costs the same. Otherwise it is credited, and a new one comes.")


def _said(booking: Booking, changed: Booking, *, seats: int = 0, percent: int = 0, says_fee: bool = True) -> str:
    amount = fee_amount(booking, seats, percent) if seats else Decimal(0)
    fees = list(booking.fees.all())
    parts = []
    if amount:
        fees.append(BookingFee(booking=booking, seats=seats, percent=percent, amount=amount))
        parts += [fee_sentence(seats, booking, percent)] if says_fee else []
    missing, excess = difference(changed, fees=fees)
    parts += credit_sentences(excess)
    if missing and booking.invoice_lines.exists():
        more = _gross(changed, sum_money(round_money(row.net) for row in missing))
        parts.append(_("A new invoice of %(amount)s comes.") % {"amount": kroner(more)})
    parts += _card(changed, fees)
    return " ".join([*parts, _after(changed, fees)]) if parts else ""


def _gross(booking: Booking, net: Decimal) -> Decimal:
    """Return an amount with its VAT, as far as anybody has said how the course is taxed."""
    try:
        return with_vat(booking, net)
    except NotInvoiceable:
        return net


def _total(booking: Booking, fees: Iterable[BookingFee] | None = None) -> Decimal:
    return _gross(booking, sum_money(round_money(row.net) for row in owed_by(booking, fees)))


def _after(changed: Booking, fees: Iterable[BookingFee] | None = None) -> str:
    total = _total(changed, fees)
    if not total:
        return _("After that the booking costs nothing.")
    return _("After that the booking costs %(amount)s in all.") % {"amount": kroner(total)}


def _card(changed: Booking, fees: list[BookingFee]) -> list[str]:
    payments = Payment.objects.filter(booking=changed.pk)
    by_card = payments.filter(way=Payment.Way.CARD)
    if not by_card.exists():
        return []
    back = given_back(CardRefund.objects.filter(payment__in=by_card))
    paid = sum_money(payment.amount for payment in payments) - back
    left = sum_money(payment.amount for payment in by_card) - back
    over = min(paid - _total(changed, fees), left)
    return [_card_sentence(over)] if over > 0 else []


def _card_sentence(amount: Decimal) -> str:
    if settings.CARD_SURPLUS == GIVES_BACK:
        return _("%(amount)s goes back to the card.") % {"amount": kroner(amount)}
    return _("%(amount)s has been paid too much by card then, and the campaign tells what becomes of it.") % {
        "amount": kroner(amount)
    }


@dataclass(frozen=True)
class MoneyOfSessions:
    """What cancelling sessions does to the money of their bookings. Kroner with VAT."""

    credited: int
    notes: int
    amount: Decimal
    refunded: int
    back: Decimal

    @property
    def credit_sentence(self) -> str:
        return ngettext(
            "%(notes)d credit note, %(amount)s in all.", "%(notes)d credit notes, %(amount)s in all.", self.notes
        ) % {"notes": self.notes, "amount": kroner(self.amount)}

    @property
    def card_sentence(self) -> str:
        if settings.CARD_SURPLUS == GIVES_BACK:
            return _("%(amount)s goes back to the cards in all.") % {"amount": kroner(self.back)}
        return _("%(amount)s in all. Each becomes a task: pay it back, or agree on something else.") % {
            "amount": kroner(self.back)
        }


def money_of_sessions(sessions: Iterable[int]) -> MoneyOfSessions:
    """Return what becomes of the money of the confirmed bookings of sessions when these are cancelled.

    Fees that were told stay. A handful of queries, whatever the number of sessions.
    """
    booked = Booking.objects.filter(session__in=sessions, state=Booking.State.CONFIRMED)
    lines = InvoiceLine.objects.filter(booking__in=booked).exclude(what=InvoiceLine.What.FEE)
    lefts = [(line, left_of(line)) for line in lines.prefetch_related("credits")]
    lefts = [(line, left) for line, left in lefts if left > 0]
    paid: dict[int, Decimal] = {}
    for payment in Payment.objects.filter(booking__in=booked, way=Payment.Way.CARD).prefetch_related("refunds"):
        gone = sum_money(one.amount for one in payment.refunds.all() if one.state != CardRefund.State.FAILED)
        paid[payment.booking_id] = paid.get(payment.booking_id, Decimal(0)) + payment.amount - gone
    for fee in BookingFee.objects.filter(booking__in=paid):
        paid[fee.booking_id] -= fee.amount
    back = [left for left in paid.values() if left > 0]
    return MoneyOfSessions(
        credited=len({line.booking_id for line, _left in lefts}),
        notes=len({(line.booking_id, line.invoice_id) for line, _left in lefts}),
        amount=_credited(lefts),
        refunded=len(back),
        back=sum_money(back),
    )


def _credited(lefts: Iterable[tuple[InvoiceLine, Decimal]]) -> Decimal:
    """Return what crediting parts of lines comes to with VAT, rounded as the credit notes of each invoice are."""
    by_invoice: dict[int, list[InvoiceLine]] = {}
    for line, left in lefts:
        part = copy(line)
        part.net = left
        by_invoice.setdefault(line.invoice_id, []).append(part)
    invoices = Invoice.objects.filter(pk__in=by_invoice).prefetch_related("credit_notes")
    taxes = [tax for invoice in invoices for tax in vat_of_credit(invoice, by_invoice[invoice.pk])]
    return sum_money(tax.net + tax.vat for tax in taxes)
