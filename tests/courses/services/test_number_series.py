"""Eight processes issue at the same time, and every tenth transaction fails after its number was given."""

from decimal import Decimal

import pytest
from django.db import connection, transaction

from courses.exceptions import CreditRefused
from courses.models import Booking, CreditNote, Invoice, NumberSeries
from courses.services.crediting import credit_invoice
from courses.services.invoicing import issue_invoice
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.municipalities import UnitFactory
from tests.rivals import at_once

pytestmark = pytest.mark.django_db(transaction=True)


class Failed(Exception):
    """Something after the number was given."""


def in_spite_of_failures(number, work):
    """Do the work; every tenth time it fails first, when all of it is written, and is done again."""
    try:
        with transaction.atomic():
            done = work()
            if number % 10 == 0:
                raise Failed
    except Failed:
        with transaction.atomic():
            done = work()
    return done


def issue_some(numbers):
    issued = 0
    for number in numbers:
        booking = Booking.objects.get(request_key=f"rival-{number}")
        invoice = in_spite_of_failures(number, lambda booking=booking: issue_invoice([booking]))
        issued += 1
        if number % 5 == 0:
            amounts = {line.pk: line.net / 2 for line in invoice.lines.all()}
            in_spite_of_failures(
                number // 5, lambda invoice=invoice, amounts=amounts: credit_invoice(invoice, amounts, reason="Del")
            )
    return issued


def bookings(count):
    course = CourseFactory(vat_treatment="exempt")
    session = SessionFactory(course=course, price=100, capacity=2000)
    unit = UnitFactory(organisation_number="974760673")
    for number in range(count):
        BookingFactory(
            session=session,
            municipality=unit.municipality,
            payer=unit,
            seat_price=100,
            invoice_reference="4711",
            request_key=f"rival-{number}",
        )


def test_processes_leave_an_unbroken_series():
    is_postgres = connection.vendor == "postgresql"
    processes, count, notes = (8, 200, 40) if is_postgres else (2, 50, 10)  # SQLite has no queue for its writers
    bookings(count)

    issued = at_once(issue_some, [range(first, count, processes) for first in range(processes)])

    assert issued == [count // processes] * processes
    for model, made in ((Invoice, count), (CreditNote, notes)):
        numbers = sorted(model.objects.values_list("number", flat=True))
        assert numbers == list(range(10001, 10001 + made))
    assert set(NumberSeries.objects.values_list("next_number", flat=True)) == {10001 + count, 10001 + notes}


def credit_most(number):
    invoice = Invoice.objects.get()
    return credit_invoice(invoice, {invoice.lines.get().pk: Decimal(150)}, reason=f"{number}").net


def test_two_at_once_credit_the_same_seats_only_once():
    bookings(1)
    issue_invoice(Booking.objects.all())

    outcomes = at_once(credit_most, [1, 2])

    refused = (CreditRefused.__name__, "At most 50 kroner can be credited of line 1.")
    assert sorted(outcomes, key=str) == sorted([150, refused], key=str)
    assert CreditNote.objects.count() == 1
