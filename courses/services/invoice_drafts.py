"""Invoices as they would be issued now: lines, VAT, seller and buyer, before there is a number.

The same draft is shown to staff, checked, and then issued, so that nothing is issued that nobody could see.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.exceptions import NothingToInvoice, NotInvoiceable
from courses.models import Booking, Format, Invoice, InvoiceLine, PriceKind
from municipalities.models import Unit
from municipalities.services.successors import current_unit, successor_of
from taushet.templatetags.ui import date_span

from .documents import VAT_CODES, as_document, buyer, exemption_reason, seller, stored_party, stored_vat, vat_of
from .invoice_documents import Document, VatCategory, VatSubtotal
from .owed import Owed, What, difference
from .payers import own_payer
from .prepaid import is_prepaid, paid_ahead, prepaid_note
from .prices import round_money, sum_money

LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_PLACE = 150, 200, 120


@dataclass(frozen=True)
class Draft:
    """An invoice that is not issued: rows without number, KID and place in the database."""

    invoice: Invoice
    lines: list[InvoiceLine]
    bookings: Sequence[Booking]

    @property
    def document(self) -> Document:
        """The draft as plain values, under number 0."""
        return as_document(self.invoice, self.lines)


def payer_of(booking: Booking) -> Unit:
    """Return who pays for a booking today: after a merger the successor.

    Raises NotInvoiceable when a municipality has become several.
    """
    payer = booking.payer or own_payer(booking.municipality)
    if payer.kind != Unit.Kind.MUNICIPALITY or not payer.municipality.has_ended:
        return payer
    successor = successor_of(payer.municipality)
    if successor.has_ended:
        raise NotInvoiceable(
            _("%(payer)s is no more, and several took over from it. Choose who pays.") % {"payer": payer}
        )
    return current_unit(payer) or own_payer(successor)


def draft_invoice(bookings: Iterable[Booking], *, on: date | None = None, is_collective: bool = False) -> Draft:
    """Return the invoice for what bookings of one payer owe beyond what has been invoiced.

    Raises NothingToInvoice, and NotInvoiceable with what is missing.
    """
    bookings = list(bookings)
    owed = [row for booking in bookings for row in difference(booking)[0]]
    if not owed:
        raise NothingToInvoice(_("Everything that is owed has been invoiced."))
    payers = {payer_of(row.booking) for row in owed}
    references = {row.booking.invoice_reference for row in owed}
    if len(payers) > 1 or len(references) > 1:
        raise NotInvoiceable(_("These bookings have different payers or references."))
    payer, reference = payers.pop(), references.pop()
    ahead = paid_ahead(bookings)
    if not reference and all(map(is_prepaid, bookings)):
        reference = _("Paid by card")
    if not reference:
        raise NotInvoiceable(_("The payer’s reference is missing."))
    party, account = seller()
    language = payer.municipality.letter_language
    taxed = [vat_of(row.booking.vat_treatment, row.booking.session.course, delivered_on(row.booking)) for row in owed]
    with translation.override(language):
        places = list(dict.fromkeys(filter(None, (delivery_place(row.booking) for row in owed))))
        several = len(places) > 1
        lines = [
            _line(place, row, payer, *taxed[place - 1], says_place=several) for place, row in enumerate(owed, start=1)
        ]
        vat = subtotals(lines)
    day = on or timezone.localdate()
    net, vat_total = sum_money(one.net for one in vat), sum_money(one.vat for one in vat)
    invoice = Invoice(
        number=0,
        issued_on=day,
        due_on=day + timedelta(days=settings.PAYMENT_DAYS),
        delivered_on=max(delivered_on(row.booking) for row in owed),
        delivery_place=_listed(places),
        seller=stored_party(party),
        buyer=stored_party(buyer(payer)),
        buyer_contact=owed[0].booking.contact_name if len({row.booking for row in owed}) == 1 else "",
        buyer_reference=reference,
        account=account,
        language=language,
        vat=[stored_vat(one) for one in vat],
        net=net,
        vat_total=vat_total,
        total=net + vat_total,
        note=prepaid_note(net + vat_total, ahead, language),
        terms="" if ahead >= net + vat_total else terms_sentence(language),
        prepaid=min(max(ahead, Decimal(0)), net + vat_total),
        is_collective=is_collective,
        payer=payer,
        municipality=payer.municipality,
        is_demonstration=any(booking.is_demonstration for booking in bookings),
    )
    return Draft(invoice, lines, bookings)


def terms_sentence(language: str) -> str:
    with translation.override(language):
        return _("Due %(days)d days after the date of the invoice.") % {"days": settings.PAYMENT_DAYS}


def delivered_on(booking: Booking) -> date:
    return timezone.localdate(booking.session.last_ends_at)


def delivery_place(booking: Booking) -> str:
    """Say where a course is held, in the active language: the municipality and no more (design rule 9), or online.

    Nothing when nobody has said it.
    """
    session = booking.session
    if session.format == Format.ONLINE:
        return _("Online")
    return session.municipality.name if session.municipality else ""


def _listed(places: list[str]) -> str:
    """Return places as one line, as many as there is room for."""
    while len(said := ", ".join(places)) > LONGEST_PLACE:
        places = [*places[:-2], "…"]
    return said


def _line(
    place: int, row: Owed, payer: Unit, category: VatCategory, percent: Decimal, *, says_place: bool
) -> InvoiceLine:
    booking = row.booking
    return InvoiceLine(
        place=place,
        booking=booking,
        fee=row.fee,
        what=row.what,
        name=_name(row)[:LONGEST_NAME],
        description=_description(booking, payer, says_place=says_place)[:LONGEST_DESCRIPTION],
        quantity=row.quantity,
        unit_price=row.unit_price,
        net=round_money(row.net),
        vat_category=category,
        vat_percent=percent,
        account_code=settings.REVENUE_ACCOUNTS[category],
        vat_code=VAT_CODES[category],
    )


def _name(row: Owed) -> str:
    """Say what is paid for; the course by name only where the booker chose that (design rule 9)."""
    booking = row.booking
    course = booking.session.course.title if booking.shows_course_name else _("Course in the municipality")
    if row.what == What.FEE:
        return _("%(course)s: seats given back, %(percent)d per cent of the price") % {
            "course": course,
            "percent": row.fee.percent,
        }
    if row.what == What.FIXED and booking.price_kind == PriceKind.TRAVEL:
        return _("%(course)s: travel costs") % {"course": course}
    return _("%(course)s: seats") % {"course": course} if row.what == What.SEATS else course


def _description(booking: Booking, payer: Unit, *, says_place: bool) -> str:
    """Say which booking it is and when, who booked where somebody else pays, and where it was held if asked."""
    when = date_span(booking.session.first_starts_at, booking.session.last_ends_at)
    said = [_("Booking %(number)s, %(when)s") % {"number": booking.pk, "when": when.replace("\xa0", " ")}]
    if booking.municipality_id != payer.municipality_id:
        said.append(booking.municipality.name)
    if says_place and (place := delivery_place(booking)):
        said.append(place)
    return ", ".join(said)


def subtotals(lines: Iterable) -> list[VatSubtotal]:
    """Return net and VAT of lines by treatment; VAT is rounded once for each. Reasons in the active language."""
    nets: dict[tuple[str, Decimal], Decimal] = defaultdict(lambda: Decimal("0.00"))
    for line in lines:
        nets[line.vat_category, Decimal(line.vat_percent)] += line.net
    return [
        VatSubtotal(
            category=VatCategory(category),
            percent=percent,
            net=net,
            vat=round_money(net * percent / 100),
            exemption_reason=exemption_reason(VatCategory(category)),
        )
        for (category, percent), net in sorted(nets.items())
    ]
