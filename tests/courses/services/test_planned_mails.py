from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from courses.exceptions import WrongState
from courses.models import Booking, BookingMessage, MailKind, MailRule, Meeting, Participant, PlannedMail, Session
from courses.services import planned_mails
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_for_municipality
from courses.services.due_mails import write_due_mails
from courses.services.mail_texts import change_mail
from courses.services.materials import change_material
from courses.services.messages import tell_confirmed
from courses.services.moves import move_booking
from courses.services.participants import Person, name_participants, withdraw_participant
from courses.services.planned_mails import follow_booking, plan_unplanned, restart_planned, stop_planned
from courses.services.sessions import MeetingPlan, cancel_session, change_session, create_session, open_session
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from taushet.services.sending import send_all_due
from tests.factories.courses import BookingFactory, CourseFactory, MeetingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PLANNED, WRITTEN, DROPPED = PlannedMail.State.PLANNED, PlannedMail.State.WRITTEN, PlannedMail.State.DROPPED
REMINDER = MailKind.REMINDER


def oslo(*parts):
    return datetime(*parts, tzinfo=timezone.get_default_timezone())


def night(*day):
    """Give every tenth minute of the first ten hours of a day."""
    return [oslo(*day).astimezone(UTC) + number * timedelta(minutes=10) for number in range(60)]


