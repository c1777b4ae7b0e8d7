from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.demonstration.trainers import record_past
from courses.models import Assignment, Session, Trainer
from courses.registrations.staffing import sessions_to_staff
from courses.services.assignments import assign_trainer
from courses.services.candidates import candidates_for, name_sessions
from courses.services.swaps import colleagues_for
from courses.services.trainer_joining import finish_joining
from courses.services.trainer_offers import whom_a_call_fits
from courses.services.trainers import dismiss_trainer, register_trainer
from taushet.models import AuditEntry, Message, SecretLink
from taushet.registries import deactivations
from taushet.roles import FINANCE, TRAINER
from tests.factories.courses import CourseFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import CountyFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


NO_PLACES = {"habilitet-TOTAL_FORMS": "0", "habilitet-INITIAL_FORMS": "0"}


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def make_trainer(*courses, **fields):
    trainer = TrainerFactory(**fields)
    trainer.courses.set(courses)
    return trainer


def test_assigning_tells_the_trainer(client, staff):
    session = SessionFactory(course__title_nb="Når hjemmet er farlig")
    trainer = make_trainer(session.course, user__email="tone@test.example")

    response = client.post(reverse("courses:assignment_create", args=[session.pk]), {"trainer": trainer.pk})

    assert response.status_code == 302
    assert session.assignments.get().trainer == trainer
    message = Message.objects.get()
    assert message.to_email == "tone@test.example"
    assert message.subject.startswith("Nytt kursoppdrag: ")
    assert "farlig" not in message.subject
    assert "«Når hjemmet er farlig»" in message.text
    assert f"http://localhost:8000/kursholder/{session.pk}/" in message.text


def test_busy_trainer_is_refused_beside_the_field(client, staff):
    session = SessionFactory()
    other = SessionFactory(course=session.course, first_starts_at=session.first_starts_at + timedelta(hours=1))
    trainer = make_trainer(session.course, user__name="Tone Tangen")
    assign_trainer(other, trainer=trainer, by=UserFactory())

    response = client.post(reverse("courses:assignment_create", args=[session.pk]), {"trainer": trainer.pk})

    [error] = response.context["form"].errors["trainer"]
    assert error.startswith("Tone Tangen holder allerede kurs ")
    assert session.assignments.count() == 0


def test_choice_says_what_speaks_against_each_trainer(client, staff):
    here, there = CountyFactory(), CountyFactory()
    session = SessionFactory(language="nn", municipality=MunicipalityFactory(county=here))
    other = SessionFactory(course=session.course, first_starts_at=session.first_starts_at)
    busy = make_trainer(session.course, user__name="A Opptatt", teaches_nn=True)
    assign_trainer(other, trainer=busy, by=UserFactory())
    far = make_trainer(session.course, user__name="B Borte", teaches_nn=True)
    far.counties.add(there)
    make_trainer(session.course, user__name="C Bokmål")
    near = make_trainer(session.course, user__name="D Nær", teaches_nn=True)
    near.counties.add(here)
    make_trainer(user__name="E Ukjent")
    make_trainer(session.course, user__name="F Slutta", is_active=False)

    response = client.get(reverse("courses:assignment_create", args=[session.pk]))

    told = {name: [reason.why for reason in one.reasons] for name, one in candidates(response)}
    assert list(told.items()) == [
        ("D Nær", ["unknown"]),
        ("B Borte", ["county", "unknown"]),
        ("C Bokmål", ["language", "unknown"]),
        ("A Opptatt", ["taken", "unknown"]),
    ]
    page = response.content.decode()
    assert "reiser ikke til dette fylket" in page
    assert "underviser ikke på denne målformen" in page
    assert f": {other.course.title}, " in page
    assert f'value="{near.pk}"' in page
    assert f'value="{busy.pk}"' not in page


def candidates(response):
    return [(str(one.trainer), one) for one in response.context["form"].candidates.values()]


def test_what_speaks_against_a_trainer_takes_a_reason(client, staff):
    session = SessionFactory(language="nn")
    trainer = make_trainer(session.course, user__name="Bo Bokmål")
    url = reverse("courses:assignment_create", args=[session.pk])

    refused = client.post(url, {"trainer": trainer.pk, "reason": " "})

    assert refused.context["form"].errors == {
        "reason": [
            "Noe taler mot Bo Bokmål: underviser ikke på denne målformen. Skriv hvorfor du likevel velger Bo Bokmål."
        ]
    }
    assert session.assignments.count() == 0

    client.post(url, {"trainer": trainer.pk, "reason": "Kommunen vil heller ha bokmål."})

    assignment = session.assignments.get()
    assert (assignment.overridden, assignment.override_reason) == (["language"], "Kommunen vil heller ha bokmål.")
    entry = AuditEntry.objects.get(action="trainer.assigned")
    assert entry.detail == {"trainer": trainer.pk, "overridden": ["language"]}
    assert "Kommunen vil heller ha bokmål." in client.get(session.get_staff_url()).content.decode()


