"""What everybody is sent when a session is moved, called off, or a name changes: the whole of it, by address."""

from collections import Counter
from datetime import timedelta

import icalendar
import pytest

from courses.models import Booking, PlannedMail, WaitingPlace
from courses.services.assignments import assign_trainer
from courses.services.booking_changes import change_seats
from courses.services.courses import change_course
from courses.services.messages import tell_confirmed
from courses.services.participants import Person, replace_participant, withdraw_participant
from courses.services.sessions import MeetingPlan, cancel_session, change_session
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def confirmed(session, count=1, **fields):
    """A confirmed booking with named participants, all of whom have been told."""
    booking = BookingFactory(session=session, seats=max(count, 1), **fields)
    people = [ParticipantFactory(booking=booking) for _number in range(count)]
    tell_confirmed(booking)
    run_all_due_jobs()
    return booking, people


def since(messages_before):
    return list(Message.objects.filter(pk__gt=messages_before).order_by("pk"))


def last():
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def move(session, by):
    meeting = session.meetings.get()
    plan = MeetingPlan(meeting.starts_at + by, meeting.ends_at + by, meeting.place, pk=meeting.pk)
    return change_session(session, by=StaffFactory(), meetings=[plan])


def entry(message):
    [event] = icalendar.Calendar.from_ical(message.calendar).walk("VEVENT")
    return message.calendar_method, int(event["sequence"]), event.start


def test_moved_twice_and_then_reworded_tells_each_person_once_for_each_change():
    session = SessionFactory()
    starts_at = session.first_starts_at
    booking, [person] = confirmed(session)
    reminder = PlannedMail.objects.get(kind="reminder")
    told = {address: [] for address in (booking.contact_email, person.email)}

    def note(before):
        for message in since(before):
            told[message.to_email].append(entry(message))

    note(0)
    for by in (HOUR, 2 * HOUR):
        before = last()
        session = move(session, by)
        note(before)
    before = last()
    change_course(session.course, by=StaffFactory(), description_nb="En annen tekst.")
    session = change_session(session, by=StaffFactory(), meetings=[plan_of(session)], price=100)
    note(before)

    expected = [("REQUEST", 0, starts_at), ("REQUEST", 1, starts_at + HOUR), ("REQUEST", 2, starts_at + 3 * HOUR)]
    assert told == dict.fromkeys(told, expected)
    assert session.meetings.get().sequence == 2
    moved = PlannedMail.objects.get(kind="reminder")
    assert (moved.pk, moved.due_at - reminder.due_at) == (reminder.pk, 3 * HOUR)


def plan_of(session):
    meeting = session.meetings.get()
    return MeetingPlan(meeting.starts_at, meeting.ends_at, meeting.place, pk=meeting.pk)


def test_one_of_twelve_names_cancelled_is_told_alone_and_the_seat_is_offered_on():
    session = SessionFactory(capacity=12)
    booking, people = confirmed(session, count=12)
    waiting = BookingFactory(session=session, seats=1, state=Booking.State.WAITING)
    WaitingPlace.objects.create(booking=waiting, wanted=1, proved_at=waiting.created_at)
    before = last()

    withdraw_participant(people[0])
    change_seats(booking, 11)

    told = [(message.to_email, message.calendar_method) for message in since(before)]
    assert sorted(told) == sorted(
        [(people[0].email, "CANCEL"), (booking.contact_email, ""), (waiting.contact_email, "")]
    )
    waiting.refresh_from_db()
    assert waiting.state == Booking.State.OFFERED


def test_swapped_names_get_a_cancellation_and_an_invitation_of_the_same_meeting():
    session = SessionFactory()
    _booking, [kari, _per] = confirmed(session, count=2)
    before = last()

    replace_participant(kari, Person("Åse", "ase@bodo.test"), request_key="swap")

    cancelled, invited = since(before)
    uid = session.meetings.get().uid
    assert (cancelled.to_email, cancelled.calendar_method) == (kari.email, "CANCEL")
    assert (invited.to_email, invited.calendar_method) == ("ase@bodo.test", "REQUEST")
    assert [uid in message.calendar for message in (cancelled, invited)] == [True, True]


def test_cancelled_session_tells_everybody_once_in_the_right_role():
    session = SessionFactory(capacity=4)
    booking, people = confirmed(session, count=2, second_email="ola@bodo.test", second_name="Ola")
    other, _none = confirmed(session, count=0)
    waiting = BookingFactory(session=session, seats=2, state=Booking.State.WAITING)
    WaitingPlace.objects.create(booking=waiting, wanted=2, proved_at=waiting.created_at)
    trainers = [TrainerFactory(), TrainerFactory()]
    for trainer in trainers:
        trainer.courses.add(session.course)
        assign_trainer(session, trainer=trainer, by=StaffFactory())
    before = last()

    cancel_session(session, by=StaffFactory())

    told = {message.to_email: (message.kind, message.calendar_method) for message in since(before)}
    assert told == {
        booking.contact_email: ("invitation-cancellation", "CANCEL"),
        "ola@bodo.test": ("invitation-cancellation", ""),
        other.contact_email: ("invitation-cancellation", "CANCEL"),
        **{person.email: ("invitation-cancellation", "CANCEL") for person in people},
        waiting.contact_email: ("waiting-ended", ""),
        **{trainer.user.email: ("trainer", "") for trainer in trainers},
    }
    assert not any(trainer.assigned_meetings.filter(is_cancelled=False).exists() for trainer in trainers)
    assert set(Counter(message.to_email for message in since(before)).values()) == {1}
    assert not PlannedMail.objects.planned().exists()


def test_cancelling_a_session_again_changes_nothing():
    session = SessionFactory()
    confirmed(session)
    cancel_session(session, by=StaffFactory())
    before = last(), list(PlannedMail.objects.values())

    cancel_session(session, by=StaffFactory())

    assert (last(), list(PlannedMail.objects.values())) == before


def test_person_in_two_bookings_of_a_cancelled_session_hears_it_once():
    session = SessionFactory(capacity=10)
    booking, [person] = confirmed(session)
    confirmed(session, count=0, contact_email=person.email, municipality=MunicipalityFactory())
    before = last()

    cancel_session(session, by=StaffFactory())

    assert sorted(message.to_email for message in since(before)) == sorted([booking.contact_email, person.email])
