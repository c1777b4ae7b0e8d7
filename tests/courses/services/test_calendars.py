from datetime import timedelta

import icalendar
import pytest
from django.db.models import F
from django.utils import timezone

from courses.models import Booking, BookingMessage, Invitation, Meeting, Participant, Session
from courses.services.calendars import cancel_invitations, forget_invitations, invite, update_invitations
from taushet.models import Message
from taushet.services.sending import send_all_due
from tests.factories.courses import MeetingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory

pytestmark = pytest.mark.django_db


def make_booking(session, **fields):
    values = {
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "state": Booking.State.CONFIRMED,
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{Booking.objects.count()}",
    }
    return Booking.objects.create(session=session, **values | fields)


def make_session(meetings=1, **fields):
    session = SessionFactory(meetings=[], **fields)
    for number in range(meetings):
        MeetingFactory(session=session, starts_at=session.first_starts_at + timedelta(days=number))
    return session


def entry(message):
    """Return method and event of a message, as the receiver's program reads them."""
    calendar = icalendar.Calendar.from_ical(message.calendar)
    assert calendar["method"] == message.calendar_method
    [event] = calendar.walk("VEVENT")
    return message.calendar_method, event


def change(meeting, **fields):
    Meeting.objects.filter(pk=meeting.pk).update(sequence=F("sequence") + 1, changed_at=timezone.now(), **fields)
    meeting.refresh_from_db()


def test_invitation_is_one_message_per_meeting_and_the_first_carries_the_callers_text():
    booking = make_booking(make_session(meetings=2))

    first, second = invite(
        booking, email="kari@bodo.test", name="Kari Nordmann", kind="invitation", subject="Bekreftelse", text="Hei!"
    )

    assert (first.subject, first.text) == ("Bekreftelse", "Hei!")
    assert second.subject.startswith("Kalender: ")
    uids = [str(entry(message)[1]["uid"]) for message in (first, second)]
    assert uids == list(booking.session.meetings.values_list("uid", flat=True))
    assert entry(first)[1]["attendee"] == "mailto:kari@bodo.test" == f"mailto:{first.to_email}"
    assert BookingMessage.objects.filter(booking=booking).count() == 2


def test_invitation_holds_no_course_name_unless_the_booker_chose_it():
    session = make_session(course__title_nb="Når hjemmet er farlig", municipality=MunicipalityFactory(name="Bodø"))
    neutral = make_booking(session)
    open_one = make_booking(session, shows_course_name=True, contact_email="per@bodo.test")

    [hidden] = invite(neutral, email="kari@bodo.test")
    [shown] = invite(open_one, email="per@bodo.test")

    assert entry(hidden)[1]["summary"] == "Kurs – Bodø"
    assert "farlig" not in hidden.calendar + hidden.subject + hidden.text
    assert session.course.slug not in hidden.calendar
    assert entry(shown)[1]["summary"] == "Når hjemmet er farlig – Bodø"


def test_neutral_title_of_the_session_stands_instead_of_course():
    booking = make_booking(make_session(neutral_title="Fagdag"))

    [message] = invite(booking, email="kari@bodo.test")

    assert entry(message)[1]["summary"] == "Fagdag – Rådhuset"


def test_same_address_is_not_invited_twice():
    booking = make_booking(make_session())
    invite(booking, email="kari@bodo.test")

    assert invite(booking, email="kari@bodo.test") == []
    [plain] = invite(booking, email="kari@bodo.test", kind="invitation", subject="Igjen", text="Hei")
    assert (plain.text, plain.calendar, plain.calendar_method) == ("Hei", "", "")


def test_moved_meeting_is_sent_with_its_new_number_once():
    session = make_session()
    booking = make_booking(session)
    [first] = invite(booking, email="kari@bodo.test")
    meeting = session.meetings.get()
    change(meeting, starts_at=meeting.starts_at + timedelta(hours=1), ends_at=meeting.ends_at + timedelta(hours=1))

    [update] = update_invitations(meeting)

    method, event = entry(update)
    assert (method, event["sequence"]) == ("REQUEST", 1)
    assert event["uid"] == entry(first)[1]["uid"]
    assert event.start == entry(first)[1].start + timedelta(hours=1)
    assert update_invitations(meeting) == []
    assert Invitation.objects.get().sequence == 1


def test_cancelled_meeting_reaches_exactly_those_who_got_it():
    session = make_session()
    booking = make_booking(session)
    other = make_booking(session, contact_email="ola@bodo.test")
    invite(booking, email="kari@bodo.test", name="Kari")
    invite(other, email="ola@bodo.test")
    cancel_invitations(booking=other)
    meeting = session.meetings.get()
    change(meeting, state=Meeting.State.CANCELLED)
    Session.objects.update(state=Session.State.CANCELLED)

    [message] = update_invitations(meeting)

    method, event = entry(message)
    assert (message.to_email, method, event["status"], event["sequence"]) == (
        "kari@bodo.test",
        "CANCEL",
        "CANCELLED",
        1,
    )
    assert event["summary"] == "AVLYST: Kurs – Rådhuset"
    assert "Kurset er avlyst" in message.text
    assert update_invitations(meeting) == []


def test_person_who_is_taken_off_hears_that_and_not_that_the_course_is_cancelled():
    session = make_session()
    booking = make_booking(session)
    kari = Participant.objects.create(booking=booking, name="Kari", email="kari@bodo.test", request_key="a")
    ola = Participant.objects.create(booking=booking, name="Ola", email="ola@bodo.test", request_key="b")
    for person in (kari, ola):
        invite(booking, email=person.email, name=person.name, participant=person)

    [message] = cancel_invitations(participant=kari)

    method, event = entry(message)
    assert (message.to_email, method, event["sequence"]) == ("kari@bodo.test", "CANCEL", 1)
    assert event["summary"] == "Kurs – Rådhuset"
    assert "Du er meldt av" in message.text
    assert "avlyst" not in message.text + message.calendar
    assert list(Invitation.objects.filter(cancelled_at=None).values_list("email", flat=True)) == ["ola@bodo.test"]


