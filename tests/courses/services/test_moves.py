import pytest

from courses.exceptions import NotBookable, SeatsTaken, WrongState
from courses.models import Booking, Invitation
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_for_municipality
from courses.services.moves import dates_to_move_to, move_booking
from courses.services.participants import Person, name_participants
from courses.services.waiting import join_waiting_list
from municipalities.models import Municipality
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(price=400)


def booked(session, seats=3, **fields):
    values = {
        "municipality": MunicipalityFactory(),
        "seats": seats,
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{Booking.objects.count()}",
    }
    return book_for_municipality(session, by=UserFactory(), **values | fields)


def taken(session):
    session.refresh_from_db()
    return session.seats_taken


def holders(session):
    live = Invitation.objects.filter(meeting__session=session, cancelled_at=None)
    return sorted(live.values_list("email", flat=True))


def kinds(booking):
    return sorted(booking.messages.values_list("message__kind", flat=True))


def test_seats_and_calendars_go_along(course):
    old, new = SessionFactory(course=course), SessionFactory(course=course, price=500)
    booking = booked(old)
    name_participants(booking, [Person("Ola", "ola@bodo.test")], request_key="names")

    move_booking(booking, new)

    booking.refresh_from_db()
    assert (booking.session, booking.seat_price) == (new, 500)
    assert (taken(old), taken(new)) == (0, 3)
    assert (holders(old), holders(new)) == ([], ["kari@bodo.test", "ola@bodo.test"])
    assert kinds(booking).count("booking-moved") == 2


def test_second_contact_is_told_without_a_calendar(course):
    booking = booked(SessionFactory(course=course), second_name="Per", second_email="per@bodo.test")

    move_booking(booking, SessionFactory(course=course))

    rows = booking.messages.filter(message__to_email="per@bodo.test")
    assert list(rows.values_list("message__kind", "message__calendar")) == [("booking-moved", "")]


def test_each_role_reads_what_concerns_it(course):
    booking = booked(SessionFactory(course=course), second_name="Per", second_email="per@bodo.test")
    name_participants(booking, [Person("Ola", "ola@bodo.test"), Person("Eli", "")], request_key="names")

    move_booking(booking, SessionFactory(course=course), is_answer=True)

    texts = dict(
        booking.messages.filter(message__kind="booking-moved").values_list("message__to_email", "message__text")
    )
    on_paper = "1 av deltakerne dine har ikke e-post og må få beskjed av deg."
    assert {email: on_paper in text for email, text in texts.items()} == {
        "kari@bodo.test": True,
        "per@bodo.test": False,
        "ola@bodo.test": False,
    }
    assert {email for email, text in texts.items() if "egen e-post" in text} == {"kari@bodo.test", "ola@bodo.test"}
    assert {email for email, text in texts.items() if "Vi har godkjent" in text} == {"kari@bodo.test", "per@bodo.test"}
    assert f"[[link:booking-second:{booking.pk}]]" in texts["per@bodo.test"]


def test_second_contact_who_takes_part_gets_the_new_date_in_the_calendar(course):
    booking = booked(SessionFactory(course=course), second_name="Per", second_email="per@bodo.test")
    name_participants(booking, [Person("Per", "per@bodo.test")], request_key="names")
    new = SessionFactory(course=course)

    move_booking(booking, new)

    assert holders(new) == ["kari@bodo.test", "per@bodo.test"]


def test_contact_hears_who_is_told_of_a_cancelling_by_nobody_else(course):
    booking = booked(SessionFactory(course=course), second_name="Per", second_email="per@bodo.test")
    name_participants(booking, [Person("Eli", ""), Person("Liv", "")], request_key="names")

    cancel_booking(booking)

    rows = booking.messages.filter(message__kind="booking-cancelled")
    on_paper = "2 av deltakerne dine har ikke e-post og må få beskjed av deg."
    assert {row.message.to_email: on_paper in row.message.text for row in rows} == {
        "kari@bodo.test": True,
        "per@bodo.test": False,
    }


def test_nothing_changes_when_the_new_date_has_no_room(course):
    old, new = SessionFactory(course=course), SessionFactory(course=course, capacity=2)
    booking = booked(old)

    with pytest.raises(SeatsTaken):
        move_booking(booking, new)

    booking.refresh_from_db()
    assert booking.session == old
    assert (taken(old), taken(new), holders(old)) == (3, 0, ["kari@bodo.test"])


def test_moving_twice_changes_nothing_more(course):
    old, new = SessionFactory(course=course), SessionFactory(course=course)
    booking = booked(old)
    move_booking(booking, new)

    move_booking(booking, new)

    assert (taken(old), taken(new)) == (0, 3)


def test_second_tab_learns_that_it_has_been_moved(course):
    old, new, third = SessionFactory.create_batch(3, course=course)
    booking = booked(old)
    stale = Booking.objects.get(pk=booking.pk)
    move_booking(booking, new)

    with pytest.raises(WrongState):
        move_booking(stale, third)

    assert (taken(new), taken(third)) == (3, 0)


def test_a_date_of_another_course_is_refused(course):
    with pytest.raises(WrongState):
        move_booking(booked(SessionFactory(course=course)), SessionFactory())


def test_a_cancelled_booking_is_not_moved(course):
    booking = booked(SessionFactory(course=course))
    cancel_booking(booking)

    with pytest.raises(WrongState):
        move_booking(booking, SessionFactory(course=course))


def test_a_date_that_is_not_open_is_refused(course):
    booking = booked(SessionFactory(course=course))

    with pytest.raises(NotBookable):
        move_booking(booking, SessionFactory(course=course, state="draft"))


def test_seats_that_are_left_go_to_those_who_wait(course):
    old, new = SessionFactory(course=course, capacity=3), SessionFactory(course=course)
    booking = booked(old)
    place = Municipality.objects.get(pk=BookingFactory(session=new, seats=1).municipality_id)
    from_line = join_waiting_list(
        old,
        municipality=place,
        seats=2,
        contact_name="Leder",
        contact_email="kari@bodo.test",
        contact_phone="+4722331160",
        request_key="wait",
        visitor=None,
    )
    from_line.waiting_place.proved_at = from_line.created_at
    from_line.waiting_place.save()

    move_booking(booking, new)

    from_line.refresh_from_db()
    assert (from_line.state, taken(old)) == ("offered", 2)


def test_dates_to_move_to_have_room_for_the_whole_group(course):
    old = SessionFactory(course=course)
    roomy, small = SessionFactory(course=course), SessionFactory(course=course, capacity=2)
    SessionFactory(course=course, closed_to=MunicipalityFactory())
    SessionFactory()

    assert list(dates_to_move_to(booked(old))) == [roomy]
    assert small.capacity == 2


def test_participant_is_greeted_by_name_and_told_of_no_number(course):
    booking = booked(SessionFactory(course=course))
    name_participants(booking, [Person("Ola", "ola@bodo.test")], request_key="names")

    move_booking(booking, SessionFactory(course=course))

    mail = booking.messages.get(message__kind="booking-moved", message__to_email="ola@bodo.test").message
    assert mail.subject == "Kurset har fått ny dato"
    assert mail.text.startswith("Hei, Ola!")
    assert "Bestilling" not in mail.text
