from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from courses.exceptions import TermsForbid, WrongState
from courses.models import BookingFee, Participant, Session
from courses.services.booking_changes import cancel_booking, change_seats, give_back_named_seat
from courses.services.bookings import book_for_municipality, confirm_for
from courses.services.courses import set_terms
from courses.services.messages import tell_confirmed
from courses.services.moves import move_booking
from courses.services.participants import Person, replace_participant
from courses.services.sessions import cancel_session
from courses.services.terms import Stage, Terms, in_order, standing_of, standing_of_booking
from courses.services.waiting import join_waiting_list
from taushet.models import AuditEntry, Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
STAGED = Terms((Stage(14, "days"), Stage(3, "days", "fewer", 25)), 50)


def in_stage(number):
    """Terms that are in their first, second or last stage for a session thirty days ahead."""
    days = [(20, 10), (60, 10), (90, 60)][number]
    return Terms((Stage(days[0], "days"), Stage(days[1], "days", "fewer", 25)), 50).stored()


def booked(number, seats=4, price=1000, **fields):
    session = SessionFactory(price=price, capacity=20)
    return BookingFactory(session=session, seats=seats, seat_price=price, terms=in_stage(number), **fields)


def another_date(booking, days):
    starts_at = timezone.now() + timedelta(days=days)
    return SessionFactory(course=booking.session.course, price=800, first_starts_at=starts_at)


def standing(starts_at, now, stages=STAGED):
    session = SessionFactory.build(course=CourseFactory.build(), first_starts_at=starts_at)
    return standing_of(stages.stored(), session, price=450, now=now)


@pytest.mark.parametrize(
    ("now", "number"),
    [
        (datetime(2027, 3, 5, 23, 59, 59, tzinfo=OSLO), 0),
        (datetime(2027, 3, 6, 0, 0, tzinfo=OSLO), 1),
        (datetime(2027, 3, 16, 23, 59, 59, tzinfo=OSLO), 1),
        (datetime(2027, 3, 17, 0, 0, tzinfo=OSLO), 2),
    ],
)
def test_a_stage_in_days_lasts_all_of_that_day_in_oslo(now, number):
    assert standing(datetime(2027, 3, 19, 9, 0, tzinfo=OSLO), now).number == number


def test_days_are_calendar_days_also_when_the_clocks_are_put_forward_in_between():
    starts_at = datetime(2027, 3, 30, 9, 0, tzinfo=OSLO)  # the clocks change on 28 March

    last = standing(starts_at, datetime(2027, 3, 27, 23, 59, tzinfo=OSLO))
    over = standing(starts_at, datetime(2027, 3, 28, 0, 0, tzinfo=OSLO))

    assert (last.number, over.number) == (1, 2)
    assert last.until == datetime(2027, 3, 28, 0, 0, tzinfo=OSLO)


def test_hours_are_counted_back_from_the_minute_it_begins():
    starts_at = datetime(2027, 3, 28, 9, 0, tzinfo=OSLO)
    hours = Terms((Stage(24, "hours"),))

    until = standing(starts_at, starts_at - timedelta(days=3), hours).until

    assert until == datetime(2027, 3, 27, 8, 0, tzinfo=OSLO)  # the night has 23 hours


def test_stages_are_put_in_the_order_they_apply():
    stages = (Stage(3, "days"), Stage(48, "hours"), Stage(14, "days"), Stage(24, "hours"))

    assert [stage.amount for stage in in_order(stages)] == [14, 3, 48, 24]


def test_each_stage_says_until_when_what_may_be_done_and_what_it_costs(english):
    now = datetime(2027, 3, 10, 12, 0, tzinfo=OSLO)

    lines = standing(datetime(2027, 3, 19, 9, 0, tzinfo=OSLO), now).lines

    assert [(line.until, line.fee, line.is_now, line.is_over) for line in lines] == [
        ("Through Friday 5\N{NO-BREAK SPACE}March 2027", 0, False, True),
        ("Through Tuesday 16\N{NO-BREAK SPACE}March 2027", 25, True, False),
        ("", 50, False, False),
    ]


def test_what_costs_nothing_has_no_fee():
    session = SessionFactory()

    free = standing_of(in_stage(1), session, price=0)

    assert (free.fee, {line.fee for line in free.lines}) == (0, {0})


def test_a_course_without_stages_lets_the_booker_change_until_it_begins():
    booking = BookingFactory(seats=3)

    change_seats(booking, 2)
    cancel_booking(booking)

    booking.refresh_from_db()
    assert (booking.state, BookingFee.objects.count()) == ("cancelled", 0)


