from datetime import timedelta
from multiprocessing import get_context

import pytest
from django.db import connections
from django.utils import timezone

from courses.exceptions import AttendanceClosed, NameTaken, NoRoom
from courses.models import AttendanceMark, Booking, Meeting, Participant, Session
from courses.services import attendance, erasing, presence
from courses.services.attendance import Seen, add_walk_in, record_marks
from courses.services.booking_changes import cancel_booking
from courses.services.own_erasing import erase_participant
from courses.services.participants import Person, replace_participant, withdraw_participant
from tests.factories.courses import BookingFactory, MeetingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def today(**fields):
    """A session whose meeting has just begun."""
    return SessionFactory(first_starts_at=timezone.now() - timedelta(minutes=10), **fields)


@pytest.fixture
def session():
    return today()


@pytest.fixture
def meeting(session):
    return session.meetings.get()


@pytest.fixture
def trainer():
    return UserFactory()


def named(session, count=1, **fields):
    return ParticipantFactory.create_batch(count, booking=BookingFactory(session=session, seats=count, **fields))


def test_latest_moment_wins_in_whichever_order_the_phones_reach_us(session, meeting, trainer):
    [early, late] = named(session, 2)
    ticks = [
        Seen(early.pk, True, "a", timedelta(minutes=9)),
        Seen(early.pk, False, "b", timedelta(minutes=1)),
    ]
    turned = [Seen(late.pk, tick.is_present, f"{tick.client_key}{late.pk}", tick.age) for tick in reversed(ticks)]

    for tick in [*ticks, *turned]:
        record_marks(meeting, [tick], by=trainer)

    assert presence.present_at(meeting) == {early.pk: False, late.pk: False}
    assert AttendanceMark.objects.count() == 4


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_two_marks_of_one_moment_are_decided_by_their_keys(session, meeting, trainer, order):
    [person] = named(session)

    record_marks(meeting, [Seen(person.pk, key == "b", key) for key in order], by=trainer)

    assert presence.present_at(meeting) == {person.pk: True}


def test_a_mark_sent_again_is_kept_as_it_was(session, meeting, trainer):
    [person] = named(session)
    record_marks(meeting, [Seen(person.pk, True, "a", HOUR)], by=trainer)

    kept = record_marks(meeting, [Seen(person.pk, False, "a")], by=trainer)

    assert kept == {"a"}
    assert presence.present_at(meeting) == {person.pk: True}
    assert AttendanceMark.objects.count() == 1


@pytest.mark.parametrize("age", [-timedelta(days=3), timedelta(0)])
def test_a_phone_that_says_it_comes_from_the_future_is_put_in_the_present(session, meeting, trainer, age):
    [person] = named(session)

    record_marks(meeting, [Seen(person.pk, True, "a", age)], by=trainer)

    mark = AttendanceMark.objects.get()
    assert mark.made_at == mark.received_at


def test_only_those_on_the_list_of_the_session_are_marked(session, meeting, trainer):
    [mine] = named(session)
    [elsewhere] = named(today())
    [gone] = named(session)
    withdraw_participant(gone)

    kept = record_marks(
        meeting, [Seen(one, True, f"k{one}") for one in (mine.pk, elsewhere.pk, gone.pk, 999_999)], by=trainer
    )

    assert kept == {f"k{mine.pk}"}
    assert AttendanceMark.objects.get().participant == mine


@pytest.mark.parametrize(
    "change",
    [
        {"state": Session.State.CANCELLED},
        {"state": Session.State.DRAFT},
        {
            "first_starts_at": timezone.now() - timedelta(days=367),
            "last_ends_at": timezone.now() - timedelta(days=366),
        },
    ],
)
def test_attendance_is_closed_for_what_is_not_held_or_long_ago(session, meeting, trainer, change):
    [person] = named(session)
    Session.objects.filter(pk=session.pk).update(**change)

    with pytest.raises(AttendanceClosed):
        record_marks(Meeting.objects.get(), [Seen(person.pk, True, "a")], by=trainer)

    assert not AttendanceMark.objects.exists()


