from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from courses.models import AssignedMeeting, Assignment, Meeting, Session
from courses.services.assignments import (
    AssignmentRefused,
    TrainerBusy,
    TrainerUnfit,
    assign_trainer,
    follow_meeting,
    follow_meetings,
    withdraw_assignment,
)
from taushet.models import AuditEntry, Message
from tests.factories.courses import MeetingFactory, SessionFactory, TrainerFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def make_trainer(*sessions, **fields):
    trainer = TrainerFactory(**fields)
    trainer.courses.set({session.course for session in sessions})
    return trainer


def session_at(starts_at, hours=3):
    return SessionFactory(first_starts_at=starts_at, last_ends_at=starts_at + timedelta(hours=hours))


@pytest.fixture
def morning():
    return timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=30)


def hours(trainer):
    return list(
        AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=False)
        .order_by("starts_at")
        .values_list("starts_at", "ends_at")
    )


def test_assigning_takes_the_hours_of_every_meeting(morning):
    session = session_at(morning)
    MeetingFactory(session=session, starts_at=morning + timedelta(days=1))
    trainer = make_trainer(session)
    staff = UserFactory()

    assignment = assign_trainer(session, trainer=trainer, by=staff)

    assert assignment.state == Assignment.State.ACCEPTED
    assert hours(trainer) == [
        (morning, morning + timedelta(hours=3)),
        (morning + timedelta(days=1), morning + timedelta(days=1, hours=3)),
    ]
    assert AuditEntry.objects.get(action="trainer.assigned").actor == staff


def test_overlap_is_refused_and_names_the_time(morning):
    first, second = session_at(morning), session_at(morning + timedelta(hours=2))
    trainer = make_trainer(first, second, user__name="Kari Nordmann")
    assign_trainer(first, trainer=trainer, by=UserFactory())

    with pytest.raises(TrainerBusy) as refusal:
        assign_trainer(second, trainer=trainer, by=UserFactory())

    start, end = timezone.localtime(morning), timezone.localtime(morning + timedelta(hours=3))
    assert str(refusal.value).startswith("Kari Nordmann ")
    assert f"{start:%H.%M}–{end:%H.%M}" in str(refusal.value)
    assert second.assignments.count() == 0
    assert len(hours(trainer)) == 1


def test_back_to_back_is_allowed(morning):
    sessions = [session_at(morning + timedelta(hours=3 * number)) for number in range(3)]
    trainer = make_trainer(*sessions)

    for session in sessions:
        assign_trainer(session, trainer=trainer, by=UserFactory())

    assert len(hours(trainer)) == 3


def test_two_trainers_may_teach_at_the_same_time(morning):
    session = session_at(morning)

    for _number in range(2):
        assign_trainer(session, trainer=make_trainer(session), by=UserFactory())

    assert session.assignments.standing().count() == 2


def test_trainer_without_the_course_is_refused(morning):
    session = session_at(morning)

    with pytest.raises(TrainerUnfit):
        assign_trainer(session, trainer=TrainerFactory(), by=UserFactory())


@pytest.mark.parametrize("fields", [{"is_active": False}, {"user__is_active": False}])
def test_inactive_trainer_is_refused(morning, fields):
    session = session_at(morning)

    with pytest.raises(TrainerUnfit):
        assign_trainer(session, trainer=make_trainer(session, **fields), by=UserFactory())


def test_same_trainer_twice_is_refused(morning):
    session = session_at(morning)
    trainer = make_trainer(session)
    assign_trainer(session, trainer=trainer, by=UserFactory())

    with pytest.raises(AssignmentRefused):
        assign_trainer(session, trainer=trainer, by=UserFactory())


def test_cancelled_session_takes_no_trainer(morning):
    session = session_at(morning)
    Session.objects.update(state=Session.State.CANCELLED)

    with pytest.raises(AssignmentRefused):
        assign_trainer(session, trainer=make_trainer(session), by=UserFactory())


def test_withdrawing_frees_the_hours_for_another_session(morning):
    first, second = session_at(morning), session_at(morning)
    trainer = make_trainer(first, second)
    assignment = assign_trainer(first, trainer=trainer, by=UserFactory())

    withdraw_assignment(assignment, by=UserFactory())
    assign_trainer(second, trainer=trainer, by=UserFactory())

    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.WITHDRAWN
    assert hours(trainer) == [(morning, morning + timedelta(hours=3))]
    with pytest.raises(AssignmentRefused):
        withdraw_assignment(assignment, by=UserFactory())