def test_a_booking_keeps_the_terms_it_was_made_under():
    session, staff = SessionFactory(), StaffFactory()
    set_terms(session.course, STAGED, by=staff)
    session.refresh_from_db()
    fields = {"contact_name": "Kari", "contact_email": "kari@bodo.test", "contact_phone": "+4722331160"}
    booking = book_for_municipality(
        session, by=staff, request_key="a", municipality=MunicipalityFactory(), seats=2, **fields
    )

    set_terms(session.course, Terms(), by=staff)

    booking.refresh_from_db()
    session.course.refresh_from_db()
    assert (booking.terms, session.course.terms) == (STAGED.stored(), {})
    assert AuditEntry.objects.filter(action="course.terms").count() == 2


def test_in_the_first_stage_everything_is_possible_and_free():
    booking = booked(0)
    other = SessionFactory(course=booking.session.course)

    change_seats(booking, 5)
    change_seats(booking, 3)
    move_booking(booking, other)

    booking.refresh_from_db()
    assert (booking.seats, booking.session, booking.fees.count()) == (3, other, 0)


def test_in_the_second_stage_seats_are_given_back_for_a_share_of_their_price():
    booking = booked(1)

    change_seats(booking, 1)

    fee = booking.fees.get()
    assert (fee.seats, fee.percent, fee.amount) == (3, 25, 750)


def test_cancelling_in_the_second_stage_costs_a_share_of_all_seats():
    booking = booked(1)

    cancel_booking(booking)
    cancel_booking(booking)

    assert [fee.amount for fee in booking.fees.all()] == [1000]


@pytest.mark.parametrize("by_staff", [True, False])
def test_a_cancelled_session_costs_nobody_anything(by_staff):
    booking = booked(1)
    cancel_session(booking.session, by=StaffFactory())
    told = Message.objects.count()

    with pytest.raises(WrongState):
        cancel_booking(booking, **({"by": StaffFactory(), "fee_percent": 50} if by_staff else {}))

    booking.refresh_from_db()
    assert (booking.state, BookingFee.objects.count(), Message.objects.count()) == ("confirmed", 0, told)
    assert standing_of(booking.terms, booking.session, price=1000).fee == 0


def test_a_move_takes_the_share_along_so_that_cancelling_after_it_is_no_cheaper():
    terms = Terms((Stage(60, "days"), Stage(3, "days", "all", 25)), 50).stored()
    booking = BookingFactory(session=SessionFactory(price=1000, capacity=20), seats=4, seat_price=1000, terms=terms)
    later = SessionFactory(
        course=booking.session.course, price=800, first_starts_at=timezone.now() + timedelta(days=200)
    )
    third = SessionFactory(
        course=booking.session.course, price=800, first_starts_at=timezone.now() + timedelta(days=220)
    )

    booking = move_booking(booking, later)
    booking = move_booking(booking, third)  # free by the stages of the date it is on
    lines = standing_of_booking(booking).lines
    change_seats(booking, 3)
    cancel_booking(booking)

    assert [(line.fee, line.is_now) for line in lines] == [(25, True), (25, False), (50, False)]
    assert [(fee.seats, fee.percent, fee.amount) for fee in booking.fees.all()] == [(1, 25, 200), (3, 25, 600)]
    told = Message.objects.filter(kind="booking-moved").values_list("text", flat=True)
    assert ["minst 25 prosent" in text for text in told] == [True, True]


def test_a_date_that_staff_changes_by_itself_takes_nothing_along():
    booking = booked(2)
    later = SessionFactory(
        course=booking.session.course, price=800, first_starts_at=timezone.now() + timedelta(days=200)
    )

    move_booking(booking, later, by=StaffFactory())

    booking.refresh_from_db()
    assert (booking.least_percent, standing_of_booking(booking).fee) == (0, 0)


@pytest.mark.parametrize("number", [1, 2])
def test_more_seats_and_another_date_need_staff_after_the_first_stage(number):
    booking = booked(number)
    here, other = booking.session, SessionFactory(course=booking.session.course)

    for change in (lambda: change_seats(booking, 5), lambda: move_booking(booking, other)):
        with pytest.raises(TermsForbid):
            change()

    booking.refresh_from_db()
    assert (booking.seats, booking.session) == (4, here)


