from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from courses.exceptions import CapacityTooSmall
from courses.models import Meeting, Session
from courses.services.assignments import TrainerBusy, assign_trainer
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_for_municipality
from courses.services.session_meetings import MeetingPlan, MeetingRefused
from courses.services.sessions import (
    SessionRefused,
    change_session,
    confirm_session,
    create_session,
    hold_session,
    open_session,
    share_session,
    unshare_session,
)
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, CourseFactory, MeetingFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def plan(days=40, hours=3, pk=None, **content):
    starts_at = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return MeetingPlan(starts_at, starts_at + timedelta(hours=hours), pk=pk, **content)


def as_planned(meeting, **changes):
    content = {name: getattr(meeting, name) for name in ("starts_at", "ends_at", "place", "address", "join_url", "pk")}
    return MeetingPlan(**content | changes)


def booked_seats(session, seats, municipality=None):
    return book_for_municipality(
        session,
        municipality=municipality or MunicipalityFactory(),
        seats=seats,
        contact_name="Kari Nordmann",
        contact_email="kari@kommune.example",
        contact_phone="+4722331160",
        request_key=f"key-{session.pk}-{seats}",
        by=UserFactory(),
    )


def test_a_new_session_is_a_draft_that_spans_its_meetings():
    user, course = UserFactory(), CourseFactory()
    first, second = plan(40), plan(47, hours=2)

    session = create_session(by=user, course=course, meetings=[second, first], language="nb", capacity=20)

    assert session.state == Session.State.DRAFT
    assert (session.first_starts_at, session.last_ends_at) == (first.starts_at, second.ends_at)
    assert [entry.action for entry in AuditEntry.objects.filter(object_type="courses.session")] == ["session.created"]


@pytest.mark.parametrize(
    ("plans", "sentence"),
    [
        ([], "A session needs at least one meeting."),
        ([plan(-2)], "This time has passed. Choose one that is still to come."),
        ([plan(40, hours=0)], "The meeting must end after it starts."),
        ([plan(40), plan(40, hours=1)], "Two of the meetings overlap. Change the time of one of them."),
        ([plan(40, pk=999)], "One of the meetings is no longer there. Open the page again and make the change anew."),
    ],
)
def test_meetings_that_cannot_be_are_refused(plans, sentence, english):
    with pytest.raises(MeetingRefused, match=sentence):
        create_session(by=UserFactory(), course=CourseFactory(), meetings=plans, language="nb", capacity=20)

    assert not Session.objects.exists()


def test_a_new_time_raises_the_sequence_by_one_and_moves_the_span():
    session = SessionFactory()
    meeting = session.meetings.get()
    later = plan(50, pk=meeting.pk, place=meeting.place)

    session = change_session(session, by=UserFactory(), meetings=[later])

    meeting.refresh_from_db()
    session.refresh_from_db()
    assert (meeting.sequence, meeting.starts_at) == (1, later.starts_at)
    assert (session.first_starts_at, session.last_ends_at) == (later.starts_at, later.ends_at)


def test_what_calendars_do_not_show_leaves_the_sequence():
    session = SessionFactory(capacity=20)
    meeting = session.meetings.get()

    change_session(session, by=UserFactory(), meetings=[as_planned(meeting)], capacity=25, language="nn", price=100)

    meeting.refresh_from_db()
    session.refresh_from_db()
    assert meeting.sequence == 0
    assert (session.capacity, session.language, session.price) == (25, "nn", 100)


def test_a_new_neutral_title_raises_the_sequence_of_every_meeting():
    session = SessionFactory()
    MeetingFactory(session=session, starts_at=session.first_starts_at + timedelta(days=7))
    plans = [as_planned(meeting) for meeting in session.meetings.all()]

    change_session(session, by=UserFactory(), meetings=plans, neutral_title="Fagdag")

    assert list(session.meetings.values_list("sequence", flat=True)) == [1, 1]


def test_a_meeting_left_out_is_cancelled_and_its_holders_are_told():
    session = SessionFactory()
    MeetingFactory(session=session, starts_at=session.first_starts_at + timedelta(days=7))
    first, second = session.meetings.all()
    booked_seats(session, 2)

    change_session(session, by=UserFactory(), meetings=[as_planned(first)])

    second.refresh_from_db()
    session.refresh_from_db()
    assert (second.state, second.sequence) == (Meeting.State.CANCELLED, 1)
    assert session.last_ends_at == first.ends_at
    assert list(Message.objects.filter(calendar_method="CANCEL").values_list("to_email", flat=True)) == [
        "kari@kommune.example"
    ]


def test_a_meeting_left_out_of_a_draft_is_gone():
    session = SessionFactory(state="draft")
    MeetingFactory(session=session, starts_at=session.first_starts_at + timedelta(days=7))
    first, _second = session.meetings.all()

    change_session(session, by=UserFactory(), meetings=[as_planned(first)])

    assert list(session.meetings.all()) == [first]


