"""What a booking costs: for a seat, for the whole, for nothing, with seats that others pay for."""

from decimal import Decimal

import pytest

from courses.models import Booking
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_for_municipality
from courses.services.prices import FundingRefused, fund_seats
from courses.services.terms import fee_amount
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return StaffFactory()


def book(session, place, seats, by):
    return book_for_municipality(
        session,
        by=by,
        request_key=f"{place.pk}-{Booking.objects.count()}",
        municipality=place,
        seats=seats,
        contact_name="Berit Booker",
        contact_email="berit@bodo.test",
        contact_phone="+4722331160",
    )


def test_price_is_frozen_with_its_kind_and_treatment(staff):
    course = CourseFactory(price=400, vat_treatment="exempt")
    session = SessionFactory(course=course)
    booking = book(session, MunicipalityFactory(), 3, staff)

    course.price, course.price_kind, course.vat_treatment = 900, "free", "standard"
    course.save()

    booking.refresh_from_db()
    assert (booking.total_price, booking.price_kind, booking.vat_treatment) == (1200, "seat", "exempt")


@pytest.mark.parametrize("kind", ["session", "travel"])
def test_price_for_the_whole_is_paid_once_by_the_first(staff, kind):
    session = SessionFactory(price=12000, price_kind=kind)
    first, second = (book(session, MunicipalityFactory(), seats, staff) for seats in (5, 3))

    assert (first.total_price, second.total_price, second.is_charged) == (12000, 0, False)
    change_seats(first, 4, by=staff)
    first.refresh_from_db()
    assert first.total_price == 12000
    assert fee_amount(first, 4, 25) == 3000
    assert fee_amount(first, 1, 25) == 0


def test_free_kind_costs_nothing_whatever_the_price_says(staff):
    session = SessionFactory(price=500, price_kind="free")

    assert not book(session, MunicipalityFactory(), 3, staff).is_charged


def test_funded_seats_go_to_the_first_and_come_back_from_who_cancels(staff):
    bodo = MunicipalityFactory()
    neighbour = MunicipalityFactory(county=bodo.county)
    session = SessionFactory(price=100)
    fund_seats(session, by=staff, seats=2, place=bodo)
    fund_seats(session, by=staff, seats=3, place=bodo.county)

    first = book(session, bodo, 4, staff)
    second = book(session, neighbour, 4, staff)
    outside = book(session, MunicipalityFactory(), 2, staff)

    assert [(one.funded_seats, one.total_price) for one in (first, second, outside)] == [(4, 0), (1, 300), (0, 200)]
    cancel_booking(first, by=staff)
    third = book(session, bodo, 5, staff)
    assert (third.funded_seats, third.total_price) == (4, 100)


def test_seats_given_back_are_those_that_were_paid_for(staff):
    bodo = MunicipalityFactory()
    session = SessionFactory(price=100)
    fund_seats(session, by=staff, seats=2, place=bodo)
    booking = book(session, bodo, 5, staff)

    assert fee_amount(booking, 4, 50) == Decimal(150)
    change_seats(booking, 3, by=staff)

    booking.refresh_from_db()
    assert (booking.funded_seats, booking.total_price) == (2, 100)


def test_more_than_there_are_cannot_be_funded(staff):
    with pytest.raises(FundingRefused):
        fund_seats(SessionFactory(capacity=5), by=staff, seats=6, place=MunicipalityFactory())
