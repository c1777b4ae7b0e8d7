"""Eight processes issue at the same time, and every tenth transaction fails after its number was given."""

from datetime import timedelta
from decimal import Decimal
from multiprocessing import get_context
from time import sleep

import pytest
from django.db import connection, transaction
from django.utils import timezone

from courses.exceptions import CreditRefused
from courses.models import Booking, CreditNote, Invoice, NumberSeries
from courses.services.crediting import credit_invoice
from courses.services.invoicing import issue_invoice
from courses.services.number_series import close_period
from taushet.models import User
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.municipalities import UnitFactory
from tests.factories.taushet import StaffFactory
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


def issue_or_close(thing):
    act, is_locked = thing
    day = timezone.localdate() - timedelta(days=1)
    if act == "issue":
        is_locked.wait(20)
        return issue_invoice([Booking.objects.get()], on=day).number
    with transaction.atomic():
        close_period(day, by=User.objects.get())
        is_locked.set()
        sleep(1)  # the other has looked whether the books are closed, and waits for its number
    return "closed"


def test_closing_while_somebody_waits_for_a_number_is_told_and_takes_none():
    bookings(1)
    StaffFactory()
    is_locked = get_context("fork").Event()

    outcomes = at_once(issue_or_close, [("issue", is_locked), ("close", is_locked)])

    assert "closed" in outcomes
    assert [name for name, _sentence in (one for one in outcomes if one != "closed")] == ["PeriodClosed"]
    assert (Invoice.objects.count(), NumberSeries.objects.get(kind="invoice").next_number) == (0, 10001)
