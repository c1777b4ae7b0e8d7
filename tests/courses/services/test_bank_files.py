"""What banks really write in their files: each payment told from the others, and what cannot be read listed."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from time import perf_counter

import pytest
from openpyxl import Workbook

from courses.models import Invoice, Payment
from courses.services.bank_reading import read_bank_file
from courses.services.kid import make_kid
from courses.services.payments import confirm_bank_file, keep_bank_file, matches, put_away_bank_file
from tests.factories.invoices import InvoiceFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

KID = make_kid(10001)


def statement(*entries: str) -> bytes:
    """Return a CAMT.053 of entries."""
    inside = "".join(entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><Stmt>{inside}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(amount="1200.00", day="2026-03-15", *, kid="", currency="NOK", more="", detail="", reference="1") -> str:
    told = f"<RmtInf><Strd><CdtrRefInf><Ref>{kid}</Ref></CdtrRefInf></Strd></RmtInf>"
    return (
        f'<Ntry><NtryRef>{reference}</NtryRef><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>{more}'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls>{detail}{told}</TxDtls></NtryDtls></Ntry>"
    )


def table(*rows: str, heading="Dato;Beløp;KID;Referanse;Valuta") -> bytes:
    return "\n".join([heading, *rows]).encode()


@pytest.fixture
def staff():
    return StaffFactory(roles=["finance"])


def test_banks_use_their_references_again(staff):
    """The same payment in two files is one, another with the same reference is another, in statement and table."""
    first, second = (InvoiceFactory(number=number, kid=make_kid(number)) for number in (10001, 10002))
    monday = statement(entry(kid=first.kid), entry("1.00", reference="2"))
    tuesday = statement(entry(kid=first.kid), entry("700.00", "2026-03-16", kid=second.kid))
    tables = [
        table(f"17.03.2026;10;{first.kid};KURS;"),
        table(f"17.03.2026;10;{first.kid};KURS;NOK", f"18.03.2026;20;{second.kid};KURS;"),
    ]

    counts = [
        confirm_bank_file(keep_bank_file("fil", content, by=staff), by=staff) for content in (monday, tuesday, *tables)
    ]

    assert counts == [2, 1, 1, 1]
    assert {invoice.number: invoice.paid for invoice in Invoice.objects.with_balance()} == {10001: 1210, 10002: 720}
    assert {payment.shown_reference for payment in Payment.objects.all()} == {"1", "2", "KURS"}
    other_format = keep_bank_file("fil", table(f"15.03.2026;1 200,00;{first.kid[4:]};A-77;"), by=staff)
    assert [(match.invoice, match.is_known, match.is_alike) for match in matches(other_format)] == [
        (first, False, True)
    ]


def test_one_payment_that_cannot_be_read_keeps_no_other_out():
    eur_detail = '<AmtDtls><TxAmt><Amt Ccy="EUR">100.00</Amt></TxAmt></AmtDtls>'
    reversal = "<RvslInd>true</RvslInd>"
    rows, unread = read_bank_file(
        statement(
            entry("5.00", detail=eur_detail, kid=KID),
            entry("0.00"),
            entry("-3.00"),
            entry("9.00", currency="EUR"),
            entry("9.00", more="<Sts><Cd>PDNG</Cd></Sts>"),
            entry("6.00", more="<Sts>BOOK</Sts>", reference="2"),
            entry("9.00", "2099-01-01"),
            entry("9.00", more=reversal),
            entry("mye"),
        )
    )

    assert [(row.amount, row.kid) for row in rows] == [(5, KID), (6, "")]
    whys = ["nothing", "nothing", "currency", "pending", "day", "reversed", "amount"]
    assert [one.why for one in unread] == whys
    assert all(one.sentence for one in unread)
    rows, unread = read_bank_file(table("15.03.2026;7;;;EUR", "0026-03-15;7;;;", "15.03.2026;mye;;;", "15.03.26;8;;;"))
    assert [(row.amount, row.paid_on) for row in rows] == [(8, date(2026, 3, 15))]
    assert [one.why for one in unread] == ["currency", "day", "amount"]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("2.700", "2700.00"),
        ("1.250", "1250.00"),
        ("1.250.000,50", "1250000.50"),
        ("2,70", "2.70"),
        ("2.70", "2.70"),
        ("1,250.50", "1250.50"),
        ("kr 10,00", "10.00"),
        ("+10 NOK", "10.00"),
        ("1_000", None),
        ("1e3", None),
        ("1,250", None),
        ("٣", None),
        ("\u22125,00", "out"),
    ],
)
def test_amount_of_a_table_is_read_as_people_here_write_it(typed, amount):
    rows, unread = read_bank_file(table(f"15.03.2026;{typed};;;", "15.03.2026;1;;;"))

    found = [str(row.amount) for row in rows[:-1]]
    assert (found, len(unread)) == ([amount] if amount and amount != "out" else [], 0 if amount else 1)


def test_what_spreadsheets_and_old_programs_make_of_a_file():
    book, kept = Workbook(), BytesIO()
    for row in (["Dato", "Beløp", "KID"], [date(2026, 3, 15), 1200.5, int(KID)], ["15.03.2026", "1 250,00", KID]):
        book.active.append(row)
    book.active.append([date(2026, 3, 15), 12.345, ""])
    book.save(kept)
    long_table = table(*(f"15.03.2026;-{number};;{'x' * 100};" for number in range(12_000)), "15.03.2026;5;;;")

    rows, unread = read_bank_file(kept.getvalue())
    wide, _unread = read_bank_file(statement(entry()).decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    long, _unread = read_bank_file(long_table)

    assert [(str(row.amount), row.kid.zfill(10)) for row in rows] == [("1200.50", KID), ("1250.00", KID)]
    assert [one.why for one in unread] == ["amount"]
    assert (wide[0].amount, long[0].amount, len(long_table) > 1024 * 1024) == (1200, 5, True)


def test_nested_entries_take_no_time():
    nested = "<Ntry>" * 4000 + "</Ntry>" * 4000
    before = perf_counter()

    rows, _unread = read_bank_file(statement(entry(), nested))

    assert (len(rows), perf_counter() - before < 2) == (1, True)


def test_second_payment_of_an_invoice_is_more_than_is_left_and_a_file_can_be_put_away(staff):
    invoice = InvoiceFactory(number=10001, kid=KID)
    content = table(f"15.03.2026;1200;{KID};A;", f"16.03.2026;1200;{KID};B;")
    file = keep_bank_file("fil", content, by=staff)

    assert [(match.fits, match.is_more, match.left) for match in matches(file)] == [
        (True, False, Decimal(1200)),
        (False, True, Decimal(0)),
    ]
    put_away_bank_file(file, by=staff)
    file.refresh_from_db()
    away = file.put_away_at
    assert (keep_bank_file("fil", content, by=staff).put_away_at, away is not None) == (None, True)
    assert (Payment.objects.count(), invoice.payments.count()) == (0, 0)
