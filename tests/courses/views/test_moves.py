import pytest
from django.urls import reverse

from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory

pytestmark = pytest.mark.django_db


def address(booking, purpose="booking"):
    return reverse("courses:booking_move", args=[issue_link(purpose, booking.pk)])


def test_booker_chooses_among_the_dates_with_room_and_their_price(client, english):
    course = CourseFactory(price=0)
    booking = BookingFactory(session=SessionFactory(course=course), seats=2)
    new = SessionFactory(course=course, price=500, capacity=5)

    assert "(5 free seats, 500 kroner)" in client.get(address(booking)).text
    response = client.post(address(booking), {"session": new.pk}, follow=True)

    booking.refresh_from_db()
    assert booking.session == new
    assert "The booking is moved." in response.text


@pytest.mark.parametrize("typed", ["", "x", "99999999999999999999"])
def test_a_date_that_is_none_gets_a_sentence_beside_the_field(client, english, typed):
    course = CourseFactory()
    booking = BookingFactory(session=SessionFactory(course=course))
    SessionFactory(course=course)

    response = client.post(address(booking), {"session": typed})

    assert response.context["form"].errors.keys() == {"session"}


def test_page_says_when_no_date_has_room(client, english):
    booking = BookingFactory(seats=2)

    assert "No other date of this course has room for your 2 seats right now." in client.get(address(booking)).text


def test_link_of_the_browser_moves_nothing(client):
    course = CourseFactory()
    booking, new = BookingFactory(session=SessionFactory(course=course)), SessionFactory(course=course)

    assert client.post(address(booking, "booking-receipt"), {"session": new.pk}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_dates(client, django_assert_num_queries, count):
    course = CourseFactory()
    booking = BookingFactory(session=SessionFactory(course=course))
    SessionFactory.create_batch(count, course=course)
    url = address(booking)

    with django_assert_num_queries(5):
        client.get(url)
