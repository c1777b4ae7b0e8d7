import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from tests.factories.taushet import UserFactory


@pytest.fixture
def signed_in(client, db):
    client.force_login(UserFactory())
    client.cookies["sprak"] = "nn"
    client.cookies["skjema"] = "x" * 32
    return client


def test_leaving_ends_the_session_and_clears_the_cookies(signed_in, settings):
    response = signed_in.get(reverse("leave"))

    assert (response.status_code, response.url) == (302, settings.QUICK_EXIT_URL)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert not Session.objects.exists()
    gone = {name for name, cookie in response.cookies.items() if cookie["max-age"] == 0}
    assert gone == {"okt", "skjema", "sprak", "messages"}


def test_leaving_here_leaves_other_sessions_alone(signed_in):
    other = type(signed_in)()
    other.force_login(UserFactory())

    signed_in.get(reverse("leave"))

    assert Session.objects.get().session_key == other.session.session_key


@pytest.mark.parametrize(
    "headers",
    [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"sec-fetch-site": "cross-site"}],
)
def test_what_looks_ahead_or_comes_from_elsewhere_signs_nobody_out(signed_in, settings, headers):
    response = signed_in.get(reverse("leave"), headers=headers)

    assert response.url == settings.QUICK_EXIT_URL
    assert response.cookies == {}
    assert Session.objects.count() == 1


def test_leaving_costs_a_visitor_no_query(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(reverse("leave"))

    assert response.status_code == 302


def test_browser_keeps_no_page_of_somebody_signed_in(signed_in):
    assert signed_in.get(reverse("profile")).headers["Cache-Control"] == "private, no-store"
    assert signed_in.get(reverse("front_page")).headers["Cache-Control"] == "private, no-store"


def test_browser_may_keep_the_page_of_a_visitor(client, db):
    assert "Cache-Control" not in client.get(reverse("helplines")).headers