def test_in_the_last_stage_nothing_is_given_back_without_staff():
    booking = booked(2)

    for change in (lambda: change_seats(booking, 3), lambda: cancel_booking(booking)):
        with pytest.raises(TermsForbid):
            change()

    booking.refresh_from_db()
    assert (booking.state, booking.seats, booking.fees.count()) == ("confirmed", 4, 0)


def test_a_name_is_swapped_free_in_every_stage():
    participant = ParticipantFactory(booking=booked(2))

    new = replace_participant(participant, Person("Nina Nilsen", "nina@bodo.test"), request_key="swap")

    assert (new.state, participant.booking.fees.count()) == ("active", 0)


def test_staff_is_bound_by_no_deadline_and_says_what_it_costs():
    booking, staff = booked(2), StaffFactory()

    change_seats(booking, 3, by=staff, fee_percent=10)
    cancel_booking(booking, by=staff)

    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert [(fee.seats, fee.amount) for fee in booking.fees.all()] == [(1, 100)]


def test_staff_goes_beyond_the_capacity_of_a_booking_with_a_reason():
    booking, staff = booked(0, seats=20), StaffFactory()

    change_seats(booking, 22, by=staff, reason="To ekstra stoler.")

    booking.session.refresh_from_db()
    assert (booking.session.seats_taken, booking.session.seats_over) == (22, 2)
    assert AuditEntry.objects.get(action="session.seats_over").detail == {"seats": 2, "reason": "To ekstra stoler."}


def twelve_named():
    booking = BookingFactory(session=SessionFactory(capacity=12), seats=12)
    people = ParticipantFactory.create_batch(12, booking=booking)
    tell_confirmed(booking)
    run_all_due_jobs()
    Message.objects.update(state=Message.State.SENT)
    return booking, people


def test_one_of_twelve_names_cancelled_tells_that_one_and_offers_the_seat_on():
    booking, people = twelve_named()
    waiting = join_waiting_list(
        booking.session,
        request_key="wait",
        municipality=MunicipalityFactory(),
        seats=1,
        contact_name="Vera Vent",
        contact_email="vera@bodo.test",
        contact_phone="+4722331160",
    )
    place = waiting.waiting_place
    place.proved_at = timezone.now()
    place.save()
    before = Message.objects.latest("pk").pk

    give_back_named_seat(people[4])
    give_back_named_seat(people[4])

    written = Message.objects.filter(pk__gt=before).values_list("to_email", "kind", "calendar_method")
    assert sorted(written) == sorted(
        [
            (people[4].email, "participant-removed", "CANCEL"),
            (booking.contact_email, "booking-changed", ""),
            ("vera@bodo.test", "waiting-offer", ""),
        ]
    )
    booking.refresh_from_db()
    waiting.refresh_from_db()
    assert (booking.seats, booking.participants.active().count(), waiting.state) == (11, 11, "offered")


def test_a_named_seat_is_given_back_once_also_where_the_counter_was_wrong():
    participant = ParticipantFactory(booking=BookingFactory(seats=3))
    Session.objects.update(seats_taken=5)

    give_back_named_seat(participant, by=StaffFactory())

    assert Session.objects.get().seats_taken == 2


def test_the_only_seat_is_cancelled_with_the_whole_booking():
    participant = ParticipantFactory(booking=BookingFactory(seats=1))

    with pytest.raises(WrongState):
        give_back_named_seat(participant)

    participant.refresh_from_db()
    assert participant.state == Participant.State.ACTIVE


def test_a_named_seat_is_not_given_back_after_the_deadline():
    participant = ParticipantFactory(booking=booked(2))

    with pytest.raises(TermsForbid):
        give_back_named_seat(participant)

    participant.refresh_from_db()
    assert participant.state == Participant.State.ACTIVE


def test_staff_confirms_a_held_booking_once_and_proves_no_address_by_that():
    staff = StaffFactory()
    booking = BookingFactory(state="held", held_until=timezone.now() + timedelta(hours=3), confirmed_at=None)

    confirm_for(booking, by=staff)
    confirm_for(booking, by=staff)

    booking.refresh_from_db()
    assert (booking.state, booking.held_until) == ("confirmed", None)
    assert Message.objects.filter(kind="booking-confirmed").count() == 1


@pytest.mark.parametrize("state", ["waiting", "cancelled", "expired"])
def test_only_a_held_booking_is_confirmed_by_staff(state):
    booking = BookingFactory(state=state)

    with pytest.raises(WrongState):
        confirm_for(booking, by=StaffFactory())
