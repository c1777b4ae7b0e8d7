"""Documents as they are frozen, in every variant that an e-invoice has to carry."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

from courses.services.invoice_documents import (
    Document,
    DocumentKind,
    DocumentLine,
    Party,
    VatCategory,
    VatSubtotal,
)

SELLER = Party(
    name="Eksempelforeningen mot vold",
    organisation_number="974760673",
    street="Storgata 1",
    postal_code="0155",
    city="Oslo",
    is_in_vat_register=True,
    is_in_business_register=True,
    email="faktura@eksempel.no",
    phone="+47 22 00 00 00",
    contact="Økonomi",
)
UNREGISTERED = replace(SELLER, is_in_vat_register=False, is_in_business_register=False)
BUYER = Party(
    name="Gjøvik kommune",
    organisation_number="940155223",
    street="Kauffeldts plass 1",
    postal_code="2815",
    city="Gjøvik",
)
REASONS = {
    VatCategory.EXEMPT: "Unntatt etter merverdiavgiftsloven § 3-5",
    VatCategory.OUTSIDE: "Selger er ikke registrert i Merverdiavgiftsregisteret",
}
STANDARD, EXEMPT, OUTSIDE = VatCategory.STANDARD, VatCategory.EXEMPT, VatCategory.OUTSIDE


def line(number=1, *, name="Plass på kurs", quantity="12", unit_price="1250", category=EXEMPT, percent="0", **more):
    quantity, unit_price = Decimal(quantity), Decimal(unit_price)
    return DocumentLine(
        number=number,
        name=name,
        quantity=quantity,
        unit_price=unit_price,
        net=(quantity * unit_price).quantize(Decimal("0.01")),
        vat_category=category,
        vat_percent=Decimal(percent),
        **more,
    )


def document(*lines, kind=DocumentKind.INVOICE, **more) -> Document:
    """Return a document whose amounts fit its lines; what else is given stands as it is."""
    lines = lines or (line(),)
    parts = defaultdict(Decimal)
    for one in lines:
        parts[one.vat_category, one.vat_percent] += one.net
    vat = tuple(
        VatSubtotal(
            category=category,
            percent=percent,
            net=net,
            vat=(net * percent / 100).quantize(Decimal("0.01")),
            exemption_reason=REASONS.get(category, ""),
        )
        for (category, percent), net in parts.items()
    )
    net, vat_total = sum(parts.values()), sum(part.vat for part in vat)
    is_credit = kind == DocumentKind.CREDIT_NOTE
    standing = {
        "number": "20001" if is_credit else "10001",
        "issued_on": date(2026, 11, 27),
        "due_on": None if is_credit else date(2026, 12, 27),
        "seller": SELLER,
        "buyer": BUYER,
        "account": "86011117947",
        "kid": "" if is_credit else "100016",
        "language": "nb",
        "buyer_reference": "B123456",
        "delivered_on": date(2026, 11, 20),
        "delivery_place": "Bodø",
        "refers_to": "10001" if is_credit else "",
        "refers_to_issued_on": date(2026, 11, 1) if is_credit else None,
    }
    amounts = {"lines": lines, "vat": vat, "net": net, "vat_total": vat_total, "total": net + vat_total}
    return Document(kind=kind, **(standing | amounts | more))


def credit_note(*lines, **more) -> Document:
    return document(*lines, kind=DocumentKind.CREDIT_NOTE, **more)
