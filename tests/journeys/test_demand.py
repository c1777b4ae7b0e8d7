"""A demand from first draft to the public page: drafted by one house, approved by the other, sent just so."""

import re
from datetime import datetime

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from outreach.models import Letter, Mailing
from outreach.services.demands.demands import load_demands
from taushet.models import Message, User
from taushet.roles import APPROVER, CAMPAIGN
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.municipalities import CountyFactory
from tests.factories.outreach import indicators, place
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PLAN = "Handlingsplan mot vold i nære relasjoner"


class Clock:
    """What time it is: a Monday morning, when offices are open."""

    now = datetime(2026, 11, 23, 10, tzinfo=OSLO)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def author(clock):
    return StaffFactory(name="Siri Strand", email="siri@kss.example", house=User.House.KSS)


@pytest.fixture
def colleague(clock):
    return StaffFactory(name="Leif Lunde", house=User.House.LDO, roles=[CAMPAIGN, APPROVER])


@pytest.fixture
def places(clock):
    """One in each form of Norwegian with what the demand needs, and one where nobody knows about the plan."""
    plan, courses = indicators()
    for indicator, names in (
        (plan, (PLAN, "Handlingsplan mot vald i nære relasjonar")),
        (courses, ("Kurs holdt i kommunen", "Kurs haldne i kommunen")),
    ):
        indicator.name_nb, indicator.name_nn = names
        indicator.save()
    load_demands()
    county = CountyFactory(number="61", name="Nordre")
    return [
        place(plan="no", number="6101", name="Nordvik", language_form="nb", county=county),
        place(plan="yes", number="6102", name="Sørdal", language_form="nn", county=county),
        place(plan=None, number="6103", name="Tomvik", language_form="neutral", county=county),
    ]


def signed_in(page, user, site):
    client = Client()
    sign_in(client, user)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    return page


def draft(page, places, accessible):
    """Write a mailing to these places, with a slip on the way."""
    page.goto("/stab/utsendinger/")
    accessible(page)
    page.get_by_role("link", name="Ny utsending").click()
    page.get_by_label("Arbeidstittel").fill("Høst, første runde")
    page.get_by_role("button", name="Lagre og lag brevene").click()
    expect(page.get_by_text("Velg minst én kommune eller et helt fylke.").first).to_be_visible()
    expect(page.get_by_label("Arbeidstittel")).to_have_value("Høst, første runde")
    accessible(page)
    for municipality in places:
        page.get_by_label("Søk etter kommune eller fylke").fill(municipality.name)
        page.get_by_role("checkbox", name=municipality.name).check()
    expect(page.get_by_text("Valgt: 3")).to_be_visible()
    expect(page.get_by_text("3 brev kan gå")).to_be_visible()
    page.get_by_role("button", name="Lagre og lag brevene").click()
    expect(page.get_by_text("Brevene er laget. Les dem før du sender inn.")).to_be_visible()
    accessible(page)


def row(page, name):
    return page.get_by_role("row").filter(has_text=name)


def read_letters(page, accessible):
    """Each letter speaks the form of its municipality and says what is known of it."""
    address = page.url
    row(page, "Nordvik").get_by_role("link", name="Nordvik").click()
    paper = page.locator(".letter-paper")
    expect(paper).to_have_attribute("lang", "nb")
    expect(paper).to_contain_text("Til ordføreren i Nordvik kommune")
    expect(paper).to_contain_text("har kommunen ingen handlingsplan")
    accessible(page)
    page.get_by_role("button", name="Send en prøve til siri@kss.example").click()
    expect(page.get_by_text("En prøve er på vei til siri@kss.example.")).to_be_visible()
    page.goto(address)
    row(page, "Sørdal").get_by_role("link", name="Sørdal").click()
    expect(paper).to_have_attribute("lang", "nn")
    expect(paper).to_contain_text("Til ordføraren i Sørdal kommune")
    expect(paper).to_contain_text("Kommunen har ein handlingsplan")
    page.goto(address)


