import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from courses.models import Meeting, Session, Trainer, TrainerInvitation
from courses.services import feeds
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.sessions import MeetingPlan, cancel_session, change_session, open_session
from courses.services.trainer_invitations import choose_calendar
from courses.services.trainers import register_trainer
from taushet.models import Message
from taushet.services.outbox import hold_message
from taushet.services.sending import send_all_due
from tests.factories.courses import MeetingFactory, SessionFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, sign_in

pytestmark = pytest.mark.django_db

INVITATIONS, FEED = Trainer.CalendarBy.INVITATIONS, Trainer.CalendarBy.FEED


@pytest.fixture
def session():
    """A session of two meetings."""
    session = SessionFactory(course__title_nb="Når hjemmet er farlig")
    MeetingFactory(session=session, starts_at=session.first_starts_at + timedelta(days=1))
    return session


@pytest.fixture
def staff():
    return StaffFactory()


@pytest.fixture
def trainer(session, staff):
    trainer = register_trainer(TrainerUserFactory(email="karim@kurs.test"), courses=[session.course])
    return choose_calendar(trainer, INVITATIONS, by=trainer.user)


def calendars(after=0):
    """Return what calendars have been told, in order: method, meeting and number."""
    found = []
    for message in Message.objects.exclude(calendar="").filter(pk__gt=after).order_by("pk"):
        [event] = Calendar.from_ical(message.calendar).walk("VEVENT")
        assert str(event["attendee"]) == f"mailto:{message.to_email}" == "mailto:karim@kurs.test"
        assert (message.calendar_method == "REQUEST") == (event["attendee"].params["RSVP"] == "TRUE")
        found.append((message.calendar_method, str(event["uid"]), event["sequence"]))
    return found


def last():
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def uids(session):
    return list(session.meetings.order_by("starts_at", "pk").values_list("uid", flat=True))


def test_assigning_invites_to_each_meeting_and_says_it_once(session, staff, trainer):
    assign_trainer(session, trainer=trainer, by=staff)

    assert calendars() == [("REQUEST", uid, 0) for uid in uids(session)]
    first, second = Message.objects.order_by("pk")
    assert "Kalenderoppføringen kommer med denne e-posten" in first.text
    assert "Du holder" not in second.subject
    assert "kalenderabonnement" not in (first.text + second.text).lower()


def test_change_cancellation_and_new_meeting_carry_the_number_of_the_feed(session, staff, trainer):
    assign_trainer(session, trainer=trainer, by=staff)
    first, second = session.meetings.order_by("starts_at")
    before = last()
    later = first.starts_at + timedelta(hours=1)
    new = second.starts_at + timedelta(days=1)

    change_session(
        session,
        by=staff,
        meetings=[
            MeetingPlan(later, later + timedelta(hours=2), "Biblioteket", pk=first.pk),
            MeetingPlan(new, new + timedelta(hours=2), "Biblioteket"),
        ],
    )

    third = Meeting.objects.latest("pk")
    assert calendars(before) == [("REQUEST", first.uid, 1), ("REQUEST", third.uid, 0), ("CANCEL", second.uid, 1)]
    assert [message.text.count("Noe er endret") for message in Message.objects.filter(pk__gt=before)].count(1) == 1
    numbers = {meeting.uid: meeting.sequence for meeting in session.meetings.all()}
    assert {uid: number for _method, uid, number in calendars(before)} == numbers


def test_withdrawn_trainer_loses_the_entries_and_gets_them_back_above_the_cancellation(session, staff, trainer):
    assignment = assign_trainer(session, trainer=trainer, by=staff)
    before = last()

    withdraw_assignment(assignment, by=staff)
    taken = last()
    assign_trainer(session, trainer=trainer, by=staff)

    assert [row for row in calendars(before) if row[0] == "CANCEL"] == [("CANCEL", uid, 1) for uid in uids(session)]
    assert calendars(taken) == [("REQUEST", uid, 2) for uid in uids(session)]


