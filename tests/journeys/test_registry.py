"""The municipalities: refreshed from the official services, and corrected by the administrator."""

from datetime import date, timedelta
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
    return date.fromisoformat(read_bundled().as_of.isoformat()) + timedelta(days=1)


@pytest.fixture
def answers():
    """Everything as it is, but Hå and Klepp have become Jæren, and Time has a new name."""
    answers = merge(official_answers())
    return answers


def test_a_merger_is_read_from_files_and_seen_by_a_visitor(page, answers, day_after, tmp_path, accessible):
    for item in answers["klass_131_changes"]["codeChanges"]:
        item["changeOccurred"] = f"{day_after}"
    whole, half = tmp_path / "whole", tmp_path / "half"
    whole.mkdir()
    half.mkdir()
    save(answers, whole)
    save(answers | {"klass_131_codes": {"codes": answers["klass_131_codes"]["codes"][:100]}}, half)
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
    expect(page.get_by_role("main")).to_contain_text("Kommune 1119 ble avsluttet")
    accessible(page)
    page.get_by_role("main").get_by_role("link", name="Jæren").click()
    expect(heading(page)).to_have_text("Jæren")
    expect(page.get_by_role("link", name="Klepp")).to_be_visible()
    accessible(page)
    page.goto("/kurs/")
    choice = page.get_by_role("combobox", name="Kommune")
    choice.fill("jær")
    choice.press("Enter")
    expect(choice).to_have_value("Jæren")
    assert "Ingenting å endre" in refresh(whole, day_after)
    assert Municipality.objects.count() == 358


def test_the_administrator_keeps_units_contacts_and_crisis_centres(new_page, site, accessible):
    MunicipalityFactory(number="5610", name="Karasjok", parallel_names=["Kárášjohka"])
    page = signed_in(
        new_page(), StaffFactory(roles=[ADMINISTRATOR], is_staff=True, is_superuser=True, name="Anders Aune"), site
    )
    page.goto("/admin/")
    accessible(page)
    page.get_by_role("link", name="Enheter", exact=True).click()
    page.pause
    accessible(page)