def test_whoever_is_only_invited_is_neither_called_nor_given_a_course_without_a_reason(client, staff):
    session = SessionFactory()
    trainer = make_trainer(session.course, user__name="Nora Ny", is_new=True)
    url = reverse("courses:assignment_create", args=[session.pk])

    refused = client.post(url, {"trainer": trainer.pk, "reason": ""})

    assert "har ikke svart på invitasjonen" in refused.context["form"].errors["reason"][0]
    assert session.assignments.count() == 0
    assert [one.fits for one in candidates_for(session)] == [False]
    assert (whom_a_call_fits(session, "lead"), colleagues_for(session)) == ([], [])
    assert "Invitert" in client.get(reverse("courses:trainer_list")).text
    client.post(url, {"trainer": trainer.pk, "reason": "Avtalt på telefon."})
    assert session.assignments.get().overridden == ["invited"]

    other = SessionFactory(course=session.course, first_starts_at=session.first_starts_at + timedelta(days=3))
    finish_joining(trainer)
    assert [one.trainer for one in whom_a_call_fits(other, "lead")] == [trainer]
    assert "Invitert" not in client.get(reverse("courses:trainer_list")).text


def test_reason_is_not_kept_when_nothing_speaks_against(client, staff):
    session = SessionFactory()
    trainer = make_trainer(session.course)

    url = reverse("courses:assignment_create", args=[session.pk])
    client.post(url, {"trainer": trainer.pk, "reason": "Kjenner kommunen."})

    assert list(session.assignments.values_list("overridden", "override_reason")) == [([], "")]


def test_candidates_are_ranked_by_way_then_load_then_who_was_here(client, staff):
    here = MunicipalityFactory(latitude="60.0", longitude="11.0")
    far = MunicipalityFactory(latitude="62.5", longitude="11.0")
    session = SessionFactory(municipality=here)
    names = {name: make_trainer(session.course, user__name=name, home=here) for name in ("Aud", "Bo", "Cato")}
    names["Dag"] = make_trainer(session.course, user__name="Dag", home=far)
    other_time = session.first_starts_at + timedelta(hours=5)
    assign_trainer(SessionFactory(course=session.course, first_starts_at=other_time), trainer=names["Aud"], by=staff)
    record_past(SessionFactory(municipality=here, first_starts_at=timezone.now() - timedelta(days=90)), names["Cato"])

    response = client.get(reverse("courses:assignment_create", args=[session.pk]))

    rows = [(name, one.distance, one.load, bool(one.last_here)) for name, one in candidates(response)]
    assert rows == [("Cato", 0, 0, True), ("Bo", 0, 0, False), ("Aud", 0, 1, False), ("Dag", 278, 0, False)]


def test_second_trainer_needs_one_who_leads(client, staff):
    session = SessionFactory()
    lead, second = make_trainer(session.course), make_trainer()
    second.second_courses.add(session.course)
    url = reverse("courses:assignment_create", args=[session.pk])

    client.post(url, {"trainer": second.pk})
    assert session.assignments.count() == 0

    client.post(url, {"trainer": lead.pk})
    client.post(url, {"trainer": second.pk})
    assert [one.trainer for one in session.assignments.order_by("pk")] == [lead, second]


@pytest.mark.parametrize("count", [1, 3])
def test_candidates_cost_the_same_queries_for_any_number(client, staff, count, django_assert_num_queries):
    session = SessionFactory(municipality=MunicipalityFactory(), closed_to=MunicipalityFactory())
    for number in range(count):
        trainer = make_trainer(session.course, user__name=f"Navn {number}")
        trainer.availabilities.create(weekday=number, starts="09:00", ends="12:00")
        assign_trainer(
            SessionFactory(
                course=session.course, municipality=session.municipality, first_starts_at=session.first_starts_at
            ), trainer=trainer,
            by=staff, even_so=True,
        )  # fmt: skip

    with django_assert_num_queries(10):
        found = candidates_for(session)
        names = name_sessions(reason for one in found for reason in one.reasons)

    assert (len(found), len(names)) == (count, count)


def test_trainer_who_may_not_teach_the_course_is_no_choice(client, staff):
    session = SessionFactory()

    response = client.post(reverse("courses:assignment_create", args=[session.pk]), {"trainer": make_trainer().pk})

    assert list(response.context["form"].errors) == ["trainer"]