def look_at_the_held_one(page, accessible):
    """It says why and leads to where that is mended; a value without its day and source is not taken."""
    address = page.url
    held = row(page, "Tomvik")
    expect(held).to_contain_text("Holdt tilbake")
    expect(held).to_contain_text(f"Ukjent: {PLAN}.")
    held.get_by_role("link", name="Legg inn det du vet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PLAN)
    page.get_by_label("Ja").check()
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Skriv hvilken dag dette gjaldt.").first).to_be_visible()
    expect(page.get_by_label("Ja")).to_be_checked()
    accessible(page)
    page.goto(address)


def submit(page):
    page.get_by_role("button", name="Send inn 2 brev til godkjenning").click()
    expect(page.get_by_text("Brevene er låst. Nå kan en kollega godkjenne dem.")).to_be_visible()
    expect(
        page.get_by_text("Den som har skrevet, endret eller sendt inn en utsending, kan ikke godkjenne den.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Godkjenn")).to_have_count(0)


def change_schedule(page, moment):
    page.get_by_role("link", name="Endre", exact=True).click()
    page.get_by_label("Ikke før").fill(moment)
    page.get_by_role("button", name="Lagre og lag brevene").click()
    expect(page.get_by_text("Utsendingen er lagret, og brevene er laget på nytt.")).to_be_visible()


def approve(page):
    page.get_by_role("checkbox", name="Jeg har lest brevene.").check()
    page.get_by_role("button", name=re.compile(r"^Godkjenn( og send)? 2 brev")).click()


@pytest.fixture
def outgoing(settings):
    """Mail may leave, into a list of this process."""
    settings.OUTGOING_MAIL = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []


@pytest.mark.main_job
@pytest.mark.usefixtures("outgoing")
def test_demand_is_drafted_approved_sent_and_public(new_page, site, clock, author, colleague, places, accessible):
    at_kss, at_ldo = signed_in(new_page(), author, site), signed_in(new_page(), colleague, site)
    draft(at_kss, places, accessible)
    read_letters(at_kss, accessible)
    look_at_the_held_one(at_kss, accessible)
    submit(at_kss)

    # The colleague reads, and meanwhile the author changes something: what was seen cannot be approved any more.
    at_ldo.goto("/stab/")
    at_ldo.get_by_role("link", name="Høst, første runde").click()
    accessible(at_ldo)
    change_schedule(at_kss, "2026-11-23T10:30")
    submit(at_kss)
    approve(at_ldo)
    expect(at_ldo.get_by_text("Utsendingen er endret siden du åpnet den. Les den en gang til.")).to_be_visible()

    approve(at_ldo)
    expect(at_ldo.get_by_text("Utsendingen er godkjent, og brevene ligger i utboksen.")).to_be_visible()
    expect(row(at_ldo, "Nordvik")).to_contain_text("I utboksen")
    expect(row(at_ldo, "Tomvik")).to_contain_text("Holdt tilbake")

    # A change voids the approval and takes the letters back, so it is all done once more.
    at_kss.reload()
    change_schedule(at_kss, "2026-11-23T11:00")
    expect(at_kss.get_by_text("Ugyldig siden")).to_be_visible()
    submit(at_kss)
    at_ldo.reload()
    accessible(at_ldo)
    approve(at_ldo)
    expect(at_ldo.get_by_text("Utsendingen er godkjent, og brevene ligger i utboksen.")).to_be_visible()

    send_all_due()
    assert [message.to for message in mail.outbox] == [["Siri Strand <siri@kss.example>"]]
    assert mail.outbox[0].subject.startswith("PRØVE: Til Nordvik kommune")
    clock.now = datetime(2026, 11, 23, 11, 5, tzinfo=OSLO)
    send_all_due()
    frozen = Letter.objects.filter(status=Letter.Status.SENT).order_by("to_email")
    assert [(letter.subject, letter.text) for letter in frozen] == [
        (message.subject, message.body) for message in sorted(mail.outbox[1:], key=lambda message: message.to)
    ]
    at_ldo.reload()
    expect(row(at_ldo, "Nordvik")).to_contain_text("Sendt")

    visitor = new_page(width=390)
    visitor.goto("/krav/")
    expect(visitor.get_by_text("Sendt til 2 kommuner")).to_be_visible()
    accessible(visitor)
    visitor.get_by_role("link", name="Ha en handlingsplan").click()
    expect(visitor.get_by_role("listitem").filter(has_text="Sørdal")).to_contain_text("23. november 2026")
    accessible(visitor)
    visitor.get_by_role("link", name="Sørdal").click()
    expect(visitor.get_by_role("listitem").filter(has_text="Ha en handlingsplan")).to_contain_text("23. november 2026")
    accessible(visitor)
    visitor.goto("/kommuner/6103/")
    expect(visitor.get_by_text("Kommunen har ikke fått noe krav fra oss ennå.")).to_be_visible()


def test_letters_stay_here_while_outgoing_mail_is_off(new_page, site, author, colleague, places, accessible):
    """On a telephone and in nynorsk, without a script: the same way, and nobody is told that something was sent."""
    at_kss = signed_in(new_page(width=390, scripts=False, language="nn"), author, site)
    at_kss.goto("/stab/utsendinger/ny/")
    at_kss.get_by_label("Arbeidstittel").fill("Haust")
    at_kss.get_by_text("Nordre").last.click()
    at_kss.get_by_role("checkbox", name="Sørdal").check()
    at_kss.get_by_role("button", name="Lagre og lag breva").click()
    at_kss.get_by_role("button", name="Send inn 1 brev til godkjenning").click()
    expect(at_kss.get_by_text("Breva er låste. No kan ein kollega godkjenne dei.")).to_be_visible()

    at_ldo = signed_in(new_page(width=390, language="nn"), colleague, site)
    at_ldo.goto(at_kss.url)
    at_ldo.get_by_role("button", name="Godkjenn og send 1 brev").click()
    at_ldo.get_by_role("checkbox", name="Eg har lese breva.").check()
    at_ldo.get_by_role("button", name="Godkjenn og send 1 brev").click()
    expect(row(at_ldo, "Sørdal")).to_contain_text("I utboksen")
    send_all_due()

    at_ldo.reload()
    expect(row(at_ldo, "Sørdal")).to_contain_text("Blei liggjande her, utgåande e-post er av")
    assert list(Message.objects.filter(kind="letter").values_list("state", flat=True)) == ["stayed"]
    at_ldo.goto("/krav/")
    expect(at_ldo.get_by_text("Ikkje sendt til nokon kommune enno").first).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_of_outreach_can_be_used_by_all(new_page, site, author, places, accessible, width):
    """No fault that axe can find, and nothing that makes the page scroll sideways."""
    page = signed_in(new_page(width=width), author, site)
    page.goto("/stab/utsendinger/ny/")
    page.get_by_label("Arbeidstittel").fill("Høst")
    page.get_by_role("checkbox", name="Nordre").check()
    page.get_by_role("button", name="Lagre og lag brevene").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Høst")
    mailing = Mailing.objects.get()
    base = mailing.get_absolute_url()
    for address in (
        "/stab/utsendinger/",
        base,
        f"{base}endre/",
        f"{base}utskrift/",
        f"{base}avlys/",
        *(letter.get_absolute_url() for letter in mailing.letters.all()),
        "/stab/utsendinger/mottakere/",
        "/stab/utsendinger/mottakere/6101/",
        "/stab/utsendinger/mottakere/6101/postmottak/",
        "/stab/utsendinger/mottakere/6101/ordforer/",
        "/stab/utsendinger/krav/",
        "/stab/utsendinger/krav/plan-og-opplaering/",
        "/stab/utsendinger/krav/plan-og-opplaering/status/",
        "/stab/utsendinger/hjemler/",
        "/stab/kommuner/6101/gullstandard/",
        "/stab/horinger/",
        "/stab/horinger/ny/",
        "/stab/horinger/les-inn/",
        "/stab/horinger/kalender/",
    ):
        page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
