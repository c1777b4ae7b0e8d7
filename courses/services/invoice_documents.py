"""An invoice or credit note as it stands on paper and in the e-invoice: plain values, frozen when it is issued.

The PDF and the e-invoice are both made of this and of nothing else, so they cannot come to say different things.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class DocumentKind(StrEnum):
    """What it is, with its code in UNTDID 1001 as value, which is what an e-invoice carries."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


class VatCategory(StrEnum):
    """How a line is treated, with its code in UNTDID 5305 as value."""

    STANDARD = "S"
    EXEMPT = "E"  # merverdiavgiftsloven § 3-5: teaching
    OUTSIDE = "O"  # the seller is not in the VAT register
    ZERO = "Z"


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who sells or pays. `organisation_number` has nine digits and a right check digit."""

    name: str
    organisation_number: str
    street: str
    postal_code: str
    city: str
    country: str = "NO"
    is_in_vat_register: bool = False  # the number then goes as NO…MVA
    is_in_business_register: bool = False  # "Foretaksregisteret", aksjeloven and foretaksregisterloven § 10-2
    email: str = ""
    phone: str = ""
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """One line. Amounts in kroner without VAT; `net` is `quantity` times `unit_price`, rounded to øre."""

    number: int
    name: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    vat_category: VatCategory
    vat_percent: Decimal
    description: str = ""
    unit: str = "C62"  # one, in UN/ECE Recommendation 20


@dataclass(frozen=True, kw_only=True)
class VatSubtotal:
    """What is charged of one treatment: kroner. `exemption_reason` is given for every treatment but S and Z."""

    category: VatCategory
    percent: Decimal
    net: Decimal
    vat: Decimal
    exemption_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """The whole. Always one of `buyer_reference` and `order_reference` is filled (PEPPOL-EN16931-R003).

    `account` has eleven digits (BBAN) or is an IBAN; `kid` is the payment id with its check digit; `language` is nb
    or nn. Amounts in kroner; a credit note carries positive amounts, as BIS Billing 3.0 wants it.
    """

    kind: DocumentKind
    number: str
    issued_on: date
    due_on: date | None
    seller: Party
    buyer: Party
    account: str
    kid: str
    lines: tuple[DocumentLine, ...]
    vat: tuple[VatSubtotal, ...]
    net: Decimal
    vat_total: Decimal
    total: Decimal
    language: str
    buyer_reference: str = ""
    order_reference: str = ""
    delivered_on: date | None = None
    delivery_place: str = ""  # bokføringsforskriften § 5-1-1 no. 4: municipalities, or that it was online; no address
    note: str = ""
    terms: str = ""
    prepaid: Decimal = Decimal("0.00")  # what of an invoice's total had been paid by card when it was issued
    currency: str = "NOK"
    refers_to: str = ""  # number of the invoice that a credit note takes back from
    refers_to_issued_on: date | None = None

    @property
    def payable(self) -> Decimal:
        """What is left to pay of the total by what stands on it, in kroner."""
        return self.total - self.prepaid
