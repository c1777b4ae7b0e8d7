"""Staff put in a council and facts from tables on a phone: looked over, decided on, written, found again."""

import pytest
from playwright.sync_api import expect

from municipalities.models import Fact
from outreach.models import Mandate
from tests.factories.municipalities import IndicatorFactory, MunicipalityFactory
from tests.factories.outreach import MandateFactory, PoliticianFactory
from tests.factories.taushet import StaffFactory
from tests.journeys.people import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNCIL = (
    "Kommune;Navn;Parti;Verv\nNordvik;Åse Øyen;Ap;Ordfører\nNordvik;Per Hansen;H;Gruppeleder\nNordvik;Bo 🎉 Li;V;\n"
)


def test_a_council_and_its_facts_come_from_tables(new_page, site, accessible):
    MunicipalityFactory(name="Nordvik")
    MandateFactory(politician=PoliticianFactory(first_name="Per", last_name="Hansen"))
    IndicatorFactory(name_nb="Handlingsplan")
    page = signed_in(new_page(width=390), StaffFactory(), site)

    page.goto("/stab/utsendinger/politikere/")
    accessible(page)
    page.get_by_role("link", name="Legg inn en liste").click()
    page.get_by_role("link", name="Legg inn en liste over folkevalgte").click()
    file = {"name": "liste.csv", "mimeType": "text/csv", "buffer": COUNCIL.encode()}
    page.get_by_label("Listen", exact=True).set_input_files(file)
    page.get_by_label("Hvor er listen fra?").fill("nordvik.example")
    page.get_by_label("Alle i disse vervene").check()
    accessible(page)
    page.get_by_role("button", name="Se over listen").click()

    expect(page.get_by_text("Nye: 1. Endret: 0. Avsluttet: 0.")).to_be_visible()
    accessible(page)
    page.get_by_label("En annen person").check()
    page.get_by_role("button", name="Lagre valgene").click()
    expect(page.get_by_text("Nye: 2. Endret: 0. Avsluttet: 0.")).to_be_visible()
    expect(page.get_by_text("Navnet inneholder «🎉», som ikke hører hjemme i et navn")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Lagre dette").click()
    expect(page.get_by_text("Listen er lagret.")).to_be_visible()
    assert Mandate.objects.filter(role="councillor").count() == 2
    page.goto("/stab/utsendinger/politikere/?q=nordvik")
    page.get_by_role("link", name="Åse Øyen").first.click()
    page.get_by_role("link", name="Nordvik kommune").click()
    expect(page.get_by_role("heading", name="Ap 1")).to_be_visible()
    accessible(page)

    page.goto("/stab/kommuner/opplysninger/")
    accessible(page)
    page.get_by_role("link", name="Legg inn opplysninger fra en tabell").click()
    page.get_by_label("Eller lim inn celler").fill("Kommune\tHandlingsplan\nNordvik\tja\nNordvik\tnei\nAtlantis\tja")
    page.get_by_label("Kilde").fill("Kartlegging")
    page.get_by_role("button", name="Se over tabellen").click()
    accessible(page)
    page.get_by_label("Bruk linje 2").check()
    page.get_by_role("button", name="Se over tabellen igjen").click()
    page.get_by_role("button", name="Lagre opplysningene").click()
    expect(page.get_by_text("Nye verdier: 1. Endrede: 0.")).to_be_visible()
    accessible(page)
    assert list(Fact.objects.values_list("value", "source")) == [("yes", "Kartlegging")]
