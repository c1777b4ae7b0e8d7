"""A booking tells and costs what is true when its seats are taken, not when the session was read for the page."""

from datetime import timedelta
from decimal import Decimal

import pytest

from courses.models import ConfirmedAddress, Course, Session
from courses.services.bookings import book_for_municipality, book_seats
from taushet.models import Message
from taushet.templatetags.ui import day
from tests.factories.courses import SessionFactory, at_nine
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", ["held", "confirmed", "by staff"])
@pytest.mark.parametrize("of_course", [True, False])
def test_session_that_was_changed_after_it_was_read_is_told_and_priced_anew(way, of_course):
    read = SessionFactory(course__title_nb="Gammel tittel", course__price=100)
    later = at_nine(44)
    if of_course:
        Course.objects.update(title_nb="Ny tittel", price=900)
    else:
        Session.objects.update(price=900, first_starts_at=later, last_ends_at=later + timedelta(hours=3))
        read.meetings.update(starts_at=later, ends_at=later + timedelta(hours=3))
    if way == "confirmed":
        ConfirmedAddress.objects.create(email="kari@bodo.test")
    who = {
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": "key",
        "shows_course_name": True,
    }

    by_staff = way == "by staff"
    booking = book_for_municipality(read, by=StaffFactory(), **who) if by_staff else book_seats(read, **who)

    assert booking.seat_price == Decimal(900)
    text = Message.objects.get().text
    assert ("Ny tittel" in text, "Gammel tittel" in text) == (of_course, not of_course)
    assert (day(later) in text) is not of_course
