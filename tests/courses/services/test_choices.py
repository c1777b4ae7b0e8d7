from datetime import timedelta

import pytest
from django.utils import timezone

from courses.services.choices import BOOKING_CHOICES, SESSION_CHOICES, do_to_all, sort_out, told_by_all
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def held(**fields):
    return BookingFactory(state="held", held_until=timezone.now() + timedelta(hours=5), confirmed_at=None, **fields)


def test_bookings_that_cannot_be_confirmed_are_left_out_with_the_reason():
    fits = held()
    confirmed, waiting = BookingFactory(), BookingFactory(state="waiting")
    late = held(session=SessionFactory(state="cancelled"))

    found = sort_out(BOOKING_CHOICES["bekreft"], [fits, confirmed, waiting, late])

    assert found.fit == [fits]
    assert found.left_out == [
        (confirmed, "Not held: confirmed."),
        (waiting, "Not held: on the waiting list."),
        (late, "This date is cancelled and takes no bookings. Choose another one."),
    ]


def test_bookings_that_cannot_be_cancelled_are_left_out_with_the_reason():
    fits = BookingFactory()
    gone = BookingFactory(state="cancelled")
    begun = BookingFactory(session=SessionFactory(first_starts_at=timezone.now() - timedelta(hours=1)))
    off = BookingFactory(session=SessionFactory(state="cancelled"))

    found = sort_out(BOOKING_CHOICES["avbestill"], [fits, gone, begun, off])

    assert found.fit == [fits]
    assert [why for _row, why in found.left_out] == [
        "Nothing to cancel: called off.",
        "The course has begun.",
        "The course is cancelled, so the booking cannot be changed.",
    ]


def test_a_second_click_changes_nothing():
    bookings, staff = [BookingFactory(), held()], StaffFactory()
    first = do_to_all(BOOKING_CHOICES["avbestill"], bookings, by=staff)
    counts = (Message.objects.count(), AuditEntry.objects.count())

    for booking in bookings:
        booking.refresh_from_db()
    second = do_to_all(BOOKING_CHOICES["avbestill"], bookings, by=staff)

    assert (len(first.fit), len(second.fit), len(second.left_out)) == (2, 0, 2)
    assert (Message.objects.count(), AuditEntry.objects.count()) == counts


def test_one_that_fails_leaves_the_others_done():
    fits, staff = held(), StaffFactory()
    meanwhile = held()
    stale = type(meanwhile).objects.select_related("session").get(pk=meanwhile.pk)
    type(meanwhile).objects.filter(pk=meanwhile.pk).update(state="expired")

    done = do_to_all(BOOKING_CHOICES["bekreft"], [stale, fits], by=staff)

    assert done.fit == [fits]
    assert done.left_out == [(stale, "Only a booking whose seats are held can be confirmed.")]


def test_sessions_are_cancelled_together_and_who_is_told_is_added_up():
    sessions, staff = SessionFactory.create_batch(2), StaffFactory()
    for session in sessions:
        BookingFactory(session=session)
    over = SessionFactory(first_starts_at=timezone.now() - timedelta(days=2))
    choice = SESSION_CHOICES["avlys"]

    told = told_by_all(choice, sessions)
    done = do_to_all(choice, [*sessions, over], by=staff)

    assert [(line.role, line.count) for line in told] == [("Contacts without a calendar entry", 2)]
    assert done.fit == sessions
    assert done.left_out == [(over, "The session is over.")]
    assert Message.objects.filter(kind="invitation-cancellation").count() == 2


def test_only_open_sessions_are_confirmed_together():
    fits, draft = SessionFactory(), SessionFactory(state="draft")

    done = do_to_all(SESSION_CHOICES["bekreft"], [fits, draft], by=StaffFactory())

    fits.refresh_from_db()
    assert (done.fit, fits.state, done.left_out) == ([fits], "confirmed", [(draft, "Not open: draft.")])
