"""A booking is cancelled or changed, and its seats with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.exceptions import NoMoreSeats, WrongState
from courses.models import Invitation, Session
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_seats
from courses.services.participants import Person, name_participants
from taushet.models import Message
from tests.courses.services.test_bookings import booker, counted, mails, proved
from tests.factories.courses import BookingFactory, SessionFactory

pytestmark = pytest.mark.django_db


def test_cancelled_booking_frees_its_seats():
    session = SessionFactory(capacity=3)
    booking = book_seats(session, **booker(seats=3))
    cancel_booking(booking)

    new = book_seats(session, **booker(seats=2))

    assert list(session.bookings.taking_seats()) == [new]
    assert counted(session) == 2


def test_cancelling_tells_exactly_those_who_were_told_of_it():
    booking = book_seats(SessionFactory(), **booker(contact_email=proved()))
    name_participants(booking, [Person("Per", "per@bodo.test"), Person("Ola")], request_key="names")
    before = len(mails(booking))

    cancel_booking(booking)

    assert mails(booking)[before:] == [
        ("participant-removed", "per@bodo.test"),
        ("booking-cancelled", "kari@bodo.test"),
    ]
    methods = Message.objects.filter(kind__in=["participant-removed", "booking-cancelled"])
    assert {message.calendar_method for message in methods} == {"CANCEL"}
    assert not Invitation.objects.filter(cancelled_at=None).exists()


def test_cancelling_a_hold_writes_to_nobody():
    booking = book_seats(SessionFactory(), **booker())

    cancel_booking(booking)

    assert mails(booking) == [("booking-confirm-address", "kari@bodo.test")]


def test_cancelling_twice_gives_the_seats_back_once():
    session = SessionFactory()
    BookingFactory(session=session, seats=4)
    booking = book_seats(session, **booker())
    cancel_booking(booking)

    cancel_booking(booking)

    assert counted(session) == 4


def test_booking_cannot_be_cancelled_once_the_course_has_begun():
    booking = book_seats(SessionFactory(), **booker())
    Session.objects.update(first_starts_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(WrongState):
        cancel_booking(booking)


def test_seats_of_a_confirmed_booking_can_be_changed():
    session = SessionFactory(capacity=6)
    booking = book_seats(session, **booker(contact_email=proved()))

    change_seats(booking, 5)
    change_seats(booking, 3)

    booking.refresh_from_db()
    assert booking.seats == 3
    assert counted(session) == 3
    assert [kind for kind, _email in mails(booking)] == ["booking-confirmed", "booking-changed", "booking-changed"]


def test_booking_that_cannot_grow_stays_as_it_was():
    session = SessionFactory(capacity=6)
    BookingFactory(session=session, seats=3)
    booking = book_seats(session, **booker(contact_email=proved()))

    with pytest.raises(NoMoreSeats) as refused:
        change_seats(booking, 4)

    booking.refresh_from_db()
    assert (refused.value.free, booking.seats) == (3, 2)
    assert counted(session) == 5


def test_seats_with_names_are_not_given_back():
    booking = book_seats(SessionFactory(), **booker(seats=3, contact_email=proved()))
    name_participants(booking, [Person("Per"), Person("Ola")], request_key="names")

    with pytest.raises(WrongState) as refused:
        change_seats(booking, 1)

    assert refused.value.field == "seats"


def test_held_booking_is_not_changed():
    booking = book_seats(SessionFactory(), **booker())

    with pytest.raises(WrongState):
        change_seats(booking, 1)
