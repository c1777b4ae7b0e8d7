"""A full course: stand in line, see where, get an offer, take it."""

import os
import re

import pytest
from playwright.sync_api import expect

from courses.models import Booking
from courses.services.booking_changes import cancel_booking
from taushet.models import Message
from taushet.services.links import fill_placeholders
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def picture(page, name):
    if folder := os.environ.get("TAUSHET_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def link_in(kind):
    text = fill_placeholders(Message.objects.filter(kind=kind).latest("pk").text)
    return re.search(r"http\S+", text)[0]


@pytest.mark.parametrize(("width", "scripts", "language"), [(390, False, "nb"), (1280, True, "nn")])
def test_group_waits_for_a_full_course_and_gets_its_seats(new_page, accessible, width, scripts, language):
    place = MunicipalityFactory(name="Bodø")
    session = SessionFactory(capacity=4)
    holder = BookingFactory(session=session, seats=4)
    page = new_page(width=width, scripts=scripts, language=language)

    def look(name):
        picture(page, f"waiting-{name}-{width}")
        if scripts:  # axe is a script
            accessible(page)

    page.goto(session.get_absolute_url())
    look("form")
    page.locator("select[name=municipality]").select_option(place.number, force=True)
    page.fill("[name=seats]", "3")
    page.fill("[name=contact_name]", "Kari Nordmann")
    page.fill("[name=contact_email]", "kari@bodo.test")
    page.fill("[name=contact_phone]", "123")
    page.locator("form.stack button.ds-button").last.click()
    expect(page.locator("[name=contact_phone][aria-invalid=true]")).to_be_visible()
    expect(page.locator("[name=contact_email]")).to_have_value("kari@bodo.test")
    page.fill("[name=contact_phone]", "22 33 11 60")
    page.locator("form.stack button.ds-button").last.click()
    expect(page.locator(".card-title").first).to_contain_text("e-post")
    look("receipt")

    page.goto(link_in("booking-confirm-address"))
    look("confirm")
    page.locator("main button.ds-button").click()
    expect(page.locator(".card-title").first).to_contain_text("1")
    look("place")

    cancel_booking(holder)
    page.goto(link_in("waiting-offer"))
    look("offer")
    page.locator("main form.inline-form button.ds-button").first.click()

    expect(page.locator("main")).to_contain_text("3")
    assert Booking.objects.get(contact_email="kari@bodo.test").state == "confirmed"
    look("taken")
