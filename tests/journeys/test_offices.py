"""Who a letter goes to: Stortinget from the official export, a mayor and a mail-box put in by staff."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import expect

from outreach.models import Letter, Politician
from outreach.services.demands.demands import load_demands
from taushet.models import Message, User
from taushet.roles import APPROVER, CAMPAIGN
from tests.factories.municipalities import CountyFactory
from tests.factories.outreach import indicators, place
from tests.factories.taushet import StaffFactory
from tests.journeys.people import signed_in
from tests.outreach.official import official, official_representative

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def author():
    return StaffFactory(name="Siri Strand", email="siri@kss.example", house=User.House.KSS)


def heading(page):
    return page.get_by_role("heading", level=1)


def row(page, name):
    return page.get_by_role("row").filter(has_text=name)


def export(folder, seats):
    """Write an official export with this many representatives, the first of them Bård Hoksrud."""
    others = [official_representative(id=f"R{number}", etternavn=f"Nummer {number}") for number in range(1, seats)]
    for name, content in official([official_representative(), *others]).items():
        (folder / f"{name}.json").write_bytes(content)
    return folder


def bring_up_to_date(folder, *arguments):
    out = StringIO()
    call_command("import_storting", "--from-files", folder, *arguments, stdout=out)
    return out.getvalue()


def test_representatives_are_read_from_files_and_found_by_staff(new_page, site, author, accessible, tmp_path):
    page = signed_in(new_page(width=390), author, site)
    with pytest.raises(CommandError, match=r"168 .*169"):
        bring_up_to_date(export(tmp_path, 168))
    assert "Would change as of 2026-01-05" in bring_up_to_date(export(tmp_path, 169), "--dry-run")
    assert not Politician.objects.exists()

    bring_up_to_date(tmp_path)

    page.goto("/stab/sok/?q=bård+hoksrud")
    page.get_by_role("link", name="Bård Hoksrud").click()
    expect(heading(page)).to_have_text("Bård Hoksrud")
    expect(row(page, "Stortinget")).to_contain_text("Telemark")
    accessible(page)
    page.goto("/stab/sok/?q=vågslid")
    page.get_by_role("link", name="Lene Vågslid").click()
    expect(row(page, "Barne- og familieminister")).to_contain_text("Barne- og familiedepartementet")
    assert "0 new, 0 changed, 0 ended" in bring_up_to_date(tmp_path)
    assert Politician.objects.count() == 170


@pytest.fixture
def places():
    """Two with all the facts and no address, and one with an address where nobody knows about the action plan."""
    indicators()
    load_demands()
    county = CountyFactory(number="61", name="Nordre")
    return [
        place(plan="no", address=False, number="6101", name="Nordvik", county=county),
        place(plan="yes", address=False, number="6102", name="Sørdal", county=county),
        place(plan=None, number="6103", name="Tomvik", county=county),
    ]


def fill_address(page, email, checked_on):
    page.get_by_label("E-postadresse").fill(email)
    page.get_by_label("Hvor er adressen fra?").fill("https://www.nordvik.kommune.example/")
    page.get_by_label("Kontrollert dato").fill(checked_on)
    page.get_by_role("button", name="Lagre").click()


def put_in_addresses(page, accessible):
    """The mail-box of Nordvik, wrong at first, and its mayor."""
    page.goto("/stab/utsendinger/")
    page.get_by_role("link", name="Mottakere").click()
    accessible(page)
    page.get_by_role("link", name="Nordvik").click()
    page.get_by_role("link", name="Legg inn adressen til postmottaket").click()
    fill_address(page, "post@nordvik", "2099-01-01")
    expect(page.get_by_text("Denne dagen har ikke vært ennå.").first).to_be_visible()
    expect(page.get_by_label("E-postadresse")).to_have_value("post@nordvik")
    accessible(page)
    fill_address(page, "post@nordvik.example", "2026-11-01")
    expect(page.get_by_text("Adressen er lagret.")).to_be_visible()
    page.get_by_role("link", name="Legg inn ordføreren").click()
    page.get_by_label("Fornavn").fill("Nora")
    page.get_by_label("Etternavn").fill("Nilsen")
    fill_address(page, "ordforer@nordvik.example", "2026-11-01")
    expect(page.get_by_role("link", name="Nora Nilsen")).to_be_visible()
    accessible(page)


def draft_to_mayors(page):
    page.goto("/stab/utsendinger/ny/")
    page.get_by_label("Arbeidstittel").fill("Til ordførerne")
    page.get_by_role("checkbox", name="Postmottak").uncheck()
    page.get_by_role("checkbox", name="Ordfører", exact=True).check()
    for name in ("Nordvik", "Sørdal", "Tomvik"):
        page.get_by_label("Søk etter kommune eller fylke").fill(name)
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Lagre og lag brevene").click()
    expect(heading(page)).to_have_text("Til ordførerne")


def test_a_letter_goes_to_the_mayor_staff_have_put_in(new_page, site, author, places, accessible):
    page = signed_in(new_page(), author, site)
    put_in_addresses(page, accessible)
    draft_to_mayors(page)
    mailing = page.url

    expect(row(page, "Nordvik")).to_contain_text("ordforer@nordvik.example")
    expect(row(page, "Sørdal")).to_contain_text("Mangler adresse: ordføreren.")
    expect(row(page, "Tomvik")).to_contain_text("Ukjent: ")
    row(page, "Sørdal").get_by_role("link", name="Legg inn adressen").click()
    expect(heading(page)).to_contain_text("Sørdal")
    page.goto(mailing)
    row(page, "Nordvik").get_by_role("link", name="Nordvik").click()
    page.get_by_role("button", name="Send en prøve til siri@kss.example").click()
    expect(page.get_by_text("En prøve er på vei til siri@kss.example.")).to_be_visible()
    page.goto(mailing)
    page.get_by_role("button", name="Send inn 1 brev til godkjenning").click()
    expect(page.get_by_role("button", name="Godkjenn")).to_have_count(0)

    colleague = signed_in(new_page(width=390), StaffFactory(roles=[CAMPAIGN, APPROVER]), site)
    colleague.goto(mailing)
    accessible(colleague)
    colleague.get_by_role("checkbox", name="Jeg har lest brevene.").check()
    colleague.get_by_role("button", name="Godkjenn og send 1 brev").click()
    expect(row(colleague, "Nordvik")).to_contain_text("I utboksen")
    colleague.goto("/stab/utboks/?q=ordforer")
    expect(colleague.get_by_text("ordforer@nordvik.example")).to_be_visible()
    assert list(Message.objects.filter(kind="letter").values_list("to_email", flat=True)) == [
        "ordforer@nordvik.example"
    ]
    assert Letter.objects.held().count() == 2