def test_capacity_stays_above_the_seats_taken():
    session = SessionFactory(capacity=10)
    booked_seats(session, 6)
    plans = [as_planned(meeting) for meeting in session.meetings.all()]

    with pytest.raises(CapacityTooSmall):
        change_session(session, by=UserFactory(), meetings=plans, capacity=5)

    session.refresh_from_db()
    assert session.capacity == 10


def test_a_session_cannot_be_closed_to_one_municipality_when_others_have_booked():
    session = SessionFactory()
    own = booked_seats(session, 1).municipality
    booked_seats(session, 2)
    plans = [as_planned(meeting) for meeting in session.meetings.all()]

    with pytest.raises(SessionRefused):
        change_session(session, by=UserFactory(), meetings=plans, closed_to=own)


def test_a_session_cannot_be_closed_to_one_municipality_when_others_wait_for_it():
    session = SessionFactory(capacity=1)
    own = booked_seats(session, 1).municipality
    BookingFactory(session=session, state="waiting")
    plans = [as_planned(meeting) for meeting in session.meetings.all()]

    with pytest.raises(SessionRefused):
        change_session(session, by=UserFactory(), meetings=plans, closed_to=own)


def test_a_session_can_be_closed_to_a_host_when_its_neighbours_have_booked():
    session = SessionFactory()
    own = booked_seats(session, 1).municipality
    session.shared_with.add(booked_seats(session, 2).municipality)
    plans = [as_planned(meeting) for meeting in session.meetings.all()]

    change_session(session, by=UserFactory(), meetings=plans, closed_to=own)

    session.refresh_from_db()
    assert session.closed_to == own


def test_a_moved_meeting_moves_the_hours_of_its_trainer():
    session = SessionFactory()
    trainer = TrainerFactory()
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    later = plan(50, pk=session.meetings.get().pk)

    change_session(session, by=UserFactory(), meetings=[later])

    assert list(trainer.assigned_meetings.values_list("starts_at", flat=True)) == [later.starts_at]


def test_a_meeting_does_not_move_onto_other_hours_of_its_trainer():
    session, other = SessionFactory(), SessionFactory(first_starts_at=plan(50).starts_at)
    trainer = TrainerFactory()
    for one in (session, other):
        trainer.courses.add(one.course)
        assign_trainer(one, trainer=trainer, by=UserFactory())
    before = session.meetings.get()

    with pytest.raises(TrainerBusy):
        change_session(session, by=UserFactory(), meetings=[plan(50, pk=before.pk)])

    after = session.meetings.get()
    assert (after.starts_at, after.sequence) == (before.starts_at, 0)


def test_opening_announces_a_draft():
    session = SessionFactory(state="draft")

    session = open_session(session, by=UserFactory())

    assert (session.state, session.opened_at is not None, session.meetings.get().sequence) == ("open", True, 1)


def test_a_session_of_an_unpublished_course_does_not_open():
    session = SessionFactory(state="draft", course__is_published=False)

    with pytest.raises(SessionRefused):
        open_session(session, by=UserFactory())


@pytest.mark.parametrize("state", ["draft", "confirmed", "cancelled", "held"])
def test_only_an_open_session_is_confirmed(state):
    with pytest.raises(SessionRefused):
        confirm_session(SessionFactory(state=state), by=UserFactory())


def test_a_session_is_not_held_before_it_is_over():
    with pytest.raises(SessionRefused):
        hold_session(SessionFactory(), by=UserFactory())


def test_a_session_that_is_over_is_recorded_as_held():
    session = SessionFactory(first_starts_at=timezone.now() - timedelta(days=1))

    session = hold_session(session, by=UserFactory())

    assert session.state == Session.State.HELD


def test_hours_stay_at_nine_o_clock_over_the_change_to_summer_time():
    oslo = ZoneInfo("Europe/Oslo")
    starts_at = datetime(2027, 4, 6, 9, tzinfo=oslo)

    session = create_session(
        by=UserFactory(),
        course=CourseFactory(),
        meetings=[MeetingPlan(starts_at, starts_at + timedelta(hours=3))],
        language="nb",
        capacity=5,
    )

    assert timezone.localtime(session.meetings.get().starts_at).hour == 9


def test_a_neighbour_may_book_once_it_is_let_in_and_stays_while_it_has_seats():
    host, neighbour = MunicipalityFactory.create_batch(2)
    session, user = SessionFactory(closed_to=host), UserFactory()

    share_session(session, neighbour, by=user)
    share_session(session, neighbour, by=user)
    booking = booked_seats(session, 2, neighbour)
    with pytest.raises(SessionRefused, match=str(neighbour)):
        unshare_session(session, neighbour, by=user)
    cancel_booking(booking)
    unshare_session(session, neighbour, by=user)
    unshare_session(session, neighbour, by=user)

    assert list(session.shared_with.all()) == []
    assert list(
        AuditEntry.objects.filter(action__contains="shared").order_by("pk").values_list("action", flat=True)
    ) == [
        "session.shared",
        "session.unshared",
    ]


def test_a_session_for_everybody_is_shared_with_nobody():
    with pytest.raises(SessionRefused):
        share_session(SessionFactory(), MunicipalityFactory(), by=UserFactory())
