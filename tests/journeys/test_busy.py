"""A trainer lets us see when they are busy elsewhere: put in on the phone, read, and removed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.services.trainers import register_trainer
from taushet.models import User
from taushet.services.jobs import run_all_due_jobs
from tests.factories.busy import ics

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PAGE = "/kursholder/egne-kalendere/"


@pytest.fixture
def trainer(signed_in):
    signed_in("campaign")
    return register_trainer(User.objects.get(email="trainer@demo.example"), courses=[])


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, False)])
def test_trainer_puts_in_a_calendar(signed_in, trainer, shelf, accessible, width, scripts):
    now = timezone.now()
    shelf.answers["/hemmelig.ics"] = ics(("1", now + timedelta(days=1), now + timedelta(days=1, hours=1)))
    page = signed_in("trainer", width=width, scripts=scripts)
    page.goto(PAGE)
    expect(page.get_by_text("Du har ikke lagt inn noen ennå.")).to_be_visible()
    page.get_by_text("Hvor finner jeg adressen?").click()
    check(page, accessible, width, scripts)

    page.get_by_role("button", name="Legg inn").click()
    expect(page.locator("#id_address_error")).to_have_text("Lim inn adressen til kalenderen.")
    check(page, accessible, width, scripts)
    page.get_by_label("Adresse", exact=True).fill(shelf.address("/hemmelig.ics"))
    page.get_by_role("button", name="Legg inn").click()
    calendars = page.get_by_role("region", name="Kalendere vi leser")
    expect(calendars.get_by_text("Leses nå")).to_be_visible()
    check(page, accessible, width, scripts)

    run_all_due_jobs()
    if not scripts:
        calendars.get_by_role("link", name="Se om det er ferdig").click()
    expect(calendars.get_by_text("Oppdatert")).to_be_visible()
    expect(calendars.get_by_text("1 kommende tid du er opptatt")).to_be_visible()
    assert "hemmelig.ics" not in page.content()
    check(page, accessible, width, scripts)

    calendars.get_by_role("button", name="Fjern").click()
    expect(page.get_by_text("Du har ikke lagt inn noen ennå.")).to_be_visible()
    assert not trainer.busy_calendars.exists()


def check(page, accessible, width, scripts):
    if scripts:
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
