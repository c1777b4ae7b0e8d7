import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape

from courses.models import Session
from municipalities.models import Membership
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.municipalities import MembershipFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def titles(client, **query):
    """Return the titles in the list, in its order."""
    response = client.get(reverse("courses:course_list"), query)
    return re.findall(r'<span class="session-what"><a href="[^"]+">([^<]+)</a>', response.text)


@pytest.mark.parametrize("count", [1, 3, 51])
def test_queries_of_the_list_do_not_grow(client, django_assert_num_queries, count):
    SessionFactory.create_batch(count)
    client.get(reverse("courses:course_list"))

    with django_assert_num_queries(5):  # three of them for what a process keeps for a minute outside the tests
        response = client.get(reverse("courses:course_list"))

    assert len(response.context["page"].object_list) == min(count, 50)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_course_do_not_grow(client, django_assert_num_queries, count):
    course = CourseFactory()
    SessionFactory.create_batch(count, course=course)

    with django_assert_num_queries(4):  # one of them for what a process keeps for a minute outside the tests
        client.get(course.get_absolute_url())


def test_the_list_says_how_many_seats_are_free_this_moment(client, english):
    session = SessionFactory(capacity=20)
    client.get(reverse("courses:course_list"))
    Session.objects.filter(pk=session.pk).update(seats_taken=17)

    response = client.get(reverse("courses:course_list"))

    assert "3 free seats" in response.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"capacity": 5, "seats_taken": 5}, "Full"),
        ({"state": "cancelled"}, "Cancelled"),
        ({"state": "confirmed"}, "Will be held"),
    ],
)
def test_a_row_shows_the_state(client, fields, words, english):
    SessionFactory(**fields)

    response = client.get(reverse("courses:course_list"))

    assert f">{words}</span>" in response.text


def test_drafts_closed_past_and_unpublished_sessions_are_not_listed(client):
    SessionFactory(state="draft")
    SessionFactory(closed_to=MunicipalityFactory())
    SessionFactory(first_starts_at=timezone.now() - timedelta(days=1))
    SessionFactory(course__is_published=False)

    response = client.get(reverse("courses:course_list"))

    assert response.context["page"].object_list == []


def test_filters_narrow_the_list(client):
    place = MunicipalityFactory()
    here = SessionFactory(municipality=place, course__title_nb="Her")
    SessionFactory(
        course__title_nb="Der",
        course__audience="services",
        format="online",
        capacity=3,
        seats_taken=3,
        first_starts_at=here.first_starts_at + timedelta(days=10),
    )
    day = timezone.localdate(here.first_starts_at)

    assert titles(client) == ["Her", "Der"]
    assert titles(client, county=place.county_id) == ["Her"]
    assert titles(client, municipality=place.pk) == ["Her"]
    assert titles(client, date_from=day + timedelta(days=1)) == ["Der"]
    assert titles(client, date_to=day) == ["Her"]
    assert titles(client, date_from=f"{day:%d.%m.%Y}", date_to=f"{day:%d.%m.%Y}") == ["Her"]
    assert titles(client, format="online") == ["Der"]
    assert titles(client, audience="services") == ["Der"]
    assert titles(client, free="on") == ["Her"]


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"date_from": "i morgen"}, "date_from", "This is not a date. Write it as 12.03.2027."),
        ({"date_from": "0001-01-01"}, "date_from", "Choose a date after 1999."),
        ({"date_to": "9999-12-31"}, "date_to", "Choose a date before 2100."),
        (
            {"date_from": "2020-05-02", "date_to": "2020-05-01"},
            "date_to",
            "The last day comes before the first. Change one of them.",
        ),
        ({"county": "99"}, "county", "There is no county with this number. Choose one from the list."),
        ({"county": "\x00"}, "county", "Null characters are not allowed."),
        (
            {"municipality": "9999"},
            "municipality",
            "There is no municipality with this number. Choose one from the list.",
        ),
        (
            {"municipality": "\x00"},
            "municipality",
            "There is no municipality with this number. Choose one from the list.",
        ),
        ({"format": "by post"}, "format", "Choose one from the list."),
        ({"audience": "x" * 9000}, "audience", "Choose one from the list."),
    ],
)
def test_a_bad_filter_gets_a_sentence_and_narrows_nothing(client, query, field, sentence, english):
    SessionFactory()

    response = client.get(reverse("courses:course_list"), query)

    assert response.context["form"].errors == {field: [sentence]}
    assert len(response.context["page"].object_list) == 1
    shown = "showing the dates that fit the rest" if len(query) > 1 else "showing all dates"
    assert re.search(rf"1 date\s+– {shown}", response.text)


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "x", "\x00"])
def test_a_page_that_is_none_shows_one_that_is(client, page):
    SessionFactory()

    response = client.get(reverse("courses:course_list"), {"page": page})

    assert len(response.context["page"].object_list) == 1


def test_htmx_gets_the_list_alone(client):
    SessionFactory()

    response = client.get(reverse("courses:course_list"), headers=HTMX)

    assert response.text.lstrip().startswith('<section id="sessions"')
    assert {"HX-Request", "HX-Target"} <= set(response.headers["Vary"].split(", "))


def test_htmx_gets_the_form_too_when_it_has_something_to_say(client):
    response = client.get(reverse("courses:course_list"), {"date_from": "x"}, headers=HTMX)

    assert response.text.lstrip().startswith('<div id="catalogue"')
    assert response.headers["HX-Retarget"] == "#catalogue"