def test_moved_meeting_moves_the_trainers_hours(morning):
    session = session_at(morning)
    trainer = make_trainer(session)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    meeting = session.meetings.get()
    meeting.starts_at += timedelta(days=1)
    meeting.ends_at += timedelta(days=1)
    meeting.save()

    follow_meeting(meeting)

    assert hours(trainer) == [(morning + timedelta(days=1), morning + timedelta(days=1, hours=3))]


def test_meeting_cannot_move_onto_the_trainers_other_session(morning):
    first, second = session_at(morning), session_at(morning + timedelta(days=1))
    trainer = make_trainer(first, second)
    for session in (first, second):
        assign_trainer(session, trainer=trainer, by=UserFactory())
    meeting = second.meetings.get()

    Meeting.objects.filter(pk=meeting.pk).update(starts_at=morning, ends_at=morning + timedelta(hours=3))

    with pytest.raises(TrainerBusy):
        follow_meeting(meeting)

    assert hours(trainer)[1] == (morning + timedelta(days=1), morning + timedelta(days=1, hours=3))


def test_two_meetings_may_swap_their_times(morning):
    session = session_at(morning)
    MeetingFactory(session=session, starts_at=morning + timedelta(days=1))
    trainer = make_trainer(session)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    one, two = session.meetings.order_by("pk")
    one.starts_at, one.ends_at, two.starts_at, two.ends_at = two.starts_at, two.ends_at, one.starts_at, one.ends_at
    one.save()
    two.save()

    follow_meetings([one, two])

    assert AssignedMeeting.objects.get(meeting=one).starts_at == morning + timedelta(days=1)


def test_cancelled_meeting_frees_and_a_new_one_takes_hours(morning):
    session = session_at(morning)
    trainer = make_trainer(session)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    session.meetings.update(state=Meeting.State.CANCELLED)
    added = MeetingFactory(session=session, starts_at=morning + timedelta(days=7))

    follow_meetings(session.meetings.all())

    assert hours(trainer) == [(added.starts_at, added.ends_at)]


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(hours=2), timedelta(hours=-2), timedelta(microseconds=1)])
def test_database_refuses_an_overlap_whoever_writes_it(morning, shift):
    first, second = session_at(morning), session_at(morning)
    trainer = make_trainer(first, second)
    assign_trainer(first, trainer=trainer, by=UserFactory())
    assignment = Assignment.objects.create(session=second, trainer=trainer, state=Assignment.State.ACCEPTED)
    row = AssignedMeeting(assignment=assignment, meeting=second.meetings.get(), trainer=trainer)
    row.starts_at, row.ends_at = morning + shift, morning + shift + timedelta(hours=3)

    with pytest.raises(IntegrityError, match="trainer_in_one_place"), transaction.atomic():
        row.save()

    row.starts_at, row.ends_at = morning + timedelta(hours=3), morning + timedelta(hours=6)
    row.save()
    with pytest.raises(IntegrityError, match="trainer_in_one_place"), transaction.atomic():
        AssignedMeeting.objects.filter(pk=row.pk).update(starts_at=morning)


def test_sqlite_triggers_are_back_after_a_migration():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has the exclusion constraint itself")

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        names = [name for (name,) in cursor.fetchall()]

    assert [name for name in names if name.startswith("trainer_in")] == [
        "trainer_in_one_place_insert",
        "trainer_in_one_place_update",
    ]


def changed(meeting, **fields):
    for name, value in fields.items():
        setattr(meeting, name, value)
    meeting.sequence += 1
    meeting.save()
    follow_meeting(meeting)


def test_trainer_is_told_of_a_change_once(morning):
    session = session_at(morning)
    assign_trainer(session, trainer=make_trainer(session), by=UserFactory())
    meeting = session.meetings.get()

    changed(meeting, place="Biblioteket")
    follow_meeting(meeting)

    message = Message.objects.latest("pk")
    assert Message.objects.count() == 2
    assert message.subject.startswith("Endret: ")
    assert "Biblioteket" in message.text


def test_trainer_is_told_that_a_session_is_called_off(morning):
    session = session_at(morning)
    assign_trainer(session, trainer=make_trainer(session), by=UserFactory())
    Session.objects.update(state=Session.State.CANCELLED)

    changed(session.meetings.get(), state=Meeting.State.CANCELLED)

    message = Message.objects.latest("pk")
    assert message.subject.startswith("Avlyst: ")
    assert "Tiden din er ledig igjen." in message.text
