"""Money on its longer ways: collective invoices, funded seats, sessions called off, municipalities that merge."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from courses.models import Booking, CreditNote, Invoice, Payment, PaymentCase, Session
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_for_municipality
from courses.services.invoicing import issue_due_invoices, issue_invoice, to_credit, to_invoice
from courses.services.money_changes import money_of_moving, money_of_seats, money_of_sessions
from courses.services.moves import move_booking
from courses.services.payments import record_payment
from courses.services.prices import fund_seats
from courses.services.sessions import cancel_session
from courses.services.surplus import follow_surplus
from municipalities.models import Succession
from taushet.models import Message
from tests.courses.services.test_invoicing import booked, payer, rates  # noqa: F401
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory, UnitFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def staff():
    return StaffFactory(roles=["administrator"])


def totals():
    """Return what stands on invoices, less what is credited, in all."""
    return sum(row.total for row in Invoice.objects.all()) - sum(row.total for row in CreditNote.objects.all())


def test_collective_invoice_follows_each_of_its_bookings_alone(staff, rates):  # noqa: F811
    collector = payer(collects_invoices=True)
    first, second, free = (
        booked(seats, price, days=-50, treatment="standard", payer=collector)
        for seats, price in ((3, "333.33"), (2, "450.50"), (4, 0))
    )
    assert issue_due_invoices() == {"issued": 1, "held": 0}
    invoice = Invoice.objects.get()
    assert {line.booking_id for line in invoice.lines.all()} == {first.pk, second.pk}
    later, hours = timezone.now() + timedelta(days=30), timedelta(hours=3)
    Session.objects.filter(pk=second.session_id).update(first_starts_at=later, last_ends_at=later + hours)

    change_seats(second, 1, by=staff)
    cancel_booking(second, by=staff)

    notes = CreditNote.objects.order_by("number")
    assert [note.net for note in notes] == [Decimal("450.50")] * 2
    told = Message.objects.filter(kind="invoice-credited").values_list("to_email", flat=True)
    assert set(told) == {second.contact_email}
    assert totals() == Decimal("1249.99")  # 3 x 333.33 and VAT, as alone
    assert issue_due_invoices() == {"issued": 0, "held": 0}
    assert free.seat_price == 0


def test_funded_seats_inside_a_booking_are_neither_invoiced_nor_credited(staff):
    bodo = UnitFactory(organisation_number="974760673").municipality
    course = CourseFactory(price=500, vat_treatment="exempt")
    session, unfunded = SessionFactory(course=course), SessionFactory(course=course)
    fund_seats(session, by=staff, seats=2, place=bodo)
    booking = book_for_municipality(
        session,
        by=staff,
        request_key="funded",
        municipality=bodo,
        seats=5,
        contact_name="Berit Booker",
        contact_email="berit@bodo.test",
        contact_phone="+4722331160",
        invoice_reference="4711",
    )
    invoice = issue_invoice([booking], by=staff)

    seen = []
    for wanted in (4, 2, 1, 6):
        said = money_of_seats(booking, wanted)
        booking = change_seats(booking, wanted, by=staff)
        if to_invoice(Booking.objects.filter(pk=booking.pk)):
            issue_invoice([booking], by=staff)
        seen.append((said.partition(" After")[0], booking.funded_seats, totals()))
    moving = money_of_moving(booking, unfunded)
    booking = move_booking(booking, unfunded, by=staff)
    issue_invoice([booking], by=staff)

    number = invoice.shown_number
    assert seen == [
        (f"Invoice {number} is credited with 500 kroner.", 2, 1000),
        (f"Invoice {number} is credited with 1,000 kroner.", 2, 0),
        ("", 1, 0),
        ("A new invoice of 2,000 kroner comes.", 2, 2000),
    ]
    assert "A new invoice of 1,000 kroner comes." in moving
    assert (booking.funded_seats, totals()) == (0, 3000)


def test_session_called_off_brings_just_what_was_foreseen(staff, rates):  # noqa: F811
    first = booked(3, "333.33", treatment="standard")
    session = first.session
    rest = [
        booked(seats, "333.33", treatment="standard", payer=first.payer, invoice_reference="4711") for seats in (2, 1)
    ]
    Booking.objects.filter(pk__in=[one.pk for one in rest]).update(session=session)
    second, third = Booking.objects.filter(pk__in=[one.pk for one in rest]).order_by("pk")
    issue_invoice([first, second], by=staff, is_collective=True)
    change_seats(first, 1, by=staff)
    record_payment(
        amount=Decimal("416.66"), way=Payment.Way.CARD, paid_at=timezone.now(), external_reference="pi", booking=third
    )
    before = CreditNote.objects.count()

    money = money_of_sessions([session.pk])
    cancel_session(session, by=staff)
    follow_surplus()

    new = CreditNote.objects.order_by("number")[before:]
    assert (len(new), sum(note.total for note in new)) == (money.notes, money.amount)
    assert [case.amount for case in PaymentCase.objects.waiting()] == [money.back]
    assert (totals(), list(to_credit()), list(to_invoice())) == (0, [], [])


def test_collective_invoice_after_a_merger_goes_to_the_successor_with_those_of_its_own(staff):
    old, new = payer(collects_invoices=True), MunicipalityFactory(organisation_number="940155223")
    own = UnitFactory(kind="municipality", municipality=new, organisation_number="940155223", collects_invoices=True)
    old.kind = "municipality"
    old.save()
    booked(2, days=-50, payer=old, municipality=old.municipality)
    booked(3, days=-50, payer=own, municipality=new)
    yesterday = timezone.localdate() - timedelta(days=1)
    Succession.objects.create(predecessor=old.municipality, successor=new, on=yesterday)
    type(new).objects.filter(pk=old.municipality_id).update(valid_to=yesterday)

    counts = issue_due_invoices()

    assert counts == {"issued": 1, "held": 0}
    invoice = Invoice.objects.get()
    assert (invoice.buyer["organisation_number"], invoice.total, invoice.payer) == ("940155223", 500, own)