def test_going_back_in_history_gets_the_whole_page(client):
    response = client.get(reverse("courses:course_list"), headers=HTMX | {"HX-History-Restore-Request": "true"})

    assert response.text.startswith("<!doctype html>")


def test_pages_leaf_and_keep_the_filter(client):
    SessionFactory.create_batch(51, format="online")

    first = client.get(reverse("courses:course_list"), {"format": "online"})
    second = client.get(reverse("courses:course_list"), {"format": "online", "page": "2"})

    assert 'href="?format=online&amp;page=2"' in first.text
    assert len(second.context["page"].object_list) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_session_page_takes_few_queries(client, django_assert_max_num_queries, count):
    session = SessionFactory(municipality=MunicipalityFactory(), meetings=[])
    for days in range(count):
        session.meetings.create(
            starts_at=session.first_starts_at + timedelta(days=days),
            ends_at=session.last_ends_at + timedelta(days=days),
        )

    with django_assert_max_num_queries(4):
        response = client.get(session.get_absolute_url())

    assert response.status_code == 200


@pytest.mark.parametrize("state", ["open", "held"])
def test_the_page_of_a_past_session_offers_no_seats(client, state, english):
    session = SessionFactory(state=state, first_starts_at=timezone.now() - timedelta(days=1))

    response = client.get(session.get_absolute_url())

    assert ">Has begun or is over</span>" in response.text
    assert "free seats" not in response.text
    assert "This date is in the past and takes no bookings. Choose another one." in response.text
    assert 'name="seats"' not in response.text


def test_when_and_where_stand_in_one_line_that_does_not_break_within_the_hours(client):
    session = SessionFactory(format="online", course__offers_online=True, course__offers_hybrid=True)

    lead = client.get(session.get_absolute_url()).context["lead"]

    assert conditional_escape(lead).endswith("09.00–\u206012.00, på nett")
    assert "<dd>På stedet, på nett, på stedet og på nett</dd>" in client.get(session.course.get_absolute_url()).text


def test_the_link_to_join_is_not_public(client):
    session = SessionFactory(format="online")
    session.meetings.update(join_url="https://mote.example/hemmelig")

    response = client.get(session.get_absolute_url())

    assert "mote.example" not in response.text


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"course__is_published": False}])
def test_what_is_not_announced_is_for_campaign_staff(client, fields):
    session = SessionFactory(**fields)

    assert client.get(session.get_absolute_url()).status_code == 404
    sign_in(client, UserFactory())
    assert client.get(session.get_absolute_url()).status_code == 404
    sign_in(client, StaffFactory())
    assert client.get(session.get_absolute_url()).status_code == 200


def test_a_closed_session_is_for_confirmed_members_of_its_municipality(client):
    place = MunicipalityFactory()
    session = SessionFactory(closed_to=place)
    member = sign_in(client, UserFactory())
    membership = Membership.objects.create(user=member, municipality=place)

    assert client.get(session.get_absolute_url()).status_code == 404
    membership.confirmed_at, membership.confirmed_by = timezone.now(), StaffFactory()
    membership.save()
    assert client.get(session.get_absolute_url()).status_code == 200
    client.logout()
    assert client.get(session.get_absolute_url()).status_code == 404


def test_a_shared_session_is_for_members_of_host_and_neighbour_and_in_no_public_list(client):
    session = SessionFactory(closed_to=MunicipalityFactory(name="Bodø"))
    session.shared_with.add(MunicipalityFactory(name="Gildeskål"), MunicipalityFactory(name="Meløy"))
    sign_in(client, MembershipFactory(municipality=session.shared_with.get(name="Meløy"), confirmed=True).user)

    response = client.get(session.get_absolute_url())

    assert "Bodø, Gildeskål og Meløy" in response.text
    assert list(Session.objects.public()) == []
    assert list(Session.objects.visible_to(MembershipFactory(confirmed=True).user)) == []


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999999"])
def test_a_session_that_does_not_exist_is_not_found(client, number):
    session = SessionFactory()

    response = client.get(f"{session.course.get_absolute_url()}{number}/")

    assert response.status_code == 404


def test_a_session_is_found_under_its_own_course_only(client):
    session, other = SessionFactory(), CourseFactory()

    response = client.get(reverse("courses:session_detail", args=[other.slug, session.pk]))

    assert response.status_code == 404


def test_a_course_says_that_its_length_is_not_decided_and_that_it_is_free(client, english):
    course = CourseFactory(length_hours=None, price=0)

    response = client.get(course.get_absolute_url())

    assert "Not decided yet. Each date says its own hours." in response.text
    assert '<span class="price">Free</span>' in response.text


def test_a_text_that_is_missing_in_nynorsk_is_shown_as_bokmal(client):
    course = CourseFactory(aims_nn="")

    response = client.get(course.get_absolute_url(), headers={"cookie": "sprak=nn"})

    assert '<ul lang="nb">' in response.text
    assert response.context["languages"] == {"title": "nn", "summary": "nn", "description": "nn", "aims": "nb"}


def test_an_unpublished_course_is_for_campaign_staff(client):
    course = CourseFactory(is_published=False)

    assert client.get(course.get_absolute_url()).status_code == 404
    sign_in(client, StaffFactory())
    assert client.get(course.get_absolute_url()).status_code == 200
