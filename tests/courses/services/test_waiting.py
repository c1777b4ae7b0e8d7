from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.exceptions import SeatsTaken, WrongState
from courses.models import Booking, ConfirmedAddress, WaitingPlace
from courses.services import offers
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_seats, confirm_address
from courses.services.changes import BookingChanged, seen_now
from courses.services.holds import expire_holds
from courses.services.sessions import cancel_session
from courses.services.waiting import (
    NoNeedToWait,
    accept_offer,
    change_wish,
    decline_offer,
    join_waiting_list,
    let_in,
    standing_of,
)
from taushet.models import AuditEntry
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db
State = Booking.State


@pytest.fixture
def full():
    """A session of ten seats that are all booked, five by each of two municipalities."""
    session = SessionFactory(capacity=10)
    BookingFactory.create_batch(2, session=session, seats=5)
    session.refresh_from_db()
    return session


def group(number, seats, **changes):
    email = f"leder{number}@kommune.test"
    ConfirmedAddress.objects.get_or_create(email=email)
    return {
        "municipality": MunicipalityFactory(),
        "seats": seats,
        "contact_name": f"Leder {number}",
        "contact_email": email,
        "contact_phone": "+4722331160",
        "request_key": f"wait-{number}",
    } | changes


def wait(session, number, seats, **changes):
    return join_waiting_list(session, **group(number, seats, **changes))


def give_back(session, seats):
    """Let the first confirmed booking have so many seats fewer."""
    booking = session.bookings.filter(state=State.CONFIRMED).order_by("pk").first()
    return change_seats(booking, booking.seats - seats) if seats < booking.seats else cancel_booking(booking)


def states(*bookings):
    return [(row.state, row.seats) for row in (Booking.objects.get(pk=booking.pk) for booking in bookings)]


def kinds(booking):
    return list(booking.messages.order_by("pk").values_list("message__kind", flat=True))


def taken(session):
    session.refresh_from_db()
    assert session.seats_taken == sum(session.bookings.taking_seats().values_list("seats", flat=True))
    return session.seats_taken


def test_group_joins_the_line_without_taking_seats(full):
    booking = wait(full, 1, 3)

    assert states(booking) == [("waiting", 3)]
    assert kinds(booking) == ["waiting-list"]
    assert taken(full) == 10


def test_same_form_sent_twice_is_one_place(full):
    fields = group(1, 3)

    assert join_waiting_list(full, **fields) == join_waiting_list(full, **fields)
    assert WaitingPlace.objects.count() == 1


def test_nobody_waits_for_what_is_free():
    session = SessionFactory(capacity=10)

    with pytest.raises(NoNeedToWait):
        wait(session, 1, 3)


def test_group_larger_than_the_session_is_told_so(full):
    with pytest.raises(WrongState, match="10"):
        wait(full, 1, 11)


def test_freed_seats_are_offered_to_the_first_in_line_and_held(full):
    first, second = wait(full, 1, 3), wait(full, 2, 3)

    give_back(full, 3)

    assert states(first, second) == [("offered", 3), ("waiting", 3)]
    assert kinds(first) == ["waiting-list", "waiting-offer"]
    assert taken(full) == 10


def test_new_visitor_does_not_get_what_is_offered(full):
    wait(full, 1, 3)
    give_back(full, 3)

    with pytest.raises(SeatsTaken):
        book_seats(full, **group(9, 1))


def test_first_in_line_is_asked_to_make_do_with_fewer_before_the_next_is_offered(full):
    first, second = wait(full, 1, 4), wait(full, 2, 2)

    give_back(full, 2)

    assert states(first, second) == [("offered", 2), ("waiting", 2)]
    assert first.waiting_place.wanted == 4


def test_no_to_fewer_keeps_the_place_and_the_next_that_fits_whole_is_offered(full):
    first, large, small = wait(full, 1, 4), wait(full, 2, 3), wait(full, 3, 2)
    give_back(full, 2)

    decline_offer(first, seats_seen=2)

    assert states(first, large, small) == [("waiting", 4), ("waiting", 3), ("offered", 2)]
    assert standing_of(Booking.objects.get(pk=first.pk)).rank == 1


def test_group_that_said_no_is_asked_again_only_about_more(full):
    first = wait(full, 1, 5)
    give_back(full, 2)
    decline_offer(first, seats_seen=2)

    assert states(first) == [("waiting", 5)]
    give_back(full, 1)
    assert states(first) == [("offered", 3)]


def test_offer_of_fewer_grows_when_more_becomes_free(full):
    first, second = wait(full, 1, 4), wait(full, 2, 1)
    give_back(full, 2)
    give_back(full, 3)

    assert states(first, second) == [("offered", 4), ("offered", 1)]
    assert kinds(first) == ["waiting-list", "waiting-offer", "waiting-offer"]
    assert taken(full) == 10


def test_accepting_confirms_the_seats_at_the_price_of_the_day_it_joined(full):
    booking = wait(full, 1, 3)
    give_back(full, 3)

    accept_offer(booking, seats_seen=3)

    assert states(booking) == [("confirmed", 3)]
    assert kinds(booking)[-1] == "booking-confirmed"
    assert taken(full) == 10


