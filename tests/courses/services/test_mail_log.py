from datetime import time, timedelta

import pytest
from django.utils import timezone

from courses.exceptions import WrongState
from courses.models import BookingMessage, Invitation, MailRule, Meeting
from courses.services.booking_changes import cancel_booking
from courses.services.calendars import update_invitations
from courses.services.evaluations import ask_for_evaluations
from courses.services.mail_log import log_for_contact, log_of, send_again
from courses.services.mail_plan import AfterCourse, plan_for_contact, plan_of
from courses.services.messages import send_own_link, tell_confirmed
from taushet.clocks import local_moment
from taushet.models import Message
from taushet.services.sending import send_all_due
from tests.factories.courses import BookingFactory, ParticipantFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

State = Message.State


@pytest.fixture
def booking():
    booking = BookingFactory(contact_name="Kari Nordmann")
    ParticipantFactory(booking=booking, name="Per Hansen", email="per@bodo.test")
    tell_confirmed(booking)
    Message.objects.update(state=State.SENT, created_at=timezone.now() - timedelta(hours=1))
    return booking


def row(kind):
    return BookingMessage.objects.get(message__kind=kind)


def test_log_says_what_went_to_whom(booking):
    rows = [(one.kind, one.recipient, one.email) for one in log_of(booking)]

    assert rows == [
        ("Deltaker påmeldt", "Per Hansen", "per@bodo.test"),
        ("Bestilling bekreftet", "Kari Nordmann", booking.contact_email),
    ]


def test_plan_ends_with_what_comes_after_the_course(booking):
    session = booking.session
    ends = session.last_ends_at

    plan = [(row.kind, row.due_at) for row in plan_for_contact(booking)]

    assert plan[-4:] == [
        ("evaluation", ends + timedelta(hours=2)),
        ("evaluation", local_moment(timezone.localdate(ends + timedelta(days=91)), time(9))),
        ("evaluation", local_moment(timezone.localdate(ends + timedelta(days=182)), time(9))),
        ("certificate", None),
    ]
    assert "reminder" in {kind for kind, _due_at in plan}


def test_plan_says_how_many_are_asked_later_and_the_log_lists_what_is_sent(booking):
    session, now = booking.session, timezone.now()
    session.first_starts_at, session.last_ends_at = now - timedelta(hours=6), now - timedelta(hours=3)
    session.state = "held"
    session.save()

    ask_for_evaluations()

    later = [(row.kind, row.note) for row in plan_of(booking) if isinstance(row, AfterCourse)]
    assert later == [("evaluation", "til 1 deltaker")] * 2 + [
        ("certificate", "så snart det er utstedt, til hver av dem som var lenge nok til stede")
    ]
    assert [one.message.kind for one in log_of(booking)].count("evaluation") == 1

    MailRule.objects.create(course=session.course, kind="evaluation", is_on=False)
    assert "evaluation" not in {row.kind for row in plan_of(booking)}


@pytest.mark.parametrize("change", [{"is_on": False}, {"state": "cancelled"}])
def test_plan_promises_no_evaluation_that_does_not_come(booking, change):
    if "is_on" in change:
        MailRule.objects.create(course=booking.session.course, kind="evaluation", is_on=False)
    else:
        cancel_booking(booking)
        booking.refresh_from_db()

    assert "evaluation" not in {row.kind for row in plan_of(booking)}


def test_contact_does_not_see_what_is_the_participants_own(booking):
    send_own_link(booking.participants.get())

    assert [one.kind for one in log_for_contact(booking)] == ["Deltaker påmeldt", "Bestilling bekreftet"]


def test_mail_that_has_left_is_sent_once_more_as_a_copy_with_its_calendar_entry(booking):
    first = row("participant-welcome").message

    copy = send_again(row("participant-welcome"), by=StaffFactory())

    assert copy.pk != first.pk
    assert copy.message_id != first.message_id
    assert (copy.to_email, copy.subject, copy.text, copy.calendar) == (
        first.to_email,
        first.subject,
        first.text,
        first.calendar,
    )
    assert Invitation.objects.get(email="per@bodo.test").message == copy
    send_all_due("test")
    copy.refresh_from_db()
    assert copy.state == State.STAYED


def test_second_click_sends_nothing_more(booking):
    send_again(row("participant-welcome"), by=StaffFactory())

    with pytest.raises(WrongState):
        send_again(BookingMessage.objects.filter(message__kind="participant-welcome").first(), by=StaffFactory())

    assert Message.objects.filter(kind="participant-welcome").count() == 2


def test_mail_that_failed_is_tried_again_as_it_is(booking):
    Message.objects.filter(kind="participant-welcome").update(state=State.FAILED)

    again = send_again(row("participant-welcome"), by=StaffFactory())

    assert (again, Message.objects.filter(kind="participant-welcome").count()) == (
        row("participant-welcome").message,
        1,
    )
    again.refresh_from_db()
    assert again.state == State.QUEUED


def test_entry_that_was_changed_since_is_not_sent_again(booking):
    meeting = Meeting.objects.get()
    Meeting.objects.update(sequence=1)
    update_invitations(meeting)

    with pytest.raises(WrongState):
        send_again(row("participant-welcome"), by=StaffFactory())


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.CANCELLED, State.HELD])
def test_mail_that_waits_or_was_taken_back_is_not_sent_again(booking, state):
    Message.objects.filter(kind="participant-welcome").update(state=state)

    with pytest.raises(WrongState):
        send_again(row("participant-welcome"), by=StaffFactory())


def test_question_for_an_evaluation_is_not_sent_again(booking):
    Message.objects.filter(kind="participant-welcome").update(kind="evaluation", calendar="", calendar_method="")

    with pytest.raises(WrongState):
        send_again(row("evaluation"), by=StaffFactory())


def test_copy_of_a_cancelled_booking_does_not_leave(booking):
    cancel_booking(booking)
    Message.objects.update(created_at=timezone.now() - timedelta(hours=1))
    Message.objects.filter(kind="booking-confirmed").update(calendar="", calendar_method="")

    copy = send_again(row("booking-confirmed"), by=StaffFactory())
    send_all_due("test")

    copy.refresh_from_db()
    assert copy.state == State.CANCELLED


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_log_do_not_grow(django_assert_num_queries, count):
    booking = BookingFactory()
    ParticipantFactory.create_batch(count, booking=booking)
    tell_confirmed(booking)

    with django_assert_num_queries(1):
        rows = log_of(booking)

    assert len(rows) == count + 1


def test_log_shows_the_alias_of_a_protected_participant_and_no_address(booking):
    booking.participants.update(alias="Deltaker A")

    [shown] = [one for one in log_of(booking) if one.kind == "Deltaker påmeldt"]

    assert (shown.recipient, shown.email) == ("Deltaker A", "")
