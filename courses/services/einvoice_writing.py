"""The e-invoice (EHF): a document as Peppol BIS Billing 3.0 wants it, with what Norway adds.

Written from the frozen plain values alone, so the same document always gives the same bytes. What is empty is left
out, since BIS forbids empty elements (PEPPOL-EN16931-R008): whatever is missing then shows when the result is checked.

Sources: https://docs.peppol.eu/poacc/billing/3.0/ and the rules NO-R-001 and NO-R-002 there.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from courses.services.einvoice_texts import clean_line, clean_text, credit_terms
from courses.services.invoice_documents import Document, DocumentKind, DocumentLine, Party, VatCategory, VatSubtotal

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
NAMESPACES = (
    ("", "urn:oasis:names:specification:ubl:schema:xsd:{root}-2"),
    (":cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"),
    (":cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"),
)
ORGANISATION_NUMBER = "0192"  # Enhetsregisteret, in the list of electronic address schemes
CREDIT_TRANSFER = "30"  # UNTDID 4461
BUSINESS_REGISTER = "Foretaksregisteret"
ROOTS = {DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT_NOTE: "CreditNote"}
ØRE = Decimal("0.01")

Lines = Iterable[str]


def write_einvoice(document: Document) -> bytes:
    """Return the document as UTF-8 XML of UBL 2.1.

    It is not judged here: `einvoice_checks.check_einvoice` says what is wrong with it.
    """
    root = ROOTS[document.kind]
    spaces = "".join(f' xmlns{prefix}="{name.format(root=root)}"' for prefix, name in NAMESPACES)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{root}{spaces}>", *_contents(document), f"</{root}>", ""]
    return "\n".join(lines).encode()


def _contents(document: Document) -> Lines:
    """Give what stands in the root, in the order of the schema."""
    is_invoice = document.kind == DocumentKind.INVOICE
    yield from _value("CustomizationID", CUSTOMIZATION)
    yield from _value("ProfileID", PROFILE)
    yield from _value("ID", document.number)
    yield from _date("IssueDate", document.issued_on)
    if is_invoice:
        yield from _date("DueDate", document.due_on)
    yield from _value(f"{ROOTS[document.kind]}TypeCode", document.kind)
    yield from _text("Note", document.note)
    yield from _value("DocumentCurrencyCode", document.currency)
    yield from _value("BuyerReference", document.buyer_reference)
    yield from _group("OrderReference", _value("ID", document.order_reference))
    yield from _group("BillingReference", _group("InvoiceDocumentReference", _invoice_referred_to(document)))
    yield from _group("AccountingSupplierParty", _party(document.seller, _seller_taxes(document)))
    yield from _group("AccountingCustomerParty", _party(document.buyer))
    yield from _group("Delivery", _delivery(document))
    yield from _group("PaymentMeans", _payment(document, due_on=None if is_invoice else document.due_on))
    yield from _group("PaymentTerms", _text("Note", document.terms.strip() or credit_terms(document)))
    yield from _group("TaxTotal", _taxes(document))
    yield from _group("LegalMonetaryTotal", _totals(document))
    for line in document.lines:
        yield from _group(f"{ROOTS[document.kind]}Line", _line(line, document))


def _delivery(document: Document) -> Lines:
    yield from _date("ActualDeliveryDate", document.delivered_on)
    if document.delivery_place:
        line = _group("AddressLine", _value("Line", document.delivery_place))
        country = _group("Country", _value("IdentificationCode", document.seller.country))  # BR-57
        yield from _group("DeliveryLocation", _group("Address", [*line, *country]))


def _invoice_referred_to(document: Document) -> Lines:
    yield from _value("ID", document.refers_to)
    if document.refers_to:
        yield from _date("IssueDate", document.refers_to_issued_on)


def _party(party: Party, taxes: Lines = ()) -> Lines:
    """Give a party. A buyer's own VAT number is left out: nothing here is taxed by reverse charge."""
    yield from _group("Party", _about_party(party, taxes))


def _about_party(party: Party, taxes: Lines) -> Lines:
    yield from _organisation_number("EndpointID", party)
    yield from _group("PartyName", _value("Name", party.name))
    yield from _group("PostalAddress", _address(party))
    yield from taxes
    yield from _group("PartyLegalEntity", _legal_entity(party))
    yield from _group("Contact", _contact(party))


def _address(party: Party) -> Lines:
    yield from _value("StreetName", party.street)
    yield from _value("CityName", party.city)
    yield from _value("PostalZone", party.postal_code)
    yield from _group("Country", _value("IdentificationCode", party.country))


def _legal_entity(party: Party) -> Lines:
    yield from _value("RegistrationName", party.name)
    yield from _organisation_number("CompanyID", party)


def _contact(party: Party) -> Lines:
    yield from _value("Name", party.contact)
    yield from _value("Telephone", party.phone)
    yield from _value("ElectronicMail", party.email)


