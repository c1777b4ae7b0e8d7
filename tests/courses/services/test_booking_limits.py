"""How many bookings an address or a municipality may hold that nobody has confirmed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.exceptions import TooManyHolds
from courses.models import Booking
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_seats, confirm_address
from taushet.models import Message
from tests.courses.services.test_bookings import booker, counted
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory

pytestmark = pytest.mark.django_db


def test_few_holds_per_address(settings):
    settings.HOLDS_PER_ADDRESS = 2
    session = SessionFactory()
    for _turn in range(2):
        book_seats(session, **booker())

    with pytest.raises(TooManyHolds) as refused:
        book_seats(session, **booker())

    assert refused.value.field == "contact_email"
    assert counted(session) == 4


def test_few_holds_per_municipality(settings):
    settings.HOLDS_PER_MUNICIPALITY = 2
    session, place = SessionFactory(), MunicipalityFactory()
    for number in range(2):
        book_seats(session, **booker(municipality=place, contact_email=f"person{number}@bodo.test"))

    with pytest.raises(TooManyHolds) as refused:
        book_seats(session, **booker(municipality=place))
    elsewhere = book_seats(session, **booker())

    assert refused.value.field == "municipality"
    assert elsewhere.state == Booking.State.HELD


def test_booking_and_cancelling_over_and_over_does_not_fill_an_inbox():
    session = SessionFactory(capacity=500)
    for number in range(6):
        cancel_booking(book_seats(session, **booker(request_key=f"again-{number}")))

    with pytest.raises(TooManyHolds) as refusal:
        book_seats(session, **booker(request_key="once-more"))

    assert refusal.value.field == "contact_email"
    assert Message.objects.filter(to_email="kari@bodo.test").count() == 6


def test_address_is_asked_again_the_day_after():
    session = SessionFactory(capacity=500)
    for number in range(6):
        cancel_booking(book_seats(session, **booker(request_key=f"again-{number}")))
    Message.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))

    booking = book_seats(session, **booker(request_key="once-more"))

    assert booking.state == Booking.State.HELD


def test_confirmed_bookings_are_no_holds(settings):
    settings.HOLDS_PER_ADDRESS = 1
    session = SessionFactory()
    confirm_address(book_seats(session, **booker()))

    assert book_seats(session, **booker()).state == Booking.State.CONFIRMED
