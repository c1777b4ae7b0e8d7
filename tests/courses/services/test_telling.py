from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Booking, Invitation, Meeting, Session, WaitingPlace
from courses.services import sessions, telling
from courses.services.calendars import invite, update_invitations
from courses.services.participants import Person, name_participants
from taushet.models import Message
from taushet.registries import message_kinds
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import BookingFactory, MeetingFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

MANY = telling.AT_ONCE + 2


def make_session(meetings=1, **fields):
    session = SessionFactory(meetings=[], capacity=50, **fields)
    for number in range(meetings):
        starts_at = session.first_starts_at + timedelta(days=7 * number)
        MeetingFactory(session=session, starts_at=starts_at)
    last = session.meetings.order_by("starts_at").last()
    session.last_ends_at = last.ends_at
    session.save(update_fields=["last_ends_at"])
    return session


def make_holders(session, count=1):
    booking = BookingFactory(session=session, seats=count, contact_email="leder@bodo.test")
    people = [Person(f"Deltaker {number}", f"d{number}@bodo.test") for number in range(count)]
    name_participants(booking, people, request_key="liste")
    run_all_due_jobs()
    session.refresh_from_db()
    return booking


def plans(session, **shift):
    meetings = session.meetings.filter(state=Meeting.State.PLANNED).order_by("starts_at")
    later = timedelta(**shift)
    return [
        sessions.MeetingPlan(starts_at=one.starts_at + later, ends_at=one.ends_at + later, place=one.place, pk=one.pk)
        for one in meetings
    ]


def mails_after(before, **chosen):
    return list(Message.objects.filter(pk__gt=before, **chosen).order_by("pk"))


def newest():
    return Message.objects.order_by("pk").last().pk


def test_cancelled_session_of_three_meetings_says_it_in_words_once():
    session = make_session(meetings=3)
    make_holders(session)
    before = newest()

    sessions.cancel_session(session, by=StaffFactory())

    first, *others = mails_after(before, to_email="d0@bodo.test")
    assert first.subject.startswith("Avlyst: 3 møter, det første ")
    assert "Kurset er avlyst. Disse møtene blir ikke holdt:" in first.text
    assert first.text.count("Tid: ") == 3
    assert "Du får 2 e-poster til." in first.text
    assert [one.subject.startswith("Kalender: ") for one in others] == [True, True]
    assert [one.text.splitlines()[0] for one in others] == ["Denne e-posten tar bare et møte ut av kalenderen din:"] * 2
    assert [one.calendar_method for one in (first, *others)] == ["CANCEL"] * 3
    assert len({one.calendar.partition("UID:")[2].partition("\n")[0] for one in (first, *others)}) == 3


def test_moved_session_of_three_meetings_says_it_in_words_once():
    session = make_session(meetings=3)
    make_holders(session)
    before = newest()

    sessions.change_session(session, by=StaffFactory(), meetings=plans(session, hours=1))

    first, *others = mails_after(before, to_email="d0@bodo.test")
    assert first.subject.startswith("Endret: 3 møter, ett av dem ")
    assert first.text.count("Tid: ") == 3
    assert [one.text.splitlines()[0] for one in others] == [
        "Denne e-posten oppdaterer bare kalenderen din. Dette gjelder nå:"
    ] * 2
    assert {one.calendar_method for one in (first, *others)} == {"REQUEST"}


def test_one_meeting_moved_and_one_taken_out_are_told_together():
    session = make_session(meetings=2)
    make_holders(session)
    kept, _left_out = plans(session, hours=1)
    before = newest()

    sessions.change_session(session, by=StaffFactory(), meetings=[kept])

    first, second = mails_after(before, to_email="d0@bodo.test")
    assert (first.calendar_method, second.calendar_method) == ("REQUEST", "CANCEL")
    assert "Dette møtet er avlyst:" in first.text
    assert "Du får én e-post til." in first.text
    assert second.subject.startswith("Kalender: ")


def test_change_of_one_meeting_is_one_mail_that_promises_no_other():
    session = make_session(meetings=2)
    make_holders(session)
    moved, stays = plans(session, hours=1)
    stays = plans(session)[1]
    before = newest()

    sessions.change_session(session, by=StaffFactory(), meetings=[moved, stays])

    [only] = mails_after(before, to_email="d0@bodo.test")
    assert only.subject.startswith("Endret: ")
    assert "Du får" not in only.text


def test_second_contact_hears_of_all_meetings_in_one_mail_without_calendar():
    session = make_session(meetings=2)
    booking = make_holders(session)
    Booking.objects.filter(pk=booking.pk).update(second_email="andre@bodo.test", second_name="Andre")
    before = newest()

    sessions.cancel_session(session, by=StaffFactory())

    [only] = mails_after(before, to_email="andre@bodo.test")
    assert (only.calendar, only.text.count("Tid: ")) == ("", 2)
    assert "kalenderen" not in only.text


