"""Who pays for a booking, as its form asks it."""

import pytest
from django.urls import reverse

from courses.models import Booking
from municipalities.models import Unit
from tests.courses.views.test_bookings import shown_form
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory, UnitFactory

pytestmark = pytest.mark.django_db


def test_paying_booking_gets_the_municipality_as_payer(client):
    place = MunicipalityFactory()
    unit = UnitFactory(municipality=place)
    session = SessionFactory(price=1200)
    form = shown_form(client, session) | {
        "municipality": place.number,
        "payer_kind": "municipality",
        "invoice_reference": "4711",
    }

    client.post(session.get_absolute_url(), form)

    booking = Booking.objects.get()
    assert (booking.payer, booking.invoice_reference, booking.seat_price) == (unit, "4711", 1200)


OTHER_PAYER = {
    "payer_kind": "other",
    "payer_name": "Salten krisesenter IKS",
    "payer_organisation_number": "974 760 673",
    "reference_later": "on",
}


def test_paying_booking_can_have_another_payer(client):
    session = SessionFactory(price=1200)
    form = shown_form(client, session) | OTHER_PAYER

    client.post(session.get_absolute_url(), form)

    payer = Booking.objects.get().payer
    assert (payer.name, payer.organisation_number, payer.kind) == ("Salten krisesenter IKS", "974760673", "other")


def test_booking_that_fails_leaves_no_payer_behind(client):
    session = SessionFactory(price=1200, capacity=3)
    form = shown_form(client, session) | OTHER_PAYER
    BookingFactory(session=session, seats=2)

    response = client.post(session.get_absolute_url(), form)

    assert "seats" in response.context["form"].errors
    assert Booking.objects.count() == 1
    assert not Unit.objects.filter(organisation_number="974760673").exists()


def test_wait_that_is_refused_leaves_no_payer_behind(client):
    session = SessionFactory(price=1200, capacity=3)
    form = shown_form(client, session) | OTHER_PAYER

    client.post(reverse("courses:session_wait", args=[session.course.slug, session.pk]), form)

    assert not Booking.objects.exists()
    assert not Unit.objects.filter(organisation_number="974760673").exists()


def test_payer_is_saved_once_for_two_bookings(client):
    session = SessionFactory(price=1200)
    for email in ("kari@bodo.test", "ola@bodo.test"):
        client.post(session.get_absolute_url(), shown_form(client, session) | OTHER_PAYER | {"contact_email": email})

    payer = Unit.objects.get(organisation_number="974760673")
    assert [booking.payer for booking in Booking.objects.all()] == [payer, payer]