def test_cancelled_session_cancels_each_entry_once(session, staff, trainer):
    assign_trainer(session, trainer=trainer, by=staff)
    before = last()

    cancel_session(session, by=staff)

    assert calendars(before) == [("CANCEL", uid, 1) for uid in uids(session)]
    assert not TrainerInvitation.objects.live().exists()


def test_opened_draft_becomes_certain_and_a_meeting_of_a_draft_goes(session, staff, trainer):
    Session.objects.update(state=Session.State.DRAFT)
    session.refresh_from_db()
    assign_trainer(session, trainer=trainer, by=staff)
    assert "STATUS:TENTATIVE" in Message.objects.exclude(calendar="").first().calendar
    first, second = session.meetings.order_by("starts_at")
    before = last()

    plan = MeetingPlan(first.starts_at, first.ends_at, first.place, pk=first.pk)
    change_session(session, by=staff, meetings=[plan])
    open_session(session, by=staff)

    assert calendars(before) == [("CANCEL", second.uid, 1), ("REQUEST", first.uid, 1)]
    assert "STATUS:CONFIRMED" in Message.objects.latest("pk").calendar


def test_choice_is_one_of_them_and_going_back_empties_the_calendar(client, session, staff):
    trainer = register_trainer(TrainerUserFactory(email="karim@kurs.test"), courses=[session.course])
    assign_trainer(session, trainer=trainer, by=staff)
    address = feeds.feed_address(trainer)
    assert calendars() == []
    sign_in(client, trainer.user)

    client.post(reverse("courses:trainer_calendar_choice"), {"way": "invitations"})
    client.post(reverse("courses:trainer_feed_renew"))

    assert client.get(re.sub("^https?://[^/]+", "", address)).status_code == 410
    assert calendars() == [("REQUEST", uid, 0) for uid in uids(session)]
    assert feeds.feed_address(trainer) is None
    before = last()
    choose_calendar(trainer, INVITATIONS, by=trainer.user)
    assert calendars(before) == []

    choose_calendar(trainer, FEED, by=trainer.user)

    assert calendars(before) == [("CANCEL", uid, 1) for uid in uids(session)]
    assert feeds.feed_address(trainer) not in {None, address}


def test_numbers_never_fall_whatever_way_the_calendar_is_kept(session, staff, trainer):
    [first, _second] = uids(session)

    def last_told():
        return next(number for _method, uid, number in reversed(calendars()) if uid == first)

    def in_feed():
        found = Calendar.from_ical(feeds.trainer_feed(trainer).write()).walk("VEVENT")
        return next(event["sequence"] for event in found if str(event["uid"]) == first)

    seen = []
    for way, told in ((FEED, in_feed), (INVITATIONS, last_told), (FEED, in_feed), (INVITATIONS, last_told)):
        choose_calendar(trainer, way, by=staff)
        trainer.refresh_from_db()
        for _round in range(2):
            assignment = assign_trainer(session, trainer=trainer, by=staff)
            seen.append(told())
            withdraw_assignment(assignment, by=staff)
            seen.append(told())
    given = assign_trainer(session, trainer=trainer, by=staff)
    seen.append(last_told())
    choose_calendar(trainer, FEED, by=staff)
    seen += [last_told(), in_feed()]
    withdraw_assignment(given, by=staff)
    seen.append(in_feed())

    assert seen == sorted(set(seen))


def test_cancellation_never_overtakes_its_invitation(session, staff, trainer, settings):
    assignment = assign_trainer(session, trainer=trainer, by=staff)
    withdraw_assignment(assignment, by=staff)
    late = timezone.now() + timedelta(hours=1)
    waiting = Message.objects.exclude(calendar="").order_by("pk").first()
    Message.objects.filter(pk=waiting.pk).update(due_at=late)

    send_all_due()

    assert Message.objects.exclude(calendar="").exclude(state=Message.State.QUEUED).count() == 0
    hold_message(waiting, by=staff)
    Message.objects.update(due_at=timezone.now())
    send_all_due()
    assert not Message.objects.exclude(calendar="").filter(state=Message.State.QUEUED).exists()