def test_accepting_fewer_ends_the_wait_for_the_rest(full):
    booking = wait(full, 1, 4)
    give_back(full, 2)

    accept_offer(booking, seats_seen=2)

    assert states(booking) == [("confirmed", 2)]
    assert not WaitingPlace.objects.filter(booking__state="waiting").exists()


def test_accepting_twice_changes_nothing(full):
    booking = wait(full, 1, 3)
    give_back(full, 3)
    accept_offer(booking, seats_seen=3)

    accept_offer(booking, seats_seen=3)

    assert kinds(booking).count("booking-confirmed") == 1


@pytest.mark.parametrize("answer", [accept_offer, decline_offer])
def test_answering_something_else_than_was_seen_is_refused(full, answer):
    """Above all a no to fewer seats, which would keep the place, once all of them are offered."""
    booking = wait(full, 1, 4)
    give_back(full, 2)
    give_back(full, 1)

    with pytest.raises(WrongState):
        answer(booking, seats_seen=2)

    assert states(booking) == [("offered", 3)]


def test_declining_a_whole_offer_ends_the_wait_and_passes_the_seats_on(full):
    first, second = wait(full, 1, 3), wait(full, 2, 3)
    give_back(full, 3)

    decline_offer(first, seats_seen=3)

    assert states(first, second) == [("cancelled", 3), ("offered", 3)]


def test_offer_that_lapses_is_passed_on_exactly_once(full):
    first, second = wait(full, 1, 3), wait(full, 2, 3)
    give_back(full, 3)
    until = WaitingPlace.objects.get(booking=first).offered_until

    assert [offers.lapse_offers(until), offers.lapse_offers(until)] == [1, 0]

    assert states(first, second) == [("expired", 3), ("offered", 3)]
    assert kinds(first) == ["waiting-list", "waiting-offer", "waiting-offer-lapsed"]
    assert kinds(second).count("waiting-offer") == 1


def test_lapse_of_fewer_keeps_the_place(full):
    first, second = wait(full, 1, 4), wait(full, 2, 2)
    give_back(full, 2)
    until = WaitingPlace.objects.get(booking=first).offered_until

    offers.lapse_offers(until)

    assert states(first, second) == [("waiting", 4), ("offered", 2)]


def test_offer_that_lapsed_cannot_be_accepted(full):
    first = wait(full, 1, 3)
    wait(full, 2, 3)
    give_back(full, 3)
    offers.lapse_offers(WaitingPlace.objects.get(booking=first).offered_until)

    with pytest.raises(WrongState):
        accept_offer(first, seats_seen=3)


def test_offer_accepted_a_moment_too_late_is_taken_while_nobody_else_has_it(full):
    booking = wait(full, 1, 3)
    give_back(full, 3)
    WaitingPlace.objects.update(offered_until=timezone.now() - timedelta(seconds=1))

    accept_offer(booking, seats_seen=3)

    assert states(booking) == [("confirmed", 3)]


def test_offers_stand_whole_working_days_but_not_beyond_the_start():
    friday_evening = datetime(2026, 11, 27, 21, tzinfo=UTC)
    far = SessionFactory(first_starts_at=friday_evening + timedelta(days=30))
    near = SessionFactory(first_starts_at=friday_evening + timedelta(hours=14))

    whole = offers.answer_before(far, is_for_fewer=False, now=friday_evening)
    fewer = offers.answer_before(far, is_for_fewer=True, now=friday_evening)

    assert whole == friday_evening + timedelta(days=4)
    assert fewer == friday_evening + timedelta(days=3)
    assert offers.answer_before(near, is_for_fewer=False, now=friday_evening) == near.first_starts_at


def test_place_of_an_unproved_address_counts_once_it_is_confirmed(full):
    stranger = wait(full, 1, 3, contact_email="ny@kommune.test")
    known = wait(full, 2, 3)
    give_back(full, 3)
    assert states(stranger, known) == [("waiting", 3), ("offered", 3)]

    confirm_address(stranger)
    decline_offer(known, seats_seen=3)

    assert kinds(stranger) == ["booking-confirm-address", "waiting-list", "waiting-offer"]


def test_proved_place_keeps_the_rank_of_its_arrival(full):
    stranger = wait(full, 1, 3, contact_email="ny@kommune.test")
    known = wait(full, 2, 3)

    confirm_address(stranger)

    assert [standing_of(Booking.objects.get(pk=row.pk)).rank for row in (stranger, known)] == [1, 2]


def test_place_nobody_confirms_runs_out_without_freeing_seats(full):
    booking = wait(full, 1, 3, contact_email="ny@kommune.test")

    assert expire_holds(booking.held_until) == 1

    assert states(booking) == [("expired", 3)]
    assert taken(full) == 10


