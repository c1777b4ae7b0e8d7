import json

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import AttendanceMark, Booking, Meeting, Session
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.trainers import register_trainer
from taushet.models import AuditEntry
from taushet.roles import FINANCE
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

KEY = "0123456789abcdef" * 2


@pytest.fixture
def trainer(client):
    trainer = register_trainer(TrainerUserFactory(), courses=[])
    sign_in(client, trainer.user)
    return trainer


@pytest.fixture
def session(trainer):
    session = SessionFactory(municipality=MunicipalityFactory())
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    begin(session)
    return session


@pytest.fixture
def person(session):
    return ParticipantFactory(booking=BookingFactory(session=session), name="Åse Ødegård")


def begin(session):
    """Let the session be under way."""
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(first_starts_at=now)
    Meeting.objects.filter(session=session).update(starts_at=now)


def address(session, name="attendance", room="trainer"):
    return reverse(f"courses:{room}_{name}", args=[session.pk, session.meetings.get().pk])


def mark(person, **changes):
    return {"key": KEY, "participant": person.pk, "present": True, "age": 1000} | changes


def post_marks(client, session, marks):
    return client.post(address(session, "attendance_marks"), {"marks": json.dumps(marks)})


def fields(response):
    form = response.context["form"]
    shown = {f"was-{row['participant'].pk}": row["answer"] for row in form.rows}
    return shown | {"request_key": form["request_key"].value()}


def test_list_is_saved_without_script_and_marks_only_what_was_changed(client, session, person):
    other = ParticipantFactory(booking=person.booking)
    data = fields(client.get(address(session))) | {f"here-{person.pk}": "1"}

    first = client.post(address(session), data)
    again = client.post(address(session), data)

    assert (first.status_code, again.status_code) == (302, 302)
    assert list(AttendanceMark.objects.values_list("participant", "is_present")) == [(person.pk, True)]
    rows = {row["participant"].pk: row["answer"] for row in client.get(address(session)).context["form"].rows}
    assert rows == {person.pk: "1", other.pk: ""}


def test_saving_an_old_page_does_not_undo_what_another_phone_ticked(client, session, person):
    data = fields(client.get(address(session)))
    post_marks(client, session, [mark(person)])

    client.post(address(session), data)

    assert AttendanceMark.objects.count() == 1


def test_script_gets_the_list_as_it_stands(client, session, person):
    response = post_marks(client, session, [mark(person)])

    assert response.json() == {"kept": [KEY], "present": {str(person.pk): True}}
    assert AttendanceMark.objects.get().made_by == session.assignments.get().trainer.user


@pytest.mark.parametrize(
    "marks",
    [
        "",
        "{",
        "null",
        '"x"',
        "[1]",
        "[{}]",
        json.dumps([{"key": "short", "participant": 1, "present": True, "age": 0}]),
        json.dumps([{"key": KEY, "participant": "1", "present": True, "age": 0}]),
        json.dumps([{"key": KEY, "participant": 1, "present": "ja", "age": 0}]),
        json.dumps([{"key": KEY, "participant": 1, "present": True, "age": 10**30}]),
        json.dumps([{"key": KEY, "participant": 10**30, "present": True, "age": 0}]),
        json.dumps([{"key": KEY, "participant": 1, "present": True, "age": 0}] * 2001),
    ],
)
def test_what_is_no_list_of_marks_is_refused(client, session, marks):
    response = client.post(address(session, "attendance_marks"), {"marks": marks})

    assert response.status_code == 400
    assert not AttendanceMark.objects.exists()


def test_somebody_elses_participant_is_not_marked(client, session):
    stranger = ParticipantFactory()

    response = post_marks(client, session, [mark(stranger)])

    assert response.json() == {"kept": [], "present": {}}
    assert not AttendanceMark.objects.exists()


