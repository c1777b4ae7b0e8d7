"""Two people who change one session, and fewer seats than are taken."""

import pytest
from django.utils import timezone

from courses.exceptions import CapacityTooSmall
from courses.models import Session
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.sessions import (
    SessionChanged,
    change_session,
    content_of,
    open_session,
)
from taushet.models import AuditEntry
from tests.courses.services.test_sessions import as_planned, booked_seats
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def changed(session, by=None, **changes):
    plans = [as_planned(meeting) for meeting in session.meetings.filter(state="planned")]
    return change_session(session, by=by or UserFactory(), meetings=plans, **changes)


def test_fewer_seats_than_taken_need_a_yes_to_just_so_many_and_drop_nobody():
    session, user = SessionFactory(capacity=10), UserFactory()
    booked_seats(session, 6)
    BookingFactory(session=session, seats=2, state="held", held_until=timezone.now())
    with pytest.raises(CapacityTooSmall) as refused:
        changed(session, capacity=5, accepts_over=2, over_reason="Mindre rom.")

    changed(session, by=user, capacity=5, accepts_over=refused.value.over, over_reason="Mindre rom.")

    session.refresh_from_db()
    assert (session.capacity, session.seats_over, session.seats_taken, session.free_seats) == (5, 3, 8, 0)
    assert session.bookings.live().count() == 2
    entry = AuditEntry.objects.get(action="session.seats_over")
    assert (entry.actor, entry.detail) == (user, {"seats": 3, "reason": "Mindre rom."})


def test_what_is_beyond_a_lower_capacity_goes_first_and_nothing_is_offered_before():
    session = SessionFactory(capacity=10)
    first, second = (BookingFactory(session=session, seats=seats) for seats in (2, 6))
    changed(session, capacity=6, accepts_over=2, over_reason="Mindre rom.")

    cancel_booking(first)
    session.refresh_from_db()
    full = session.free_seats
    change_seats(second, 5)

    session.refresh_from_db()
    assert (full, session.free_seats, session.seats_over) == (0, 1, 0)


def test_the_second_of_two_editors_is_stopped_and_can_save_once_the_change_is_seen():
    session = SessionFactory(capacity=10)
    seen = content_of(session)
    changed(session, capacity=12, seen=seen)

    with pytest.raises(SessionChanged) as refused:
        changed(session, capacity=14, seen=seen)
    session.refresh_from_db()
    stopped = session.capacity
    changed(session, capacity=14, seen=refused.value.now)

    session.refresh_from_db()
    assert (stopped, session.capacity) == (12, 14)


def test_a_moved_meeting_and_a_step_are_changes_and_a_booking_is_none():
    session = SessionFactory(state="draft")
    seen = content_of(session)
    BookingFactory(session=session)
    assert content_of(Session.objects.get(pk=session.pk)) == seen

    session.meetings.update(place="Biblioteket")
    assert content_of(session) != seen
    session.meetings.update(place="Rådhuset")
    open_session(session, by=UserFactory())

    assert content_of(Session.objects.get(pk=session.pk)) != seen