def test_attendance_is_closed_until_the_morning_of_the_day(trainer):
    session = SessionFactory(first_starts_at=timezone.now() + timedelta(days=1))

    with pytest.raises(AttendanceClosed):
        record_marks(session.meetings.get(), [], by=trainer)


def test_attendance_of_a_cancelled_meeting_is_closed(meeting, trainer):
    Meeting.objects.update(state=Meeting.State.CANCELLED)

    with pytest.raises(AttendanceClosed):
        record_marks(Meeting.objects.get(), [], by=trainer)


def test_share_counts_the_hours_of_planned_meetings(session, meeting, trainer):
    [person] = named(session)
    MeetingFactory(session=session, ends_at=session.first_starts_at + HOUR)
    MeetingFactory(session=session, state=Meeting.State.CANCELLED)
    record_marks(meeting, [Seen(person.pk, True, "a")], by=trainer)

    [row] = presence.attended(session)

    assert (row.percent, row.reaches(75), row.reaches(76), row.stayed_away) == (75, True, False, False)


def test_late_and_timely_cancellations_and_no_shows_are_told_apart(trainer):
    session = SessionFactory(first_starts_at=timezone.now() + timedelta(days=1))
    in_time, late, whole, away, here, unmarked = (named(session)[0] for _number in range(6))
    withdraw_participant(late)
    cancel_booking(whole.booking)
    withdraw_participant(in_time)
    Participant.objects.filter(pk=in_time.pk).update(ended_at=timezone.now() - timedelta(days=5))
    Session.objects.update(first_starts_at=timezone.now())
    Meeting.objects.update(starts_at=timezone.now())
    seen = [Seen(away.pk, False, "a"), Seen(here.pk, True, "b")]
    record_marks(Meeting.objects.get(), seen, by=trainer)

    gone = attendance.absences(Session.objects.get())
    rows = {row.participant: row for row in presence.attended(session)}

    assert (gone.in_time, set(gone.late)) == ([in_time], {late, whole})
    assert [person for person, row in rows.items() if row.stayed_away] == [away]
    assert set(rows) == {away, here, unmarked}


@pytest.mark.parametrize(("hours", "late"), [(0, False), (23, False), (25, True)])
def test_what_counts_as_late_is_set_by_the_course(hours, late):
    session = SessionFactory(
        first_starts_at=timezone.now() + timedelta(hours=24), course__late_cancellation_hours=hours
    )
    [person] = named(session)
    withdraw_participant(person)

    gone = attendance.absences(Session.objects.get())

    assert ((gone.late, gone.in_time) == ([person], [])) is late


def test_late_cancellation_is_counted_also_when_the_name_is_erased():
    session = SessionFactory(first_starts_at=timezone.now() + HOUR)
    [person] = named(session)
    withdraw_participant(person)
    erase_participant(Participant.objects.get())

    [gone] = attendance.absences(session).late

    assert (gone.name, gone.listed_name) == ("", "(navn slettet)")


def test_a_colleague_who_came_instead_is_no_absence():
    session = SessionFactory(first_starts_at=timezone.now() + HOUR)
    [person] = named(session)
    replace_participant(person, Person("Ny Person"), request_key="new")

    gone = attendance.absences(session)

    assert (gone.late, gone.in_time) == ([], [])


def test_walk_in_takes_a_booked_seat_without_a_name_first(session, meeting, trainer):
    booking = BookingFactory(session=session, seats=2)

    person = add_walk_in(meeting, Person("Kari Nordmann"), booking.municipality, request_key="k", by=trainer)

    session.refresh_from_db()
    assert (person.booking, session.seats_taken) == (booking, 2)
    assert presence.present_at(meeting) == {person.pk: True}


def test_walk_in_without_a_booking_takes_a_free_seat_once(session, meeting, trainer):
    place = MunicipalityFactory()

    first, again = (
        add_walk_in(meeting, Person("Kari Nordmann", "kari@bodo.test"), place, request_key="k", by=trainer)
        for _twice in range(2)
    )

    session.refresh_from_db()
    assert first == again
    assert (session.seats_taken, Booking.objects.count(), AttendanceMark.objects.count()) == (1, 1, 1)
    assert list(first.messages.values_list("message__to_email", flat=True)) == ["kari@bodo.test"]