@pytest.mark.parametrize("more", [0, MANY])
def test_who_holds_no_calendar_entry_hears_of_a_change_in_words_and_once(more):
    """A second contact, a group that waits and one that was offered seats, but none whose address is not proved."""
    session = make_session(meetings=2)
    make_holders(session, 1 + more)
    Booking.objects.update(second_email="andre@bodo.test", second_name="Andre")
    for state, email, proved_at in (
        ("waiting", "vera@bodo.test", timezone.now()),
        ("offered", "odd@bodo.test", timezone.now()),
        ("waiting", "ny@bodo.test", None),
    ):
        booking = BookingFactory(session=session, state=state, contact_email=email)
        WaitingPlace.objects.create(booking=booking, wanted=booking.seats, proved_at=proved_at)
    before = newest()

    sessions.change_session(session, by=StaffFactory(), meetings=plans(session, hours=1))
    run_all_due_jobs()
    again = telling.tell_changes_later.call(session.pk, list(session.meetings.values_list("pk", flat=True)))

    told = mails_after(before, kind=telling.MEETINGS_CHANGED)
    addresses = ["andre@bodo.test", "leder@bodo.test", "odd@bodo.test", "vera@bodo.test"]
    assert sorted(one.to_email for one in told) == addresses
    assert {(one.calendar, one.text.count("Tid: "), "kalender" in one.text) for one in told} == {("", 2, False)}
    assert again == 0
    leaves = message_kinds[telling.MEETINGS_CHANGED].before_sending
    odd = next(one for one in told if one.to_email == "odd@bodo.test")
    assert leaves(odd).action == "send"
    Booking.objects.filter(contact_email="odd@bodo.test").update(state="expired")
    assert leaves(odd).action == "cancel"


def test_many_hear_of_a_change_from_the_worker_each_once():
    session = make_session(meetings=2)
    make_holders(session, MANY)
    before = newest()

    sessions.change_session(session, by=StaffFactory(), meetings=plans(session, hours=1))
    at_once = len(mails_after(before))
    run_all_due_jobs()
    again = telling.tell_changes_later.call(session.pk, list(session.meetings.values_list("pk", flat=True)))

    changed = mails_after(before, kind="invitation-change")
    assert at_once == 0
    assert sorted(one.to_email for one in changed) == sorted([f"d{number}@bodo.test" for number in range(MANY)] * 2)
    assert again == 0


def test_many_hear_of_a_cancelled_session_from_the_worker_each_once():
    session = make_session()
    booking = make_holders(session, MANY)
    Booking.objects.filter(pk=booking.pk).update(second_email="andre@bodo.test", second_name="Andre")
    before = newest()

    sessions.cancel_session(session, by=StaffFactory())
    at_once = len(mails_after(before))
    run_all_due_jobs()
    again = telling.tell_cancelled_later.call(session.pk)

    told = sorted(one.to_email for one in mails_after(before))
    assert at_once == 0
    assert told == sorted(["leder@bodo.test", "andre@bodo.test", *(f"d{number}@bodo.test" for number in range(MANY))])
    assert again == 0
    assert not Invitation.objects.filter(cancelled_at=None).exists()


def test_crash_in_the_middle_loses_and_doubles_nobody(monkeypatch):
    session = make_session()
    make_holders(session, MANY)
    sessions.change_session(session, by=StaffFactory(), meetings=plans(session, hours=1))
    before, written, turns = newest(), telling._tell_some_of_changes, []

    def crash(*args):
        turns.append(args)
        if len(turns) == 2:
            raise ConnectionError
        return written(*args)

    monkeypatch.setattr(telling, "_tell_some_of_changes", crash)
    with pytest.raises(ConnectionError):
        telling.tell_changes_later.call(session.pk, list(session.meetings.values_list("pk", flat=True)))
    between = len(mails_after(before))
    monkeypatch.undo()
    run_all_due_jobs()

    told = sorted(one.to_email for one in mails_after(before, kind="invitation-change"))
    assert between == telling.AT_ONCE
    assert told == sorted(f"d{number}@bodo.test" for number in range(MANY))


def test_change_that_waits_is_not_told_once_the_session_is_cancelled():
    session = make_session()
    make_holders(session, MANY)
    before = newest()

    sessions.change_session(session, by=StaffFactory(), meetings=plans(session, hours=1))
    sessions.cancel_session(Session.objects.get(pk=session.pk), by=StaffFactory())
    run_all_due_jobs()

    assert [one.kind for one in mails_after(before, to_email="d0@bodo.test")] == ["invitation-cancellation"]
    assert not Message.objects.filter(kind="invitation-change").exists()


def test_update_reaches_only_the_addresses_it_is_narrowed_to():
    session = make_session()
    booking = BookingFactory(session=session)
    for email in ("kari@bodo.test", "ola@bodo.test"):
        invite(booking, email=email)
    meeting = session.meetings.get()
    meeting.sequence, meeting.changed_at = 1, timezone.now()
    meeting.save(update_fields=["sequence", "changed_at"])

    told = update_invitations(meeting, emails=["ola@bodo.test"])

    assert [message.to_email for message in told] == ["ola@bodo.test"]
