from datetime import timedelta

import pytest
from django.utils import timezone, translation

from courses.models import Booking
from courses.services.booking_lists import find_bookings, too_few_names, without_names
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def soon(**fields):
    return SessionFactory(first_starts_at=timezone.now() + timedelta(days=5), **fields)


def test_session_soon_with_seats_without_names_is_listed_with_its_numbers():
    session = soon()
    booking = BookingFactory(session=session, seats=4)
    BookingFactory(session=session, seats=2)
    BookingFactory(session=session, seats=9, state=Booking.State.CANCELLED)
    ParticipantFactory.create_batch(3, booking=booking)

    [found] = without_names()

    assert (found, found.confirmed, found.named) == (session, 6, 3)


def test_sessions_that_are_late_or_all_named_are_not_listed():
    BookingFactory(session=SessionFactory(), seats=4)
    ParticipantFactory.create_batch(2, booking=BookingFactory(session=soon(), seats=2))
    soon()

    assert list(without_names()) == []


def test_card_leads_to_the_bookings_of_the_session():
    session = soon(municipality=MunicipalityFactory(name="Bodø"))
    BookingFactory(session=session, seats=4)

    with translation.override("en"):
        [(text, url)] = too_few_names(StaffFactory())

    assert text.endswith(": 0 of 4 seats have names")
    assert url == f"/stab/kurs/{session.pk}/#bookings"


@pytest.mark.parametrize("text", ["Nordmann", "kari@bodo", "alta", "Per Hansen", "per@alta"])
def test_booking_is_found_by_what_is_known_of_it(text):
    booking = BookingFactory(
        contact_name="Kari Nordmann", contact_email="kari@bodo.test", municipality=MunicipalityFactory(name="Alta")
    )
    ParticipantFactory(booking=booking, name="Per Hansen", email="per@alta.test")
    BookingFactory()

    [(_title, _detail, url)] = find_bookings(StaffFactory(), text)

    assert url == booking.staff_address


def test_booking_is_found_by_its_number():
    booking = BookingFactory()

    assert booking.staff_address in [url for _title, _detail, url in find_bookings(StaffFactory(), str(booking.pk))]


def test_search_finds_nothing_for_one_without_the_right():
    BookingFactory(contact_name="Kari Nordmann")

    assert list(find_bookings(UserFactory(), "Nordmann")) == []
