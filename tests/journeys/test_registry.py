"""The municipalities: refreshed from the official services, and corrected by the administrator."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import expect

from municipalities.models import ContactPerson, CrisisCentre, Municipality, Unit
from municipalities.services.registry.bundled import read_bundled
from taushet.roles import ADMINISTRATOR
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory
from tests.journeys.people import signed_in
from tests.municipalities.official import merge, official_answers, save

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def heading(page):
    return page.get_by_role("heading", level=1)


def refresh(folder, day, *arguments):
    out = StringIO()
    call_command("import_municipalities", "--from-files", folder, "--date", f"{day}", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def day_after(norway):
    """The day after the project's own data was right."""
    return read_bundled().as_of + timedelta(days=1)


@pytest.fixture
def files(day_after, tmp_path):
    """Answers in which Hå and Klepp have become Jæren, whole in one folder and cut short in another."""
    answers = merge(official_answers(), f"{day_after}")
    half = answers | {"klass_131_codes": {"codes": answers["klass_131_codes"]["codes"][:100]}}
    folders = [tmp_path / "whole", tmp_path / "half"]
    for folder, content in zip(folders, [answers, half], strict=True):
        folder.mkdir()
        save(content, folder)
    return folders


def test_a_merger_is_read_from_files_and_seen_by_a_visitor(page, files, day_after, accessible):
    whole, half = files
    page.goto("/kommuner/1119/")
    expect(heading(page)).to_have_text("Hå")

    # Half a file and a dry run change nothing.
    with pytest.raises(CommandError, match="Ingenting er endret"):
        refresh(half, day_after)
    told = refresh(whole, day_after, "--dry-run")
    assert "kommuner som er slutt: 2" in told
    assert "1119 Hå" in told
    page.reload()
    expect(heading(page)).to_have_text("Hå")
    assert page.goto("/kommuner/1199/").status == 404

    refresh(whole, day_after)
    assert page.goto("/kommuner/1119/").status == 410
    expect(page.get_by_role("main")).to_contain_text("Kommune 1119 opphørte")
    accessible(page)
    page.get_by_role("main").get_by_role("link", name="Jæren").click()
    expect(heading(page)).to_have_text("Jæren")
    expect(page.get_by_role("link", name="Klepp")).to_be_visible()
    accessible(page)
    page.goto("/kurs/")
    choice = page.get_by_role("combobox", name="Kommune")
    choice.fill("jæren")
    choice.press("Enter")
    expect(choice).to_have_value("Jæren")
    assert "Ingenting å endre" in refresh(whole, day_after)
    assert Municipality.objects.count() == 358


def save_row(page):
    page.get_by_role("button", name="Lagre", exact=True).click()


def choose_place(page, label, name):
    """In the searchable choice of the administration, by keyboard."""
    page.get_by_role("combobox", name=label).press("Enter")
    page.keyboard.type(name)
    expect(page.locator(".select2-results__option")).to_have_text([name])
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name=label)).to_contain_text(name)


def begin_row(page, accessible):
    page.locator(".object-tools").get_by_role("link").click()
    expect(page.get_by_role("button", name="Lagre", exact=True)).to_be_visible()
    accessible(page)


def open_list(page, name):
    page.goto("/admin/")
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("#changelist")).to_be_visible()


def test_the_administrator_keeps_units_contacts_and_crisis_centres(new_page, site, accessible):
    karasjok = MunicipalityFactory(number="5610", name="Karasjok", parallel_names=["Kárášjohka"])
    MunicipalityFactory(number="1804", name="Bodø")
    administrator = StaffFactory(roles=[ADMINISTRATOR], is_staff=True, is_superuser=True, name="Anders Aune")
    page = signed_in(new_page(), administrator, site)

    # A unit, with a wrong check digit at first
    page.goto("/admin/")
    accessible(page)
    open_list(page, "Enheter")
    accessible(page)
    begin_row(page, accessible)
    page.get_by_label("Navn", exact=False).first.fill("NAV Karasjok")
    page.get_by_label("Type").select_option("nav")
    choose_place(page, "Kommune", "Karasjok")
    page.get_by_label("Organisasjonsnummer").fill("974 760 674")
    save_row(page)
    expect(page.locator(".errorlist").last).to_contain_text("Kontrollsifferet stemmer ikke")
    expect(page.get_by_label("Navn", exact=False).first).to_have_value("NAV Karasjok")
    page.get_by_label("Organisasjonsnummer").fill("974 760 673")
    save_row(page)
    expect(page.locator(".messagelist")).to_contain_text("NAV Karasjok")
    assert Unit.objects.get(name="NAV Karasjok").organisation_number == "974760673"

    # A contact person
    open_list(page, "Kontaktpersoner")
    accessible(page)
    begin_row(page, accessible)
    page.get_by_label("Navn", exact=False).first.fill("Máret Sara")
    page.get_by_label("E-post", exact=False).first.fill("maret@karasjok")
    choose_place(page, "Kommune", "Karasjok")
    save_row(page)
    expect(page.locator(".errorlist").last).to_contain_text("Dette er ikke en e-postadresse.")
    page.get_by_label("E-post", exact=False).first.fill("maret@karasjok.example")
    save_row(page)
    assert ContactPerson.objects.get().municipality == karasjok

    # A crisis centre, which a visitor then finds by its phone, and of which nobody is asked where it is
    open_list(page, "Krisesentre")
    accessible(page)
    begin_row(page, accessible)
    expect(page.get_by_label("Adresse")).to_have_count(0)
    page.get_by_label("Navn", exact=False).first.fill("Krisesenteret i nord")
    page.get_by_label("Telefon", exact=False).first.fill("22 33 11 60")
    save_row(page)
    assert CrisisCentre.objects.get().phone == "+4722331160"

    # Who did it is in the log.
    page.goto("/stab/logg/")
    page.get_by_label("Hva som ble gjort").select_option(label="Kontaktperson lagt inn")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_role("row").filter(has_text="Anders Aune")).to_contain_text("Kontaktperson lagt inn")
    accessible(page)
