"""Every variant of a document is a valid e-invoice, and says what it was given."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from courses.services.einvoice_checks import check_einvoice
from courses.services.einvoice_writing import write_einvoice
from courses.services.invoice_documents import VatCategory
from tests.factories.invoice_documents import (
    BUYER,
    EXEMPT,
    OUTSIDE,
    SELLER,
    STANDARD,
    UNREGISTERED,
    credit_note,
    document,
    line,
)

CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
TAXED = line(name="Foredrag", quantity="1", unit_price="8000.40", category=STANDARD, percent="25")
TRAVEL = line(2, name="Reise", quantity="123.5", unit_price="4.125", unit="KMT")

VARIANTS = {
    "exempt": document(),
    "in nynorsk": document(language="nn", note="Takk for at de bestilte."),
    "exempt, only in the VAT register": document(seller=replace(SELLER, is_in_business_register=False)),
    "exempt, only in the business register": document(seller=replace(SELLER, is_in_vat_register=False)),
    "exempt, in no register": document(seller=UNREGISTERED),
    "outside": document(line(category=OUTSIDE), seller=UNREGISTERED),
    "outside, in the business register": document(
        line(category=OUTSIDE), seller=replace(UNREGISTERED, is_in_business_register=True)
    ),
    "taxed": document(TAXED),
    "taxed and exempt": document(TAXED, TRAVEL),
    "two rates": document(TAXED, line(2, name="Mat", category=STANDARD, percent="15", unit_price="333.33")),
    "zero": document(line(category=VatCategory.ZERO)),
    "order": document(buyer_reference="", order_reference="4500123456"),
    "both references": document(order_reference="4500123456"),
    "IBAN": document(account="NO93 8601 1117 947"),
    "spaces in the account": document(account="8601 11 17947"),
    "KID by MOD11": document(kid="12345678903"),
    "no KID": document(kid=""),
    "not delivered yet": document(delivered_on=None, delivery_place=""),
    "delivered online": document(delivery_place="Digitalt"),
    "many lines": document(*(line(number, name=f"Plass {number}", unit_price="0.35") for number in range(1, 120))),
    "whole credit": credit_note(),
    "credit with a place only": credit_note(delivered_on=None, delivery_place="Bodø, Meløy"),
    "whole credit in nynorsk": credit_note(language="nn"),
    "part of a credit": credit_note(line(quantity="3")),
    "taxed credit": credit_note(TAXED, TRAVEL),
    "outside credit": credit_note(line(category=OUTSIDE), seller=UNREGISTERED),
    "credit with a due date and terms": credit_note(due_on=date(2026, 12, 27), terms="Blir trukket fra."),
    "credit with an order": credit_note(buyer_reference="", order_reference="4500123456"),
}


def text(root, *path):
    return root.findtext("/".join(f"{CBC if index == len(path) - 1 else CAC}{name}" for index, name in enumerate(path)))


def problems(written: bytes):
    report = check_einvoice(written)
    return [] if report.is_valid else [report.complete, *report.faults]


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_valid_and_the_same_each_time(name):
    written = write_einvoice(VARIANTS[name])

    assert problems(written) == []
    assert write_einvoice(VARIANTS[name]) == written


def test_invoice_says_what_the_accounts_office_needs():
    root = etree.fromstring(write_einvoice(document(TAXED, TRAVEL, order_reference="4500", account="8601 11 17947")))

    seller, buyer = (root.find(f"{CAC}Accounting{who}Party/{CAC}Party") for who in ("Supplier", "Customer"))
    endpoint = seller.find(f"{CBC}EndpointID")
    registered = {
        text(one, "TaxScheme", "ID"): text(one, "CompanyID") for one in seller.iterfind(f"{CAC}PartyTaxScheme")
    }
    assert (endpoint.get("schemeID"), endpoint.text) == ("0192", SELLER.organisation_number)
    assert registered == {"VAT": "NO974760673MVA", "TAX": "Foretaksregisteret"}
    assert text(buyer, "EndpointID") == text(buyer, "PartyLegalEntity", "CompanyID") == BUYER.organisation_number
    assert (text(root, "BuyerReference"), text(root, "OrderReference", "ID")) == ("B123456", "4500")
    assert text(root, "PaymentMeans", "PaymentID") == "100016"
    assert text(root, "PaymentMeans", "PayeeFinancialAccount", "ID") == "86011117947"
    assert text(root, "DueDate") == "2026-12-27"
    assert text(root, "LegalMonetaryTotal", "PayableAmount") == "10509.94"
    assert [one.text for one in root.iter(f"{CBC}TaxExemptionReason")] == ["Unntatt etter merverdiavgiftsloven § 3-5"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("nb", "Beløpet trekkes fra faktura 10001."), ("nn", "Beløpet blir trekt frå faktura 10001.")],
)
def test_credit_note_refers_to_its_invoice(language, sentence):
    root = etree.fromstring(write_einvoice(credit_note(language=language)))

    assert text(root, "BillingReference", "InvoiceDocumentReference", "ID") == "10001"
    assert text(root, "BillingReference", "InvoiceDocumentReference", "IssueDate") == "2026-11-01"
    assert text(root, "PaymentTerms", "Note") == sentence
    assert root.find(f"{CBC}DueDate") is None


def test_strange_text_is_kept_but_for_what_xml_forbids():
    strange = document(
        line(name="Å\x00 <b>&amp;\ud800]]>\n x\uffff" + "æ" * 3000, description=" en\r\nto\x85tre \x01"),
        note="\x0b\n Sånn 😀 \n",
        buyer_reference="  B\t1\n",
        buyer=replace(BUYER, name="Gjøvik\nkommune\x1b", street="\x02"),
    )

    written = write_einvoice(strange)

    root = etree.fromstring(written)
    assert problems(written) == []
    assert text(root, "InvoiceLine", "Item", "Name") == "Å <b>&amp;]]> x" + "æ" * 3000
    assert text(root, "InvoiceLine", "Item", "Description") == "en\nto\ntre"
    assert (text(root, "Note"), text(root, "BuyerReference")) == ("Sånn 😀", "B 1")
    assert text(root, "AccountingCustomerParty", "Party", "PartyName", "Name") == "Gjøvik kommune"


def test_many_documents_by_chance_are_valid():
    chance = random.Random(1)
    signs = [chr(code) for code in (*range(0x250), 0x2028, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x1F600)]

    def some_text():
        return "x" + "".join(chance.choices(signs, k=chance.randrange(60)))

    for _turn in range(40):
        lines = [
            line(
                number,
                name=some_text(),
                description=some_text(),
                quantity=str(Decimal(chance.randrange(1, 5000)) / chance.choice((1, 10, 100))),
                unit_price=str(Decimal(chance.randrange(0, 9_999_999)) / 1000),
                category=(category := chance.choice((STANDARD, EXEMPT))),
                percent=chance.choice(("25", "15", "12", "11.11")) if category == STANDARD else "0",
            )
            for number in range(1, chance.randrange(2, 12))
        ]
        make = chance.choice((document, credit_note))
        one = make(*lines, note=some_text(), terms=some_text(), buyer_reference=some_text())

        assert problems(write_einvoice(one)) == [], one
