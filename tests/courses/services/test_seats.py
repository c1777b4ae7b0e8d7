import pytest
from django.db import IntegrityError, transaction

from courses.exceptions import CapacityTooSmall, NoMoreSeats, SeatsTaken
from courses.models import Booking, Session
from courses.services import seats
from taushet.models import AuditEntry
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def counts(session):
    session.refresh_from_db()
    return session.capacity, session.seats_over, session.seats_taken


def take(session, count):
    """Take seats the way every service does: through the door, with a booking behind it."""
    with seats.door(session.pk) as door:
        door.take(count)
        return Booking.objects.create(
            session=session,
            municipality=MunicipalityFactory(),
            seats=count,
            state=Booking.State.CONFIRMED,
            request_key=f"take-{Booking.objects.count()}",
        )


def test_taken_seats_are_counted():
    session = SessionFactory(capacity=5)

    take(session, 3)

    assert counts(session) == (5, 0, 3)


def test_last_seats_can_be_taken_exactly():
    session = SessionFactory(capacity=3)

    take(session, 3)

    assert counts(session) == (3, 0, 3)


def test_group_that_does_not_fit_takes_nothing_and_hears_how_many_are_free():
    session = SessionFactory(capacity=5)
    take(session, 3)

    with pytest.raises(SeatsTaken) as refused:
        take(session, 3)

    assert refused.value.free == 2
    assert refused.value.field == "seats"
    assert counts(session) == (5, 0, 3)
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("count", [0, -2])
def test_a_group_of_nobody_is_a_mistake_of_the_caller(count):
    session = SessionFactory()

    with pytest.raises(ValueError, match="at least one"), seats.door(session.pk) as door:
        door.take(count)


def test_seats_are_counted_anew_when_the_counter_is_wrong():
    session = SessionFactory(capacity=5)
    BookingFactory(session=session, seats=4)
    Session.objects.filter(pk=session.pk).update(seats_taken=1)

    with pytest.raises(SeatsTaken) as refused:
        take(session, 2)

    assert refused.value.free == 1


def test_bookings_without_seats_do_not_count():
    session = SessionFactory(capacity=4)
    BookingFactory(session=session, seats=4, state=Booking.State.CANCELLED)
    BookingFactory(session=session, seats=4, state=Booking.State.EXPIRED)

    take(session, 4)

    assert counts(session) == (4, 0, 4)


def test_nothing_is_kept_when_something_fails_behind_the_door():
    session = SessionFactory(capacity=5)

    with pytest.raises(IntegrityError), seats.door(session.pk) as door:
        door.take(2) or Booking.objects.create(session=session, municipality=MunicipalityFactory(), seats=0)

    assert counts(session) == (5, 0, 0)


def test_seats_beyond_the_capacity_are_logged_with_their_reason():
    session = SessionFactory(capacity=4)
    BookingFactory(session=session, seats=3)
    staff = UserFactory()

    with seats.door(session.pk) as door:
        door.take_beyond(3, by=staff, reason="The room takes two more chairs.")
        BookingFactory.build(session=session)

    entry = AuditEntry.objects.get(action="session.seats_over")
    assert counts(session) == (4, 2, 6)
    assert (entry.actor, entry.detail) == (staff, {"seats": 2, "reason": "The room takes two more chairs."})


def test_nothing_goes_beyond_the_capacity_when_there_is_room():
    session = SessionFactory(capacity=4)

    with seats.door(session.pk) as door:
        door.take_beyond(3, by=UserFactory(), reason="A guess.")

    assert counts(session) == (4, 0, 3)
    assert not AuditEntry.objects.exists()


def test_seats_beyond_the_capacity_need_a_reason():
    session = SessionFactory(capacity=1)

    with pytest.raises(ValueError, match="reason"), seats.door(session.pk) as door:
        door.take_beyond(3, by=UserFactory(), reason="  ")


def test_seats_beyond_the_capacity_are_given_back_first():
    session = SessionFactory(capacity=4, seats_over=2)
    BookingFactory(session=session, seats=6)

    with seats.door(session.pk) as door:
        door.give_back(3)

    assert counts(session) == (4, 0, 3)


def test_booking_grows_only_as_far_as_there_is_room():
    session = SessionFactory(capacity=6)
    BookingFactory(session=session, seats=2)
    BookingFactory(session=session, seats=3)

    with pytest.raises(NoMoreSeats) as refused, seats.door(session.pk) as door:
        door.change(2, 4)

    assert refused.value.free == 3
    assert counts(session) == (6, 0, 5)


def test_capacity_cannot_go_below_what_is_taken():
    session = SessionFactory(capacity=6)
    BookingFactory(session=session, seats=5)

    with pytest.raises(CapacityTooSmall), seats.door(session.pk) as door:
        door.set_capacity(4)

    assert counts(session) == (6, 0, 5)


def test_greater_capacity_takes_in_those_beyond():
    session = SessionFactory(capacity=4, seats_over=2)
    BookingFactory(session=session, seats=6)

    with seats.door(session.pk) as door:
        door.set_capacity(5)

    assert counts(session) == (5, 1, 6)


def test_database_refuses_more_seats_than_there_are():
    session = SessionFactory(capacity=4)

    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(seats_taken=5)


def test_door_closes_with_one_count_and_one_write(django_assert_num_queries):
    session = SessionFactory()

    with django_assert_num_queries(5), seats.door(session.pk) as door:  # savepoint, lock, count, write, release
        door.take(1)
