from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from courses.exceptions import CapacityTooSmall
from courses.models import AssignedMeeting, ConfirmedAddress, Meeting, PlannedMail, Session
from courses.services.assignments import TrainerBusy, assign_trainer
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_for_municipality
from courses.services.cancel_preview import who_is_told
from courses.services.change_requests import ask_for_change
from courses.services.participants import Person, name_participants
from courses.services.session_meetings import MeetingPlan, MeetingRefused
from courses.services.sessions import (
    SessionChanged,
    SessionRefused,
    cancel_session,
    change_session,
    confirm_session,
    content_of,
    create_session,
    hold_session,
    open_session,
    share_session,
    unshare_session,
)
from courses.services.waiting import join_waiting_list
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


def changed(session, by=None, **changes):
    plans = [as_planned(meeting) for meeting in session.meetings.filter(state="planned")]
    return change_session(session, by=by or UserFactory(), meetings=plans, **changes)


def test_fewer_seats_than_taken_need_a_yes_to_just_so_many_and_drop_nobody():
    session, user = SessionFactory(capacity=10), UserFactory()
    booked_seats(session, 6)
    BookingFactory(session=session, seats=2, state="held", held_until=timezone.now())
    with pytest.raises(CapacityTooSmall) as refused:
        changed(session, capacity=5, accepts_over=2, over_reason="Mindre rom.")

    changed(session, by=user, capacity=5, accepts_over=refused.value.over, over_reason="Mindre rom.")

    session.refresh_from_db()
    assert (session.capacity, session.seats_over, session.seats_taken, session.free_seats) == (5, 3, 8, 0)
    assert session.bookings.live().count() == 2
    entry = AuditEntry.objects.get(action="session.seats_over")
    assert (entry.actor, entry.detail) == (user, {"seats": 3, "reason": "Mindre rom."})


def test_what_is_beyond_a_lower_capacity_goes_first_and_nothing_is_offered_before():
    session = SessionFactory(capacity=10)
    first, second = (BookingFactory(session=session, seats=seats) for seats in (2, 6))
    changed(session, capacity=6, accepts_over=2, over_reason="Mindre rom.")

    cancel_booking(first)
    session.refresh_from_db()
    full = session.free_seats
    change_seats(second, 5)

    session.refresh_from_db()
    assert (full, session.free_seats, session.seats_over) == (0, 1, 0)


def test_the_second_of_two_editors_is_stopped_and_can_save_once_the_change_is_seen():
    session = SessionFactory(capacity=10)
    seen = content_of(session)
    changed(session, capacity=12, seen=seen)

    with pytest.raises(SessionChanged) as refused:
        changed(session, capacity=14, seen=seen)
    session.refresh_from_db()
    stopped = session.capacity
    changed(session, capacity=14, seen=refused.value.now)

    session.refresh_from_db()
    assert (stopped, session.capacity) == (12, 14)


def test_a_moved_meeting_and_a_step_are_changes_and_a_booking_is_none():
    session = SessionFactory(state="draft")
    seen = content_of(session)
    BookingFactory(session=session)
    assert content_of(Session.objects.get(pk=session.pk)) == seen

    session.meetings.update(place="Biblioteket")
    assert content_of(session) != seen
    session.meetings.update(place="Rådhuset")
    open_session(session, by=UserFactory())

    assert content_of(Session.objects.get(pk=session.pk)) != seen


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
