"""Attendance from two phones: one without script, one that loses the net and finds it again."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import AttendanceMark, Meeting, Session
from courses.services import presence
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import TrainerUserFactory, UserFactory
from tests.servers.workers import wait_until

from .test_calendar import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def trainer(client):
    return register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])


@pytest.fixture
def meeting(trainer):
    session = SessionFactory(
        course__title_nb="Når hjemmet er farlig", municipality=MunicipalityFactory(name="Bodø"), capacity=4
    )
    trainer.courses.add(session.course)
    booking = BookingFactory(session=session, municipality=session.municipality, seats=3)
    for name in ("Åse Ødegård", "Kari Nordmann"):
        ParticipantFactory(booking=booking, name=name)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    Session.objects.update(first_starts_at=timezone.now())
    Meeting.objects.update(starts_at=timezone.now())
    return Meeting.objects.get()


def row(page, name):
    return page.get_by_role("group", name=name)


def state(page):
    return page.locator("[data-attendance-state]")


def answers(meeting):
    return {
        participant.name: presence.present_at(meeting).get(participant.pk)
        for participant in meeting.session.bookings.get().participants.all()
    }


@pytest.mark.main_job
def test_ticks_wait_for_the_net_and_two_phones_agree(new_page, site, trainer, meeting, accessible):
    phone = signed_in(new_page(width=390), trainer.user, site)
    phone.goto("/kursholder/")
    phone.get_by_role("link", name="Når hjemmet er farlig").first.click()
    phone.get_by_role("link", name="Oppmøte").click()
    accessible(phone)
    phone.locator(".attendance-meeting").click()
    expect(state(phone)).to_have_text("")
    expect(phone.get_by_text("Uten nett kan siden ikke åpnes på nytt")).to_be_visible()
    accessible(phone)

    phone.context.set_offline(True)
    row(phone, "Åse Ødegård").get_by_label("Til stede").check()
    row(phone, "Kari Nordmann").get_by_label("Ikke her").check()
    expect(state(phone)).to_contain_text("2 kryss er ikke sendt")
    stored = phone.evaluate("JSON.stringify(localStorage)")
    accessible(phone)
    assert answers(meeting) == {"Åse Ødegård": None, "Kari Nordmann": None}
    assert not any(word in stored for word in ("Åse", "Kari", "Bodø"))
    assert phone.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert phone.evaluate("caches.keys().then((all) => all.length)") == 0

    other = signed_in(new_page(width=1280), trainer.user, site)
    other.goto(f"/kursholder/{meeting.session_id}/oppmote/{meeting.pk}/")
    row(other, "Kari Nordmann").get_by_label("Til stede").check()
    expect(state(other)).to_have_text("Alt er lagret.")

    phone.context.set_offline(False)
    expect(state(phone)).to_have_text("Alt er lagret.")
    expect(row(phone, "Kari Nordmann").get_by_label("Til stede")).to_be_checked()
    assert phone.evaluate("localStorage.length") == 0
    assert answers(meeting) == {"Åse Ødegård": True, "Kari Nordmann": True}
    assert AttendanceMark.objects.count() == 3


def test_ticks_survive_a_reload_of_the_page(new_page, site, trainer, meeting):
    phone = signed_in(new_page(width=390, language="nn"), trainer.user, site)
    phone.goto(f"/kursholder/{meeting.session_id}/oppmote/{meeting.pk}/")
    expect(state(phone)).to_have_text("")
    phone.context.set_offline(True)
    row(phone, "Åse Ødegård").get_by_label("Til stades").check()
    expect(state(phone)).to_contain_text("1 kryss er ikkje sendt")

    phone.context.set_offline(False)
    phone.reload()

    wait_until(lambda: phone.evaluate("localStorage.length") == 0)  # the page itself may evaluate no text
    expect(row(phone, "Åse Ødegård").get_by_label("Til stades")).to_be_checked()
    assert answers(meeting)["Åse Ødegård"] is True


@pytest.mark.parametrize(("width", "language"), [(390, "nn"), (1280, "nb")])
def test_list_and_walk_in_without_script(new_page, site, trainer, meeting, width, language):
    here, save, walked, put, came = {
        "nb": ("Til stede", "Lagre listen", "Noen møtte opp uten plass", "Sett på listen som til stede", "Ola Ås"),
        "nn": ("Til stades", "Lagre lista", "Nokon møtte opp utan plass", "Set på lista som til stades", "Ola Ås"),
    }[language]
    page = signed_in(new_page(width=width, scripts=False, language=language), trainer.user, site)
    page.goto(f"/kursholder/{meeting.session_id}/oppmote/{meeting.pk}/")

    row(page, "Åse Ødegård").get_by_label(here).check()
    page.get_by_role("button", name=save).click()
    expect(row(page, "Åse Ødegård").get_by_label(here)).to_be_checked()

    page.get_by_text(walked).click()
    page.get_by_role("button", name=put).click()
    expect(page.locator("#new_name")).to_have_attribute("aria-invalid", "true")
    page.locator("#new_name").fill(came)
    page.locator("select[name=municipality]").select_option(label="Bodø")
    page.get_by_role("button", name=put).click()

    expect(row(page, came).get_by_label(here)).to_be_checked()
    assert answers(meeting) == {"Åse Ødegård": True, "Kari Nordmann": None, came: True}
