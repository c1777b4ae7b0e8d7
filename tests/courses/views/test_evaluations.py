from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import EvaluationAnswer, EvaluationRound, EvaluationTicket
from courses.services import evaluations
from taushet.roles import FINANCE
from tests.courses.services.test_evaluations import answers, new_round
from tests.factories.taushet import StaffFactory, TrainerUserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

FULL = {"useful": "5", "sure_to_ask": "4", "sure_to_act": "3", "text": "Mer tid"}


def address(round_):
    return reverse("courses:evaluation", args=[evaluations.draw_ticket(round_.pk)])


def test_answer_is_kept_without_sign_in_and_once(client):
    url = address(new_round())

    page = client.get(url)
    sent = client.post(url, FULL)
    again = client.post(url, FULL | {"useful": "1"})
    after = client.get(url)

    assert (page.status_code, sent.status_code) == (200, 302)
    assert "has_used" not in page.context["form"].fields
    answer = EvaluationAnswer.objects.get()
    assert (answer.useful, answer.sure_to_ask, answer.sure_to_act, answer.text) == (5, 4, 3, "Mer tid")
    assert (again.context["is_used"], after.context["is_used"]) == (True, True)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "sessionid" not in client.cookies
    assert "okt" not in client.cookies


def test_page_is_neutral_and_says_whom_to_call(client):
    page = client.get(address(new_round(course__title_nb="Når hjemmet er farlig")))

    text = page.content.decode()
    assert "<title>Course sign-up</title>" in text
    assert "Når hjemmet" not in text
    assert "nothing about your own life" in text
    assert "116 006" in text


def test_later_it_is_asked_what_came_of_it(client):
    url = address(new_round(EvaluationRound.Wave.THREE_MONTHS))

    lacking = client.post(url, FULL)
    client.post(url, FULL | {"has_used": "nei"})

    assert list(lacking.context["form"].errors) == ["has_used"]
    assert EvaluationAnswer.objects.get().has_used is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("useful", ""),
        ("useful", "6"),
        ("useful", "0"),
        ("sure_to_ask", "x"),
        ("sure_to_act", "4.5"),
        ("text", "a" * 1001),
    ],
)
def test_wrong_answers_are_asked_again_and_leave_the_link_unused(client, field, value):
    response = client.post(address(new_round()), FULL | {field: value})

    assert list(response.context["form"].errors) == [field]
    assert not EvaluationAnswer.objects.exists()
    assert not EvaluationTicket.objects.filter(is_used=True).exists()


def test_unknown_link_and_closed_round(client):
    url = address(new_round())
    now = timezone.now()
    EvaluationRound.objects.update(opens_at=now - timedelta(days=61), closes_at=now)

    closed = client.post(url, FULL)
    unknown = client.get(reverse("courses:evaluation", args=["x" * 43]))

    assert (closed.context["is_used"], unknown.status_code) == (False, 404)
    assert not EvaluationAnswer.objects.exists()


def test_results_are_for_staff_with_the_permission(client):
    url = reverse("courses:evaluation_results")

    statuses = []
    for user in (StaffFactory(), StaffFactory(roles=[FINANCE]), TrainerUserFactory()):
        sign_in(client, user)
        statuses.append(client.get(url).status_code)
    client.logout()

    assert [*statuses, client.get(url).status_code] == [200, 403, 403, 302]


def test_results_by_course_county_and_audience(client):
    round_ = new_round(course__audience="services")
    answers(round_, 5, text="Mer tid")
    few = new_round()
    answers(few, 4, text="Hemmelig")
    evaluations.release_answers()
    sign_in(client, StaffFactory())

    response = client.get(reverse("courses:evaluation_results"))

    for key in ("by_course", "by_county", "by_audience"):
        assert [(row["count"], row["average_useful"]) for row in response.context[key]] == [(5, 4)]
    assert response.context["by_county"][0]["name"] == round_.session.municipality.county.name
    assert response.context["waiting"] == 4
    assert "Hemmelig" not in response.content.decode()


def test_results_know_no_filters(client):
    answers(new_round(), 5)
    evaluations.release_answers()
    sign_in(client, StaffFactory())
    url = reverse("courses:evaluation_results")

    plain, asked = client.get(url), client.get(url, {"session": 1, "county": "46", "course": 1})

    for key in ("by_course", "by_county", "by_audience", "texts"):
        assert plain.context[key] == asked.context[key]
