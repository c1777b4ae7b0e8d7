"""Nobody books at a price that the form did not show."""

import re

import pytest
from django.urls import reverse

from courses.exceptions import PriceChanged
from courses.models import Booking, ConfirmedAddress, Course, Session
from courses.services.bookings import book_for_municipality, book_seats
from courses.services.prices import price_mark
from tests.courses.views.test_bookings import shown_form
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TOLD = "The price has changed since you opened the page: it is now {}. Nothing has been booked."
PAYS = {"payer_kind": "municipality", "reference_later": "on"}


def shown_again(response):
    page = response.content.decode()
    return re.search(r'name="shown_price" value="([^"]*)"', page)


def said_in(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("model", "changes", "price"),
    [
        (Session, {"price": 1500}, "1,500 kroner"),
        (Session, {"price_kind": "session"}, "1,200 kroner"),
        (Course, {"vat_treatment": "standard"}, "1,200 kroner"),
        (Session, {"price_kind": "free"}, "free"),
    ],
)
def test_price_changed_while_somebody_types_is_told_and_booked_by_the_next_press(client, model, changes, price):
    session = SessionFactory(price=1200, course__vat_treatment="exempt")
    form = shown_form(client, session) | PAYS
    model.objects.update(**changes)

    told = client.post(session.get_absolute_url(), form)
    before = Booking.objects.count()
    again = shown_again(told)
    sent = client.post(session.get_absolute_url(), form | {"shown_price": again[1] if again else ""})

    assert (before, sent.status_code) == (0, 302)
    times = 1 if price == "free" else 2  # above the form, and beside the price
    assert said_in(told).count(TOLD.format(price)) == times
    booking, now = Booking.objects.get(), Session.objects.get()
    assert (booking.price_kind, booking.seat_price, booking.fixed_price, booking.vat_treatment) == (
        now.paid_for,
        now.seat_price,
        now.fixed_price,
        now.course.vat_treatment,
    )


def test_free_course_that_costs_now_is_told_of_and_other_changes_are_not(client):
    session = SessionFactory()
    form = shown_form(client, session)
    Session.objects.update(price=900, price_kind="seat")

    told = client.post(session.get_absolute_url(), form)
    Session.objects.update(price=None, price_kind="", capacity=9)
    booked = client.post(session.get_absolute_url(), form)

    assert TOLD.format("900 kroner") in said_in(told)
    assert (booked.status_code, Booking.objects.get().seat_price) == (302, 0)


@pytest.mark.parametrize("way", ["held", "confirmed", "by staff"])
def test_price_changed_between_the_form_and_the_door_books_nothing(way):
    read = SessionFactory(price=1200)
    shown = price_mark(read)
    if way == "confirmed":
        ConfirmedAddress.objects.create(email="kari@bodo.test")
    who = {
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "contact_name": "Kari",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": "key",
    }
    Session.objects.update(price=1500)

    def book(shown):
        if way == "by staff":
            return book_for_municipality(read, by=StaffFactory(), shown_price=shown, **who)
        return book_seats(read, shown_price=shown, **who)

    with pytest.raises(PriceChanged):
        book(shown)
    session = Session.objects.get()
    taken, before = session.seats_taken, Booking.objects.count()
    booking = book(price_mark(session))

    assert (taken, before, booking.seat_price) == (0, 0, 1500)


def test_staff_is_told_too(client):
    sign_in(client, StaffFactory())
    session = SessionFactory(price=1200)
    address = reverse("courses:staff_booking_create", args=[session.pk])
    form = shown_form(client, session) | PAYS | {"language": "nb"}
    Session.objects.update(price=1500)

    told = client.post(address, form)

    assert (Booking.objects.count(), shown_again(told)[1]) == (0, "seat:1500.00:")
