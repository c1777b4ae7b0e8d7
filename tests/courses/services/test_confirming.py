"""A booking is confirmed from the mail, once and in time; a hold that ran out frees its seats."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from courses.exceptions import NotBookable, SeatsTaken, WrongState
from courses.models import Booking, ConfirmedAddress, Invitation, Session
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_seats, confirm_address
from courses.services.holds import expire_holds
from courses.services.sessions import cancel_session
from municipalities.models import Membership
from taushet.models import AuditEntry, Message, SecretLink, User
from taushet.services.links import find_link, issue_link
from tests.courses.services.test_bookings import booker, counted, mails
from tests.factories.courses import BookingFactory, MeetingFactory, SessionFactory
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_confirming_proves_the_address_and_sends_the_invitation():
    session = SessionFactory(meetings=[])
    MeetingFactory.create_batch(2, session=session)
    booking = book_seats(session, **booker())

    confirm_address(booking)

    booking.refresh_from_db()
    assert (booking.state, booking.held_until) == (Booking.State.CONFIRMED, None)
    assert ConfirmedAddress.objects.get().email == "kari@bodo.test"
    assert mails(booking)[1:] == [("booking-confirmed", "kari@bodo.test"), ("invitation", "kari@bodo.test")]
    assert Invitation.objects.filter(booking=booking).count() == 2
    assert counted(session) == 2


def test_confirming_twice_changes_nothing():
    booking = book_seats(SessionFactory(), **booker())
    confirm_address(booking)
    before = Message.objects.count(), AuditEntry.objects.count()

    confirm_address(booking)

    assert (Message.objects.count(), AuditEntry.objects.count()) == before


def test_confirming_lets_the_contact_sign_in_and_proposes_where_the_person_belongs():
    booking = book_seats(SessionFactory(), **booker())

    confirm_address(booking)

    user = User.objects.get(email="kari@bodo.test")
    assert [group.name for group in user.groups.all()] == ["booker"]
    assert EmailAddress.objects.get(user=user).verified
    assert not user.has_usable_password()
    membership = Membership.objects.get(user=user)
    assert (membership.municipality, membership.confirmed_at) == (booking.municipality, None)


def test_closed_access_is_not_opened_by_a_booking():
    user = UserFactory(email="kari@bodo.test", is_active=False)
    booking = book_seats(SessionFactory(), **booker())

    confirm_address(booking)

    user.refresh_from_db()
    assert not user.is_active
    assert not user.memberships.exists()


def test_link_of_the_browser_dies_when_the_address_is_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    token = issue_link("booking-receipt", booking.pk)

    confirm_address(booking)

    assert find_link("booking-receipt", token).revoked_at is not None
    assert not SecretLink.objects.filter(purpose="booking", revoked_at__isnull=False).exists()


def test_hold_that_ran_out_frees_its_seats():
    session = SessionFactory()
    booking = book_seats(session, **booker())
    later = timezone.now() + timedelta(hours=25)

    assert expire_holds(later) == 1

    booking.refresh_from_db()
    assert booking.state == Booking.State.EXPIRED
    assert counted(session) == 0
    assert expire_holds(later) == 0


def test_only_holds_that_are_due_run_out():
    session, other = SessionFactory(), SessionFactory()
    due = book_seats(session, **booker())
    Booking.objects.filter(pk=due.pk).update(held_until=timezone.now() - timedelta(seconds=1))
    kept = book_seats(session, **booker())
    confirmed = confirm_address(book_seats(other, **booker()))

    expire_holds()

    assert list(Booking.objects.taking_seats().order_by("pk")) == [kept, confirmed]
    assert (counted(session), counted(other)) == (2, 2)


def test_hold_that_ran_out_is_taken_up_again_while_there_is_room():
    session = SessionFactory(capacity=2)
    booking = book_seats(session, **booker())
    expire_holds(timezone.now() + timedelta(hours=25))

    confirm_address(booking)

    booking.refresh_from_db()
    assert (booking.state, booking.ended_at) == (Booking.State.CONFIRMED, None)
    assert counted(session) == 2


def test_hold_that_ran_out_comes_too_late_when_the_seats_are_gone():
    session = SessionFactory(capacity=2)
    booking = book_seats(session, **booker())
    expire_holds(timezone.now() + timedelta(hours=25))
    BookingFactory(session=Session.objects.get(pk=session.pk), seats=1)

    with pytest.raises(SeatsTaken):
        confirm_address(booking)

    booking.refresh_from_db()
    assert booking.state == Booking.State.EXPIRED
    assert not ConfirmedAddress.objects.exists()


def test_hold_of_a_cancelled_session_cannot_be_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    cancel_session(booking.session, by=StaffFactory())

    with pytest.raises(NotBookable):
        confirm_address(booking)

    booking.refresh_from_db()
    assert booking.state == Booking.State.HELD
    assert mails(booking) == [("booking-confirm-address", "kari@bodo.test")]


def test_hold_of_a_session_that_has_begun_cannot_be_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    Session.objects.update(first_starts_at=timezone.now() - timedelta(minutes=1))

    with pytest.raises(NotBookable):
        confirm_address(booking)


def test_cancelled_booking_cannot_be_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    cancel_booking(booking)

    with pytest.raises(WrongState):
        confirm_address(booking)