def test_marks_before_the_day_are_refused_with_the_reason(client, trainer):
    session = SessionFactory(municipality=MunicipalityFactory())
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())

    response = post_marks(client, session, [])
    page = client.get(address(session))

    assert (response.status_code, response.json()["why"]) == (
        409,
        "You can take attendance from the morning of the day.",
    )
    assert page.context["may_take"] is False


@pytest.mark.parametrize("name", ["attendance", "attendance_marks", "attendance_walk_in", "attendance_print"])
def test_only_the_trainers_of_the_session_find_it(client, session, person, name):
    other = register_trainer(TrainerUserFactory(), courses=[])
    sign_in(client, other.user)

    method = client.post if name in {"attendance_marks", "attendance_walk_in"} else client.get
    response = method(address(session, name), {"marks": "[]"})

    assert response.status_code == 404


def test_a_trainer_who_was_taken_off_finds_it_no_more(client, trainer, session):
    withdraw_assignment(session.assignments.get(), by=UserFactory())

    assert client.get(address(session)).status_code == 404


def test_who_is_no_trainer_is_refused(client, session):
    sign_in(client, UserFactory())

    assert client.get(address(session)).status_code == 403
    client.logout()
    assert client.get(address(session)).status_code == 302


def test_staff_take_attendance_with_the_permission_only(client, session, person):
    finance = StaffFactory(roles=[FINANCE])
    sign_in(client, finance)
    refused = client.get(address(session, room="staff"))
    sign_in(client, StaffFactory())

    response = client.post(address(session, "attendance_marks", room="staff"), {"marks": json.dumps([mark(person)])})

    assert refused.status_code == 403
    assert response.json()["present"] == {str(person.pk): True}


def test_meeting_of_another_session_is_not_found(client, session):
    other = SessionFactory()

    response = client.get(reverse("courses:trainer_attendance", args=[session.pk, other.meetings.get().pk]))

    assert response.status_code == 404


@pytest.mark.parametrize("name", ["attendance", "attendance_print"])
def test_looking_at_the_names_is_recorded(client, session, person, name):
    client.get(address(session, name))

    entry = AuditEntry.objects.about(session).order_by("pk").last()
    assert (entry.action.partition(".")[0], entry.detail) == ("attendance", {"meeting": session.meetings.get().pk})


def walk_in(client, session, **changes):
    page = client.get(address(session))
    data = {
        "request_key": page.context["walk_in"]["request_key"].value(),
        "name": "Kari Nordmann",
        "municipality": session.municipality.pk,
    }
    return client.post(address(session, "attendance_walk_in"), data | changes)


def test_walk_in_is_put_on_the_list_as_present(client, session):
    response = walk_in(client, session)

    assert response.status_code == 302
    [row] = client.get(address(session)).context["form"].rows
    assert (row["participant"].name, row["answer"]) == ("Kari Nordmann", "1")


def test_walk_in_to_a_full_session_is_told_so(client, session, person):
    Session.objects.update(capacity=2)
    session.municipality = MunicipalityFactory()

    response = walk_in(client, session)

    assert response.context["walk_in"].non_field_errors() == ["All seats are taken, so there is no room for one more."]
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("field", ["name", "municipality"])
def test_walk_in_needs_name_and_municipality(client, session, field):
    response = walk_in(client, session, **{field: ""})

    assert list(response.context["walk_in"].errors) == [field.removeprefix("")]
    assert not Booking.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("attendance_overview", 11), ("attendance", 11)])
def test_pages_cost_the_same_queries_for_one_and_for_three(
    client, session, django_assert_num_queries, count, name, queries
):
    ParticipantFactory.create_batch(count, booking=BookingFactory(session=session, seats=3))
    arguments = [session.pk] if name == "attendance_overview" else [session.pk, session.meetings.get().pk]

    with django_assert_num_queries(queries):
        response = client.get(reverse(f"courses:trainer_{name}", args=arguments))

    assert response.status_code == 200
