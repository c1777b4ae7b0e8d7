"""The same form sent again, and the same words soon after, are one booking."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Booking
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_for_municipality, book_seats
from taushet.models import Message
from tests.courses.services.test_bookings import booker, counted, proved
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def test_same_request_key_is_the_same_booking():
    session = SessionFactory(capacity=3)

    first = book_seats(session, **booker(seats=3, request_key="form"))
    again = book_seats(session, **booker(seats=3, request_key="form"))

    assert first == again
    assert counted(session) == 3
    assert Message.objects.count() == 1


def test_same_words_soon_after_are_the_same_booking_whatever_the_key():
    session, form = SessionFactory(capacity=5), booker()
    first = book_seats(session, **form)

    again = book_seats(session, **form | {"request_key": "anew", "contact_role": "Leder"})
    full = [book_seats(session, **form | {"request_key": f"anew-{number}"}) for number in range(5)]

    assert {booking.pk for booking in (again, *full)} == {first.pk}
    assert counted(session) == 2


@pytest.mark.parametrize(
    "changes", [{"seats": 1}, {"contact_name": "Ola Moe"}, {"contact_email": "ola@bodo.test"}, {"municipality": None}]
)
def test_other_words_are_another_booking(changes):
    session, form = SessionFactory(), booker()
    first = book_seats(session, **form)
    changes = changes | {"request_key": "anew"}
    if "municipality" in changes:
        changes["municipality"] = MunicipalityFactory()

    assert book_seats(session, **form | changes) != first


def test_same_words_are_another_booking_later_elsewhere_and_after_cancelling():
    session, form = SessionFactory(), booker(contact_email=proved())
    first = book_seats(session, **form)

    elsewhere = book_seats(SessionFactory(), **form | {"request_key": "elsewhere"})
    Booking.objects.update(created_at=timezone.now() - timedelta(hours=2))
    later = book_seats(session, **form | {"request_key": "later"})
    cancel_booking(later)
    after = book_seats(session, **form | {"request_key": "after"})

    assert len({first.pk, elsewhere.pk, later.pk, after.pk}) == 4


def test_staff_may_book_the_same_for_a_municipality_twice():
    session, form, staff = SessionFactory(), booker(), UserFactory()

    first = book_for_municipality(session, by=staff, **form)
    second = book_for_municipality(session, by=staff, **form | {"request_key": "second"})

    assert first != second


def test_same_request_key_is_the_same_booking_after_it_is_cancelled():
    session = SessionFactory()
    first = book_seats(session, **booker(request_key="form"))
    cancel_booking(first)

    again = book_seats(session, **booker(request_key="form"))

    assert again == first
    assert counted(session) == 0