def test_walk_in_never_goes_beyond_the_seats(trainer):
    session = today(capacity=2)
    named(session, 2)

    with pytest.raises(NoRoom):
        add_walk_in(session.meetings.get(), Person("Kari"), MunicipalityFactory(), request_key="k", by=trainer)

    session.refresh_from_db()
    assert (session.seats_taken, Booking.objects.count(), AttendanceMark.objects.count()) == (2, 1, 0)


def test_walk_in_who_is_on_the_list_already_takes_no_second_seat(session, meeting, trainer):
    booking = BookingFactory(session=session, seats=2)
    ParticipantFactory(booking=booking, email="kari@bodo.test")

    with pytest.raises(NameTaken):
        add_walk_in(meeting, Person("Kari", "kari@bodo.test"), booking.municipality, request_key="k", by=trainer)

    assert booking.participants.count() == 1


def test_after_a_year_only_the_number_of_people_is_kept(session, meeting, trainer):
    here, away = named(session, 2)
    for key, present in (("a", False), ("b", True)):
        record_marks(meeting, [Seen(here.pk, present, key)], by=trainer)
    record_marks(meeting, [Seen(away.pk, False, "c")], by=trainer)
    now = session.last_ends_at + timedelta(days=367)

    before = erasing.erase_attendance(session.last_ends_at + timedelta(days=300))
    erased, again = erasing.erase_attendance(now), erasing.erase_attendance(now)

    assert (before, erased, again) == (0, 2, 0)
    marks = AttendanceMark.objects.filter(participant=None, made_by=None)
    assert (marks.filter(is_present=True).count(), AttendanceMark.objects.count()) == (1, 2)


def tick_all(meeting, numbers, by, phone, start, answers):
    """Be one phone: mark everybody several times, and send everything twice."""
    start.wait()
    marks = [
        Seen(number, (turn + phone) % 2 == 0, f"{phone}-{turn}-{number}", timedelta(minutes=60 - 2 * turn - phone))
        for turn in range(10)
        for number in numbers
    ]
    for mark in [*marks, *marks]:
        record_marks(meeting, [mark], by=by)
    answers.put(len(marks))


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_keep_every_tick_and_end_alike():
    session = today()
    meeting, by = session.meetings.get(), UserFactory()
    numbers = [person.pk for person in named(session, 5)]
    context = get_context("fork")
    start, answers = context.Barrier(2), context.Queue()
    phones = [
        context.Process(target=tick_all, args=(meeting, numbers, by, phone, start, answers)) for phone in range(2)
    ]
    connections.close_all()

    for phone in phones:
        phone.start()
    kept = [answers.get(timeout=120) for _phone in phones]
    for phone in phones:
        phone.join(timeout=30)

    assert AttendanceMark.objects.count() == sum(kept) == 100
    # The last moment is the tenth turn of the second phone, 41 minutes before it was sent, which says present.
    assert presence.present_at(meeting) == dict.fromkeys(numbers, True)


@pytest.mark.django_db(transaction=True)
def test_walk_ins_at_two_doors_share_the_last_seat():
    session, place, by = today(capacity=1), MunicipalityFactory(), UserFactory()
    meeting = session.meetings.get()
    context = get_context("fork")
    start, answers = context.Barrier(2), context.Queue()
    doors = [
        context.Process(target=walk_in_at, args=(meeting, place, by, number, start, answers)) for number in range(2)
    ]
    connections.close_all()

    for door in doors:
        door.start()
    outcomes = sorted(answers.get(timeout=60) for _door in doors)
    for door in doors:
        door.join(timeout=30)

    session.refresh_from_db()
    assert outcomes == ["in", "no room"]
    assert (session.seats_taken, Participant.objects.count()) == (1, 1)


def walk_in_at(meeting, place, by, number, start, answers):
    start.wait()
    try:
        add_walk_in(meeting, Person(f"Person {number}"), place, request_key=f"door-{number}", by=by)
        answers.put("in")
    except NoRoom:
        answers.put("no room")
