import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.template import Context
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views import defaults

from taushet.views import errors

NUMBERS = ["tel:116006", "tel:+4722331160", "tel:112", "tel:02800"]


def make_request(path="/noe/"):
    request = RequestFactory().get(path)
    request.LANGUAGE_CODE = "nb"
    return request


@pytest.mark.parametrize(
    ("answer", "status", "heading"),
    [
        (lambda request: defaults.bad_request(request, SuspiciousOperation()), 400, "Dette forsto vi ikke"),
        (
            lambda request: defaults.permission_denied(request, PermissionDenied()),
            403,
            "Du har ikke tilgang til denne siden",
        ),
        (errors.csrf_failure, 403, "Skjemaet kunne ikke sendes"),
        (lambda request: defaults.page_not_found(request, Http404()), 404, "Vi finner ikke siden"),
        (errors.gone, 410, "Dette er ikke her lenger"),
        (errors.too_many, 429, "For mange forsøk"),
        (errors.server_error, 500, "Noe gikk galt hos oss"),
    ],
)
def test_error_page_speaks_plainly_and_keeps_the_helplines(answer, status, heading):
    with translation.override("nb"):
        response = answer(make_request())

    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in response.text
    assert [number for number in NUMBERS if f'href="{number}"' not in response.text] == []
    assert 'href="/forlat/"' in response.text


def test_error_page_costs_no_query(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/finnes/ikke/")

    assert response.status_code == 404


def test_wrong_secret_link_tells_nothing_of_the_campaign():
    with translation.override("nb"):
        response = defaults.page_not_found(make_request("/bestilling/feil/"), Http404())

    assert "<title>Kurspåmelding</title>" in response.text
    assert "Taushet tar liv" not in response.text
    assert "vold" not in response.text.lower()


def test_last_resort_page_needs_neither_context_nor_request():
    assert "116 006" in get_template("500.html").template.render(Context())


@pytest.mark.parametrize("is_demonstration", [True, False])
def test_last_resort_page_says_when_it_is_a_demonstration(settings, is_demonstration):
    settings.DEMO = is_demonstration

    with translation.override("nb"):
        text = errors.server_error(make_request()).text

    assert ("<strong>Demonstrasjon</strong>" in text) is is_demonstration


def test_broken_page_answers_in_the_language_of_the_visitor(client, db, monkeypatch):
    monkeypatch.setattr("taushet.views.start.render", lambda *args: 1 / 0)
    client.raise_request_exception = False
    client.cookies["sprak"] = "nn"

    response = client.get("/")

    assert response.status_code == 500
    assert '<html lang="nn">' in response.text
    assert "<h1>Noko gjekk gale hos oss</h1>" in response.text


def test_form_without_its_token_is_refused_in_words(db):
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("account_login"), {"login": "a@b.example"})

    assert response.status_code == 403
    assert "Skjemaet kunne ikke sendes" in response.text
