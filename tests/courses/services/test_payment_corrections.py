"""A payment recorded wrongly is taken back by a row that points at it, and stands where it belongs."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from courses.exceptions import CoursesError, WrongState
from courses.models import Invoice, Payment
from courses.services.kid import make_kid
from courses.services.payment_corrections import correct_payment
from courses.services.payments import confirm_bank_file, keep_bank_file, matches, noon, place_payment, record_payment
from tests.factories.invoices import InvoiceFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db

DAY = noon(date(2026, 3, 15))


def left():
    return {invoice.number: invoice.left for invoice in Invoice.objects.with_balance()}


def test_payment_moves_to_the_invoice_it_is_for_and_is_not_recorded_anew():
    staff = StaffFactory(roles=["finance"])
    wrong, right = (InvoiceFactory(number=number, kid=make_kid(number)) for number in (10001, 10002))
    content = f"Dato;Beløp;KID\n15.03.2026;1200;{wrong.kid}\n".encode()
    confirm_bank_file(keep_bank_file("fil", content, by=staff), by=staff)
    [payment] = Payment.objects.all()
    before = left()

    moved = correct_payment(payment, came=True, invoice=right, reason="Feil KID", by=staff)

    assert (before, left()) == ({10001: 0, 10002: 1200}, {10001: 1200, 10002: 0})
    assert list(Payment.objects.order_by("pk").values_list("amount", "invoice__number", "corrects")) == [
        (1200, 10001, None),
        (-1200, 10001, payment.pk),
        (1200, 10002, payment.pk),
    ]
    assert [match.is_known for match in matches(keep_bank_file("ny", content + b"\n", by=staff))] == [True]
    with pytest.raises(WrongState):
        correct_payment(payment, came=False, invoice=None, reason="Igjen", by=staff)
    with pytest.raises(CoursesError):
        correct_payment(moved, came=True, invoice=right, reason="Samme", by=staff)
    unknown = correct_payment(moved, came=True, invoice=None, reason="Ikke deres", by=staff)
    assert list(Payment.objects.unplaced()) == [unknown]
    correct_payment(unknown, came=False, invoice=None, reason="Bankens feil", by=staff)
    with pytest.raises(WrongState):
        place_payment(unknown, wrong, by=staff)
    assert (left(), list(Payment.objects.unplaced())) == ({10001: 1200, 10002: 1200}, [])


def test_database_takes_a_payment_back_once_whole_and_where_it_stands():
    invoice, other = InvoiceFactory(number=10001), InvoiceFactory(number=10002)
    values = {"amount": Decimal(500), "paid_at": DAY, "external_reference": None}
    payment = record_payment(way="other", invoice=invoice, **values)
    card = record_payment(way="card", invoice=invoice, **values)
    back = {"amount": -500, "way": "other", "paid_at": DAY, "invoice": invoice, "corrects": payment}
    Payment.objects.create(**back)

    wrong = [{}, {"amount": -400}, {"invoice": other}, {"corrects": None}, {"corrects": card, "way": "card"}]
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.create(**back | change)
    assert left() == {10001: 700, 10002: 1200}


def test_finance_corrects_a_payment_on_a_page(client):
    sign_in(client, StaffFactory(roles=["finance"]))
    wrong, right = InvoiceFactory(number=10001), InvoiceFactory(number=10002)
    payment = record_payment(amount=Decimal(1200), way="bank", paid_at=DAY, external_reference="bank:1", invoice=wrong)
    address = reverse("courses:payment_correct", args=[payment.pk])

    lacking = client.post(address, {"what": "other", "reason": "Feil KID"})
    unknown = client.post(address, {"what": "other", "number": "1", "reason": "Feil KID"})
    client.post(address, {"what": "other", "number": right.number, "reason": "Feil KID"})

    assert [list(page.context["form"].errors) for page in (lacking, unknown)] == [["number"], ["number"]]
    assert left() == {10001: 1200, 10002: 0}
    assert client.get(address).status_code == 404
    listed = client.get(reverse("courses:payment_list")).content.decode()
    assert listed.count("/rett/") == 1
    assert client.get(reverse("courses:card_payment_list"), {"bestilling": "9" * 30}).status_code == 200
