import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from taushet.registries import SearchSource, TodayCard, search_sources, today_cards
from tests.factories.taushet import StaffFactory, UserFactory, sign_in


@pytest.fixture
def empty_registries(monkeypatch):
    monkeypatch.setattr(today_cards, "_entries", {})
    monkeypatch.setattr(search_sources, "_entries", {})


@pytest.fixture
def staff(client, db, empty_registries):
    """A member of the campaign staff who may see messages and nothing else of what these tests put up."""
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_message"))
    return sign_in(client, user)


def add_card(key, permission, items):
    today_cards.register(TodayCard(key, f"Kort {key}", permission, lambda user: items))


def test_today_shows_what_needs_doing_and_hides_what_does_not(client, staff):
    add_card("full", "taushet.view_message", [("En e-post står fast, kl. 09.00–10.00", "/stab/utboks/7/")])
    add_card("done", "taushet.view_message", [])
    add_card("foreign", "courses.delete_course", [("Ikke for deg", "/stab/x/")])

    response = client.get(reverse("today"))

    assert [card["key"] for card in response.context["cards"]] == ["full"]
    assert '<a href="/stab/utboks/7/">En e-post står fast, kl. 09.00–\u206010.00</a>' in response.text


def test_today_says_when_nothing_needs_doing(client, staff):
    assert "Ingenting må gjøres i dag." in client.get(reverse("today")).text


@pytest.mark.parametrize("name", ["today", "staff_search"])
def test_staff_pages_are_closed_to_others(client, db, name):
    sign_in(client, UserFactory())

    assert client.get(reverse(name)).status_code == 403


def test_search_asks_only_the_sources_one_may_see(client, staff):
    asked = []
    search_sources.register(
        SearchSource("open", "Meldinger", "taushet.view_message", lambda user, text: [(text, "funnet", "/x/")])
    )
    search_sources.register(
        SearchSource("closed", "Lukket", "courses.delete_course", lambda user, text: asked.append(text))
    )

    response = client.get(reverse("staff_search"), {"q": "Alta"})

    assert asked == []
    assert [group["title"] for group in response.context["found"]] == ["Meldinger"]
    assert '<a href="/x/">Alta</a>' in response.text


@pytest.mark.parametrize("text", ["", "a", "a" * 101])
def test_search_for_too_little_or_too_much_is_answered_beside_the_field(client, staff, text):
    response = client.get(reverse("staff_search"), {"q": text})

    assert "q" in response.context["form"].errors
    assert 'id="id_q_error"' in response.text


def test_search_without_hits_says_so(client, staff):
    assert "Ingen treff." in client.get(reverse("staff_search"), {"q": "Alta"}).text
