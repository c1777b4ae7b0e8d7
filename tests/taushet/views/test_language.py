import pytest
from django.urls import reverse


def test_chosen_language_is_kept_and_leads_back(client, db):
    response = client.post(reverse("set_language"), {"language": "nn", "next": "/hjelp/?a=1"})

    assert (response.status_code, response.url) == (302, "/hjelp/?a=1")
    cookie = response.cookies["sprak"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("nn", True, "Lax")
    assert '<html lang="nn">' in client.get("/hjelp/").text


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "hjelp/", ""]
)
def test_choice_of_language_never_leads_to_another_site(client, db, address):
    response = client.post(reverse("set_language"), {"language": "nn", "next": address})

    assert response.url == "/"


@pytest.mark.parametrize("language", ["se", "", "nb\r\nX: y"])
def test_unknown_language_changes_nothing(client, db, language):
    response = client.post(reverse("set_language"), {"language": language, "next": "/hjelp/"})

    assert response.status_code == 400
    assert "sprak" not in response.cookies


def test_language_page_offers_all_three_and_keeps_the_way_back(client, db):
    text = client.get(reverse("set_language"), {"next": "/hjelp/"}).text

    assert text.count('name="next" value="/hjelp/"') == 1
    assert [code for code in ("nb", "nn", "en") if f'name="language" value="{code}" lang="{code}"' not in text] == []


def test_language_of_the_browser_is_not_asked(client, db):
    assert '<html lang="nb">' in client.get("/hjelp/", headers={"accept-language": "en"}).text
