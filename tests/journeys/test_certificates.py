"""From the last tick to the certificate: issued by the trainer, fetched by the participant, checked by a stranger."""

import io
from datetime import timedelta

import pypdf
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Certificate, Meeting, Session
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.services.jobs import run_all_due_jobs
from taushet.services.links import issue_link
from tests.courses.services.test_certificates import tick
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import TrainerUserFactory, UserFactory

from .test_calendar import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def trainer(client):
    return register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])


@pytest.fixture
def person(trainer):
    session = SessionFactory(course__title_nn="Når heimen er farleg", municipality=MunicipalityFactory(name="Bodø"))
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    ended = timezone.now() - timedelta(hours=1)
    Session.objects.update(first_starts_at=ended - timedelta(hours=3), last_ends_at=ended)
    Meeting.objects.update(starts_at=ended - timedelta(hours=3), ends_at=ended)
    session.refresh_from_db()
    return ParticipantFactory(booking=BookingFactory(session=session, language="nn"), name="Åse Ødegård")


@pytest.mark.main_job
def test_certificate_is_issued_fetched_checked_and_withdrawn(new_page, site, trainer, person, accessible):
    session = person.booking.session
    staff = signed_in(new_page(width=390), trainer.user, site)
    own = new_page(width=390, language="nn")
    own_page = f"/deltaker/{issue_link('participant', person.pk)}/"
    own.goto(own_page)
    expect(own.get_by_text("0 % er registrert")).to_be_visible()
    accessible(own)
    tick(person, True, trainer.user)

    staff.goto(f"/kursholder/{session.pk}/oppmote/")
    accessible(staff)
    staff.get_by_role("button", name="Utsted kursbevisene").click()
    expect(staff.get_by_text("1 kursbevis er utstedt.")).to_be_visible()
    accessible(staff)
    run_all_due_jobs()

    own.goto(own_page)
    accessible(own)
    with own.expect_download() as download:
        own.get_by_role("link", name="Last ned kursbeviset").click()
    assert download.value.suggested_filename == "kursbevis.pdf"
    text = pypdf.PdfReader(io.BytesIO(download.value.path().read_bytes())).pages[0].extract_text()
    code = Certificate.objects.get().shown_code
    assert all(word in text for word in ("Åse Ødegård", "har delteke på kurset", "Når heimen er farleg", code))

    stranger = new_page(width=1280, scripts=False, language="nb")
    stranger.goto("/kursbevis/")
    stranger.get_by_role("button", name="Kontroller").click()
    stranger.get_by_label("Kontrollkode").fill("CCCC-DDDD-FFFF")
    stranger.get_by_role("button", name="Kontroller").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Ukjent kode")
    stranger.get_by_role("link", name="Kontroller en annen kode").click()
    stranger.get_by_label("Kontrollkode").fill(code.lower())
    stranger.get_by_role("button", name="Kontroller").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Kursbeviset er gyldig")
    expect(stranger.get_by_text("Åse")).to_have_count(0)

    tick(person, False, trainer.user)
    stranger.reload()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Kursbeviset er ikke gyldig")
    own.reload()
    expect(own.get_by_role("link", name="Last ned kursbeviset")).to_have_count(0)
    for address in ("/kursbevis/", f"/kursbevis/{code}/", "/kursbevis/CCCC-DDDD-FFFF/"):
        own.goto(address)
        accessible(own)
