import pytest

from courses.exceptions import NameTaken
from courses.models import Booking, Participant, Session
from courses.services import welcoming
from courses.services.booking_changes import cancel_booking
from courses.services.participants import (
    NAMED_A_DAY,
    Person,
    name_participants,
    replace_participant,
    withdraw_participant,
)
from courses.services.sessions import cancel_session
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

MANY = welcoming.AT_ONCE + 1


def name_many(booking, count=MANY):
    people = [Person(f"Deltaker {number}", f"d{number}@bodo.test") for number in range(count)]
    return name_participants(booking, people, request_key="liste")


def welcomed():
    return sorted(Message.objects.filter(kind=welcoming.WELCOME).values_list("to_email", flat=True))


def addresses(people):
    return sorted(person.email for person in people)


def test_few_names_are_welcomed_at_once():
    people = name_many(BookingFactory(seats=MANY), welcoming.AT_ONCE)

    assert welcomed() == addresses(people)
    assert run_all_due_jobs() == 0


def test_many_names_are_welcomed_by_the_worker_with_their_calendar_entries():
    people = name_many(BookingFactory(seats=MANY))
    before = Message.objects.count()

    run_all_due_jobs()

    assert before == 0
    assert welcomed() == addresses(people)
    assert set(Message.objects.values_list("calendar_method", flat=True)) == {"REQUEST"}


def test_welcoming_twice_writes_nothing_more():
    booking = BookingFactory(seats=MANY)
    people = name_many(booking)
    run_all_due_jobs()

    again = welcoming.welcome_later.call(booking.pk, [person.pk for person in people])

    assert again == 0
    assert Message.objects.count() == MANY


def test_crash_in_the_middle_loses_and_doubles_nobody(monkeypatch):
    booking = BookingFactory(seats=MANY)
    people = name_many(booking)
    numbers = [person.pk for person in people]
    written = welcoming.welcome

    def crash(participant, **key):
        if participant.pk == numbers[-1]:
            raise ConnectionError
        return written(participant, **key)

    monkeypatch.setattr(welcoming, "welcome", crash)
    with pytest.raises(ConnectionError):
        welcoming.welcome_later.call(booking.pk, numbers)
    between = len(welcomed())
    monkeypatch.undo()
    run_all_due_jobs()

    assert between == welcoming.AT_ONCE
    assert welcomed() == addresses(people)


def test_name_taken_off_before_it_was_welcomed_hears_nothing():
    booking = BookingFactory(seats=MANY)
    gone, *others = name_many(booking)

    withdraw_participant(gone)
    run_all_due_jobs()

    assert sorted(Message.objects.values_list("to_email", flat=True)) == addresses(others)


def test_nobody_is_welcomed_to_a_booking_that_was_cancelled_meanwhile():
    booking = BookingFactory(seats=MANY)
    name_many(booking)

    cancel_booking(booking)
    run_all_due_jobs()

    assert welcomed() == []


def test_nobody_is_welcomed_to_a_session_that_was_called_off_meanwhile():
    booking = BookingFactory(seats=MANY)
    name_many(booking)

    Session.objects.update(state=Session.State.CANCELLED)
    run_all_due_jobs()

    assert welcomed() == []


def test_contact_who_takes_part_is_not_welcomed_besides():
    booking = BookingFactory(seats=2, contact_email="kari@bodo.test")

    name_participants(booking, [Person("Kari", "kari@bodo.test")], request_key="a")

    assert Message.objects.count() == 0


def test_address_is_not_named_over_and_over_in_a_day():
    for _number in range(NAMED_A_DAY):
        ParticipantFactory(email="per@bodo.test", state=Participant.State.WITHDRAWN)
    booking = BookingFactory(seats=2)

    with pytest.raises(NameTaken) as refusal:
        name_participants(booking, [Person("Per", "per@bodo.test")], request_key="a")

    assert refusal.value.field == "email"
    assert (booking.participants.count(), Message.objects.count()) == (0, 0)


def test_swap_to_an_address_named_too_often_is_refused_and_changes_nothing():
    for _number in range(NAMED_A_DAY):
        ParticipantFactory(email="per@bodo.test", state=Participant.State.WITHDRAWN)
    kari = ParticipantFactory(email="kari@bodo.test")

    with pytest.raises(NameTaken):
        replace_participant(kari, Person("Per", "per@bodo.test"), request_key="a")

    kari.refresh_from_db()
    assert kari.state == Participant.State.ACTIVE


def test_staff_may_name_an_address_again():
    for _number in range(NAMED_A_DAY):
        ParticipantFactory(email="per@bodo.test", state=Participant.State.WITHDRAWN)

    [per] = name_participants(
        BookingFactory(), [Person("Per", "per@bodo.test")], request_key="a", by=StaffFactory(roles=["campaign"])
    )

    assert per.state == Participant.State.ACTIVE


def test_names_of_a_held_booking_are_welcomed_when_it_is_confirmed():
    booking = BookingFactory(seats=MANY, state=Booking.State.HELD, held_until=SessionFactory().first_starts_at)

    name_many(booking)
    run_all_due_jobs()

    assert welcomed() == []


def test_nobody_is_welcomed_to_a_session_that_was_cancelled_meanwhile():
    booking = BookingFactory(seats=MANY)
    name_many(booking)
    cancel_session(booking.session, by=StaffFactory())

    run_all_due_jobs()

    assert welcomed() == []
