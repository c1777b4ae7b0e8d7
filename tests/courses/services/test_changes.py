from datetime import timedelta

import pytest

from courses.exceptions import WrongState
from courses.models import Booking
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.catalogue import when_text
from courses.services.changes import BookingChanged, Seen, changes_since, seen_now
from courses.services.contacts import hand_over, set_second_contact
from courses.services.discretion import choose_for_booking
from courses.services.moves import move_booking
from courses.services.participants import Person, name_participants, replace_participant, withdraw_participant
from courses.services.sessions import MeetingPlan, change_session
from courses.services.terms import Stage, Terms
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def changed_by(change, booking, seen):
    with pytest.raises(BookingChanged) as refused:
        change(booking, seen)
    return [(change.who, change.what) for change in refused.value.changes]


CHANGES = [
    lambda booking, seen: change_seats(booking, 5, seen=seen),
    lambda booking, seen: cancel_booking(booking, seen=seen),
    lambda booking, seen: move_booking(booking, SessionFactory(course=booking.session.course), seen=seen),
    lambda booking, seen: name_participants(booking, [Person("Kari")], request_key="late", seen=seen),
    lambda booking, seen: set_second_contact(booking, name="Per", email="per@bodo.test", seen=seen),
    lambda booking, seen: hand_over(booking, name="Per", email="per@bodo.test", seen=seen),
    lambda booking, seen: choose_for_booking(booking, shows_course=True, seen=seen),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_saved_second_is_told_who_changed_what_from_what(change):
    booking, staff = BookingFactory(seats=3), StaffFactory(name="Siri Strand")
    seen = seen_now(booking)
    change_seats(booking, 4, by=staff)

    told = changed_by(change, booking, seen)

    booking.refresh_from_db()
    assert told == [("We (Siri Strand)", "Seats: 3 before, 4 now")]
    assert (booking.seats, booking.state) == (4, Booking.State.CONFIRMED)


def test_contacts_and_discretion_are_told():
    booking = BookingFactory(seats=3)
    seen = seen_now(booking)
    set_second_contact(booking, name="Siv", email="siv@bodo.test", seen=seen)
    hand_over(booking, name="Per", email="per@bodo.test", seen=seen_now(booking))
    hand_over(booking, name="Per", email="per@bodo.test", seen=seen)  # the very same is no conflict
    choose_for_booking(booking, shows_course=True, seen=seen_now(booking))

    told = changed_by(CHANGES[4], booking, seen)

    assert [what for _who, what in told] == [
        "There is another second contact: Siv",
        "A colleague has been asked to take over: Per",
        "It is chosen anew whether e-mail and calendar name the course",
    ]
    assert Booking.objects.get().second_name == "Siv"


def test_names_are_told_with_old_and_new():
    booking = BookingFactory(seats=3)
    participant = ParticipantFactory(booking=booking, name="Ola Hansen")
    seen = seen_now(booking)
    name_participants(booking, [Person("Kari Li")], request_key="one")
    replace_participant(participant, Person("Nina Nilsen"), request_key="two")
    withdraw_participant(booking.participants.get(name="Kari Li"), by_self=True)

    told = changed_by(CHANGES[0], booking, seen)

    assert told == [
        ("Written by the one who booked", "Kari Li is on the list"),
        ("Written by the one who booked", "Name: Ola Hansen before, Nina Nilsen now"),
        ("The participant", "Kari Li is taken off the list"),
    ]


def test_a_move_is_told_with_both_dates():
    booking = BookingFactory()
    starts_at = booking.session.first_starts_at + timedelta(days=7)
    old, new = booking.session, SessionFactory(course=booking.session.course, first_starts_at=starts_at)
    seen = seen_now(booking)
    moved = move_booking(booking, new)

    [told] = changes_since(moved, seen.version)

    before, after = (when_text(session.first_starts_at, session.last_ends_at) for session in (old, new))
    assert told.what == f"Date: {before} before, {after} now"


def test_saving_again_with_what_is_seen_now_goes_through():
    booking = BookingFactory(seats=3)
    seen = seen_now(booking)
    change_seats(booking, 4)
    with pytest.raises(BookingChanged) as refused:
        change_seats(booking, 5, seen=seen)

    change_seats(booking, 5, seen=refused.value.seen)

    booking.refresh_from_db()
    assert booking.seats == 5


def test_the_same_form_sent_twice_is_no_conflict_with_itself():
    booking = BookingFactory(seats=3)
    seen = seen_now(booking)

    change_seats(booking, 4, seen=seen)
    change_seats(booking, 4, seen=seen)
    cancel_booking(booking, seen=seen_now(booking))
    cancel_booking(booking, seen=seen)

    booking.refresh_from_db()
    assert booking.state == Booking.State.CANCELLED


def test_another_booking_and_looking_at_names_change_nothing():
    booking = BookingFactory(seats=3)
    seen = seen_now(booking)
    change_seats(BookingFactory(session=booking.session, seats=2), 3)

    change_seats(booking, 4, seen=seen)

    booking.refresh_from_db()
    assert booking.seats == 4


def test_a_stage_of_the_terms_that_ended_in_between_is_told_before_anything_costs():
    terms = Terms((Stage(60, "days"), Stage(3, "days", "fewer", 25)), 50).stored()
    booking = BookingFactory(seats=3, terms=terms, seat_price=100)
    seen = Seen(seen_now(booking).version, 0)

    told = changed_by(CHANGES[1], booking, seen)

    assert [who for who, _what in told] == ["The terms"]
    assert booking.fees.count() == 0


@pytest.mark.parametrize("text", ["", "7", "a-b", "7-", "-1", "٣-1", "9" * 40 + "-0"])
def test_what_no_page_of_ours_carries_is_nothing(text):
    assert Seen.read(text) is None


def test_what_a_page_carries_is_read_back():
    assert Seen.read(str(Seen(17, 2))) == Seen(17, 2)


def test_a_booking_that_was_moved_meanwhile_is_not_changed_in_its_old_session():
    booking = BookingFactory(seats=2)
    stale = Booking.objects.select_related("session").get(pk=booking.pk)
    new = SessionFactory(course=booking.session.course)
    move_booking(booking, new)

    with pytest.raises(WrongState):
        cancel_booking(stale)

    new.refresh_from_db()
    assert new.seats_taken == 2


def test_a_protected_name_is_told_by_its_alias_only():
    booking = BookingFactory(seats=3)
    participant = ParticipantFactory(booking=booking, name="Ola Hansen", alias="Gjest")
    seen = seen_now(booking)
    withdraw_participant(participant)

    assert changed_by(CHANGES[0], booking, seen) == [("Written by the one who booked", "Gjest is taken off the list")]


def test_a_session_that_staff_moves_is_told_in_a_second_tab():
    booking, staff = BookingFactory(seats=3), StaffFactory(name="Siri Strand")
    seen = seen_now(booking)
    [meeting] = booking.session.meetings.all()
    day = timedelta(days=1)
    plan = MeetingPlan(meeting.starts_at + day, meeting.ends_at + day, place="Biblioteket", pk=meeting.pk)
    session = change_session(booking.session, by=staff, meetings=[plan])

    told = changed_by(CHANGES[0], booking, seen)

    when = when_text(session.first_starts_at, session.last_ends_at)
    assert told == [("We (Siri Strand)", f"Time or place of the course is changed. Now: {when}")]


def test_a_session_changed_without_its_meetings_is_no_news_to_a_booker():
    booking = BookingFactory(seats=3)
    seen = seen_now(booking)
    [meeting] = booking.session.meetings.all()
    plan = MeetingPlan(meeting.starts_at, meeting.ends_at, place=meeting.place, pk=meeting.pk)
    change_session(booking.session, by=StaffFactory(), meetings=[plan], capacity=30)

    change_seats(booking, 5, seen=seen)

    booking.refresh_from_db()
    assert booking.seats == 5


def test_another_session_that_is_moved_is_no_news_to_a_booker():
    booking, other = BookingFactory(seats=3), BookingFactory()
    seen = seen_now(booking)
    [meeting] = other.session.meetings.all()
    day = timedelta(days=1)
    plan = MeetingPlan(meeting.starts_at + day, meeting.ends_at + day, pk=meeting.pk)
    change_session(other.session, by=StaffFactory(), meetings=[plan])

    assert list(changes_since(booking, seen.version)) == []
