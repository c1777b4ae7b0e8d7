"""What is wrong with an e-invoice is found by its rule; what cannot be checked whole is never called good."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from mockeinvoice import rules

from courses.services.einvoice_checks import LARGEST, check_einvoice
from courses.services.einvoice_own_rules import is_kid
from courses.services.einvoice_writing import write_einvoice
from tests.factories.invoice_documents import (
    BUYER,
    OUTSIDE,
    SELLER,
    STANDARD,
    UNREGISTERED,
    credit_note,
    document,
    line,
)

GOOD = document()
FAULTY = {
    "PEPPOL-EN16931-R003": replace(GOOD, buyer_reference=" \x01"),
    "PEPPOL-COMMON-R041": replace(GOOD, buyer=replace(BUYER, organisation_number="940155224")),
    "PEPPOL-EN16931-R010": replace(GOOD, buyer=replace(BUYER, organisation_number="")),
    "PEPPOL-EN16931-R020": replace(GOOD, seller=replace(SELLER, organisation_number="")),
    "PEPPOL-EN16931-R120": replace(GOOD, lines=(replace(line(), net=Decimal("1.00")),)),
    "NO-R-001": replace(GOOD, seller=replace(SELLER, organisation_number="974760674")),
    "BR-E-10": replace(GOOD, vat=(replace(GOOD.vat[0], exemption_reason=""),)),
    "BR-CO-10": replace(GOOD, net=Decimal("14999.00")),
    "BR-CO-14": replace(GOOD, vat_total=Decimal("1.00")),
    "BR-CO-15": replace(GOOD, total=Decimal("15000.01")),
    "BR-DEC-12": replace(GOOD, net=Decimal("15000.001")),
    "BR-O-02": document(line(category=OUTSIDE)),
    "BR-02": replace(GOOD, number=""),
    "BR-07": replace(GOOD, buyer=replace(BUYER, name="")),
    "BR-11": replace(GOOD, buyer=replace(BUYER, country="")),
    "BR-16": replace(GOOD, lines=()),
    "BR-27": document(line(unit_price="-5")),
    "BR-CL-23": document(line(unit="QQQ")),
    "BR-CL-04": replace(GOOD, currency="XXY"),
    "OWN-KID": replace(GOOD, kid="100012"),
    "OWN-ACCOUNT": replace(GOOD, account="86011117948"),
    "OWN-DUE": replace(GOOD, due_on=None),
    "OWN-CREDITED": credit_note(refers_to="", refers_to_issued_on=None),
    "OWN-VAT": document(
        line(category=STANDARD, percent="25"), seller=replace(UNREGISTERED, is_in_business_register=True)
    ),
}
XML = write_einvoice(GOOD)
UNCHECKABLE = {
    "not XML": b"<Invoice",
    "empty": b"",
    "another root": b"<a/>",
    "document type": XML.replace(b"?>\n", b'?>\n<!DOCTYPE Invoice [<!ENTITY e "e">]>\n', 1),
    "another specification": XML.replace(b"billing:3.0", b"billing:2.0"),
    "too large": XML + b" " * LARGEST,
}


@pytest.mark.parametrize("rule", FAULTY)
def test_fault_is_found_by_its_rule(rule):
    report = check_einvoice(write_einvoice(FAULTY[rule]))

    assert rule in {fault.rule for fault in report.faults}
    assert (report.complete, report.is_valid) == (True, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<cbc:Name>Gj\xc3\xb8vik kommune</cbc:Name>", b"<cbc:Navn>Gj\xc3\xb8vik kommune</cbc:Navn>"),
        (b"<cbc:IssueDate>2026-11-27", b"<cbc:IssueDate>2026-13-27"),
        (
            b"<cbc:ID>10001</cbc:ID>\n<cbc:IssueDate>2026-11-27</cbc:IssueDate>",
            b"<cbc:IssueDate>2026-11-27</cbc:IssueDate>\n<cbc:ID>10001</cbc:ID>",
        ),
    ],
)
def test_what_the_schema_refuses_is_found(old, new):
    assert old in XML

    report = check_einvoice(XML.replace(old, new))

    assert "UBL-XSD" in {fault.rule for fault in report.faults}


@pytest.mark.parametrize("name", UNCHECKABLE)
def test_what_cannot_be_checked_whole_is_not_valid(name):
    report = check_einvoice(UNCHECKABLE[name])

    assert (report.complete, report.is_valid, bool(report.faults)) == (False, False, True)


def test_check_with_a_rule_missing_is_not_whole(monkeypatch):
    monkeypatch.delitem(rules.REGISTRY["peppol"], "NO-R-001")

    report = check_einvoice(XML)

    assert (report.complete, [fault.rule for fault in report.faults]) == (False, ["INCOMPLETE"])


def test_warning_is_told_and_stops_nothing():
    report = check_einvoice(write_einvoice(document(seller=UNREGISTERED)))

    assert ([one.rule for one in report.remarks], report.is_valid) == (["NO-R-002"], True)


RIGHT_KIDS = ["100016", "12345678903", "00"]
WRONG_KIDS = ["100012", "1", "", "12a45", "0" * 26, "1 0 0 0 1 6", "١٠٠٠١٦", "000000000000009-"]


@pytest.mark.parametrize(
    ("kid", "is_right"), [*((kid, True) for kid in RIGHT_KIDS), *((kid, False) for kid in WRONG_KIDS)]
)
def test_kid_is_known_by_its_check_digit(kid, is_right):
    assert is_kid(kid) is is_right


def test_mod11_may_end_in_a_dash():
    assert any(is_kid(f"{number}-") for number in range(100, 140))


def test_nothing_heavy_is_imported_before_something_is_checked():
    code = "import sys, courses.services.einvoice_checks; print({'lxml', 'mockeinvoice'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
