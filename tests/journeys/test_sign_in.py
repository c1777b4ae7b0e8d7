"""Coming in: by a code from the mail, by passkey, by app, by recovery code, by ID-porten; and being kept out."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from playwright.sync_api import expect

from taushet.models import Message
from tests.factories.taushet import StaffFactory, UserFactory
from tests.journeys.people import app_code, code_in_mail, secret_of
from tests.servers.openid import configure, openid_provider

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()


def come_in_by_code(page, email):
    page.goto("/konto/logg-inn/")
    page.get_by_label("E-postadressen din").fill(email)
    page.get_by_role("button", name="Send meg en kode").click()
    page.get_by_label("Koden fra e-posten").fill(code_in_mail(email))
    page.get_by_role("button", name="Logg inn", exact=True).click()


def heading(page):
    return page.get_by_role("heading", level=1)


@pytest.mark.main_job
@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_a_code_by_mail_signs_in(new_page, accessible, width, scripts):
    user = UserFactory(email="kari@kommune.example")
    page = new_page(width=width, scripts=scripts)
    look = accessible if scripts else lambda page: None

    page.goto("/min-kommune/")
    expect(heading(page)).to_have_text("Logg inn")
    look(page)
    page.get_by_label("E-postadressen din").fill("kari")
    page.get_by_role("button", name="Send meg en kode").click()
    expect(page.get_by_label("E-postadressen din")).to_have_value("kari")
    expect(page.get_by_label("E-postadressen din")).to_have_attribute("aria-invalid", "true")
    look(page)
    page.get_by_label("E-postadressen din").fill("Kari@Kommune.example")
    page.get_by_role("button", name="Send meg en kode").click()

    expect(heading(page)).to_have_text("Skriv koden")
    look(page)
    page.get_by_label("Koden fra e-posten").fill("FEIL-KODE")
    page.get_by_role("button", name="Logg inn", exact=True).click()
    expect(page.get_by_label("Koden fra e-posten")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Koden fra e-posten").fill(code_in_mail(user.email).lower())
    page.get_by_role("button", name="Logg inn", exact=True).click()

    expect(heading(page)).to_have_text("Min kommune")
    page.goto("/konto/")
    look(page)
    page.goto("/konto/innlogginger/")
    look(page)
    page.goto("/konto/logg-ut/")
    look(page)
    page.locator("main").get_by_role("button", name="Logg ut").click()
    page.goto("/min-kommune/")
    expect(heading(page)).to_have_text("Logg inn")


def test_a_passkey_is_made_and_signs_in_by_itself(page, accessible):
    user = StaffFactory(email="siri@kss.example", second_factor=False)
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )

    come_in_by_code(page, user.email)
    expect(heading(page)).to_have_text("Innlogging i to trinn")
    accessible(page)
    page.get_by_role("link", name="Lag en passnøkkel").click()
    accessible(page)
    page.get_by_label("Hva du kaller den").fill("Jobbtelefonen")
    page.get_by_label("La den logge meg inn alene").check()
    page.get_by_role("button", name="Lag passnøkkelen").click()

    expect(heading(page)).to_have_text("Gjenopprettingskoder")
    accessible(page)
    page.get_by_role("link", name="Gå videre").click()
    expect(heading(page)).to_have_text("I dag")

    page.get_by_role("link", name="Logg ut").click()
    page.locator("main").get_by_role("button", name="Logg ut").click()
    page.goto("/stab/kurs/")
    page.get_by_role("button", name="Logg inn med passnøkkel").click()
    expect(heading(page)).to_have_text("Gjennomføringer")

    page.goto("/konto/to-trinn/passnokler/")
    expect(page.get_by_role("heading", name="Jobbtelefonen")).to_be_visible()
    accessible(page)
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_staff_set_up_an_app_and_go_on_to_where_they_were_going(new_page, accessible, width):
    user = StaffFactory(email="siri@kss.example", second_factor=False)
    page = new_page(width=width)

    page.goto("/stab/bestillinger/")
    page.get_by_label("E-postadressen din").fill(user.email)
    page.get_by_role("button", name="Send meg en kode").click()
    page.get_by_label("Koden fra e-posten").fill(code_in_mail(user.email))
    page.get_by_role("button", name="Logg inn", exact=True).click()
    expect(page.get_by_text("trenger et andre trinn")).to_be_visible()
    page.get_by_role("link", name="Sett opp en app").click()
    accessible(page)

    page.get_by_label("Koden appen viser nå").fill("000000")
    page.get_by_role("button", name="Fullfør").click()
    expect(page.get_by_label("Koden appen viser nå")).to_have_attribute("aria-invalid", "true")
    accessible(page)
    secret = page.locator(".totp-key").text_content()
    page.get_by_label("Koden appen viser nå").fill(app_code(secret))
    page.get_by_role("button", name="Fullfør").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="Gå videre").click()
    expect(heading(page)).to_have_text("Bestillinger")
    accessible(page)


@pytest.mark.parametrize("way", ["app", "recovery code"])
def test_the_second_step_is_asked_for_when_signing_in(page, accessible, way):
    user = StaffFactory(email="siri@kss.example")
    code = app_code(secret_of(user)) if way == "app" else RecoveryCodes.activate(user).get_unused_codes()[0]

    come_in_by_code(page, user.email)
    expect(heading(page)).to_have_text("Det andre trinnet")
    accessible(page)
    box = page.get_by_label("Koden fra appen, eller en gjenopprettingskode")
    box.fill("000000")
    page.get_by_role("button", name="Logg inn", exact=True).click()
    expect(box).to_have_attribute("aria-invalid", "true")
    box.fill(code)
    page.get_by_role("button", name="Logg inn", exact=True).click()
    expect(heading(page)).to_have_text("I dag")

    page.get_by_role("link", name="Logg ut").click()
    page.locator("main").get_by_role("button", name="Logg ut").click()
    come_in_by_code(page, user.email)
    box.fill(code)
    page.get_by_role("button", name="Logg inn", exact=True).click()
    expect(box).to_have_attribute("aria-invalid", "true")


@pytest.fixture
def id_porten(settings, monkeypatch):
    """A provider like ID-porten, where Siri has signed in strongly."""
    strong = "idporten-loa-high"
    with openid_provider() as provider:
        provider.person = {"sub": "1", "email": "siri@kss.example", "email_verified": True, "acr": strong}
        configure(settings, monkeypatch, provider, accepted_acr=[strong], fetch_userinfo=False)
        yield provider


def test_staff_come_in_by_id_porten_and_still_need_the_second_step(new_page, id_porten, accessible):
    siri = StaffFactory(email="siri@kss.example")
    page = new_page(width=390, visits=[id_porten.address])

    # Too weak at first, and then somebody nobody knows
    strong, id_porten.person["acr"] = id_porten.person["acr"], "idporten-loa-low"
    page.goto("/stab/bestillinger/")
    accessible(page)
    page.get_by_role("link", name="Logg inn med ID-porten").click()
    expect(heading(page)).to_have_text("Du er ikke logget inn")
    expect(page.get_by_role("main")).to_contain_text("ikke sikker nok")
    accessible(page)
    page.get_by_role("link", name="Logg inn med en kode").click()
    id_porten.person |= {"acr": strong, "sub": "2", "email": "fremmed@kommune.example"}
    page.get_by_role("link", name="Logg inn med ID-porten").click()
    expect(heading(page)).to_have_text("Du er ikke logget inn")

    id_porten.person |= {"sub": "1", "email": siri.email}
    page.goto("/stab/bestillinger/")
    page.get_by_role("link", name="Logg inn med ID-porten").click()
    expect(heading(page)).to_have_text("Det andre trinnet")
    page.goto("/stab/")
    expect(page.get_by_role("heading", name="I dag")).to_have_count(0)
    page.goto("/stab/bestillinger/")
    box = page.get_by_label("Koden fra appen, eller en gjenopprettingskode")
    box.fill(app_code(secret_of(siri)))
    page.get_by_role("button", name="Logg inn", exact=True).click()
    expect(heading(page)).to_have_text("Bestillinger")


def test_who_asks_for_codes_without_end_is_stopped_for_a_while(new_page, accessible):
    user = UserFactory(email="kari@kommune.example")
    page = new_page(width=390)

    for _time in range(4):
        page.context.clear_cookies()
        page.goto("/konto/logg-inn/")
        page.get_by_label("E-postadressen din").fill(user.email)
        page.get_by_role("button", name="Send meg en kode").click()
        page.wait_for_load_state()

    expect(page.get_by_label("E-postadressen din")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".ds-validation-message")).to_contain_text("Vent noen minutter og prøv igjen.")
    accessible(page)
    assert Message.objects.filter(kind="sign-in").count() == 3
