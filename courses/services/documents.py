"""Issued documents as plain values: what paper and e-invoice are made of."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.no import kontonr, orgnr

from courses.exceptions import NotInvoiceable
from courses.models import Course, CreditNote, Invoice, VatRate, VatTreatment
from courses.models.invoices import DocumentLineRow
from municipalities.models import Unit

from .invoice_documents import Document, DocumentKind, DocumentLine, Party, VatCategory, VatSubtotal

# Standard VAT codes of SAF-T Financial (Skatteetaten, "Standard Tax Codes").
VAT_CODES = {
    VatCategory.STANDARD: "3",
    VatCategory.ZERO: "5",
    VatCategory.EXEMPT: "6",
    VatCategory.OUTSIDE: "7",
}


def seller() -> tuple[Party, str]:
    """Return who sells, and the account to pay to, as the settings say. Raises NotInvoiceable when they do not."""
    account = "".join(settings.SELLER_ACCOUNT.replace(".", "").split())
    needed = ("name", "organisation_number", "street", "postal_code", "city")
    try:
        orgnr.validate(settings.SELLER["organisation_number"])
        kontonr.validate(account)
    except ValidationError:
        complete = False
    else:
        complete = all(settings.SELLER[name] for name in needed)
    if not complete:
        raise NotInvoiceable(_("Nothing can be invoiced before the settings say who sells (TAUSHET_SELLER_…)."))
    return Party(**settings.SELLER), account


def buyer(unit: Unit) -> Party:
    """Return who pays. Raises NotInvoiceable when the organisation number is missing or wrong."""
    is_whole = unit.kind == Unit.Kind.MUNICIPALITY
    known = unit.organisation_number or (unit.municipality.organisation_number if is_whole else "")
    try:
        number = orgnr.validate(known)
    except ValidationError:
        raise NotInvoiceable(_("%(payer)s has no organisation number.") % {"payer": unit}) from None
    return Party(
        name=unit.name,
        organisation_number=number,
        street=unit.street,
        postal_code=unit.postal_code,
        city=unit.city,
        is_in_vat_register=unit.is_in_vat_register,
        is_in_business_register=unit.is_in_business_register,
    )


def vat_of(
    treatment: str, course: Course, on: date, rates: Iterable[VatRate] | None = None
) -> tuple[VatCategory, Decimal]:
    """Return category and per cent of what is delivered on a day; of `rates` where they have been read already.

    Raises NotInvoiceable when nobody has said how the course is taxed, or what the rate is.
    """
    if not settings.SELLER["is_in_vat_register"]:
        return VatCategory.OUTSIDE, Decimal(0)
    if treatment in {"", VatTreatment.NONE}:
        treatment = course.vat_treatment
    if treatment == VatTreatment.EXEMPT:
        return VatCategory.EXEMPT, Decimal(0)
    if treatment == VatTreatment.NONE:
        raise NotInvoiceable(_("The course does not say how its price is taxed."))
    if rates is None:
        rate = VatRate.objects.on(on).first()
    else:
        rate = next((one for one in rates if one.valid_from <= on and (not one.valid_to or on <= one.valid_to)), None)
    if rate is None:
        raise NotInvoiceable(_("There is no rate of VAT for the day of the course."))
    return VatCategory.STANDARD, rate.percent


def exemption_reason(category: VatCategory) -> str:
    """Say why no VAT is charged, in the language that is active."""
    if category == VatCategory.EXEMPT:
        return _("Teaching is exempt from VAT, see merverdiavgiftsloven § 3-5.")
    if category == VatCategory.OUTSIDE:
        return _("The seller is not in the VAT register.")
    return ""


def stored_party(party: Party) -> dict:
    return asdict(party)


def stored_vat(subtotal: VatSubtotal) -> dict:
    return {name: str(value) for name, value in asdict(subtotal).items()}


def read_vat(stored: dict) -> VatSubtotal:
    return VatSubtotal(
        category=VatCategory(stored["category"]),
        percent=Decimal(stored["percent"]),
        net=Decimal(stored["net"]),
        vat=Decimal(stored["vat"]),
        exemption_reason=stored["exemption_reason"],
    )


def as_document(issued: Invoice | CreditNote, lines: list[DocumentLineRow] | None = None) -> Document:
    """Return an invoice or credit note as plain values; `lines` where it is a draft whose lines are not stored."""
    is_invoice = isinstance(issued, Invoice)
    invoice = issued if is_invoice else issued.invoice
    rows = list(issued.lines.all()) if lines is None else lines
    return Document(
        kind=DocumentKind.INVOICE if is_invoice else DocumentKind.CREDIT_NOTE,
        number=issued.shown_number,
        issued_on=issued.issued_on,
        due_on=invoice.due_on if is_invoice else None,
        seller=Party(**issued.seller),
        buyer=Party(**(issued.buyer | {"contact": issued.buyer_contact})),
        account=issued.account,
        kid=issued.kid,
        lines=tuple(_line(row) for row in rows),
        vat=tuple(read_vat(stored) for stored in issued.vat),
        net=issued.net,
        vat_total=issued.vat_total,
        total=issued.total,
        language=issued.language,
        buyer_reference=issued.buyer_reference,
        order_reference=issued.order_reference,
        delivered_on=invoice.delivered_on,
        delivery_place=invoice.delivery_place,
        note=issued.note,
        terms=invoice.terms if is_invoice else "",
        prepaid=invoice.prepaid if is_invoice else Decimal("0.00"),
        refers_to="" if is_invoice else invoice.shown_number,
        refers_to_issued_on=None if is_invoice else invoice.issued_on,
    )


def _line(row: DocumentLineRow) -> DocumentLine:
    return DocumentLine(
        number=row.place,
        name=row.name,
        description=row.description,
        quantity=row.quantity,
        unit_price=row.unit_price,
        net=row.net,
        vat_category=VatCategory(row.vat_category),
        vat_percent=row.vat_percent,
    )
