"""Bookers and staff in processes of their own, all at the same moment, for the last seats."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Booking, ChangeRequest, PlannedMail
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_seats, confirm_address
from courses.services.change_requests import approve_request, ask_for_change, refuse_request
from courses.services.changes import seen_now
from courses.services.due_mails import write_due_mails
from courses.services.holds import expire_holds
from courses.services.messages import tell_confirmed
from courses.services.moves import move_booking
from courses.services.planned_mails import follow_booking
from courses.services.sessions import cancel_session
from courses.services.terms import Stage, Terms
from taushet.models import Message
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory
from tests.rivals import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def booker(number, place, seats=1):
    return {
        "municipality": place,
        "seats": seats,
        "contact_name": f"Person {number}",
        "contact_email": f"person{number}@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{number}",
    }


def taken(session):
    session.refresh_from_db()
    held = sum(session.bookings.taking_seats().values_list("seats", flat=True))
    assert session.seats_taken == held
    return held


def asked(session, seats, wanted):
    booking = BookingFactory(session=session, seats=seats)
    return ask_for_change(booking, kind="seats", seats=wanted, request_key=f"ask-{booking.pk}")


def test_one_of_fifty_bookers_gets_the_last_of_twenty_seats(settings):
    settings.HOLDS_PER_MUNICIPALITY = 100
    session, place = SessionFactory(capacity=20), MunicipalityFactory()
    BookingFactory(session=session, seats=19)

    outcomes = at_once(lambda number: ("booking", book_seats(session, **booker(number, place)).seats), list(range(50)))

    assert Counter(kind for kind, _answer in outcomes) == {"booking": 1, "SeatsTaken": 49}
    told = {answer for kind, answer in outcomes if kind == "SeatsTaken"}
    assert told == {"All seats are taken now. Nothing has been booked: choose another date."}
    assert taken(session) == 20


def test_groups_of_three_take_none_of_two_seats():
    session, place = SessionFactory(capacity=20), MunicipalityFactory()
    BookingFactory(session=session, seats=18)

    outcomes = at_once(lambda number: book_seats(session, **booker(number, place, 3)).seats, list(range(6)))

    sentence = "Only 2 seats are free now. Nothing has been booked yet: choose fewer seats, or another date."
    assert outcomes == [("SeatsTaken", sentence)] * 6
    assert taken(session) == 18


def held_until_a_second_ago(session, place):
    booking = book_seats(session, **booker(1, place, 2))
    Booking.objects.filter(pk=booking.pk).update(held_until=timezone.now() - timedelta(seconds=1))
    return booking


def test_a_hold_that_ran_out_a_second_ago_is_confirmed_at_the_same_price_or_refused():
    session, place = SessionFactory(capacity=2, price=450), MunicipalityFactory()
    booking = held_until_a_second_ago(session, place)
    session.course.__class__.objects.filter(pk=session.course_id).update(price=900)

    def work(what):
        if what == "confirm":
            return (confirm_address(booking).state, "")
        if what == "sweep":
            return ("swept", expire_holds())
        return ("rival", book_seats(session, **booker(2, place, 2)).seats)

    outcomes = at_once(work, ["confirm", "sweep", "rival"])

    booking.refresh_from_db()
    states = Counter(Booking.objects.values_list("state", flat=True))
    assert taken(session) == 2
    assert booking.seat_price == 450
    kinds = Counter(kind for kind, _answer in outcomes)
    if booking.state == "confirmed":
        assert (states, kinds) == ({"confirmed": 1}, {"confirmed": 1, "swept": 1, "SeatsTaken": 1})
    else:
        assert (states, kinds) == ({"expired": 1, "held": 1}, {"rival": 1, "swept": 1, "SeatsTaken": 1})


def test_two_approvals_for_the_last_seats_give_them_to_one_and_the_other_is_told_why():
    session, staff = SessionFactory(capacity=6), StaffFactory()
    requests = [asked(session, 2, 4), asked(session, 2, 4)]

    outcomes = at_once(lambda one: approve_request(one, by=staff).state, requests)

    refused = ("NoMoreSeats", "There is room for 2 seats in this booking now. Nothing has been changed.")
    assert sorted(outcomes, key=str) == [refused, "approved"]
    assert Counter(ChangeRequest.objects.values_list("state", flat=True)) == {"approved": 1, "waiting": 1}
    assert sorted(session.bookings.values_list("seats", flat=True)) == [2, 4]
    assert taken(session) == 6
    assert Message.objects.filter(kind="booking-changed").count() == 1


def test_two_moves_approved_for_the_last_seat_of_a_date_give_it_to_one():
    course, staff = CourseFactory(), StaffFactory()
    here, there = SessionFactory(course=course), SessionFactory(course=course, capacity=1)
    bookings = BookingFactory.create_batch(2, session=here, seats=1)
    requests = [ask_for_change(one, kind="move", to=there, request_key=f"ask-{one.pk}") for one in bookings]

    outcomes = at_once(lambda one: approve_request(one, by=staff).state, requests)

    refused = ("SeatsTaken", "All seats are taken now. Nothing has been booked: choose another date.")
    assert sorted(outcomes, key=str) == [refused, "approved"]
    assert (taken(here), taken(there)) == (1, 1)


def test_one_request_answered_by_several_at_once_is_answered_once():
    session, staff = SessionFactory(capacity=20), StaffFactory()
    request = asked(session, 2, 4)

    def answer(number):
        if number % 2:
            return approve_request(request, by=staff).state
        return refuse_request(request, by=staff, answer="Rommet er for lite.").state

    outcomes = at_once(answer, list(range(6)))

    request.refresh_from_db()
    assert sum(outcome == request.state for outcome in outcomes) == 1
    assert Counter(outcome[0] for outcome in outcomes if outcome != request.state) == {"WrongState": 5}
    assert Message.objects.filter(kind__in=["booking-changed", "booking-change-refused"]).count() == 1


def test_a_request_withdrawn_by_cancelling_while_it_is_approved_leaves_the_seats_right():
    session, staff = SessionFactory(capacity=20), StaffFactory()
    request = asked(session, 2, 4)

    at_once(
        lambda what: approve_request(request, by=staff).state if what else cancel_booking(request.booking).state,
        [True, False],
    )

    request.refresh_from_db()
    request.booking.refresh_from_db()
    assert request.booking.state == "cancelled"
    assert request.state in {"approved", "withdrawn"}
    assert taken(session) == 0


def test_of_two_tabs_that_save_at_once_the_second_is_told():
    session = SessionFactory(capacity=20)
    booking = BookingFactory(session=session, seats=2)
    seen = seen_now(booking)

    outcomes = at_once(lambda seats: change_seats(booking, seats, seen=seen).seats, [3, 4, 5, 6])

    told = "The booking has changed since you opened the page. Nothing of yours has been saved yet."
    booking.refresh_from_db()
    assert outcomes.count(("BookingChanged", told)) == 3
    assert booking.seats in outcomes
    assert taken(session) == booking.seats


def test_moving_and_cancelling_at_once_never_costs_less_than_cancelling():
    terms = Terms((Stage(60, "days"), Stage(3, "days", "all", 25)), 50).stored()
    booking = BookingFactory(session=SessionFactory(price=1000), seats=4, seat_price=1000, terms=terms)
    starts_at = timezone.now() + timedelta(days=200)
    later = SessionFactory(course=booking.session.course, price=1000, first_starts_at=starts_at)

    def work(what):
        return move_booking(booking, later).pk if what == "move" else cancel_booking(booking).pk

    outcomes = at_once(work, ["move", "cancel", "move"])
    booking.refresh_from_db()
    if booking.state == Booking.State.CONFIRMED:  # the cancelling found it moved, and is tried anew
        cancel_booking(booking)

    assert [fee.amount for fee in booking.fees.all()] == [1000]
    assert {one[1] for one in outcomes if one != booking.pk} <= {
        "The booking has been moved in the meantime. Look at it once more.",
        "This booking is not confirmed, so it cannot be changed.",
    }
    assert (taken(booking.session), taken(later)) == (0, 0)


def test_workers_that_write_at_once_remind_who_sits_in_several_bookings_once():
    session = SessionFactory(capacity=50)
    bookings = [BookingFactory(session=session, seats=2) for _booking in range(12)]
    for booking in bookings:
        ParticipantFactory(booking=booking, email="kari@bodo.test")
        follow_booking(booking)
    PlannedMail.objects.exclude(kind="reminder").delete()
    due_at = session.first_starts_at - timedelta(hours=20)

    at_once(lambda _worker: write_due_mails(due_at), [1, 2, 3, 4])

    told = Counter(Message.objects.filter(kind="reminder").values_list("to_email", flat=True))
    assert told == {"kari@bodo.test": 1} | {booking.contact_email: 1 for booking in bookings}


def test_two_of_staff_who_cancel_a_session_at_once_with_other_words_tell_each_person_once():
    session, staff = SessionFactory(capacity=50), StaffFactory()
    for _booking in range(3):
        tell_confirmed(BookingFactory(session=session))
    before = Message.objects.latest("pk").pk

    at_once(
        lambda word: cancel_session(session, by=staff, words={"nb": word}).pk,
        ["Rommet er stengt.", "Kursholderen er syk.", "Været er for dårlig."],
    )

    session.refresh_from_db()
    mails = Message.objects.filter(pk__gt=before)
    assert Counter(mails.values_list("to_email", flat=True)).most_common(1)[0][1] == 1
    assert [session.cancel_words["nb"] in mail.text for mail in mails] == [True] * 3
