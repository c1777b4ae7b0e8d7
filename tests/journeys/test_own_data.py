"""What people do to their own data: participants on their own page, a booker for the archive, staff looking on."""

import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Participant
from taushet.models import Message
from taushet.roles import ADMINISTRATOR
from taushet.services.links import issue_link
from taushet.services.retention import apply_rules
from tests.factories.courses import BookingFactory, ParticipantFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

from .people import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def participant(db):
    booking = BookingFactory(municipality=MunicipalityFactory(name="Bodø"), contact_email="leder@bodo.test", seats=2)
    return ParticipantFactory(booking=booking, name="Kari Nordman", email="kari@bodo.test", workplace="NAV Bodø")


def own_page(participant):
    return f"/deltaker/{issue_link('participant', participant.pk)}/"


def kept(page):
    """The part of the own page that says what is kept."""
    return page.get_by_role("region", name="Det vi har om deg")


def unzipped(download):
    with zipfile.ZipFile(download.path()) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


@pytest.mark.main_job
def test_participant_corrects_takes_out_and_erases_the_own_data(new_page, participant, accessible):
    page = new_page(width=390)
    page.goto(own_page(participant))
    accessible(page)

    page.get_by_role("link", name="Rett navn, arbeidssted eller rolle").click()
    accessible(page)
    page.get_by_label("Navnet ditt").fill("")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_label("Navnet ditt")).to_have_attribute("aria-invalid", "true")
    accessible(page)
    page.get_by_label("Navnet ditt").fill("Kari Nordmann")
    page.get_by_role("button", name="Lagre").click()
    expect(kept(page).get_by_text("Kari Nordmann")).to_be_visible()

    with page.expect_download() as caught:
        page.get_by_role("link", name="Last ned alt vi har om deg").click()
    files = unzipped(caught.value)
    assert caught.value.suggested_filename == "opplysninger.zip"
    assert json.loads(files["opplysninger.json"])["sections"][0]["rows"][0]["name"] == "Kari Nordmann"

    page.get_by_role("link", name="Slett det vi har om deg").click()
    expect(page.get_by_role("heading", name="Dette blir igjen")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Avbryt").click()
    page.get_by_role("link", name="Slett det vi har om deg").click()
    address = page.url
    page.get_by_role("button", name="Slett for godt").click()
    expect(page.get_by_role("heading", name="Slettet", exact=True)).to_be_visible()
    accessible(page)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Vil du slette det vi har om deg?")

    participant.refresh_from_db()
    assert (participant.name, participant.email, participant.state) == ("", "", Participant.State.WITHDRAWN)


@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_participant_is_reached_at_another_address(new_page, participant, accessible, width, scripts):
    page = new_page(width=width, scripts=scripts, language="nn")
    page.goto(own_page(participant))
    page.get_by_role("link", name="Bruk ei anna e-postadresse").click()
    page.get_by_label("Ny e-post på jobben").fill("kari@")
    page.get_by_role("button", name="Skriv til den nye adressa").click()
    expect(page.get_by_label("Ny e-post på jobben")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Ny e-post på jobben").fill("kari@nordland.test")
    page.get_by_role("button", name="Skriv til den nye adressa").click()
    expect(page.get_by_text("Vi har skrive til kari@nordland.test.")).to_be_visible()
    expect(kept(page).get_by_text("kari@bodo.test")).to_be_visible()

    page.goto(f"/deltaker/{issue_link('participant-address', participant.pk)}/bekreft-adresse/")
    if scripts:
        accessible(page)
    page.get_by_role("button", name="Ja, skriv til denne adressa").click()
    expect(kept(page).get_by_text("kari@nordland.test")).to_be_visible()
    assert Message.objects.filter(to_email="kari@nordland.test", calendar_method="REQUEST").count() == 1


def test_participant_passes_the_seat_on_to_a_colleague(new_page, participant, accessible):
    page = new_page(width=390)
    page.goto(own_page(participant))
    page.get_by_role("link", name="Gi plassen til en kollega").click()
    accessible(page)
    page.get_by_label("Navnet til kollegaen").fill("Per Berg")
    page.get_by_label("Kollegaens e-post på jobben").fill("kari@bodo.test")
    page.get_by_role("button", name="Gi plassen videre").click()
    expect(page.get_by_role("link", name="Dette er din egen adresse.")).to_be_visible()
    page.get_by_label("Kollegaens e-post på jobben").fill("per@bodo.test")
    page.get_by_role("button", name="Gi plassen videre").click()
    expect(page.get_by_text("Per Berg har fått plassen din.")).to_be_visible()
    accessible(page)

    assert list(Participant.objects.active().values_list("name", flat=True)) == ["Per Berg"]
    told = Message.objects.filter(kind="participant-passed-on").values_list("to_email", flat=True)
    assert list(told) == ["leder@bodo.test"]


def test_booker_takes_the_whole_case_out_for_the_archive(new_page, participant, accessible):
    booking = participant.booking
    page = new_page(width=1280)
    page.goto(f"/bestilling/{issue_link('booking', booking.pk)}/")
    accessible(page)

    with page.expect_download() as caught:
        page.get_by_role("link", name="Last ned hele saken").click()

    files = unzipped(caught.value)
    assert caught.value.suggested_filename == f"bestilling-{booking.pk}.zip"
    assert sorted(files) == [f"bestilling-{booking.pk}.json", f"bestilling-{booking.pk}.pdf"]


def test_administrator_sees_what_the_night_erased(new_page, site, participant, accessible):
    Message.objects.create(
        kind="test", to_email="kari@bodo.test", subject="Kari", state="sent", from_email="x@x.test", message_id="<1@x>"
    )
    Message.objects.update(created_at=timezone.now() - timedelta(days=400))
    apply_rules(timezone.now())
    page = signed_in(new_page(width=390), StaffFactory(roles=[ADMINISTRATOR]), site)
    page.goto("/stab/logg/")
    page.get_by_role("link", name="Nattlig sletting", exact=True).click()
    expect(page.get_by_text("1 · E-post vi sender")).to_be_visible()
    accessible(page)
    expect(page.get_by_text("kari@bodo.test")).to_have_count(0)
