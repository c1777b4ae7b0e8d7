"""Sign-in with ID-porten, Entra ID and Feide, against a provider that checks what it is sent."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from taushet.models import AuditEntry, User
from taushet.registries import KnownAddress, Registry
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.servers.openid import CLIENT, configure, openid_provider

pytestmark = pytest.mark.django_db

LOGIN = "/konto/id/idporten/"
SUBSTANTIAL, HIGH, LOW = "idporten-loa-substantial", "idporten-loa-high", "idporten-loa-low"
PID = "01017012345"


@pytest.fixture(scope="module")
def running_provider():
    with openid_provider() as provider:
        yield provider


@pytest.fixture
def provider(running_provider, settings, monkeypatch):
    """A provider like ID-porten, made known by nothing but the setting."""
    cache.clear()
    running_provider.asked.clear()
    running_provider.refused.clear()
    running_provider.audience = CLIENT
    running_provider.person = {
        "sub": "subject-1",
        "email": "kari@kommune.example",
        "email_verified": True,
        "acr": SUBSTANTIAL,
        "pid": PID,
    }
    configure(
        settings,
        monkeypatch,
        running_provider,
        auth_params={"acr_values": SUBSTANTIAL},
        accepted_acr=[SUBSTANTIAL, HIGH],
        fetch_userinfo=False,
    )
    return running_provider


def visit(client, address=LOGIN):
    """Go to the provider as a browser does, and return the way back."""
    there = client.get(address)
    back = requests.get(there.url, allow_redirects=False, timeout=5).headers["Location"]
    return urlsplit(back)


def come_back(client, back):
    return client.get(f"{back.path}?{back.query}")


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_a_known_person_comes_in_by_the_proven_address(client, provider):
    user = UserFactory(email="kari@kommune.example")

    response = come_back(client, visit(client))

    assert response.url == reverse("start_signed_in")
    assert signed_in(client) == str(user.pk)
    assert SocialAccount.objects.get().uid == "subject-1"
    assert AuditEntry.objects.get(action="user.sign_in_connected").object_id == str(user.pk)


def test_the_next_time_the_subject_is_enough(client, provider):
    user = UserFactory(email="kari@kommune.example")
    come_back(client, visit(client))
    client.logout()
    provider.person = {"sub": "subject-1", "email": "other@kommune.example", "acr": HIGH}

    come_back(client, visit(client))

    assert signed_in(client) == str(user.pk)
    assert SocialAccount.objects.count() == 1


def test_the_provider_gets_a_challenge_it_can_check(client, provider):
    UserFactory(email="kari@kommune.example")

    come_back(client, visit(client))

    [asked] = provider.asked
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert provider.refused == []


def test_a_code_stolen_on_its_way_back_opens_nothing_elsewhere(client, provider):
    UserFactory(email="kari@kommune.example")
    thief = Client()
    stolen = parse_qs(visit(client).query)["code"][0]
    own = visit(thief)
    state = parse_qs(own.query)["state"][0]

    response = thief.get(own.path, {"code": stolen, "state": state})

    assert provider.refused == ["pkce"]
    assert signed_in(thief) is None
    assert response.status_code in {200, 401}


def test_an_answer_nobody_asked_for_signs_nobody_in(client, provider):
    UserFactory(email="kari@kommune.example")
    back = visit(Client())

    come_back(client, back)

    assert signed_in(client) is None


@pytest.mark.parametrize("acr", [LOW, "", None])
def test_a_weak_sign_in_is_refused_whatever_was_asked_for(client, provider, acr):
    UserFactory(email="kari@kommune.example")
    provider.person["acr"] = acr

    response = come_back(client, visit(client))

    assert response.status_code == 403
    assert "ikke sikker nok" in response.text
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()


def test_a_person_known_by_the_subject_is_not_let_in_by_a_weak_sign_in_either(client, provider):
    UserFactory(email="kari@kommune.example")
    come_back(client, visit(client))
    client.logout()
    provider.person["acr"] = LOW

    response = come_back(client, visit(client))

    assert (response.status_code, signed_in(client)) == (403, None)


@pytest.mark.parametrize("query", ["auth_params=acr_values%3D" + LOW, "scope=openid+krr", "auth_params=prompt%3Dnone"])
def test_the_address_cannot_change_what_is_asked_for(client, provider, query):
    UserFactory(email="kari@kommune.example")

    visit(client, f"{LOGIN}?{query}")

    [asked] = provider.asked
    assert asked["acr_values"] == SUBSTANTIAL
    assert "krr" not in asked["scope"]
    assert "prompt" not in asked


def test_next_to_nothing_of_what_the_provider_tells_is_kept(client, provider):
    UserFactory(email="kari@kommune.example")

    come_back(client, visit(client))
    client.logout()
    come_back(client, visit(client))

    kept = SocialAccount.objects.get().extra_data
    assert kept == {"id_token": {"iss": provider.address, "acr": SUBSTANTIAL}}
    assert not SocialToken.objects.exists()
    assert PID not in json.dumps(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert PID not in json.dumps(dict(client.session.items()), default=str)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@kommune.example"},
        {"email": "closed@kommune.example"},
        {"email_verified": False},
        {"email_verified": None},
        {"email": None},
        {"email": ""},
    ],
)
def test_whoever_is_not_known_by_a_proven_address_stays_outside(client, provider, claims):
    UserFactory(email="kari@kommune.example")
    UserFactory(email="closed@kommune.example", is_active=False)
    provider.person |= claims

    response = come_back(client, visit(client))

    assert (response.status_code, signed_in(client)) == (403, None)
    assert (SocialAccount.objects.count(), User.objects.count()) == (0, 2)


def test_a_deactivated_person_stays_outside_though_the_subject_is_known(client, provider):
    user = UserFactory(email="kari@kommune.example")
    come_back(client, visit(client))
    client.logout()
    User.objects.filter(pk=user.pk).update(is_active=False)

    come_back(client, visit(client))

    assert signed_in(client) is None


def test_a_proven_address_from_a_booking_makes_a_booker(client, provider, monkeypatch):
    registry = Registry()
    registry.register(KnownAddress("test", lambda email: ("Kari Kjent", "nn")))
    monkeypatch.setattr("taushet.services.people.known_addresses", registry)

    come_back(client, visit(client))

    assert User.objects.get().roles == {"booker"}
    assert signed_in(client) == str(User.objects.get().pk)


def test_staff_still_need_the_second_factor_of_the_house(client, provider):
    StaffFactory(email="kari@kommune.example")

    come_back(client, visit(client))

    assert client.get("/stab/").status_code == 302
    assert not client.get("/stab/").url.startswith("/stab/")


def test_tokens_for_somebody_else_are_a_page_and_no_fault(client, provider):
    UserFactory(email="kari@kommune.example")
    provider.audience = "another-client"

    response = come_back(client, visit(client))

    assert response.status_code < 500
    assert signed_in(client) is None


def test_entra_is_known_by_the_object_and_its_own_word_for_a_proven_address(client, provider, settings, monkeypatch):
    configure(
        settings, monkeypatch, provider, uid_field="oid", fetch_userinfo=False, verified_by="xms_edov", accepted_acr=[]
    )
    user = UserFactory(email="kari@kommune.example")
    provider.person = {"sub": "pairwise", "oid": "object-7", "email": "Kari@Kommune.Example", "xms_edov": "1"}

    come_back(client, visit(client))

    assert SocialAccount.objects.get().uid == "object-7"
    assert signed_in(client) == str(user.pk)


def test_feide_tells_the_address_in_userinfo(client, provider, settings, monkeypatch):
    configure(settings, monkeypatch, provider, scope=["openid", "email"])
    provider.only_in_id_token = set()
    user = UserFactory(email="kari@kommune.example")
    provider.person = {"sub": "feide-1", "email": "kari@kommune.example", "email_verified": True}

    come_back(client, visit(client))

    provider.only_in_id_token = {"acr", "pid", "oid"}
    assert signed_in(client) == str(user.pk)
    assert SocialAccount.objects.get().extra_data == {"id_token": {"iss": provider.address}}


def test_an_answer_without_what_names_the_person_is_a_page_and_no_fault(client, provider, settings, monkeypatch):
    configure(settings, monkeypatch, provider, uid_field="oid", fetch_userinfo=False)

    response = come_back(client, visit(client))

    assert response.status_code < 500
    assert signed_in(client) is None


def test_connecting_needs_the_press_of_a_button(client, provider):
    user = sign_in(client, UserFactory())
    provider.person["email"] = "private@person.example"

    lured = come_back(client, visit(client, f"{LOGIN}?process=connect"))
    assert (lured.status_code, SocialAccount.objects.count()) == (403, 0)

    page = client.post("/konto/id/idporten/knytt/")
    assert "process=connect" in page.text
    come_back(client, visit(client, f"{LOGIN}?process=connect"))
    assert SocialAccount.objects.get().user == user


def test_the_sign_in_page_names_the_providers_of_the_setting(client, provider):
    assert "ID-porten" in client.get("/konto/logg-inn/").text