def test_withdrawing_tells_the_trainer(client, staff):
    session = SessionFactory()
    trainer = make_trainer(session.course)
    assignment = assign_trainer(session, trainer=trainer, by=staff)
    url = reverse("courses:assignment_withdraw", args=[session.pk, assignment.pk])

    assert client.get(url).status_code == 405
    client.post(url)
    again = client.post(url, follow=True)

    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.WITHDRAWN
    assert Message.objects.filter(subject__startswith="Du har ikke lenger oppdraget").count() == 1
    assert [message.level_tag for message in again.context["messages"]][-1] == "error"


def test_assignment_of_another_session_is_404(client, staff):
    session = SessionFactory()
    assignment = assign_trainer(session, trainer=make_trainer(session.course), by=staff)

    url = reverse("courses:assignment_withdraw", args=[SessionFactory().pk, assignment.pk])

    assert client.post(url).status_code == 404


def test_registering_a_trainer_gives_role_and_calendar(client, staff):
    user, course = UserFactory(name="Tone Tangen"), CourseFactory()

    data = {"user": user.pk, "courses": [course.pk], "teaches_nn": "on", "fee": "1500"}
    client.post(reverse("courses:trainer_create"), data | NO_PLACES)

    trainer = Trainer.objects.get()
    assert (trainer.user, trainer.teaches_nb, trainer.teaches_nn, trainer.fee) == (user, False, True, 1500)
    assert list(trainer.courses.all()) == [course]
    assert user.groups.get().name == TRAINER
    assert SecretLink.objects.get().subject_id == trainer.pk
    assert AuditEntry.objects.get(action="trainer.registered").actor == staff


def test_trainer_needs_a_course_and_a_form_of_norwegian(client, staff):
    response = client.post(reverse("courses:trainer_create"), {"user": UserFactory().pk} | NO_PLACES)

    assert set(response.context["form"].errors) == {"courses", "teaches_nb"}
    assert Trainer.objects.count() == 0


def test_trainer_who_stops_loses_the_calendar(client, staff):
    trainer = register_trainer(TrainerUserFactory(), courses=[CourseFactory()])
    course = trainer.courses.get()

    data = {"courses": [course.pk], "teaches_nb": "on"} | NO_PLACES
    client.post(reverse("courses:trainer_update", args=[trainer.pk]), data)

    trainer.refresh_from_db()
    assert not trainer.is_active
    assert SecretLink.objects.get().revoked_at is not None


def test_deactivated_person_is_no_trainer_any_more():
    trainer = register_trainer(TrainerUserFactory(), courses=[])

    deactivations["trainer"].apply(trainer.user, StaffFactory())
    dismiss_trainer(UserFactory(), None)

    trainer.refresh_from_db()
    assert not trainer.is_active
    assert SecretLink.objects.get().revoked_at is not None


def test_today_names_the_sessions_without_an_active_trainer():
    staffed, inactive, empty = SessionFactory.create_batch(3, course=CourseFactory())
    SessionFactory(state=Session.State.CANCELLED)
    assign_trainer(staffed, trainer=make_trainer(staffed.course), by=UserFactory())
    gone = make_trainer(staffed.course)
    assign_trainer(inactive, trainer=gone, by=UserFactory())
    Trainer.objects.filter(pk=gone.pk).update(is_active=False)

    urls = [url for _text, url in sessions_to_staff(StaffFactory())]

    assert urls == [reverse("courses:session_staffing", args=[one.pk]) for one in (inactive, empty)]


@pytest.mark.parametrize("count", [1, 3])
def test_trainer_list_queries_do_not_grow(client, staff, count, django_assert_num_queries):
    for _number in range(count):
        make_trainer(CourseFactory()).counties.add(CountyFactory())
    url = reverse("courses:trainer_list")
    client.get(url)

    with django_assert_num_queries(10):
        response = client.get(url)

    assert len(response.context["trainers"]) == count


@pytest.mark.parametrize("who", [lambda: UserFactory(), lambda: StaffFactory(roles=[FINANCE])])
def test_staff_pages_are_closed_to_others(client, who):
    session = SessionFactory()
    assignment = assign_trainer(session, trainer=make_trainer(session.course), by=UserFactory())
    sign_in(client, who())

    answers = {
        client.get(reverse("courses:trainer_list")).status_code,
        client.get(reverse("courses:trainer_create")).status_code,
        client.get(reverse("courses:trainer_update", args=[assignment.trainer_id])).status_code,
        client.post(reverse("courses:assignment_create", args=[session.pk])).status_code,
        client.post(reverse("courses:assignment_withdraw", args=[session.pk, assignment.pk])).status_code,
    }

    assert answers <= {403, 404}
