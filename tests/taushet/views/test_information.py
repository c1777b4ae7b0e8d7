import pytest
from django.urls import reverse

from taushet.registries import RetentionRule, retention_rules

PAGES = ["front_page", "helplines", "privacy", "accessibility", "set_language"]
NUMBERS = ["tel:116006", "tel:+4722331160", "tel:112", "tel:02800"]


@pytest.fixture
def rule():
    entry = RetentionRule("sample", "Prøvedata", "Å prøve", "Avtale", "Til i morgen")
    retention_rules.register(entry)
    yield entry
    del retention_rules._entries["sample"]


@pytest.mark.parametrize("name", ["helplines", "accessibility", "set_language"])
def test_page_that_informs_costs_no_query_and_no_cookie(client, db, django_assert_num_queries, name):
    with django_assert_num_queries(0):
        response = client.get(reverse(name))

    assert response.status_code == 200
    assert response.cookies == {}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_carries_helplines_and_the_way_out(client, db, name):
    text = client.get(reverse(name)).text

    assert [number for number in NUMBERS if f'href="{number}"' not in text] == []
    assert text.count('href="/forlat/"') == 2


@pytest.mark.parametrize("name", PAGES)
def test_content_policy_allows_nothing_from_elsewhere(client, db, name):
    policy = client.get(reverse(name)).headers["Content-Security-Policy"]

    assert policy == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )


def test_privacy_page_prints_the_rules_the_system_follows(client, db, rule):
    text = client.get(reverse("privacy")).text

    assert '<th scope="row" role="rowheader">Prøvedata</th>' in text
    assert [part for part in ("Å prøve", "Avtale", "Til i morgen") if f">{part}</td>" not in text] == []


@pytest.mark.parametrize("name", ["okt", "skjema", "sprak", "messages"])
def test_privacy_page_names_every_cookie(client, db, name):
    assert f"<code>{name}</code>" in client.get(reverse("privacy")).text


def test_robots_may_fetch_calendar_feeds(client, db):
    response = client.get("/robots.txt")

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "/kalender/" not in response.text
    assert "Disallow: /bestilling/" in response.text


def test_title_stands_in_the_tab_and_as_heading(client, db):
    text = client.get(reverse("helplines")).text

    assert "<title>Få hjelp – Taushet tar liv</title>" in text
    assert "<h1>Få hjelp</h1>" in text