def test_numbers_of_an_address_only_grow_when_it_comes_back():
    session = make_session()
    booking = make_booking(session)
    meeting = session.meetings.get()
    seen = []
    for _round in range(2):
        seen += invite(booking, email="kari@bodo.test")
        change(meeting)
        seen += update_invitations(meeting)
        seen += cancel_invitations(booking=booking)

    numbers = [entry(message)[1]["sequence"] for message in seen]

    assert numbers == sorted(set(numbers))
    meeting.refresh_from_db()
    assert meeting.sequence == 2


def test_new_meeting_reaches_those_who_hold_another_one_of_the_session():
    session = make_session()
    booking = make_booking(session)
    invite(booking, email="kari@bodo.test", name="Kari")
    added = MeetingFactory(session=session, starts_at=session.first_starts_at + timedelta(days=7))

    [message] = update_invitations(added)

    assert (message.to_email, entry(message)[1]["uid"]) == ("kari@bodo.test", added.uid)
    assert update_invitations(added) == []


def test_invitation_that_never_left_is_not_cancelled_by_mail():
    booking = make_booking(make_session())
    [message] = invite(booking, email="kari@bodo.test")
    Message.objects.filter(pk=message.pk).update(state=Message.State.FAILED)

    assert cancel_invitations(booking=booking) == []
    assert Invitation.objects.filter(cancelled_at=None).count() == 0


def test_callers_text_goes_with_the_first_cancellation_of_each_address():
    booking = make_booking(make_session(meetings=2))
    for email in ("kari@bodo.test", "ola@bodo.test"):
        invite(booking, email=email)

    messages = cancel_invitations(
        booking=booking, kind="invitation", subject="Avbestilt", text="Bestillingen er slettet."
    )

    assert [(message.to_email, message.subject == "Avbestilt") for message in messages] == [
        ("kari@bodo.test", True),
        ("kari@bodo.test", False),
        ("ola@bodo.test", True),
        ("ola@bodo.test", False),
    ]


def test_meetings_that_are_over_stay_in_the_calendars():
    session = make_session()
    booking = make_booking(session)
    invite(booking, email="kari@bodo.test")
    Meeting.objects.update(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))

    assert cancel_invitations(booking=booking) == []
    assert Invitation.objects.filter(cancelled_at=None).count() == 1


def test_cancelling_without_saying_whose_is_a_mistake():
    with pytest.raises(ValueError, match="whose"):
        cancel_invitations()


def test_address_that_another_booking_has_too_stays_invited():
    session = make_session()
    first, second = make_booking(session), make_booking(session)
    invite(first, email="kari@bodo.test")
    assert invite(second, email="kari@bodo.test") == []
    Booking.objects.filter(pk=first.pk).update(state=Booking.State.CANCELLED)

    assert cancel_invitations(booking=first) == []
    [message] = cancel_invitations(booking=second)

    assert (message.to_email, message.calendar_method) == ("kari@bodo.test", "CANCEL")


def test_second_contact_gets_the_own_link():
    booking = make_booking(make_session(), second_email="ola@bodo.test", second_name="Ola")

    [message] = invite(booking, email="ola@bodo.test", name="Ola")

    assert f"[[link:booking-second:{booking.pk}]]" in message.text


def test_who_was_invited_is_forgotten_ninety_days_after_the_meeting():
    booking = make_booking(make_session())
    invite(booking, email="kari@bodo.test")
    ends_at = booking.session.meetings.get().ends_at

    assert forget_invitations(ends_at + timedelta(days=90)) == 0
    assert forget_invitations(ends_at + timedelta(days=90, seconds=1)) == 1
    assert Invitation.objects.count() == 0


def send():
    """Let everything leave that may, which in the tests means that it stays here."""
    send_all_due("test")


def states(*messages):
    return [Message.objects.get(pk=message.pk).state for message in messages]


def test_invitation_that_was_changed_before_it_left_leaves_as_changed():
    [invitation] = invite(make_booking(make_session()), email="kari@bodo.test")
    meeting = Meeting.objects.get()
    change(meeting, place="Biblioteket")
    [changed] = update_invitations(meeting)

    send()

    assert states(invitation, changed) == ["cancelled", "stayed"]


def test_cancellation_does_not_overtake_an_invitation_that_has_to_wait():
    booking = make_booking(make_session())
    [confirmation] = invite(
        booking, email="kari@bodo.test", kind="booking-confirmed", subject="Bestilling bekreftet", text="Hei!"
    )
    Message.objects.update(due_at=timezone.now() + timedelta(minutes=2))
    change(Meeting.objects.get(), state=Meeting.State.CANCELLED)
    [cancellation] = cancel_invitations(session=booking.session)

    send()
    waiting = states(confirmation, cancellation)
    Message.objects.filter(pk=confirmation.pk).update(due_at=timezone.now())
    Message.objects.filter(pk=cancellation.pk).update(due_at=timezone.now())
    send()

    assert waiting == ["queued", "queued"]
    assert states(confirmation, cancellation) == ["stayed", "stayed"]


def test_calendar_mail_waits_for_nobody_elses():
    session = make_session()
    [other] = invite(make_booking(session, contact_email="per@bodo.test"), email="per@bodo.test")
    Message.objects.update(due_at=timezone.now() + timedelta(minutes=2))
    [own] = invite(make_booking(session), email="kari@bodo.test")

    send()

    assert states(other, own) == ["queued", "stayed"]
