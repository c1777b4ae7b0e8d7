"""Whatever is issued becomes an e-invoice that holds, and what would not hold is not issued."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from courses.exceptions import NotInvoiceable
from courses.models import EInvoice, Invoice, VatRate
from courses.services.crediting import credit_invoice
from courses.services.documents import as_document
from courses.services.einvoice_states import lacking_files
from courses.services.einvoices import make_einvoice
from courses.services.invoice_files import document_file, make_missing_files
from courses.services.invoicing import issue_checked, issue_invoice
from taushet.services.jobs import run_all_due_jobs
from tests.courses.services.test_invoicing import booked
from tests.factories.invoices import PaymentFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.mark.parametrize("treatment", ["exempt", "standard"])
@pytest.mark.parametrize("price", [Decimal("1250.00"), Decimal("333.33")])
def test_invoice_and_its_credits_are_ready_to_be_sent(treatment, price):
    VatRate.objects.get_or_create(valid_from="2005-01-01", defaults={"percent": 25})
    staff = StaffFactory(roles=["finance"])
    invoice = issue_invoice([booked(7, price, treatment=treatment)], by=staff)
    [line] = invoice.lines.all()
    credit_invoice(invoice, {line.pk: price}, reason="Færre", by=staff)
    credit_invoice(invoice, {line.pk: Decimal("100.01")}, reason="Avslag", by=staff)

    run_all_due_jobs()

    rows = EInvoice.objects.order_by("pk")
    assert [(row.kind, row.state, [f.rule for f in row.faults.all() if not f.is_remark]) for row in rows] == [
        ("380", "checked", []),
        ("381", "checked", []),
        ("381", "checked", []),
    ]
    assert rows[0].number == invoice.shown_number


def test_document_that_has_its_paper_and_no_e_invoice_gets_one_and_keeps_the_paper():
    invoices = [issue_invoice([booked()], makes_paper=False) for _time in range(2)]
    papers = [document_file(invoice) for invoice in invoices]  # as when the worker stopped between the two
    make_einvoice(as_document(invoices[0]))
    before = [row.pk for row in lacking_files(Invoice)]

    made = [make_missing_files.call(), make_missing_files.call()]

    assert (before, made) == ([invoices[1].pk], [1, 0])
    assert [Invoice.objects.get(pk=one.pk).file for one in invoices] == papers
    assert set(EInvoice.objects.values_list("number", flat=True)) == {one.shown_number for one in invoices}


def test_what_would_not_hold_is_not_issued():
    booking = booked()
    booking.payer.name = "\x01"
    booking.payer.save()

    with pytest.raises(NotInvoiceable, match="The payer’s name is missing"):
        issue_checked([booking], by=StaffFactory(roles=["finance"]))

    assert Invoice.objects.count() == 0


@pytest.mark.parametrize(
    ("paid", "asked"),
    [
        ("900", {"PrepaidAmount": "900.00", "PayableAmount": "0.00"}),
        ("100", {"PrepaidAmount": "100.00", "PayableAmount": "800.00"}),
    ],
)
def test_what_was_paid_by_card_is_not_asked_for_again(paid, asked):
    booking = booked(2, Decimal(450))
    PaymentFactory(booking=booking, way="card", amount=Decimal(paid))

    invoice = issue_checked([booking], by=StaffFactory(roles=["finance"]))
    run_all_due_jobs()

    einvoice = EInvoice.objects.select_related("file").get()
    xml = bytes(einvoice.file.content).decode()
    invoice.refresh_from_db()
    paper = PdfReader(BytesIO(invoice.file.content)).pages[0].extract_text()
    assert einvoice.state == "checked"
    assert dict(re.findall(r"<cbc:(PrepaidAmount|PayableAmount)[^>]*>([^<]*)<", xml)) == asked
    assert invoice.prepaid == Decimal(paid)
    assert ("Slik betaler dere" in paper, "Forfall" in paper) == ((paid == "100",) * 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.update(prepaid=1)


def test_seller_in_no_register_sends_e_invoices_too(settings):
    settings.SELLER = settings.SELLER | {"is_in_vat_register": False, "is_in_business_register": False}
    issue_invoice([booked()], by=StaffFactory(roles=["finance"]))

    run_all_due_jobs()

    assert EInvoice.objects.get().state == "checked"
