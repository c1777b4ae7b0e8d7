from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.exceptions import FeeTooHigh, NoMoreSeats, WrongState
from courses.models import Booking, ChangeRequest
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.booking_lists import asked_changes
from courses.services.change_requests import approve_request, ask_for_change, refuse_request, withdraw_request
from courses.services.erasing import erase_bookings
from courses.services.moves import move_booking
from courses.services.terms import Stage, Terms
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def staff():
    return StaffFactory(name="Siri Strand")


@pytest.fixture
def booking():
    """Past its deadline: only staff can change it."""
    terms = Terms((Stage(90, "days"),), 50).stored()
    return BookingFactory(session=SessionFactory(capacity=6, price=100), seats=3, seat_price=100, terms=terms)


def ask(booking, **wish):
    return ask_for_change(booking, **{"kind": "seats", "seats": 5, "request_key": "ask", "words": "To til."} | wish)


def test_a_request_stands_in_the_day_of_staff_until_it_is_answered(booking, staff):
    request = ask(booking)

    [(sentence, address)] = asked_changes(staff)
    approve_request(request, by=staff)

    assert sentence.startswith(f"Booking {booking.pk}, {booking.municipality}: another number of seats, asked ")
    assert address == f"/stab/bestillinger/{booking.pk}/#sporsmal"
    assert list(asked_changes(staff)) == []


def test_approving_does_it_and_tells_the_booker_once(booking, staff):
    approve_request(ask(booking), by=staff)

    booking.refresh_from_db()
    request = booking.change_requests.get()
    assert (booking.seats, request.state, request.answered_by) == (5, "approved", staff)
    assert list(Message.objects.values_list("kind", "to_email")) == [("booking-changed", booking.contact_email)]


def test_an_approved_cancelling_costs_what_staff_says(booking, staff):
    approve_request(ask(booking, kind="cancel", seats=None), by=staff, fee_percent=20)

    booking.refresh_from_db()
    assert (booking.state, booking.fees.get().amount) == ("cancelled", 60)


def test_the_mail_of_an_approved_request_says_that_it_answers_it_and_what_that_costs(booking, staff):
    approve_request(ask(booking, seats=1), by=staff, fee_percent=50)

    text = Message.objects.get().text
    assert "Vi har godkjent det dere spurte om. Dere betaler 100 kroner for 2 plasser gitt tilbake." in text


def test_the_mail_of_an_approved_cancelling_says_that_it_is_free(booking, staff):
    approve_request(ask(booking, kind="cancel", seats=None), by=staff, fee_percent=0)

    text = Message.objects.get().text
    assert "Vi har godkjent det dere spurte om. Det koster ingenting å gi plassene tilbake." in text


def test_staff_takes_no_more_than_the_booker_was_told_when_asking(booking, staff):
    request = ask(booking, kind="cancel", seats=None)
    booking.terms = Terms((Stage(90, "days"),), 80).stored()  # whatever the terms say later
    booking.save()

    with pytest.raises(FeeTooHigh, match="at most 50 per cent"):
        approve_request(request, by=staff, fee_percent=51)

    request.refresh_from_db()
    assert (request.is_waiting, booking.fees.count(), Message.objects.count()) == (True, 0, 0)
    approve_request(request, by=staff, fee_percent=50)
    assert booking.fees.get().amount == 150


def test_an_approved_move_takes_along_what_was_told(booking, staff):
    starts_at = timezone.now() + timedelta(days=300)
    there = SessionFactory(course=booking.session.course, price=100, first_starts_at=starts_at)

    approve_request(ask(booking, kind="move", seats=None, to=there), by=staff)
    booking.refresh_from_db()
    cancel_booking(booking)

    assert booking.fees.get().percent == 50


def test_a_change_nobody_asked_for_is_no_answer(booking, staff):
    change_seats(booking, 2, by=staff, fee_percent=50)

    text = Message.objects.get().text
    assert "godkjent" not in text
    assert "Dere betaler 50 kroner for 1 plass gitt tilbake." in text


def test_an_approved_move_moves(booking, staff):
    there = SessionFactory(course=booking.session.course)

    approve_request(ask(booking, kind="move", seats=None, to=there), by=staff)

    booking.refresh_from_db()
    assert booking.session == there


