"""Money in: the bank's files read, matched by KID, and recorded once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from courses.exceptions import WrongState
from courses.models import Invoice, InvoiceReminder, Payment
from courses.services.bank_reading import BankFileRefused, read_bank_file
from courses.services.kid import check_digit, is_kid, make_kid
from courses.services.ledger import ledger_table
from courses.services.payments import confirm_bank_file, keep_bank_file, matches, place_payment, record_payment
from courses.services.reminders import remind_of_invoice
from taushet.models import Message
from tests.factories.courses import BookingFactory
from tests.factories.invoices import CreditNoteFactory, CreditNoteLineFactory, InvoiceFactory, InvoiceLineFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="NOK">1200.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-15</Dt></BookgDt>
 <AcctSvcrRef>A1</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>{first}</Ref></CdtrRefInf></Strd>
 </RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="NOK">700.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-16</Dt></BookgDt>
 <AcctSvcrRef>A2</AcctSvcrRef><NtryDtls>
 <TxDtls><Refs><AcctSvcrRef>A2-x</AcctSvcrRef></Refs><AmtDtls><TxAmt><Amt Ccy="NOK">500.00</Amt></TxAmt></AmtDtls>
  <RmtInf><Strd><CdtrRefInf><Ref>{second}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
 <TxDtls><AmtDtls><TxAmt><Amt Ccy="NOK">200.00</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="NOK">99.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-03-16</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


@pytest.fixture
def staff():
    return StaffFactory(roles=["finance"])


def invoice(number, **fields):
    return InvoiceFactory(number=number, kid=make_kid(number), **fields)


@pytest.mark.parametrize(("digits", "digit"), [("1234567", "4"), ("000010001", "6"), ("7992739871", "3"), ("0", "0")])
def test_check_digit_is_that_of_luhn(digits, digit):
    assert check_digit(digits) == digit
    assert is_kid(digits + digit)
    assert not is_kid(digits + str((int(digit) + 1) % 10))


def test_statement_is_read_and_recorded_once(staff):
    first, second = invoice(10001), invoice(10002)
    content = CAMT.format(first=first.kid, second=second.kid).encode()

    file = keep_bank_file("mars.xml", content, by=staff)
    before = [(match.row.amount, match.invoice, match.fits) for match in matches(file)]
    counts = [confirm_bank_file(file, by=staff), confirm_bank_file(file, by=staff)]
    again = confirm_bank_file(keep_bank_file("igjen.xml", content + b"\n", by=staff), by=staff)

    assert before == [(1200, first, True), (500, second, False), (200, None, False)]
    assert (counts, again) == ([3, 0], 0)
    assert {row.number: row.left for row in Invoice.objects.with_balance()} == {10001: 0, 10002: 700}
    [unknown] = Payment.objects.unplaced()
    place_payment(unknown, second, by=staff)
    assert Invoice.objects.with_balance().get(number=10002).left == 500
    with pytest.raises(WrongState):
        place_payment(unknown, first, by=staff)


def test_two_alike_in_the_banks_table_are_two_payments(staff):
    kid = invoice(10001).kid
    rows = f"Dato;Tekst;Inn på konto;KID\n15.03.2026;Fra A;1 200,50;{kid}\n15.03.2026;Fra B;1 200,50;{kid}\n;;;\n"

    payments, _unread = read_bank_file(f"{rows}16.03.2026;Ut;-5,00;\n".encode("cp1252"))

    assert [(row.amount, row.paid_on, row.kid) for row in payments] == [
        (Decimal("1200.50"), date(2026, 3, 15), kid)
    ] * 2
    assert len({row.key for row in payments}) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Navn;Telefon\nKari;22331160\n",
        b"Dato;Bel\xf8p;KID\n15.03.2026;mye;\n",
        b"Dato;Bel\xf8p;KID\n32.03.2027;5;\n",
        b"<html></html>",
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001'/>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><Document xmlns='camt.053'>&x;</Document>",
        CAMT.format(first=1, second=2).replace('Ccy="NOK"', 'Ccy="EUR"').encode(),
        b"Dato;Bel\xf8p;KID\n" + b"15.03.2026;5;\n" * 2001,
        b"Dato;Bel\xf8p;KID\n" + b"15.03.2026;-5;\n" * 20_001,
        b"x" * (5 * 1024 * 1024 + 1),
    ],
    ids=range(11),
)
def test_what_is_no_list_of_payments_is_refused(content):
    with pytest.raises(BankFileRefused):
        read_bank_file(content)


def test_the_same_reference_is_one_payment():
    values = {"amount": 5, "way": "card", "paid_at": timezone.now(), "external_reference": "pi_1"}

    assert record_payment(**values) == record_payment(**values)


def test_reminder_goes_to_the_contact_once_a_day(staff):
    line = InvoiceLineFactory(invoice__issued_on=date(2020, 1, 1), invoice__due_on=date(2020, 1, 31))
    today = timezone.localdate()
    not_due = InvoiceLineFactory(invoice__issued_on=today, invoice__due_on=today + timedelta(days=1))

    remind_of_invoice(line.invoice, by=staff)

    for refused in (line.invoice, not_due.invoice):
        with pytest.raises(WrongState):
            remind_of_invoice(refused, by=staff)
    assert InvoiceReminder.objects.get().number == 1
    assert [message.to_email for message in Message.objects.all()] == [line.booking.contact_email]


@pytest.mark.usefixtures("english")
def test_accountant_gets_each_line_with_account_and_code(staff):
    taxed = {"vat_category": "S", "vat_percent": 25, "vat_code": "3"}
    vat = {"category": "S", "percent": "25.00", "exemption_reason": ""}
    line = InvoiceLineFactory(
        invoice__number=10001,
        invoice__vat_total=300,
        invoice__vat=[vat | {"net": "1200.00", "vat": "300.00"}],
        booking=BookingFactory(),
        **taxed,
    )
    note = CreditNoteFactory(
        invoice=line.invoice, number=10001, net=300, vat_total=75, vat=[vat | {"net": "300.00", "vat": "75.00"}]
    )
    CreditNoteLineFactory(credit_note=note, invoice_line=line, quantity=3, **taxed)
    InvoiceLineFactory(invoice__issued_on=date(2027, 4, 1), invoice__due_on=date(2027, 4, 30))

    heading, rows = ledger_table(date(2027, 3, 1), date(2027, 3, 31), by=staff, ending="csv")

    found = [dict(zip(heading, row, strict=True)) for row in rows]
    picked = ("Document", "Number", "Amount without VAT", "VAT code", "VAT", "Account")
    assert [tuple(row[name] for name in picked) for row in found] == [
        ("Invoice", "10001", 1200, "3", 300, "3200"),
        ("Credit note", "K10001", -300, "3", -75, "3200"),
    ]


@pytest.mark.usefixtures("english")
def test_books_tie_with_what_the_document_says(staff):
    vat = {"category": "S", "percent": "25.00", "net": "999.99", "vat": "250.00", "exemption_reason": ""}
    issued = InvoiceFactory(number=10001, net=Decimal("999.99"), vat_total=250, vat=[vat])
    for place in (1, 2, 3):
        line = {"quantity": 1, "unit_price": Decimal("333.33"), "vat_category": "S", "vat_percent": 25}
        InvoiceLineFactory(invoice=issued, place=place, vat_code="3", **line)

    heading, rows = ledger_table(date(2027, 3, 1), date(2027, 3, 31), by=staff, ending="csv")

    found = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [row["VAT"] for row in found] == [Decimal("83.33"), Decimal("83.34"), Decimal("83.33")]
    assert sum(row["Amount with VAT"] for row in found) == issued.total