@pytest.fixture
def at(monkeypatch):
    """Let it be a given moment."""

    def travel(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return travel


@pytest.fixture
def booking():
    """Confirmed, with two named participants, and planned for."""
    booking = BookingFactory(seats=3)
    ParticipantFactory(booking=booking, email="kari@bodo.test")
    ParticipantFactory(booking=booking, email="per@bodo.test")
    follow_booking(booking)
    return booking


def plan(booking, *states):
    rows = PlannedMail.objects.filter(booking=booking, state__in=states or [PLANNED])
    return sorted((row.kind, row.step, row.due_at) for row in rows)


def reminder(booking):
    return PlannedMail.objects.get(booking=booking, kind=REMINDER)


def plans_of(session):
    return [
        MeetingPlan(meeting.starts_at, meeting.ends_at, meeting.place, pk=meeting.pk)
        for meeting in session.meetings.all()
    ]


def move(session, by):
    plans = [MeetingPlan(one.starts_at + by, one.ends_at + by, one.place, pk=one.pk) for one in plans_of(session)]
    return change_session(session, by=StaffFactory(), meetings=plans)


def sent(kind):
    return sorted(Message.objects.filter(kind=kind).values_list("to_email", flat=True))


def test_confirmed_booking_has_its_mails_planned_by_days_before_the_meeting():
    session = SessionFactory()
    booking = book_for_municipality(
        session,
        by=StaffFactory(),
        request_key="a",
        municipality=MunicipalityFactory(),
        seats=2,
        contact_name="Kari",
        contact_email="kari@bodo.test",
        contact_phone="+4722331160",
    )

    starts_at = session.first_starts_at
    days = {(kind, step): timezone.localtime(starts_at) - timezone.localtime(due) for kind, step, due in plan(booking)}
    assert {key: round(ahead / DAY) for key, ahead in days.items()} == {
        ("names-missing", 0): 14,
        ("names-missing", 1): 4,
        ("joining", 0): 3,
        ("reminder", 0): 1,
    }


def test_what_is_past_already_is_not_planned():
    booking = BookingFactory(session__first_starts_at=timezone.now() + timedelta(hours=20))

    follow_booking(booking)

    assert plan(booking) == []


def test_reminder_moves_with_its_meeting_and_is_written_once(booking):
    before = reminder(booking).due_at

    move(booking.session, 2 * DAY)
    row = reminder(booking)
    too_early = write_due_mails(before)
    in_time = write_due_mails(row.due_at), write_due_mails(row.due_at)

    assert row.due_at - before == 2 * DAY
    assert sent("reminder") == [booking.contact_email, "kari@bodo.test", "per@bodo.test"]
    assert in_time[1] == 0
    assert too_early > 0


def test_meeting_moved_so_near_that_the_reminder_is_late_drops_it(booking):
    move(booking.session, timezone.now() + timedelta(hours=5) - booking.session.first_starts_at)

    assert reminder(booking).state == DROPPED


def test_reminder_is_written_again_when_the_meeting_is_moved_far_after_it_went(booking):
    write_due_mails(reminder(booking).due_at)
    PlannedMail.objects.update(settled_at=timezone.now())

    move(booking.session, 30 * DAY)

    assert reminder(booking).state == PLANNED


def test_reminder_is_not_written_again_for_a_meeting_moved_by_an_hour(booking, at):
    at(reminder(booking).due_at + timedelta(minutes=1))
    write_due_mails()

    move(booking.session, timedelta(hours=1))

    assert reminder(booking).state == WRITTEN


def test_nothing_is_written_of_a_meeting_that_has_begun(booking):
    write_due_mails(booking.session.first_starts_at)

    assert Message.objects.count() == 0
    assert plan(booking) == []


@pytest.mark.parametrize("apart", [False, True])
def test_who_sits_in_two_bookings_of_a_session_is_told_once(at, apart):
    """Also when another worker has the other booking, or has written its mails already."""
    session = SessionFactory()
    first, second = (BookingFactory(session=session, seats=2, contact_email=f"{name}@bodo.test") for name in "ab")
    for booking in (first, second):
        ParticipantFactory(booking=booking, email="kari@bodo.test")
    ParticipantFactory(booking=second, email="a@bodo.test")  # the contact of the first sits in the second
    for booking in (first, second):
        follow_booking(booking)
    PlannedMail.objects.exclude(kind=REMINDER).delete()
    at(reminder(first).due_at + timedelta(minutes=5))
    if apart:
        held = PlannedMail.objects.get(booking=first)
        PlannedMail.objects.filter(pk=held.pk).update(due_at=timezone.now() + DAY / 24)
        write_due_mails()
        PlannedMail.objects.filter(pk=held.pk).update(due_at=held.due_at)

    write_due_mails()

    assert sent(REMINDER) == ["a@bodo.test", "b@bodo.test", "kari@bodo.test"]
    assert plan(first, WRITTEN)
    assert plan(second, WRITTEN)


def test_who_is_in_a_second_booking_whose_mail_went_before_the_name_came_is_told_all_the_same(at):
    session = SessionFactory()
    first, second = (BookingFactory(session=session, seats=2) for _booking in range(2))
    ParticipantFactory(booking=second, email="kari@bodo.test")
    for booking in (first, second):
        follow_booking(booking)
    at(reminder(first).due_at + timedelta(minutes=5))
    later = PlannedMail.objects.filter(booking=second, kind=REMINDER)
    later.update(due_at=timezone.now() + DAY / 24)
    write_due_mails()
    ParticipantFactory(booking=first, email="kari@bodo.test")

    later.update(due_at=timezone.now())
    write_due_mails()

    assert sent(REMINDER).count("kari@bodo.test") == 1


def test_booker_with_twelve_seats_is_reminded_once():
    booking = BookingFactory(seats=12)
    follow_booking(booking)

    write_due_mails(reminder(booking).due_at)

    assert sent("reminder") == [booking.contact_email]


def test_contact_who_takes_part_is_reminded_as_a_participant_only():
    booking = BookingFactory()
    own = ParticipantFactory(booking=booking, email=booking.contact_email)
    follow_booking(booking)

    write_due_mails(reminder(booking).due_at)

    row = BookingMessage.objects.get(message__kind="reminder")
    assert (row.participant, row.message.to_email) == (own, booking.contact_email)


def test_contact_is_reminded_of_the_first_meeting_only():
    session = SessionFactory()
    MeetingFactory(session=session, starts_at=session.first_starts_at + 7 * DAY)
    booking = BookingFactory(session=session)
    ParticipantFactory(booking=booking, email="kari@bodo.test")
    follow_booking(booking)
    first, second = PlannedMail.objects.filter(kind=REMINDER).order_by("due_at")

    write_due_mails(first.due_at)
    write_due_mails(second.due_at)

    assert sent("reminder") == [booking.contact_email, "kari@bodo.test", "kari@bodo.test"]


@pytest.mark.parametrize("end", ["booking", "session", "meeting"])
def test_reminder_dies_with_what_it_is_about(booking, end):
    due_at = reminder(booking).due_at
    if end == "booking":
        cancel_booking(booking)
    elif end == "session":
        cancel_session(booking.session, by=StaffFactory())
    else:
        MeetingFactory(session=booking.session, starts_at=booking.session.first_starts_at + 7 * DAY)
        later = [one for one in plans_of(booking.session) if one.starts_at > booking.session.first_starts_at]
        change_session(booking.session, by=StaffFactory(), meetings=later)

    write_due_mails(due_at)

    assert sent("reminder") == []


def test_participant_taken_off_is_not_reminded_and_the_others_are(booking):
    withdraw_participant(booking.participants.get(email="kari@bodo.test"))

    write_due_mails(reminder(booking).due_at)

    assert sent("reminder") == [booking.contact_email, "per@bodo.test"]


def test_reminders_follow_a_booking_to_another_date(booking):
    other = SessionFactory(course=booking.session.course, first_starts_at=booking.session.first_starts_at + 10 * DAY)

    moved = move_booking(booking, other)

    rows = PlannedMail.objects.filter(booking=moved, state=PLANNED)
    assert {row.session for row in rows} == {other}
    assert PlannedMail.objects.get(kind=REMINDER, state=PLANNED).meeting.session == other


def test_reminder_due_in_the_hour_that_the_clocks_jump_over_goes_once(at):
    at(oslo(2027, 3, 1, 12))
    session = SessionFactory(first_starts_at=oslo(2027, 3, 29, 2, 30))
    booking = BookingFactory(session=session)
    follow_booking(booking)

    written = [moment for moment in night(2027, 3, 28) if write_due_mails(moment)]

    assert sent("reminder") == [booking.contact_email]
    assert timezone.localtime(written[-1]).strftime("%d.%m. %H.%M") == "28.03. 03.30"


def test_reminder_due_in_the_hour_that_comes_twice_goes_once(at):
    at(oslo(2027, 10, 1, 12))
    session = SessionFactory(first_starts_at=oslo(2027, 11, 1, 2, 30))
    booking = BookingFactory(session=session)
    follow_booking(booking)

    written = [moment for moment in night(2027, 10, 31) if write_due_mails(moment)]

    assert sent("reminder") == [booking.contact_email]
    assert timezone.localtime(written[-1]).strftime("%d.%m. %H.%M %Z") == "31.10. 02.30 CEST"


def test_weekly_meetings_at_nine_stay_at_nine_and_so_do_their_reminders(at):
    at(oslo(2027, 8, 1, 12))
    days = [oslo(2027, 9, 6, 9) + number * 7 * DAY for number in range(12)]
    plans = [MeetingPlan(day, day + timedelta(hours=2), "Rådhuset") for day in days]
    session = create_session(
        by=StaffFactory(), course=CourseFactory(), meetings=plans, capacity=20, language="nb", format="on_site"
    )
    open_session(session, by=StaffFactory())
    booking = BookingFactory(session=session)

    follow_booking(booking)

    meetings = Meeting.objects.filter(session=session)
    hours = {timezone.localtime(one.starts_at).strftime("%H.%M") for one in meetings}
    rows = PlannedMail.objects.filter(kind=REMINDER)
    assert (hours, {timezone.localtime(row.due_at).strftime("%H.%M") for row in rows}) == ({"09.00"}, {"09.00"})
    assert rows.count() == 12


def test_names_are_asked_for_until_every_seat_has_one():
    booking = BookingFactory(seats=2, second_email="ola@bodo.test", second_name="Ola")
    follow_booking(booking)
    first, second = PlannedMail.objects.filter(kind="names-missing").order_by("due_at")

    write_due_mails(first.due_at)
    asked = sent("names-missing")
    name_participants(booking, [Person("Kari"), Person("Per")], request_key="a")
    write_due_mails(second.due_at)

    assert asked == [booking.contact_email, "ola@bodo.test"]
    assert sent("names-missing") == asked
    assert plan(booking, DROPPED)[0][:2] == ("names-missing", 1)


def test_subject_says_how_many_names_are_missing_and_nothing_of_the_course():
    booking = BookingFactory(seats=3, session__course__title_nb="Når hjemmet er farlig")
    ParticipantFactory(booking=booking)
    follow_booking(booking)

    write_due_mails(PlannedMail.objects.filter(kind="names-missing").order_by("due_at")[0].due_at)

    message = Message.objects.get(kind="names-missing")
    assert message.subject == f"Bestilling {booking.pk}: 2 plasser mangler navn"
    assert "farlig" not in message.text


def test_time_place_and_link_wait_until_they_are_known():
    booking = BookingFactory(seats=1)
    ParticipantFactory(booking=booking, email="kari@bodo.test")
    Meeting.objects.update(place="", address="", join_url="")
    follow_booking(booking)
    row = PlannedMail.objects.get(kind="joining")

    write_due_mails(row.due_at)
    without = sent("joining")
    Meeting.objects.update(join_url="https://mote.example/1")
    write_due_mails(row.due_at + timedelta(hours=1))

    assert without == []
    assert sent("joining") == ["kari@bodo.test"]
    assert "https://mote.example/1" in Message.objects.get(kind="joining").text


def test_material_is_told_after_the_last_meeting_without_saying_what_it_is(booking):
    change_material(booking.session, "Om vold: https://les.example/", by=StaffFactory())
    row = PlannedMail.objects.get(kind="material")

    write_due_mails(row.due_at)

    assert row.due_at == booking.session.last_ends_at + timedelta(hours=2)
    assert sent("material") == ["kari@bodo.test", "per@bodo.test"]
    assert "vold" not in "".join(Message.objects.filter(kind="material").values_list("text", flat=True))


def test_material_taken_away_is_not_told(booking):
    change_material(booking.session, "Les dette.", by=StaffFactory())

    change_material(booking.session, "", by=StaffFactory())

    assert PlannedMail.objects.get(kind="material").state == DROPPED


def test_material_put_in_late_is_told_at_once_and_changed_it_is_not_told_again(at):
    booking = BookingFactory(seats=1)
    ParticipantFactory(booking=booking, email="kari@bodo.test")
    at(booking.session.last_ends_at + 5 * DAY)
    Session.objects.update(state=Session.State.HELD)

    change_material(booking.session, "Les dette.", by=StaffFactory())
    write_due_mails()
    change_material(booking.session, "Les heller dette.", by=StaffFactory())
    write_due_mails()

    assert sent("material") == ["kari@bodo.test"]


def test_contact_gets_the_material_for_those_without_an_address():
    booking = BookingFactory(seats=1)
    ParticipantFactory(booking=booking, email="")
    change_material(booking.session, "Les dette.", by=StaffFactory())

    write_due_mails(PlannedMail.objects.get(kind="material").due_at)

    assert sent("material") == [booking.contact_email]


def test_course_decides_when_and_what_is_planned_follows(booking):
    course = booking.session.course
    staff = StaffFactory()

    change_mail(course, REMINDER, by=staff, texts={}, is_on=True, amounts=[7, 2], unit=MailRule.Unit.DAYS)
    change_mail(course, "joining", by=staff, texts={}, is_on=False, amounts=[], unit=MailRule.Unit.DAYS)
    planned_mails.follow_course.enqueue(course.pk)
    run_all_due_jobs()

    steps = [row.step for row in PlannedMail.objects.filter(kind=REMINDER, state=PLANNED).order_by("due_at")]
    assert steps == [0, 1]
    assert PlannedMail.objects.get(kind="joining").state == DROPPED


def test_hours_are_hours_also_when_the_clocks_change(at):
    at(oslo(2027, 3, 1, 12))
    booking = BookingFactory(session__first_starts_at=oslo(2027, 3, 28, 9))
    course = booking.session.course
    change_mail(course, REMINDER, by=StaffFactory(), texts={}, is_on=True, amounts=[8], unit=MailRule.Unit.HOURS)

    follow_booking(booking)

    assert timezone.localtime(reminder(booking).due_at) == oslo(2027, 3, 28, 0)


def test_stopped_mail_stays_stopped_when_the_meeting_is_moved(booking):
    stop_planned(reminder(booking), by=StaffFactory())

    move(booking.session, 2 * DAY)
    write_due_mails(reminder(booking).due_at)

    assert sent("reminder") == []
    assert reminder(booking).state == PlannedMail.State.STOPPED


def test_stopped_mail_can_be_planned_again(booking):
    stop_planned(reminder(booking), by=StaffFactory())

    restart_planned(reminder(booking), by=StaffFactory())

    assert reminder(booking).state == PLANNED


def test_mail_that_is_written_cannot_be_stopped(booking):
    write_due_mails(reminder(booking).due_at)

    with pytest.raises(WrongState):
        stop_planned(reminder(booking), by=StaffFactory())


def test_bookings_from_before_are_planned_for_by_the_clock():
    booking = BookingFactory()

    counts = plan_unplanned(), plan_unplanned()

    assert counts == (1, 0)
    assert len(plan(booking)) == 4


def test_planning_twice_changes_nothing(booking):
    before = list(PlannedMail.objects.values())

    follow_booking(booking)
    tell_confirmed(booking)

    assert list(PlannedMail.objects.values()) == before


def test_held_booking_has_nothing_planned():
    booking = BookingFactory(state=Booking.State.HELD, held_until=timezone.now() + DAY)

    follow_booking(booking)

    assert plan(booking) == []


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_moved_session_do_not_grow(django_assert_num_queries, count):
    session = SessionFactory()
    for _number in range(count):
        follow_booking(BookingFactory(session=session))
    Meeting.objects.update(starts_at=session.first_starts_at + DAY, ends_at=session.last_ends_at + DAY)

    with django_assert_num_queries(8):
        planned_mails.follow_session(session)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_sweep_do_not_grow(django_assert_num_queries, count):
    session = SessionFactory()
    for _number in range(count):
        follow_booking(BookingFactory(session=session))
    due_at = PlannedMail.objects.filter(kind=REMINDER)[0].due_at
    PlannedMail.objects.exclude(kind=REMINDER).delete()

    with django_assert_num_queries(15):
        write_due_mails(due_at)


def leave():
    send_all_due("test")
    return sorted(Message.objects.filter(kind="reminder").values_list("to_email", "state"))


def test_reminder_leaves_only_as_long_as_it_is_true(booking, settings):
    at_due = reminder(booking).due_at
    write_due_mails(at_due)
    Participant.objects.filter(email="per@bodo.test").update(state=Participant.State.WITHDRAWN)

    states = dict(leave())

    assert states == {booking.contact_email: "stayed", "kari@bodo.test": "stayed", "per@bodo.test": "cancelled"}


def test_reminder_of_a_meeting_that_was_moved_before_it_left_does_not_leave(booking):
    write_due_mails(reminder(booking).due_at)
    move(booking.session, DAY)

    assert {state for _email, state in leave()} == {"cancelled"}


def test_reminder_that_could_not_leave_before_the_meeting_does_not_leave(booking, at):
    write_due_mails(reminder(booking).due_at)
    at(booking.session.first_starts_at)

    assert {state for _email, state in leave()} == {"cancelled"}


def test_reminder_names_the_course_only_to_those_who_chose_it():
    booking = BookingFactory(session__course__title_nb="Når hjemmet er farlig", shows_course_name=True)
    ParticipantFactory(booking=booking, email="kari@bodo.test", shows_course_name=False)
    ParticipantFactory(booking=booking, email="per@bodo.test")
    follow_booking(booking)

    write_due_mails(reminder(booking).due_at)

    told = Message.objects.filter(kind="reminder").values_list("to_email", "text")
    assert {email: "Når hjemmet er farlig" in text for email, text in told} == {
        booking.contact_email: True,
        "kari@bodo.test": False,
        "per@bodo.test": True,
    }


def test_reminder_to_a_protected_participant_holds_the_alias_only():
    booking = BookingFactory(seats=1)
    ParticipantFactory(booking=booking, name="Kari Nordmann", alias="Deltaker A", email="kari@bodo.test")
    follow_booking(booking)

    write_due_mails(reminder(booking).due_at)

    message = Message.objects.get(kind="reminder", to_email="kari@bodo.test")
    assert message.to_name == "Deltaker A"
    assert message.text.startswith("Hei, Deltaker A!")
    assert "Nordmann" not in message.text
