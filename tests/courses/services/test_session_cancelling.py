"""Whom a cancelled session reaches: each once, in the right role, as it was foreseen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import AssignedMeeting, ConfirmedAddress, PlannedMail
from courses.services.assignments import assign_trainer
from courses.services.booking_changes import change_seats
from courses.services.cancel_preview import who_is_told
from courses.services.change_requests import ask_for_change
from courses.services.participants import Person, name_participants
from courses.services.sessions import (
    SessionRefused,
    cancel_session,
    change_session,
)
from courses.services.waiting import join_waiting_list
from taushet.models import Message
from tests.courses.services.test_sessions import booked_seats, plan
from tests.factories.courses import BookingFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def test_cancelling_frees_the_trainer_and_tells_exactly_those_invited():
    session = SessionFactory()
    trainer = TrainerFactory()
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    booked_seats(session, 2)
    Message.objects.all().update(state=Message.State.SENT)

    session = cancel_session(session, by=UserFactory())

    assert (session.state, session.meetings.get().state, session.meetings.get().sequence) == (
        "cancelled",
        "cancelled",
        1,
    )
    assert list(trainer.assigned_meetings.values_list("is_cancelled", flat=True)) == [True]
    told = Message.objects.filter(state=Message.State.QUEUED).values_list("to_email", "calendar_method")
    assert set(told) == {("kari@kommune.example", "CANCEL"), (trainer.user.email, "")}


def test_a_cancelled_session_is_not_changed():
    session = SessionFactory(state="cancelled")

    with pytest.raises(SessionRefused):
        change_session(session, by=UserFactory(), meetings=[plan()])


def everything():
    """A session with names, two bookers, a second contact, two trainers, a waiting list, an offer and a request."""
    session = SessionFactory(capacity=5)
    trainers = TrainerFactory.create_batch(2)
    for trainer in trainers:
        trainer.courses.add(session.course)
        assign_trainer(session, trainer=trainer, by=UserFactory())
    first, second = booked_seats(session, 3), BookingFactory(session=session, seats=1, second_email="ny@bodo.test")
    name_participants(first, [Person("Ola", "ola@bodo.test"), Person("Per")], request_key="names")
    ask_for_change(second, kind="cancel", request_key="ask")
    line = []
    for number in range(2):
        ConfirmedAddress.objects.create(email=f"venter{number}@bodo.test")
        line.append(
            join_waiting_list(
                session,
                request_key=f"wait-{number}",
                municipality=MunicipalityFactory(),
                seats=2,
                contact_name="Vera",
                contact_email=f"venter{number}@bodo.test",
                contact_phone="+4722331160",
            )
        )
    change_seats(first, 2, by=UserFactory())
    Message.objects.update(state=Message.State.SENT)
    return session, trainers, first, second


def test_everybody_of_a_cancelled_session_is_told_once_in_the_right_role_as_foreseen(english):
    session, trainers, first, second = everything()
    planned = PlannedMail.objects.planned().filter(session=session).count()
    foreseen = {line.role: line.count for line in who_is_told([session])}
    seats = {booking.pk: booking.state for booking in session.bookings.filter(state="confirmed")}
    last = Message.objects.latest("pk").pk

    cancel_session(session, by=UserFactory())
    told = list(Message.objects.filter(pk__gt=last).values_list("to_email", "kind", "calendar_method"))
    cancel_session(session, by=UserFactory())

    assert sorted(told) == sorted(
        [
            (first.contact_email, "invitation-cancellation", "CANCEL"),
            ("ola@bodo.test", "invitation-cancellation", "CANCEL"),
            (second.contact_email, "invitation-cancellation", ""),
            ("ny@bodo.test", "invitation-cancellation", ""),
            *((trainer.user.email, "trainer", "") for trainer in trainers),
            ("venter0@bodo.test", "waiting-ended", ""),
            ("venter1@bodo.test", "waiting-ended", ""),
        ]
    )
    assert Message.objects.filter(pk__gt=last).count() == len(told)
    assert foreseen == {
        "Contacts": 1,
        "Contacts without a calendar entry": 1,
        "Second contacts": 1,
        "Participants": 1,
        "Trainers": 2,
        "On the waiting list": 1,
        "Offered seats": 1,
        "Participants without an e-mail address": 1,
        "Requests to change a booking": 1,
        "Reminders and other planned e-mails": planned,
    }
    assert {booking.pk: booking.state for booking in session.bookings.filter(pk__in=seats)} == seats
    assert not AssignedMeeting.objects.filter(is_cancelled=False).exists()
    assert second.change_requests.get().state == "withdrawn"
    assert (planned > 0, PlannedMail.objects.planned().exists()) == (True, False)


def test_the_mail_of_a_cancelled_course_says_which_meeting(english):
    _session, _trainers, _first, second = everything()
    cancel_session(second.session, by=UserFactory())

    mails = Message.objects.filter(kind__in=["invitation-cancellation", "waiting-ended"], calendar_method="")

    assert ["Rådhuset" in mail.text for mail in mails] == [True] * 4


def test_preview_of_a_cancelling_says_why_an_address_not_confirmed_hears_nothing(english):
    until = timezone.now() + timedelta(hours=2)
    session = BookingFactory(state="held", held_until=until).session

    [line] = who_is_told([session])

    assert (line.role, line.count) == ("Addresses not confirmed yet", 1)
    assert line.how == (
        "No e-mail, since nobody has shown yet that the address is theirs. Who opens the link in the mail reads on the"
        " page that the date is cancelled."
    )