def _seller_taxes(document: Document) -> Lines:
    """Give what the seller is registered as.

    An exemption has to name a tax registration (BR-E-02). A seller in neither register, as most organisations are,
    is known to the tax office by its organisation number and nothing else.
    """
    seller = document.seller
    is_exempt = all(line.vat_category == VatCategory.EXEMPT for line in document.lines)
    if seller.is_in_vat_register:
        yield from _registration(f"NO{seller.organisation_number}MVA", "VAT")
    if seller.is_in_business_register:
        yield from _registration(BUSINESS_REGISTER, "TAX")
    elif is_exempt and not seller.is_in_vat_register:
        yield from _registration(seller.organisation_number, "TAX")


def _registration(name: str, scheme: str) -> Lines:
    yield from _group("PartyTaxScheme", [*_value("CompanyID", name), *_scheme(scheme)])


def _payment(document: Document, *, due_on: date | None) -> Lines:
    yield from _value("PaymentMeansCode", CREDIT_TRANSFER)
    yield from _date("PaymentDueDate", due_on)
    yield from _value("PaymentID", document.kid)
    yield from _group("PayeeFinancialAccount", _account(document))


def _account(document: Document) -> Lines:
    account = "".join(sign for sign in document.account if sign.isalnum())
    yield from _value("ID", account)
    if account:
        yield from _value("Name", document.seller.name)


def _taxes(document: Document) -> Lines:
    yield from _amount("TaxAmount", document.vat_total, document)
    for subtotal in document.vat:
        yield from _group("TaxSubtotal", _subtotal(subtotal, document))


def _subtotal(subtotal: VatSubtotal, document: Document) -> Lines:
    yield from _amount("TaxableAmount", subtotal.net, document)
    yield from _amount("TaxAmount", subtotal.vat, document)
    category = _category(subtotal.category, subtotal.percent, subtotal.exemption_reason)
    yield from _group("TaxCategory", category)


def _totals(document: Document) -> Lines:
    yield from _amount("LineExtensionAmount", document.net, document)
    yield from _amount("TaxExclusiveAmount", document.net, document)
    yield from _amount("TaxInclusiveAmount", document.total, document)
    if document.prepaid:
        yield from _amount("PrepaidAmount", document.prepaid, document)
    yield from _amount("PayableAmount", document.payable, document)


def _line(line: DocumentLine, document: Document) -> Lines:
    counted = "InvoicedQuantity" if document.kind == DocumentKind.INVOICE else "CreditedQuantity"
    yield from _value("ID", str(line.number))
    yield from _value(counted, _number(line.quantity), unitCode=line.unit)
    yield from _amount("LineExtensionAmount", line.net, document)
    yield from _group("Item", _item(line))
    price = _value("PriceAmount", _money(line.unit_price), currencyID=document.currency)
    yield from _group("Price", price)


def _item(line: DocumentLine) -> Lines:
    yield from _text("Description", line.description)
    yield from _value("Name", line.name)
    yield from _group("ClassifiedTaxCategory", _category(line.vat_category, line.vat_percent))


def _category(category: VatCategory, percent: Decimal, reason: str = "") -> Lines:
    yield from _value("ID", category)
    if category != VatCategory.OUTSIDE:  # where nothing can be charged, no rate is given (BR-O-05)
        yield from _value("Percent", _number(percent))
    yield from _value("TaxExemptionReason", reason)
    yield from _scheme("VAT")


def _scheme(name: str) -> Lines:
    return _group("TaxScheme", _value("ID", name))


def _organisation_number(name: str, party: Party) -> Lines:
    return _value(name, party.organisation_number.replace(" ", ""), schemeID=ORGANISATION_NUMBER)


def _amount(name: str, amount: Decimal, document: Document) -> Lines:
    return _value(name, _money(amount), currencyID=document.currency)


def _money(amount: Decimal) -> str:
    """Return an amount with at least two decimals. One with more is not rounded: the check refuses it."""
    return _number(amount if amount != amount.quantize(ØRE) else amount.quantize(ØRE), trimmed=False)


def _number(number: Decimal, *, trimmed: bool = True) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if trimmed and "." in text else text


def _date(name: str, day: date | None) -> Lines:
    return _value(name, day.isoformat() if day else "")


def _value(name: str, text: str, **attributes: str) -> list[str]:
    """Return an element with text on one line, or nothing when there is none."""
    signs = "".join(f" {key}={quoteattr(clean_line(value))}" for key, value in attributes.items())
    line = clean_line(text)
    return [f"<cbc:{name}{signs}>{escape(line)}</cbc:{name}>"] if line else []


def _text(name: str, text: str) -> list[str]:
    """Return an element whose text may have several lines, or nothing when there is none."""
    text = clean_text(text)
    return [f"<cbc:{name}>{escape(text)}</cbc:{name}>"] if text else []


def _group(name: str, contents: Lines) -> list[str]:
    """Return an element around others, or nothing when there are none."""
    inside = [f"  {line}" for line in contents]
    return [f"<cac:{name}>", *inside, f"</cac:{name}>"] if inside else []
