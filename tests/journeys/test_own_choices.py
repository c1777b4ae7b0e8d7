"""What participants decide for themselves: a need that is told and taken back, a protected name, paper instead of mail,
and what the calendar tells."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from courses.models import Adaptation, Meeting, Participant, Session
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.services.links import issue_link, page_address
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory

from .people import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TITLE = "Når hjemmet er farlig"


@pytest.fixture
def trainer():
    return register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])


@pytest.fixture
def booking(trainer):
    municipality = MunicipalityFactory(name="Bodø")
    session = SessionFactory(course__title_nb=TITLE, course__title_nn=TITLE, municipality=municipality, capacity=6)
    trainer.courses.add(session.course)
    booking = BookingFactory(session=session, municipality=municipality, seats=3, contact_name="Per Hansen")
    ParticipantFactory(booking=booking, name="Kari Nordmann", email="kari@bodo.test")
    assign_trainer(session, trainer=trainer, by=UserFactory())
    start = timezone.now() + timedelta(days=3)
    Session.objects.update(first_starts_at=start, last_ends_at=start + timedelta(hours=3))
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(hours=3))
    return booking


def own_page(participant):
    return page_address("participant", issue_link("participant", participant.pk))


@pytest.mark.main_job
@pytest.mark.parametrize(("width", "language"), [(390, "nn"), (1280, "nb")])
def test_need_is_told_seen_by_the_trainer_and_gone_when_taken_back(
    new_page, site, accessible, booking, trainer, width, language
):
    page = new_page(width=width, language=language)
    page.goto(own_page(Participant.objects.get()))
    accessible(page)
    page.locator("a[href$='/behov/']").click()
    accessible(page)
    expect(page.locator("[name=consent]")).not_to_be_checked()
    page.fill("[name=food]", "Nøtter")
    page.check("[name=hearing_loop]")
    page.locator("main button.ds-button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[name=food]")).to_have_value("Nøtter")
    accessible(page)
    page.check("[name=consent]")
    page.locator("main button.ds-button").click()
    expect(page.locator("main")).to_contain_text("Nøtter")
    accessible(page)

    phone = signed_in(new_page(width=width, language=language), trainer.user, site)
    phone.goto(f"/kursholder/{booking.session_id}/")
    phone.locator("a[href$='/behov/']").click()
    expect(phone.locator(".people-rows li")).to_contain_text(["Kari Nordmann"])
    expect(phone.locator(".people-rows li")).to_contain_text(["Nøtter"])
    accessible(phone)

    page.locator("form[action$='/behov/slett/'] button").click()
    expect(page.locator("main")).not_to_contain_text("Nøtter")
    phone.reload()
    expect(phone.locator(".people-rows")).to_have_count(0)
    assert Adaptation.objects.count() == 0


@pytest.mark.parametrize(("width", "language"), [(390, "nb"), (1280, "nn")])
def test_protected_name_stands_on_list_paper_and_export_as_the_alias(
    new_page, site, accessible, booking, trainer, width, language
):
    page = new_page(width=width, language=language)
    page.goto(own_page(Participant.objects.get()))
    page.locator("a[href$='/navn/']").click()
    accessible(page)
    page.fill("[name=alias]", "kari nordmann")
    page.locator("main button.ds-button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    accessible(page)
    page.fill("[name=alias]", "Fjellrev")
    page.locator("main button.ds-button").click()
    expect(page.locator(".lead")).to_have_text("Fjellrev")
    accessible(page)

    page.goto(page_address("booking", issue_link("booking", booking.pk)))
    expect(page.locator(".participant-row")).to_contain_text(["Fjellrev"])
    accessible(page)
    met = [page.content()]

    phone = signed_in(new_page(width=width, language=language), trainer.user, site)
    meeting = booking.session.meetings.get()
    phone.goto(f"/kursholder/{booking.session_id}/oppmote/{meeting.pk}/")
    expect(phone.locator(".attendance-row legend")).to_contain_text(["Fjellrev"])
    met.append(phone.content())
    phone.goto(f"/kursholder/{booking.session_id}/oppmote/{meeting.pk}/liste/")
    phone.emulate_media(media="print")
    expect(phone.locator(".attendance-paper")).to_contain_text("Fjellrev")
    met.append(phone.content())

    staff = signed_in(new_page(width=width, language=language), StaffFactory(), site)
    staff.goto(booking.session.get_staff_url())
    with staff.expect_download() as taken:
        staff.locator("a[href$='deltakere.xlsx']").click()
    [row] = list(load_workbook(io.BytesIO(taken.value.path().read_bytes())).active.values)[1:]
    assert (row[0], row[1] or "") == ("Fjellrev", "")
    staff.goto(booking.staff_address)
    accessible(staff)
    met.append(staff.content())
    assert [text for text in met if "Nordmann" in text or "kari@" in text] == []

    staff.get_by_role("link", name="Fjellrev", exact=True).click()
    expect(staff.locator("dl.summary")).to_contain_text("Kari Nordmann")
    accessible(staff)


@pytest.mark.parametrize(("width", "language"), [(390, "nn"), (1280, "nb")])
def test_participant_without_mail_gets_it_all_on_paper(new_page, accessible, booking, width, language):
    page = new_page(width=width, language=language)
    page.goto(page_address("booking", issue_link("booking", booking.pk)))
    page.locator(".names-fold > summary").click()
    page.fill("[name=navn-0-name]", "Åse Ødegård")
    page.locator(".names-form button.ds-button").click()
    page.locator("p a[href$='/ark/']").click()
    sheet = page.locator(".sheet")
    expect(sheet).to_have_count(1)
    expect(sheet).to_contain_text("Åse Ødegård")
    expect(sheet.locator("h2")).to_have_text("Kurs")
    accessible(page)
    page.emulate_media(media="print")
    expect(page.locator("h1")).not_to_be_visible()
    expect(page.locator("footer")).not_to_be_visible()
    expect(sheet.locator("svg")).to_be_visible()
    assert TITLE not in page.content()

    address = sheet.locator("small").inner_text()
    own = new_page(width=width, language=language)
    own.goto(address)
    expect(own.locator(".lead")).to_have_text("Åse Ødegård")
    accessible(own)


def test_what_the_calendar_tells_is_chosen_both_ways(new_page, accessible, booking):
    booker, participant = new_page(), new_page(width=390, language="nn")
    booker.goto(page_address("booking", issue_link("booking", booking.pk)))
    booker.locator("a[href$='/diskret/']").click()
    accessible(booker)
    booker.check("[name=shows_course_name]")
    booker.locator("main button.ds-button").click()
    expect(booker.locator("dl.summary")).to_contain_text(TITLE)

    participant.goto(own_page(Participant.objects.get()))
    expect(participant.locator("main")).to_contain_text(TITLE)
    participant.locator("a[href$='/diskret/']").click()
    accessible(participant)
    participant.check("[name=shows][value=no]")
    participant.locator("main button.ds-button").click()
    expect(participant.locator("main")).not_to_contain_text(TITLE)
    assert "SUMMARY:Kurs" in calendar_of(participant)

    booker.locator("a[href$='/diskret/']").click()
    booker.uncheck("[name=shows_course_name]")
    booker.locator("main button.ds-button").click()
    expect(booker.locator("dl.summary")).not_to_contain_text(TITLE)
    participant.locator("a[href$='/diskret/']").click()
    participant.check("[name=shows][value=yes]")
    participant.locator("main button.ds-button").click()
    expect(participant.locator("main")).to_contain_text(TITLE)
    assert f"SUMMARY:{TITLE}" in calendar_of(participant)


def calendar_of(page):
    with page.expect_download() as taken:
        page.locator("a[href$='kalender.ics']").click()
    assert taken.value.suggested_filename.startswith("kurs-20")
    return taken.value.path().read_text()
