"""A price for the whole of a session: who bears it, and what happens when that one leaves."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.exceptions import CoursesError, WrongState
from courses.models import Booking, PaymentCase, Session
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_for_municipality, book_seats, confirm_address, confirm_for
from courses.services.holds import expire_holds
from courses.services.whole_prices import let_price_be, pass_price_on, without_payer
from taushet.models import Message
from tests.factories.card_payments import begun, pay, tell
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return StaffFactory(roles=["administrator"])


@pytest.fixture
def session():
    return SessionFactory(course=CourseFactory(price=5000, price_kind="session", vat_treatment="exempt"))


def typed(session, name):
    return {
        "session": session,
        "request_key": name,
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "contact_name": name.title(),
        "contact_email": f"{name}@bodo.test",
        "contact_phone": "+4722331160",
    }


def hold(session, name):
    return book_seats(**typed(session, name))


def book(session, name, by):
    return book_for_municipality(by=by, **typed(session, name))


def prices(*bookings):
    return [Booking.objects.get(pk=booking.pk).fixed_price for booking in bookings]


def test_a_hold_lets_nobody_off_and_the_first_to_be_confirmed_pays(session, staff):
    lapsing, proving, phoned = (hold(session, name) for name in ("lapsing", "proving", "phoned"))
    while_held = prices(lapsing, proving, phoned)
    booked = book(session, "booked", staff)
    confirm_address(proving)
    confirm_for(phoned, by=staff)
    Booking.objects.filter(pk=lapsing.pk).update(held_until=timezone.now() - timedelta(minutes=1))
    expire_holds()

    assert (while_held, prices(booked, proving, phoned)) == ([5000] * 3, [5000, 0, 0])
    confirm_address(Booking.objects.get(pk=lapsing.pk))
    assert prices(lapsing) == [0]
    assert not without_payer().exists()


def test_when_the_payer_leaves_staff_says_who_pays_and_that_one_is_told(session, staff):
    payer, second, third = (book(session, name, staff) for name in ("payer", "second", "third"))
    with pytest.raises(WrongState):
        pass_price_on(session, second, amount=5000, by=staff)
    cancel_booking(payer, by=staff, fee_percent=40)
    change_seats(second, 1, by=staff)  # no price falls on anybody by itself

    assert (prices(second, third), list(without_payer())) == ([0, 0], [session])
    for amount in (5001, 0, -1):
        with pytest.raises(CoursesError):
            pass_price_on(session, second, amount=amount, by=staff)
    pass_price_on(session, second, amount=3000, by=staff)
    with pytest.raises(WrongState):
        pass_price_on(session, third, amount=3000, by=staff)

    assert (prices(second, third), list(without_payer())) == ([3000, 0], [])
    mail = Message.objects.get(kind="booking-price")
    assert mail.to_email == "second@bodo.test"
    assert "Prisen er 3 000 kroner." in mail.text.replace("\xa0", " ")
    cancel_booking(second, by=staff)
    let_price_be(session, by=staff)
    let_price_be(session, by=staff)
    assert not without_payer().exists()


def test_a_session_that_cost_nothing_or_is_off_lacks_no_payer(session, staff):
    free = SessionFactory(course=CourseFactory(price=0, price_kind="session"))
    book(free, "free", staff)
    free.course.price = 900  # later, and for those who come later
    free.course.save()
    payer, _other = (book(session, name, staff) for name in ("payer", "other"))
    cancel_booking(payer, by=staff)
    Session.objects.filter(pk=session.pk).update(state=Session.State.CANCELLED)

    assert not without_payer().exists()


def test_staff_is_told_before_and_after_and_chooses_on_a_page(client, session, staff, english):
    payer, second = (book(session, name, staff) for name in ("payer", "second"))
    sign_in(client, staff)
    asked = client.get(reverse("courses:staff_booking_cancel", args=[payer.pk])).text
    unasked = client.get(reverse("courses:staff_booking_cancel", args=[second.pk])).text
    cancel_booking(payer, by=staff, fee_percent=40)
    sign_in(client, StaffFactory(roles=["finance"]))
    address = reverse("courses:session_payer", args=[session.pk])

    today, due, page = client.get("/stab/").text, client.get(reverse("courses:invoice_due")).text, client.get(address)
    empty = client.post(address, {"amount": "3000"})
    client.post(address, {"payer": second.pk, "amount": "3000"})

    assert ["Nobody pays for the whole" in text for text in (asked, unasked, due)] == [True, False, True]
    assert "1 session that nobody pays for any more" in today
    assert address in due
    assert page.context["form"]["amount"].value() == 3000
    assert empty.context["form"].errors == {"payer": ["Choose who pays."]}
    assert prices(second) == [3000]
    assert client.get(address).status_code == 302


def test_two_holds_that_both_pay_by_card_pay_once(client, stripe_server, session):
    held = {"held_until": timezone.now() + timedelta(hours=20), "confirmed_at": None, "state": "held"}
    whole = {"fixed_price": 5000, "price_kind": "session", "vat_treatment": "exempt", "session": session}
    checkouts = [begun(BookingFactory(**held, **whole)) for _time in range(2)]
    for checkout in checkouts:
        pay(stripe_server, checkout)
    tell(client, stripe_server)

    assert sorted(Booking.objects.values_list("state", "fixed_price")) == [("confirmed", 0), ("confirmed", 5000)]
    assert PaymentCase.objects.values_list("kind", "amount", "booking__fixed_price").get() == ("surplus", 5000, 0)
