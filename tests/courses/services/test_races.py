"""Many at once for few seats, each on a connection of its own."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from courses.exceptions import NameTaken, SeatsTaken, TooManyHolds, WrongState
from courses.models import Booking, ConfirmedAddress, DateAlert, Invitation, PlannedMail, WaitingPlace
from courses.services import offers
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_seats, confirm_address
from courses.services.date_alerts import ask_for_dates, tell_of_new_dates
from courses.services.due_mails import write_due_mails
from courses.services.moves import move_booking
from courses.services.participants import Person, name_participants, sign_up
from courses.services.planned_mails import follow_booking
from courses.services.sessions import MeetingPlan, cancel_session, change_session
from courses.services.waiting import accept_offer, join_waiting_list
from courses.services.welcoming import welcome_later
from taushet.models import Message
from tests.factories.courses import BookingFactory, CourseFactory, DateAlertFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, work):
    """Let so many threads do something at the same moment; returns what they returned, errors included."""
    barrier, results = threading.Barrier(count), []

    def run(number):
        try:
            barrier.wait(timeout=60)
            results.append(work(number))
        except Exception as error:  # noqa: BLE001 - what went wrong is the result
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def booker(number, place, **changes):
    return {
        "municipality": place,
        "seats": 1,
        "contact_name": f"Person {number}",
        "contact_email": f"person{number}@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{number}",
    } | changes


def taken(session):
    session.refresh_from_db()
    held = sum(session.bookings.taking_seats().values_list("seats", flat=True))
    assert session.seats_taken == held
    return held


def test_sixty_want_thirty_seats(settings):
    settings.HOLDS_PER_MUNICIPALITY = 100
    session, place = SessionFactory(capacity=30), MunicipalityFactory()

    results = at_once(60, lambda number: book_seats(session, **booker(number, place)))

    assert sum(isinstance(result, Booking) for result in results) == 30
    assert sum(isinstance(result, SeatsTaken) for result in results) == 30
    assert taken(session) == 30


def test_one_address_cannot_hold_more_by_trying_everywhere_at_once(settings):
    settings.HOLDS_PER_ADDRESS = 3
    sessions, places = SessionFactory.create_batch(12), MunicipalityFactory.create_batch(12)

    def work(number):
        changes = {"contact_email": "kari@bodo.test"}
        return book_seats(sessions[number], **booker(number, places[number], **changes))

    results = at_once(12, work)

    assert sum(isinstance(result, Booking) for result in results) == 3
    assert sum(isinstance(result, TooManyHolds) for result in results) == 9


def test_one_municipality_cannot_hold_more_by_trying_everywhere_at_once(settings):
    settings.HOLDS_PER_MUNICIPALITY = 4
    sessions, place = SessionFactory.create_batch(12), MunicipalityFactory()

    results = at_once(12, lambda number: book_seats(sessions[number], **booker(number, place)))

    assert sum(isinstance(result, Booking) for result in results) == 4
    assert sum(isinstance(result, TooManyHolds) for result in results) == 8


def test_groups_never_take_half(settings):
    settings.HOLDS_PER_MUNICIPALITY = 100
    session, place = SessionFactory(capacity=10), MunicipalityFactory()

    at_once(8, lambda number: book_seats(session, **booker(number, place, seats=4)))

    assert taken(session) == 8
    assert set(session.bookings.values_list("seats", flat=True)) == {4}


def test_one_form_sent_many_times_at_once_is_one_booking():
    session, place = SessionFactory(capacity=2), MunicipalityFactory()

    results = at_once(8, lambda number: book_seats(session, **booker(1, place, seats=2)))

    assert {result.pk for result in results} == {Booking.objects.get().pk}
    assert taken(session) == 2


def test_cancelling_and_booking_at_once_keep_the_count():
    session, place = SessionFactory(capacity=6), MunicipalityFactory()
    bookings = BookingFactory.create_batch(6, session=session, seats=1)

    def work(number):
        return cancel_booking(bookings[number]) if number < 6 else book_seats(session, **booker(number, place))

    results = at_once(12, work)

    assert not [result for result in results if not isinstance(result, (Booking, SeatsTaken))]
    assert taken(session) <= 6


def test_one_hold_confirmed_many_times_at_once_is_confirmed_once():
    session = SessionFactory()
    booking = book_seats(session, **booker(1, MunicipalityFactory()))

    results = at_once(6, lambda number: confirm_address(booking))

    assert {result.state for result in results} == {Booking.State.CONFIRMED}
    assert booking.messages.filter(message__kind="booking-confirmed").count() == 1


def test_sign_ups_stop_at_the_number_of_seats():
    booking = BookingFactory(seats=3)

    results = at_once(
        8, lambda number: sign_up(booking, Person(f"Person {number}", f"p{number}@bodo.test"), request_key=f"k{number}")
    )

    assert sum(isinstance(result, NameTaken) for result in results) == 5
    assert booking.participants.count() == 3


def test_several_workers_tell_of_new_dates_once_each():
    SessionFactory(opened_at=timezone.now() - timedelta(hours=2))
    DateAlertFactory.create_batch(5)

    results = at_once(4, lambda number: tell_of_new_dates())

    assert sum(results) == 5
    assert Message.objects.values("to_email").distinct().count() == Message.objects.count() == 5


def test_one_wish_sent_many_times_at_once_is_one_wish_and_one_mail():
    at_once(8, lambda number: ask_for_dates("kari@bodo.test", course=None, county=None, language="nb"))

    assert DateAlert.objects.count() == 1
    assert Message.objects.count() == 1


def offered_to_the_first(session):
    """Let two groups wait for two seats that become free; returns the one that is offered them, and the next."""
    place, holder = MunicipalityFactory(), BookingFactory(session=session, seats=2)
    groups = []
    for number in (1, 2):
        ConfirmedAddress.objects.create(email=f"person{number}@bodo.test")
        groups.append(join_waiting_list(session, **booker(number, place, seats=2)))
    cancel_booking(holder)
    return groups


def test_offer_that_lapses_while_it_is_accepted_goes_to_one_of_the_two():
    session = SessionFactory(capacity=2)
    first, second = offered_to_the_first(session)
    until = WaitingPlace.objects.get(booking=first).offered_until

    results = at_once(4, lambda number: accept_offer(first, seats_seen=2) if number < 2 else offers.lapse_offers(until))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) in {("confirmed", "waiting"), ("expired", "offered")}
    assert all(isinstance(result, (Booking, int, WrongState)) for result in results)
    assert taken(session) == 2


def test_offer_is_passed_on_once_however_many_sweep():
    session = SessionFactory(capacity=2)
    first, second = offered_to_the_first(session)
    until = WaitingPlace.objects.get(booking=first).offered_until

    results = at_once(4, lambda number: offers.lapse_offers(until))

    assert sorted(results) == [0, 0, 0, 1]
    assert second.messages.filter(message__kind="waiting-offer").count() == 1
    assert taken(session) == 2


def test_freed_seats_go_to_the_line_and_not_to_whoever_books_at_that_moment():
    session = SessionFactory(capacity=2)
    place, holder = MunicipalityFactory(), BookingFactory(session=session, seats=2)
    ConfirmedAddress.objects.create(email="person1@bodo.test")
    waiting = join_waiting_list(session, **booker(1, place, seats=2))

    at_once(
        6, lambda number: cancel_booking(holder) if not number else book_seats(session, **booker(10 + number, place))
    )

    waiting.refresh_from_db()
    assert waiting.state == "offered"
    assert taken(session) == 2


def test_moves_in_both_directions_never_wait_for_each_other():
    course = CourseFactory()
    here, there = SessionFactory.create_batch(2, course=course, capacity=4)
    going = BookingFactory.create_batch(2, session=here, seats=1)
    coming = BookingFactory.create_batch(2, session=there, seats=1)

    results = at_once(4, lambda number: move_booking((going + coming)[number], there if number < 2 else here))

    assert all(isinstance(result, Booking) for result in results)
    assert (taken(here), taken(there)) == (2, 2)


def test_two_moves_for_the_last_seat_give_it_to_one():
    course = CourseFactory()
    here, there = SessionFactory(course=course, capacity=4), SessionFactory(course=course, capacity=1)
    bookings = BookingFactory.create_batch(2, session=here, seats=1)

    results = at_once(2, lambda number: move_booking(bookings[number], there))

    assert sorted(type(result).__name__ for result in results) == ["Booking", "SeatsTaken"]
    assert (taken(here), taken(there)) == (1, 1)


def test_two_workers_write_each_planned_mail_once():
    bookings = [BookingFactory(session=SessionFactory()) for _number in range(12)]
    for booking in bookings:
        follow_booking(booking)
    due_at = PlannedMail.objects.filter(kind="reminder").order_by("-due_at")[0].due_at

    at_once(4, lambda number: write_due_mails(due_at))

    told = sorted(Message.objects.filter(kind="reminder").values_list("to_email", flat=True))
    assert told == sorted(booking.contact_email for booking in bookings)


def test_reminder_is_written_or_dropped_when_its_session_is_moved_at_that_moment():
    session = SessionFactory()
    booking = BookingFactory(session=session)
    follow_booking(booking)
    due_at = PlannedMail.objects.get(kind="reminder").due_at
    meeting = session.meetings.get()
    later = timedelta(hours=1)
    plan = MeetingPlan(meeting.starts_at + later, meeting.ends_at + later, "Rådhuset", pk=meeting.pk)
    staff = StaffFactory()

    def work(number):
        if number:
            return write_due_mails(due_at + later)
        return change_session(session, by=staff, meetings=[plan])

    results = at_once(2, work)
    write_due_mails(due_at + later)

    assert not any(isinstance(result, Exception) for result in results)
    assert Message.objects.filter(kind="reminder").count() == 1


def test_two_workers_welcome_each_participant_once():
    booking = BookingFactory(seats=30, session=SessionFactory(capacity=30))
    people = [Person(f"Deltaker {number}", f"d{number}@bodo.test") for number in range(30)]
    numbers = [person.pk for person in name_participants(booking, people, request_key="liste")]

    results = at_once(3, lambda number: welcome_later.call(booking.pk, numbers))

    assert sum(results) == 30
    assert Message.objects.values("to_email").distinct().count() == Message.objects.count() == 30


@pytest.mark.parametrize("ends_it", [True, False])
def test_whoever_is_named_while_the_session_changes_gets_what_it_has_become(ends_it):
    staff = StaffFactory()
    bookings = [BookingFactory(seats=4) for _round in range(6)]

    for booking in bookings:
        session = booking.session
        meeting = session.meetings.get()
        moved = MeetingPlan(meeting.starts_at + timedelta(days=1), meeting.ends_at + timedelta(days=1), pk=meeting.pk)

        def work(number, booking=booking, session=session, moved=moved):
            if number < 4:
                person = Person(f"Person {number}", f"p{booking.pk}-{number}@bodo.test")
                return name_participants(booking, [person], request_key=f"named-{booking.pk}-{number}")
            if ends_it:
                return cancel_session(session, by=staff)
            return change_session(session, by=staff, meetings=[moved])

        at_once(5, work)

    left = Invitation.objects.filter(cancelled_at=None)
    if ends_it:
        assert not left.exists()
    else:
        assert not left.filter(sequence__lt=F("meeting__sequence")).exists()
