"""What a change does to the money is said before it, in kroner for the whole of it, and comes true after it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from courses.models import BookingFee, CardRefund, CreditNote, Invoice, Payment
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.cancel_preview import who_is_told
from courses.services.invoicing import issue_invoice
from courses.services.meeting_moves import preview_move
from courses.services.money_changes import money_of_cancelling, money_of_moving, money_of_seats, money_of_sessions
from courses.services.moves import move_booking
from courses.services.payments import record_payment
from courses.services.sessions import cancel_session
from courses.services.surplus import follow_surplus
from taushet.services.links import issue_link
from tests.courses.views.test_invoices import booked
from tests.factories.card_payments import begun, costing, pay, tell
from tests.factories.courses import SessionFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_fewer_seats_say_fee_credit_and_new_invoice_and_bring_them():
    staff = StaffFactory()
    booking = booked()
    invoice = issue_invoice([booking], by=staff)

    said = money_of_seats(booking, 9, percent=50)
    change_seats(booking, 9, by=staff, fee_percent=50)
    new = issue_invoice([booking], by=staff)

    assert said == (
        "Giving back 3 seats costs 150 kroner now: 50 per cent of their price."
        f" Invoice {invoice.number} is credited with 300 kroner. A new invoice of 150 kroner comes."
        " After that the booking costs 1,050 kroner in all."
    )
    assert (CreditNote.objects.get().total, new.total) == (300, 150)


def test_another_date_says_what_it_costs_and_nothing_when_it_costs_the_same():
    staff = StaffFactory()
    booking = booked()
    invoice = issue_invoice([booking], by=staff)
    same, dearer, free = (SessionFactory(course=booking.session.course, price=price) for price in (100, 150, 0))

    said = [money_of_moving(booking, to) for to in (same, dearer, free)]
    move_booking(booking, dearer, by=staff)
    booking.refresh_from_db()
    new = issue_invoice([booking], by=staff)

    credited = f"Invoice {invoice.number} is credited with 1,200 kroner."
    assert said == [
        "",
        f"{credited} A new invoice of 1,800 kroner comes. After that the booking costs 1,800 kroner in all.",
        f"{credited} After that the booking costs nothing.",
    ]
    assert (CreditNote.objects.get().total, new.total) == (1200, 1800)


@pytest.mark.parametrize("surplus", ["refund", "ask"])
def test_what_goes_back_to_the_card_is_said_and_goes_back(client, stripe_server, settings, surplus):
    settings.CARD_SURPLUS = surplus
    booking, staff = costing(), StaffFactory()
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)

    said = money_of_seats(booking, 1), money_of_cancelling(booking, percent=50)
    cancel_booking(booking, by=staff, fee_percent=50)
    follow_surplus()

    goes = {
        "refund": "{} kroner goes back to the card.",
        "ask": "{} kroner has been paid too much by card then, and the campaign tells what becomes of it.",
    }[surplus]
    assert said == (
        f"{goes.format(450)} After that the booking costs 450 kroner in all.",
        "Giving back 2 seats costs 450 kroner now: 50 per cent of their price."
        f" {goes.format(450)} After that the booking costs 450 kroner in all.",
    )
    refunds = [refund.amount for refund in CardRefund.objects.all()]
    assert refunds == ([Decimal(450)] if surplus == "refund" else [])


def test_page_tells_first_and_does_it_by_the_next_press_to_booker_and_staff(client):
    staff = sign_in(client, StaffFactory())
    booking = booked()
    issue_invoice([booking], by=staff)
    pages = [
        reverse("courses:booking_seats", args=[issue_link("booking", booking.pk)]),
        reverse("courses:staff_booking_seats", args=[booking.pk]),
    ]

    for wanted, page in zip(("11", "10"), pages, strict=True):
        told = client.post(page, {"seats": wanted})
        seen = {"money_seen": told.context["hidden"]["money_seen"]}
        other = client.post(page, seen | {"seats": "2"})
        before = CreditNote.objects.count()
        client.post(page, seen | {"seats": wanted})
        booking.refresh_from_db()

        assert "is credited with 100 kroner" in told.text
        assert "kroner in all" in other.context["money"]  # another number, so it is told anew
        assert (CreditNote.objects.count(), booking.seats) == (before + 1, int(wanted))


def test_session_called_off_sums_up_what_comes(client):
    staff = StaffFactory()
    first = booked()
    session = first.session
    second, third = (
        costing(session=session, seats=seats, payer=first.payer, invoice_reference="B104711") for seats in (2, 3)
    )
    issue_invoice([first], by=staff)
    issue_invoice([second], by=staff)
    change_seats(first, 10, by=staff, fee_percent=50)
    record_payment(
        amount=Decimal(300),
        way=Payment.Way.CARD,
        paid_at=session.first_starts_at,
        external_reference="pi",
        booking=third,
    )
    notes, fee = CreditNote.objects.count(), BookingFee.objects.get().amount

    foreseen = {line.role: (line.count, line.how) for line in who_is_told([session])}
    money = money_of_sessions([session.pk])
    moved = {line.role: line.count for line in preview_move(session.meetings.get(), moved_to(session)).told}
    cancel_session(session, by=staff)

    came = CreditNote.objects.order_by("pk")[notes:]
    assert (money.notes, money.amount) == (len(came), sum(note.total for note in came)) == (2, Decimal(1900))
    assert foreseen["Bookings that have been invoiced"] == (2, "2 credit notes, 1,900 kroner in all.")
    assert foreseen["Bookings paid by card"][0] == 1
    assert "300 kroner" in foreseen["Bookings paid by card"][1]
    assert moved["Bookings invoiced or paid by card"] == 3
    assert Invoice.objects.count() == 2
    assert fee == 100


def moved_to(session):
    meeting = session.meetings.get()
    return meeting.starts_at, meeting.ends_at
