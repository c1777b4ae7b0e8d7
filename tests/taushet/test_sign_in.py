import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from taushet import registries
from taushet.models import AuditEntry, Message, User
from taushet.registries import KnownAddress, Registry
from taushet.roles import BOOKER
from taushet.seals import unseal
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/konto/logg-inn/"
CODE = "/konto/logg-inn/kode/"


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()


@pytest.fixture
def known(monkeypatch):
    registry = Registry()
    registry.register(
        KnownAddress("test", lambda email: ("Kari Kjent", "nn") if email == "kari@kommune.example" else None)
    )
    monkeypatch.setattr("taushet.services.people.known_addresses", registry)


def ask_for_code(client, email):
    return client.post(LOGIN, {"login": email})


def code_in_mail(email):
    text = unseal(Message.objects.filter(to_email=email).latest("pk").sealed_text)
    return re.search(r"^[A-Z]{4}-[A-Z]{4}$", text, re.MULTILINE)[0]


def sign_in_with_code(client, email):
    ask_for_code(client, email)
    return client.post(CODE, {"code": code_in_mail(email)})


def totp_code(user, at=None):
    secret = Authenticator.objects.get(user=user, type="totp").wrap().instance.data["secret"]
    return format_hotp_value(hotp_value(unseal(secret.encode()), int(at or time.time()) // 30))


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_a_code_by_mail_signs_in(client):
    user = UserFactory()

    response = sign_in_with_code(client, user.email)

    assert response.url == reverse("start_signed_in")
    assert signed_in(client) == str(user.pk)


def test_the_mail_is_sealed_neutral_and_first_in_the_queue(client):
    user = UserFactory(language="nn")

    ask_for_code(client, user.email)

    message = Message.objects.get()
    assert (message.kind, message.priority, message.text, message.html) == ("sign-in", 0, "", "")
    assert message.subject == "Innloggingskoden din"
    assert "Taushet" not in unseal(message.sealed_text) + message.subject + message.from_email.partition("@")[0]
    assert "Skriv han" in unseal(message.sealed_text) or "Skriv koden" in unseal(message.sealed_text)


def test_the_address_is_found_whatever_its_case(client):
    user = UserFactory(email="ola@kommune.example")

    sign_in_with_code(client, "ola@kommune.example")
    client.post("/konto/logg-ut/")
    ask_for_code(client, " Ola@Kommune.Example ")
    client.post(CODE, {"code": code_in_mail(user.email)})

    assert signed_in(client) == str(user.pk)


@pytest.mark.parametrize("email", ["stranger@kommune.example", "closed@kommune.example"])
def test_a_stranger_sees_what_everybody_sees_and_gets_no_mail(client, email):
    UserFactory(email="known@kommune.example")
    UserFactory(email="closed@kommune.example", is_active=False)

    answers = []
    for address in ("known@kommune.example", email):
        client.cookies.clear()
        posted = ask_for_code(client, address)
        page = client.get(CODE)
        wrong = client.post(CODE, {"code": "WRNG-CODE"})
        again = client.post(CODE, {"action": "resend"})
        answers.append(
            [
                (answer.status_code, answer.headers.get("Location"), without_changing_parts(answer, address))
                for answer in (posted, page, wrong, again)
            ]
        )

    assert answers[0] == answers[1]
    assert set(Message.objects.values_list("to_email", flat=True)) == {"known@kommune.example"}
    assert not User.objects.filter(email="stranger@kommune.example").exists()


def without_changing_parts(answer, address):
    text = answer.content.decode().replace(address, "ADDRESS")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_a_stranger_cannot_guess_the_code_of_nobody(client):
    ask_for_code(client, "stranger@kommune.example")

    for code in ("", "AAAA-AAAA", "NONE"):
        client.post(CODE, {"code": code})

    assert signed_in(client) is None


def test_an_address_that_has_proven_itself_becomes_a_booker(client, known):
    response = sign_in_with_code(client, "kari@kommune.example")

    user = User.objects.get()
    assert response.url == reverse("start_signed_in")
    assert (user.name, user.language, user.roles) == ("Kari Kjent", "nn", {BOOKER})
    assert AuditEntry.objects.get(action="user.welcomed").object_id == str(user.pk)


def test_an_address_that_has_not_makes_nobody(client, known):
    ask_for_code(client, "other@kommune.example")

    assert not User.objects.exists()


def test_three_wrong_codes_end_the_try(client):
    user = UserFactory()
    ask_for_code(client, user.email)
    right = code_in_mail(user.email)

    for _ in range(3):
        client.post(CODE, {"code": "WRNG-CODE"})
    client.post(CODE, {"code": right})

    assert signed_in(client) is None


def test_an_old_code_does_not_work(client, settings):
    user = UserFactory()
    ask_for_code(client, user.email)
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1

    client.post(CODE, {"code": code_in_mail(user.email)})

    assert signed_in(client) is None


def test_the_code_of_another_browser_does_not_work(client, client_of_another):
    user, other = UserFactory(), UserFactory()
    ask_for_code(client, user.email)
    ask_for_code(client_of_another, other.email)

    client.post(CODE, {"code": code_in_mail(other.email)})

    assert signed_in(client) is None


@pytest.fixture
def client_of_another():
    return Client()


def test_many_codes_for_one_address_are_refused_with_a_sentence(client):
    UserFactory(email="known@kommune.example")

    for address in ("known@kommune.example", "stranger@kommune.example"):
        for _ in range(3):
            client.cookies.clear()
            ask_for_code(client, address)
        client.cookies.clear()
        response = ask_for_code(client, address)

        assert response.status_code == 200
        assert response.context["form"].errors == {
            "login": ["Det ble mange forsøk på kort tid. Vent noen minutter og prøv igjen."]
        }
    assert Message.objects.count() == 3


def test_many_tries_from_one_place_meet_the_house_page(client):
    for number in range(30):
        client.cookies.clear()
        ask_for_code(client, f"someone{number}@kommune.example")

    response = ask_for_code(client, "one@kommune.example")

    assert response.status_code == 429
    assert "116 006" in response.content.decode()


@pytest.mark.parametrize("email", ["", "nobody", "a@b\r\nBcc: x@y.no", "a" * 300 + "@kommune.example"])
def test_what_is_no_address_gets_a_sentence_beside_the_field(client, email):
    response = ask_for_code(client, email)

    assert response.status_code == 200
    assert len(response.context["form"].errors["login"]) == 1
    assert not Message.objects.exists()


def test_whoever_has_a_second_factor_is_asked_for_it(client):
    user = StaffFactory()

    first = sign_in_with_code(client, user.email)
    before = signed_in(client)
    second = client.post("/konto/logg-inn/to-trinn/", {"code": totp_code(user)})

    assert (first.url, before) == ("/konto/logg-inn/to-trinn/", None)
    assert second.url == reverse("start_signed_in")
    assert client.get("/stab/nowhere/").status_code == 404


def test_a_wrong_second_factor_signs_nobody_in(client):
    user = StaffFactory()
    sign_in_with_code(client, user.email)

    response = client.post("/konto/logg-inn/to-trinn/", {"code": "000000"})

    assert "code" in response.context["form"].errors
    assert signed_in(client) is None


def test_a_code_of_the_app_works_once(client, client_of_another):
    user = StaffFactory()
    code = totp_code(user)
    sign_in_with_code(client, user.email)
    client.post("/konto/logg-inn/to-trinn/", {"code": code})
    sign_in_with_code(client_of_another, user.email)

    client_of_another.post("/konto/logg-inn/to-trinn/", {"code": code})

    assert signed_in(client) == str(user.pk)
    assert signed_in(client_of_another) is None


def test_a_code_of_the_half_minute_before_still_works(client):
    user = StaffFactory()
    sign_in_with_code(client, user.email)

    client.post("/konto/logg-inn/to-trinn/", {"code": totp_code(user, time.time() - 30)})

    assert signed_in(client) == str(user.pk)


def test_the_secret_of_the_app_is_sealed_in_the_database():
    user = StaffFactory()

    secret = Authenticator.objects.get(user=user).data["secret"]

    assert secret.startswith("gAAAA")
    assert len(unseal(secret.encode())) == 32


@pytest.mark.django_db(transaction=True)
def test_staff_who_sign_in_the_first_time_set_up_an_app_and_go_on(client):
    user = StaffFactory(second_factor=False)
    sign_in_with_code(client, user.email)
    client.get("/stab/nowhere/")
    secret = client.get("/konto/to-trinn/app/").context["form"].secret

    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    done = client.post("/konto/to-trinn/app/", {"code": code})

    assert done.url == reverse("mfa_view_recovery_codes")
    assert len(client.get(done.url).context["unused_codes"]) == 10
    assert client.get(reverse("start_signed_in")).url == "/stab/nowhere/"
    assert client.get("/stab/nowhere/").status_code == 404


def test_a_recovery_code_counts_as_second_factor(client):
    user = StaffFactory()
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    sign_in_with_code(client, user.email)

    client.post("/konto/logg-inn/to-trinn/", {"code": code})

    assert client.get("/stab/nowhere/").status_code == 404


def test_every_sign_in_can_be_seen_and_ended(client, client_of_another):
    user = UserFactory()
    sign_in_with_code(client, user.email)
    sign_in_with_code(client_of_another, user.email)

    client.post("/konto/innlogginger/")

    assert UserSession.objects.filter(user=user).count() == 1
    assert client_of_another.get("/konto/").status_code == 302
    assert client.get("/konto/").status_code == 200


def test_a_change_in_how_one_signs_in_is_told_by_mail(client):
    user = StaffFactory()
    sign_in_with_code(client, user.email)
    client.post("/konto/logg-inn/to-trinn/", {"code": totp_code(user)})
    client.post("/konto/bekreft/kode/", {"code": totp_code(user, time.time() + 30)})

    client.post("/konto/to-trinn/app/fjern/")

    text = unseal(Message.objects.latest("pk").sealed_text)
    assert text.startswith("Appen som viste koder for deg, er fjernet.")


@pytest.mark.parametrize("path", ["/konto/password/set/", "/konto/password/change/", "/konto/password/reset/"])
def test_there_are_no_passwords(client, path):
    client.force_login(UserFactory())

    assert client.get(path).status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("account_set_password")


def test_nobody_signs_up(client):
    response = client.post("/konto/ny/", {"email": "stranger@kommune.example"})

    assert response.status_code == 200
    assert "Du trenger ingen konto" in response.content.decode()
    assert not User.objects.exists()


def test_the_language_of_the_person_is_used_after_signing_in(client):
    user = UserFactory(language="nn")

    response = sign_in_with_code(client, user.email)

    assert response.cookies["sprak"].value == "nn"


def test_the_language_of_the_browser_is_left_alone(client):
    user = UserFactory(language="nn")
    client.cookies["sprak"] = "en"

    response = sign_in_with_code(client, user.email)

    assert "sprak" not in response.cookies


def test_an_address_counts_as_proven_once_its_code_was_used(client):
    user = UserFactory()
    EmailAddress.objects.update(verified=False)

    sign_in_with_code(client, user.email)

    assert EmailAddress.objects.get().verified


def test_every_registered_way_to_be_known_answers():
    assert all(entry.find("nobody@nowhere.example") is None for entry in registries.known_addresses)


def test_the_first_administrator_is_made_by_command_and_comes_in_with_a_code(client):
    call_command("createsuperuser", email="Anna@kss.example", interactive=False, verbosity=0)

    sign_in_with_code(client, "anna@kss.example")
    response = client.get(reverse("people_list"))

    assert signed_in(client) == str(User.objects.get().pk)
    assert response.url.startswith(reverse("mfa_index"))
