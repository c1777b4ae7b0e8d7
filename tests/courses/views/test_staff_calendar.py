"""Staff's calendar as pages, the moving of a meeting, and the trainer's own pages."""

from datetime import time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.models import Assignment, Availability, Booking, Meeting, Session, Trainer, TrainerOffer, WaitingPlace
from courses.services.assignments import assign_trainer
from courses.services.calendars import invite
from courses.services.trainers import register_trainer
from taushet.models import Message, User
from taushet.roles import TRAINER
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def page(client, name, **asked):
    response = client.get(reverse(f"courses:{name}"), asked)
    assert response.status_code == 200
    return response


def meetings_in(response):
    return {part.entry.meeting for day in response.context["days"] for part in day.parts}


def week_of(moment):
    year, week, _day = timezone.localdate(moment).isocalendar()
    return f"{year}-W{week:02}"


@pytest.mark.parametrize("name", ["staff_calendar_week", "staff_calendar_month", "staff_calendar_list"])
def test_sessions_are_narrowed_by_trainer_county_course_and_lack(client, staff, name):
    place = MunicipalityFactory()
    taught, lonely = SessionFactory(municipality=place), SessionFactory(municipality=MunicipalityFactory())
    trainer = TrainerFactory()
    Assignment.objects.create(session=taught, trainer=trainer, state=Assignment.State.ACCEPTED)
    asked = {"uke": week_of(taught.first_starts_at), "maned": f"{timezone.localdate(taught.first_starts_at):%Y-%m}"}
    both = {taught.meetings.get(), lonely.meetings.get()}

    assert meetings_in(page(client, name, **asked)) == both
    assert meetings_in(page(client, name, **asked, trainer=trainer.pk)) == {taught.meetings.get()}
    assert meetings_in(page(client, name, **asked, county=place.county_id)) == {taught.meetings.get()}
    assert meetings_in(page(client, name, **asked, course=lonely.course_id)) == {lonely.meetings.get()}
    assert meetings_in(page(client, name, **asked, lacks_trainer="on")) == {lonely.meetings.get()}
    assert meetings_in(page(client, name, **asked, trainer="x", county="99")) == both


@pytest.mark.parametrize("value", ["", "2026-W54", "tull", "0001-W01", "9999-W99"])
def test_a_week_that_is_none_is_this_one(client, staff, value):
    today = timezone.localdate()

    assert page(client, "staff_calendar_week", uke=value).context["period"].first == today - timedelta(today.weekday())


def test_links_keep_what_narrows_and_leave_the_page(client, staff):
    content = page(client, "staff_calendar_week", uke="2026-W44", lacks_trainer="on", page="2").content.decode()

    assert 'href="?uke=2026-W43&amp;lacks_trainer=on" rel="prev"' in content
    assert "/stab/kalender/maned/?lacks_trainer=on&amp;maned=2026-10" in content


def many_trainers(count):
    """Make trainers as rows, each with hours and a session in the week of 1 February 2027."""
    group, start = Group.objects.get(name=TRAINER), Trainer.objects.count()
    users = User.objects.bulk_create(
        User(email=f"trainer{number}@test.example", name=f"Trener {number:03}")
        for number in range(start, start + count)
    )
    User.groups.through.objects.bulk_create(User.groups.through(user=user, group=group) for user in users)
    trainers = Trainer.objects.bulk_create(Trainer(user=user) for user in users)
    Availability.objects.bulk_create(
        Availability(trainer=one, weekday=day, starts=time(9), ends=time(15)) for one in trainers for day in range(5)
    )
    session = SessionFactory(first_starts_at=timezone.make_aware(timezone.datetime(2027, 2, 1, 9)))
    soon = timezone.now() + timedelta(days=2)
    call = TrainerOffer.objects.create(session=session, way=TrainerOffer.Way.CALL, answer_by=soon, made_by=users[0])
    Assignment.objects.bulk_create(
        Assignment(session=session, trainer=one, offer=call, state=Assignment.State.OFFERED, answer_by=soon)
        for one in trainers
    )


@pytest.mark.parametrize(
    ("name", "most"), [("staff_calendar_trainers", 18), ("staff_calendar_counties", 18), ("staff_calendar_week", 14)]
)
def test_queries_are_the_same_for_20_and_200_trainers(client, staff, name, most):
    counts = []
    for more in (20, 180):
        many_trainers(more)
        page(client, name, uke="2027-W05")
        with CaptureQueriesContext(connection) as queries:
            page(client, name, uke="2027-W05")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= most
    assert Trainer.objects.active().count() == 200


def test_trainers_stand_side_by_side_with_what_waits(client, staff):
    anne = register_trainer(TrainerUserFactory(name="Anne"), courses=[])
    register_trainer(TrainerUserFactory(name="Bo"), courses=[], counties=[MunicipalityFactory().county])
    session = SessionFactory(municipality=MunicipalityFactory())
    anne.courses.add(session.course)
    asked = {"uke": week_of(session.first_starts_at)}

    everybody = page(client, "staff_calendar_trainers", **asked)
    there = page(client, "staff_calendar_trainers", **asked, county=session.municipality.county_id)

    assert [str(row.trainer) for row in everybody.context["rows"]] == ["Anne", "Bo"]
    assert [str(row.trainer) for row in there.context["rows"]] == ["Anne"]
    assert [part.entry.meeting.session for day in everybody.context["waiting"] for part in day.parts] == [session]


@pytest.fixture
def session():
    return SessionFactory(municipality=MunicipalityFactory(), first_starts_at=noon(40), state=Session.State.OPEN)


def noon(days):
    return timezone.make_aware(timezone.datetime.combine(timezone.localdate() + timedelta(days=days), time(12)))


