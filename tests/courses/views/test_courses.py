"""The texts of a course as staff write them, two at a time."""

import pytest
from django.urls import reverse

from courses.forms.courses import CourseForm
from tests.factories.courses import CourseFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory(roles=["campaign"]))


def page_of(course):
    return reverse("courses:staff_course_update", args=[course.slug])


def opened(client, course):
    """Return what the form of a course carries, with its fields filled in as they are."""
    context = client.get(page_of(course)).context
    form = context["form"]
    values = {name: form[name].value() for name in form.fields}
    typed = {name: value for name, value in values.items() if value is not None and value is not False}
    return {"opened": context["opened"]} | typed


def test_the_second_editor_of_a_course_sees_what_is_different_and_saves_when_sure(client, staff):
    course = CourseFactory(title_nb="Kurs", summary_nb="Kort.", offers_online=True, vat_treatment="exempt")
    fields = opened(client, course)
    client.post(page_of(course), fields | {"summary_nb": "Deres."})

    second = client.post(page_of(course), fields | {"summary_nb": "Min.", "price": "500"})
    course.refresh_from_db()
    stopped = (course.summary_nb, course.price)
    again = client.post(page_of(course), fields | {"summary_nb": "Min.", "opened": second.context["opened"]})

    course.refresh_from_db()
    rows = [(row["label"], row["opened"], row["theirs"], row["mine"]) for row in second.context["difference"]["rows"]]
    assert rows == [("Summary in bokmål", "Kort.", "Deres.", "Min.")]
    assert second.context["difference"]["who"] == staff
    assert (stopped, again.status_code, course.summary_nb) == (("Deres.", 0), 302, "Min.")


def test_two_who_change_a_course_after_each_other_are_not_stopped(client, staff):
    course = CourseFactory(offers_online=True)
    client.post(page_of(course), opened(client, course) | {"summary_nb": "Deres."})

    second = client.post(page_of(course), opened(client, course) | {"summary_nb": "Min."})

    assert second.status_code == 302


@pytest.mark.parametrize("carried", ["x", "eyJhIjoxfQ:1abc:zzz"])
def test_what_the_form_did_not_carry_is_no_reason_to_fail(client, staff, carried):
    course = CourseFactory(offers_online=True)

    done = client.post(page_of(course), opened(client, course) | {"opened": carried, "summary_nb": "Min."})

    assert done.status_code == 302


def test_form_of_a_course_asks_for_every_field_that_is_compared():
    assert set(CourseForm(instance=CourseFactory()).fields) == set(CourseForm.Meta.fields) - {"slug"}


@pytest.mark.parametrize("stored", ["En.\nTo.", "En.\r\nTo."])
def test_line_breaks_of_a_browser_are_no_difference(client, staff, stored):
    course = CourseFactory(offers_online=True, description_nb=stored)
    fields = opened(client, course) | {"description_nb": "En.\r\nTo."}
    client.post(page_of(course), fields | {"summary_nb": "Deres."})

    second = client.post(page_of(course), fields | {"summary_nb": "Min."})

    course.refresh_from_db()
    assert [row["label"] for row in second.context["difference"]["rows"]] == ["Summary in bokmål"]
    assert course.description_nb == "En.\nTo."
