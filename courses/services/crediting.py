"""Credit notes: by staff with a reason, and by themselves when a booking owes less than its documents say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from courses.exceptions import CreditRefused, PeriodClosed
from courses.models import Booking, CreditNote, CreditNoteLine, Invoice, InvoiceLine, NumberSeries
from taushet.models import User
from taushet.services import audit
from taushet.templatetags.ui import kroner

from .documents import read_vat, stored_vat
from .invoice_documents import VatSubtotal
from .invoice_drafts import subtotals
from .invoice_files import make_document_file
from .invoice_mail import tell_credited
from .number_series import refuse_closed, take_number
from .owed import Excess, difference, left_of, unsettled
from .prices import round_money, sum_money

BY_ITSELF = gettext_noop("The booking has changed.")


@dataclass(frozen=True)
class CreditDraft:
    """A credit note that is not issued."""

    note: CreditNote
    lines: list[CreditNoteLine]


@transaction.atomic
def credit_invoice(
    invoice: Invoice,
    amounts: Mapping[int, Decimal],
    *,
    reason: str,
    by: User | None = None,
    releases: bool = False,
    seen_total: Decimal | None = None,
    seen: str | None = None,
) -> CreditNote:
    """Take back amounts of an invoice, kroner without VAT by line; all of one line or a part of it.

    With `releases` what is taken back is owed anew, and so invoiced once more where the booking still owes it;
    without, it is let off for good. `seen` is the `credit_mark` of what was shown: the same one once more gives the
    credit note that was made of it. Raises CreditRefused, also when the sum, or anything that was shown, is another
    now, and PeriodClosed.
    """
    invoice = Invoice.objects.select_for_update(no_key=True, of=("self",)).get(pk=invoice.pk)
    says = {"reason": reason, "releases": releases}
    if seen is not None and seen != credit_mark(invoice, amounts, **says):
        made = invoice.credit_notes.order_by("number").last()
        if made and seen == credit_mark(invoice, amounts, **says, without=made) and _says(made, amounts, **says):
            return made
        raise CreditRefused(_("This is not the credit note that was shown. Look at it as it is now, and press again."))
    refuse_closed(timezone.localdate())
    draft = draft_credit(invoice, amounts, **says)
    if seen_total is not None and seen_total != draft.note.total:
        raise CreditRefused(_("The amount has changed since you opened the page. Look at it once more."))
    note = draft.note
    note.issued_by = by
    note.number = take_number(NumberSeries.Kind.CREDIT_NOTE, on=note.issued_on)
    note.save(force_insert=True)
    for line in draft.lines:
        line.credit_note = note
    CreditNoteLine.objects.bulk_create(draft.lines)
    kind = "" if by else "clock"
    audit.record("credit_note.issued", note, by=by, kind=kind, number=note.number, invoice=invoice.number)
    tell_credited(note)
    make_document_file.enqueue("credit_note", note.pk)
    return note


def credit_mark(
    invoice: Invoice,
    amounts: Mapping[int, Decimal],
    *,
    reason: str,
    releases: bool,
    without: CreditNote | None = None,
) -> str:
    """Return a mark of a credit note as it is shown, and of those its invoice has already, but for one (`without`)."""
    notes = invoice.credit_notes.exclude(pk=without.pk if without else None)
    before = sorted(notes.values_list("number", flat=True))
    said = [str((line, round_money(amount))) for line, amount in sorted(amounts.items()) if amount]
    return sha256(repr((invoice.pk, said, reason, releases, before)).encode()).hexdigest()[:32]


def _says(note: CreditNote, amounts: Mapping[int, Decimal], *, reason: str, releases: bool) -> bool:
    """Whether a credit note says just this."""
    lines = {(line.invoice_line_id, line.net, line.releases) for line in note.lines.all()}
    wanted = {(line, round_money(amount), releases) for line, amount in amounts.items() if amount}
    return note.reason == reason and lines == wanted


def draft_credit(
    invoice: Invoice, amounts: Mapping[int, Decimal], *, reason: str, releases: bool = False
) -> CreditDraft:
    """Return the credit note for amounts by line, before it has a number. Raises CreditRefused."""
    lines = []
    stored = invoice.lines.select_related("booking").prefetch_related("credits")
    for line in stored:
        amount = round_money(amounts.get(line.pk, Decimal(0)))
        if amount < 0 or amount > left_of(line):
            raise CreditRefused(
                _("At most %(left)s can be credited of line %(line)d.")
                % {"left": kroner(left_of(line)), "line": line.place}
            )
        if amount:
            lines.append(_line(len(lines) + 1, line, amount, releases))
    if not lines:
        raise CreditRefused(_("There is nothing to credit."))
    with translation.override(invoice.language):
        vat = vat_of_credit(invoice, lines)
    net, vat_total = sum_money(one.net for one in vat), sum_money(one.vat for one in vat)
    copied = ("seller", "buyer", "buyer_contact", "buyer_reference", "order_reference", "account", "kid", "language")
    note = CreditNote(
        **{name: getattr(invoice, name) for name in copied},
        number=0,
        invoice=invoice,
        issued_on=timezone.localdate(),
        issued_at=timezone.now(),
        reason=reason,
        note=reason,
        vat=[stored_vat(one) for one in vat],
        net=net,
        vat_total=vat_total,
        total=net + vat_total,
        is_demonstration=invoice.is_demonstration,
    )
    return CreditDraft(note, lines)


def _line(place: int, line: InvoiceLine, amount: Decimal, releases: bool) -> CreditNoteLine:
    """Return the line that takes an amount off another: so many of its seats where that comes out even."""
    seats = amount / line.unit_price
    is_even = seats == int(seats)
    copied = ("name", "description", "vat_category", "vat_percent", "account_code", "vat_code")
    return CreditNoteLine(
        **{name: getattr(line, name) for name in copied},
        place=place,
        invoice_line=line,
        quantity=seats if is_even else Decimal(1),
        unit_price=line.unit_price if is_even else amount,
        net=amount,
        releases=releases,
    )


def vat_of_credit(invoice: Invoice, lines: Iterable) -> list[VatSubtotal]:
    """Return the VAT by treatment so that all credit notes of an invoice together never round above it."""
    before: dict[tuple, list[Decimal]] = defaultdict(lambda: [Decimal("0.00"), Decimal("0.00")])
    for note in invoice.credit_notes.all():
        for stored in map(read_vat, note.vat):
            sums = before[stored.category, stored.percent]
            sums[0] += stored.net
            sums[1] += stored.vat
    rows = []
    for part in subtotals(lines):
        net, vat = before[part.category, part.percent]
        rest = round_money((net + part.net) * part.percent / 100) - vat
        rows.append(replace(part, vat=rest))
    return rows


def follow_booking(booking: Booking, *, by: User | None = None, had_price: bool = False) -> list[CreditNote]:
    """Credit what documents of a booking say beyond what it owes now, in the transaction of the change.

    One that is free, and was before (`had_price`), has no documents. While the books are closed for today it waits: the
    clock does the same later (`follow_changed`).
    """
    if not booking.has_price and not had_price:
        return []
    amounts = _by_invoice(difference(booking)[1])
    notes = []
    for invoice, parts in amounts.items():
        with translation.override(invoice.language):
            reason = _(BY_ITSELF)
        try:
            notes.append(credit_invoice(invoice, parts, reason=reason, by=by, releases=True))
        except PeriodClosed:
            break
    return notes


def follow_changed() -> int:
    """Credit what could not be credited when bookings changed; returns how many credit notes were issued."""
    changed = unsettled().filter(owes__lt=F("covers")).select_related("session__course", "municipality")
    return sum(_follow_alone(booking) for booking in changed)


@transaction.atomic
def _follow_alone(booking: Booking) -> int:
    Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    return len(follow_booking(booking))


def _by_invoice(excess: Iterable[Excess]) -> dict[Invoice, dict[int, Decimal]]:
    amounts: dict[Invoice, dict[int, Decimal]] = {}
    for part in excess:
        amounts.setdefault(part.line.invoice, {})[part.line.pk] = part.net
    return amounts


def credit_sentences(excess: Iterable[Excess]) -> list[str]:
    """Say which invoices would be credited, and with how much, when this is no longer owed; nothing is."""
    said = []
    for invoice, amounts in _by_invoice(excess).items():
        total = draft_credit(invoice, amounts, reason="").note.total
        numbers = {"number": invoice.shown_number, "amount": kroner(total)}
        said.append(_("Invoice %(number)s is credited with %(amount)s.") % numbers)
    return said