def move_address(meeting):
    return reverse("courses:staff_meeting_move", args=[meeting.session_id, meeting.pk])


def time_in(moment, hours=3):
    local = timezone.localtime(moment)
    return {"day": f"{local:%Y-%m-%d}", "starts": f"{local:%H:%M}", "ends": f"{local + timedelta(hours=hours):%H:%M}"}


def test_a_drop_only_leads_to_who_is_told_and_a_press_moves(client, staff, session):
    trainer = register_trainer(TrainerUserFactory(), courses=[session.course])
    assign_trainer(session, trainer=trainer, by=staff)
    booking = BookingFactory(session=session, contact_email="kari@bodo.test")
    invite(booking, email="kari@bodo.test")
    ParticipantFactory(booking=booking, email="")
    Booking.objects.update(second_name="Per", second_email="per@bodo.test")
    offered = BookingFactory(session=session, state="offered", contact_email="vera@bodo.test")
    WaitingPlace.objects.create(booking=offered, wanted=offered.seats, proved_at=timezone.now())
    BookingFactory(session=session, state="held", held_until=timezone.now() + timedelta(hours=5), confirmed_at=None)
    meeting, mails = session.meetings.get(), Message.objects.count()

    seen = client.get(move_address(meeting), time_in(noon(41)))

    told = {line.role: line.count for line in seen.context["preview"].told}
    assert told == dict.fromkeys(
        [
            "Kontaktpersoner",
            "Reservekontakter",
            "Adresser som ikke er bekreftet",
            "På ventelisten eller tilbudt plasser",
            "Kursholdere",
            "Deltakere uten e-postadresse",
        ],
        1,
    )
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.sequence, Message.objects.count()) == (noon(40), 0, mails)
    done = client.post(move_address(meeting), time_in(noon(41)) | {"opened": seen.context["opened"]})
    meeting.refresh_from_db()
    session.refresh_from_db()
    assert done.headers["Location"] == session.get_staff_url()
    assert (meeting.starts_at, meeting.sequence, session.first_starts_at) == (noon(41), 1, noon(41))
    addresses = Message.objects.order_by("pk")[mails:].values_list("to_email", flat=True)
    assert sorted(addresses) == sorted(["kari@bodo.test", "per@bodo.test", "vera@bodo.test", trainer.user.email])


def test_a_move_into_another_session_of_the_trainer_is_refused(client, staff, session):
    trainer = register_trainer(TrainerUserFactory(name="Anne"), courses=[session.course])
    assign_trainer(session, trainer=trainer, by=staff)
    other = SessionFactory(course=session.course, first_starts_at=noon(41))
    assign_trainer(other, trainer=trainer, by=staff)
    meeting = session.meetings.get()

    seen = client.get(move_address(meeting), time_in(noon(41)))
    client.post(move_address(meeting), time_in(noon(41)))

    assert seen.context["preview"].is_refused
    assert b'name="opened"' not in seen.content
    meeting.refresh_from_db()
    assert meeting.starts_at == noon(40)


def test_a_move_that_somebody_else_was_before_is_refused(client, staff, session):
    meeting = session.meetings.get()
    seen = client.get(move_address(meeting), time_in(noon(41)))
    Meeting.objects.filter(pk=meeting.pk).update(place="Biblioteket")

    answer = client.post(move_address(meeting), time_in(noon(41)) | {"opened": seen.context["opened"]})

    assert answer.status_code == 200
    meeting.refresh_from_db()
    assert meeting.starts_at == noon(40)


@pytest.mark.parametrize(
    "asked",
    [
        {"day": "2027-03-28", "starts": "02:30", "ends": "04:00"},
        {"day": "tull", "starts": "x", "ends": ""},
        {"day": "2020-01-01", "starts": "09:00", "ends": "10:00"},
        {"day": "2027-01-01", "starts": "10:00", "ends": "09:00"},
        {},
    ],
)
def test_times_that_cannot_be_are_asked_for_again(client, staff, session, asked):
    response = client.get(move_address(session.meetings.get()), asked)

    assert response.status_code == 200
    assert "preview" not in response.context
    assert bool(response.context["form"].errors) == bool(asked)


def test_a_meeting_that_is_over_or_cancelled_is_not_moved(client, staff, session):
    meeting = session.meetings.get()
    Meeting.objects.update(state=Meeting.State.CANCELLED)

    client.post(move_address(meeting), time_in(noon(41)))

    meeting.refresh_from_db()
    assert meeting.starts_at == noon(40)
    assert client.get(reverse("courses:staff_meeting_move", args=[session.pk + 1, meeting.pk])).status_code == 404


@pytest.mark.parametrize("name", ["trainer_calendar_week", "trainer_calendar_month", "trainer_calendar_list"])
def test_trainer_pages_show_the_own_only_in_the_same_queries(client, name):
    trainer = register_trainer(TrainerUserFactory(), courses=[])
    sign_in(client, trainer.user)
    counts = []
    for days in range(3):
        start = noon(40) + timedelta(hours=4 * days)
        session = SessionFactory(municipality=MunicipalityFactory(), first_starts_at=start)
        trainer.courses.add(session.course)
        assign_trainer(session, trainer=trainer, by=UserFactory(), reason="Prøve")
        SessionFactory(first_starts_at=noon(40))
        asked = {"uke": week_of(noon(40)), "maned": f"{timezone.localdate(noon(40)):%Y-%m}"}
        with CaptureQueriesContext(connection) as queries:
            response = page(client, name, **asked)
        counts.append(len(queries))

    mine = Meeting.objects.filter(session__in=Session.objects.for_trainer(trainer))
    assert meetings_in(response) == set(mine)
    assert reverse("courses:trainer_session", args=[session.pk]) in response.content.decode()
    assert len(set(counts)) == 1