def test_place_that_ran_out_can_be_taken_anew_at_the_end_of_the_line(full):
    stranger = wait(full, 1, 3, contact_email="ny@kommune.test")
    expire_holds(stranger.held_until)
    known = wait(full, 2, 3)

    confirm_address(stranger)

    assert [standing_of(Booking.objects.get(pk=row.pk)).rank for row in (known, stranger)] == [1, 2]


def test_fair_share_lets_a_municipality_without_a_course_go_first(full):
    full.fair_share = True
    full.save(update_fields=["fair_share"])
    has_had = BookingFactory().municipality
    first, second = wait(full, 1, 3, municipality=has_had), wait(full, 2, 3)

    give_back(full, 3)

    assert states(first, second) == [("waiting", 3), ("offered", 3)]


def test_wanting_fewer_keeps_the_place_and_wanting_more_goes_to_the_end(full):
    first, second = wait(full, 1, 3), wait(full, 2, 3)

    change_wish(first, 2)
    assert standing_of(Booking.objects.get(pk=first.pk)).rank == 1

    change_wish(first, 4)
    assert standing_of(Booking.objects.get(pk=first.pk)).rank == 2
    assert standing_of(Booking.objects.get(pk=second.pk)).rank == 1


def test_a_wish_changed_in_a_second_tab_is_told_what_the_first_has_wished(full):
    booking = wait(full, 1, 3)
    seen = seen_now(booking)
    change_wish(booking, 2, seen=seen)

    with pytest.raises(BookingChanged) as refused:
        change_wish(booking, 4, seen=seen)

    assert [change.what for change in refused.value.changes] == ["Plasser dere venter på: 3 før, 2 nå"]
    assert WaitingPlace.objects.get().wanted == 2


def test_wanting_what_is_free_is_offered_at_once(full):
    booking = wait(full, 1, 4)
    give_back(full, 2)
    decline_offer(booking, seats_seen=2)

    change_wish(booking, 2)

    assert states(booking) == [("offered", 2)]


def test_leaving_the_line_lets_the_next_one_up(full):
    first, second = wait(full, 1, 4), wait(full, 2, 2)
    give_back(full, 2)
    decline_offer(first, seats_seen=2)

    cancel_booking(first)
    cancel_booking(second)

    assert states(first, second) == [("cancelled", 4), ("cancelled", 2)]
    assert taken(full) == 8


def test_cancelling_an_offered_booking_passes_its_seats_on(full):
    first, second = wait(full, 1, 3), wait(full, 2, 3)
    give_back(full, 3)

    cancel_booking(first)

    assert states(first, second) == [("cancelled", 3), ("offered", 3)]


def test_staff_lets_a_group_in_beyond_the_capacity_with_a_reason(full):
    booking = wait(full, 1, 3)

    let_in(booking, by=UserFactory(), reason="Tre stoler til.")

    full.refresh_from_db()
    assert states(booking) == [("confirmed", 3)]
    assert (full.seats_taken, full.seats_over) == (13, 3)
    assert AuditEntry.objects.get(action="session.seats_over").detail["reason"] == "Tre stoler til."


def test_group_whose_address_is_not_confirmed_is_not_let_in(full):
    booking = join_waiting_list(full, **group(1, 3, contact_email="fremmed@kommune.test"))

    with pytest.raises(WrongState):
        let_in(booking, by=UserFactory(), reason="Tre stoler til.")

    full.refresh_from_db()
    assert states(booking) == [("waiting", 3)]
    assert (full.seats_taken, full.seats_over) == (10, 0)


def test_hold_that_runs_out_is_offered_to_the_line():
    session = SessionFactory(capacity=3)
    held = book_seats(session, **group(1, 3, contact_email="ny@kommune.test"))
    waiting = wait(session, 2, 3)

    expire_holds(held.held_until)

    assert states(held, waiting) == [("expired", 3), ("offered", 3)]


def test_cancelled_session_ends_the_wait_and_tells_each_group_once(full):
    waiting, offered = wait(full, 1, 3), wait(full, 2, 2)
    give_back(full, 2)
    decline_offer(waiting, seats_seen=2)

    cancel_session(full, by=UserFactory())

    assert [state for state, _seats in states(waiting, offered)] == ["expired", "expired"]
    assert [kinds(row).count("waiting-ended") for row in (waiting, offered)] == [1, 1]
    assert taken(full) == 8


def test_list_of_a_session_that_has_begun_is_closed(full):
    booking = wait(full, 1, 3)

    assert offers.end_lines(full.first_starts_at) == 1
    assert offers.end_lines(full.first_starts_at) == 0
    assert states(booking) == [("expired", 3)]


def test_the_net_offers_what_a_path_left_free(full):
    booking = wait(full, 1, 3)
    full.capacity = 13
    full.save(update_fields=["capacity"])

    assert offers.offer_left_over() == 1
    assert states(booking) == [("offered", 3)]


def test_offering_costs_no_query_more_when_more_groups_wait(full):
    wait(full, 0, 6)
    with CaptureQueriesContext(connection) as one:
        give_back(full, 1)
    for number in range(1, 4):
        wait(full, number, 6)

    with CaptureQueriesContext(connection) as four:
        give_back(full, 1)

    assert len(four) == len(one)