def test_a_booking_moved_since_the_request_was_opened_is_looked_at_once_more(booking, staff):
    request = ask(booking)
    there = SessionFactory(course=booking.session.course)
    assert request.booking.session != there
    move_booking(Booking.objects.get(pk=booking.pk), there, by=staff)

    with pytest.raises(WrongState):
        approve_request(request, by=staff)

    approve_request(ChangeRequest.objects.get(), by=staff)
    booking.refresh_from_db()
    assert (booking.session, booking.seats) == (there, 5)


def test_refusing_tells_why_once_and_leaves_the_booking(booking, staff):
    request = refuse_request(ask(booking), by=staff, answer="Rommet tar ikke flere.")

    booking.refresh_from_db()
    [message] = Message.objects.all()
    assert (booking.seats, request.state) == (3, "refused")
    assert (message.kind, message.to_email) == ("booking-change-refused", booking.contact_email)
    assert "Rommet tar ikke flere." in message.text
    assert message.subject == f"Svar om bestilling {booking.pk}"


@pytest.mark.parametrize("answer", ["approve", "refuse", "withdraw"])
def test_what_is_answered_is_not_answered_again(booking, staff, answer):
    request = ask(booking)
    refuse_request(request, by=staff, answer="Nei.")
    again = {
        "approve": lambda: approve_request(request, by=staff),
        "refuse": lambda: refuse_request(request, by=staff, answer="Nei igjen."),
        "withdraw": lambda: withdraw_request(request),
    }

    with pytest.raises(WrongState, match="answered already: refused"):
        again[answer]()

    assert Message.objects.count() == 1


def test_too_few_seats_leave_the_request_waiting_and_with_a_reason_go_beyond(booking, staff):
    request = ask(booking, seats=9)
    with pytest.raises(NoMoreSeats):
        approve_request(request, by=staff)
    request.refresh_from_db()
    assert request.is_waiting

    approve_request(request, by=staff, reason="Rommet har tre stoler til.")

    booking.session.refresh_from_db()
    assert (booking.session.seats_taken, booking.session.seats_over) == (9, 3)


def test_the_same_form_twice_asks_once_and_another_has_to_wait(booking):
    first = ask(booking)

    assert ask(booking) == first
    with pytest.raises(WrongState, match="asked us about this booking already"):
        ask(booking, request_key="other")


def test_the_database_keeps_one_waiting_request_per_booking(booking):
    ask(booking)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(booking=booking, kind="cancel", request_key="other")


def test_a_withdrawn_request_is_gone_from_the_day_and_can_be_asked_anew(booking, staff):
    withdraw_request(ask(booking))
    withdraw_request(booking.change_requests.get())

    ask(booking, request_key="anew", seats=4)

    assert [request.state for request in booking.change_requests.order_by("pk")] == ["withdrawn", "waiting"]


@pytest.mark.parametrize("change", [{"state": "held", "held_until": timezone.now()}, {"state": "cancelled"}])
def test_only_a_confirmed_booking_asks(booking, change):
    type(booking).objects.filter(pk=booking.pk).update(**change)

    with pytest.raises(WrongState):
        ask(booking)


def test_nothing_is_asked_once_the_course_has_begun(booking):
    booking.session.first_starts_at = timezone.now() - timedelta(hours=1)
    booking.session.save()

    with pytest.raises(WrongState):
        ask(booking)


def test_asking_for_fewer_seats_than_names_is_refused(booking):
    ParticipantFactory.create_batch(3, booking=booking)

    with pytest.raises(WrongState, match="3 participants are named"):
        ask(booking, seats=2)


def test_cancelling_a_booking_takes_its_request_back(booking, staff):
    request = ask(booking)

    cancel_booking(booking, by=staff)

    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_words_go_when_the_booking_is_emptied_and_the_log_holds_none(booking, staff):
    refuse_request(ask(booking, words="Kari er syk."), by=staff, answer="Beklager.")
    booking.session.last_ends_at = booking.session.first_starts_at + timedelta(hours=1)

    erase_bookings(booking.session.last_ends_at + timedelta(days=900))

    request = booking.change_requests.get()
    assert (request.words, request.answer) == ("", "")
    assert "Kari" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
