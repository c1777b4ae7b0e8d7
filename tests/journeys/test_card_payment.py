"""Paying by card: from the form to the page at Stripe and back, a card that is declined, and money that goes back."""

import re

import pytest
from playwright.sync_api import expect

from courses.demonstration.stripe_server.delivery import Postman
from courses.models import Booking, CardRefund, Payment, StripeEvent
from municipalities.models import Municipality
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.taushet import StaffFactory
from tests.journeys.people import signed_in
from tests.servers.stripe import WEBHOOK, WEBHOOK_SECRET, stripe_known_to
from tests.servers.workers import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stripe(site, settings):
    """A stand-in for Stripe that tells this site, each thing twice and the newest first."""
    with stripe_known_to(settings) as server:
        postman = Postman(server.world, site + WEBHOOK, WEBHOOK_SECRET, pause=0.1, copies=2)
        postman.turned = True
        postman.start()
        yield server
        postman.stop()


@pytest.fixture
def session(norway):
    course = CourseFactory(slug="ansvar", price=450, vat_treatment="exempt")
    return SessionFactory(course=course, municipality=Municipality.objects.get(name="Bodø"), capacity=5)


WORDS = {
    "nb": ("Betal med kort", "Gjør betalingen klar", "Vi har ikke hørt fra Stripe ennå", "Betalingen er kommet"),
    "nn": ("Betal med kort", "Gjer betalinga klar", "Vi har ikkje høyrt frå Stripe enno", "Betalinga er komen"),
}


def hear(stripe):
    """Let everything that has happened at Stripe arrive and be handled."""
    numbers = {event["id"] for event in stripe.world.events}
    wait_until(lambda: numbers <= set(StripeEvent.objects.values_list("event_id", flat=True)))
    run_all_due_jobs()


@pytest.mark.parametrize(("language", "width", "scripts"), [("nb", 390, True), ("nn", 1280, False)])
def test_booked_declined_paid_confirmed_and_paid_back(
    session, stripe, site, new_page, accessible, language, width, scripts
):
    pay, make_ready, waits, has_come = WORDS[language]
    page = new_page(width=width, scripts=scripts, language=language, visits=[stripe.address])

    def look():
        if scripts:  # axe is a script
            accessible(page)

    # Book, and go on to the payment before the address has proved itself
    page.goto(session.get_absolute_url())
    if scripts:
        page.get_by_role("combobox", name="Kommunen du bestiller for").fill("bodø")
        page.get_by_role("combobox", name="Kommunen du bestiller for").press("Enter")
    else:
        page.get_by_label("Kommunen du bestiller for").select_option("1804")
    page.locator("[name=seats]").fill("2")
    page.locator("[name=contact_name]").fill("Kari Nordmann")
    page.locator("[name=contact_email]").fill("kari@bodo.test")
    page.locator("[name=contact_phone]").fill("22 33 11 60")
    page.locator("[name=reference_later]").check()
    page.get_by_role("button", name=re.compile("^Bestill")).click()
    look()
    page.get_by_role("link", name=pay).click()
    look()
    page.get_by_role("button", name=make_ready).click()
    look()

    # At Stripe: declined first, then back without paying, then paid
    page.get_by_role("link", name=re.compile("Stripe")).click()
    expect(page.get_by_text("900,00 kr").first).to_be_visible()
    page.get_by_role("button", name=re.compile("avvist")).click()
    expect(page.get_by_role("alert")).to_contain_text("avvist")
    page.get_by_role("link", name=re.compile("Tilbake")).click()
    expect(page.get_by_role("heading", name=waits)).to_be_visible()
    look()
    page.go_back()
    page.get_by_role("button", name=re.compile("^Betal 900")).click()
    expect(page.get_by_role("heading", name=waits)).to_be_visible()
    assert Booking.objects.get().state == "held"

    # Stripe tells, and the page says so by itself, or when asked
    hear(stripe)
    if not scripts:
        page.locator("#payment-state a").click()
    expect(page.get_by_role("heading", name=has_come)).to_be_visible()
    look()
    page.locator("main p > a").last.click()
    expect(page.locator("#betaling")).to_contain_text(re.compile("900.kroner betalt med kort"))
    expect(page.get_by_role("link", name=pay)).to_have_count(0)
    booking = Booking.objects.get()
    assert (booking.state, Payment.objects.get().amount) == ("confirmed", 900)
    if not scripts:
        return

    # Finance pays a part back
    finance = signed_in(new_page(), StaffFactory(name="Fatima Fossum", roles=["finance"]), site)
    finance.goto("/stab/betalinger/")
    accessible(finance)
    finance.locator("table a").first.click()
    accessible(finance)
    finance.get_by_label("Beløp i kroner").fill("950")
    finance.get_by_label(re.compile("Den står fortsatt som bekreftet")).check()
    finance.get_by_role("button", name="Betal tilbake").click()
    expect(finance.locator(".ds-validation-message").first).to_contain_text(re.compile("Høyst 900.kroner"))
    finance.get_by_label("Beløp i kroner").fill("450")
    finance.get_by_role("button", name="Betal tilbake").click()
    expect(finance.locator("p.message")).to_contain_text("Pengene er på vei tilbake.")
    run_all_due_jobs()
    hear(stripe)
    page.reload()
    expect(page.locator("#betaling")).to_contain_text(re.compile("450.kroner betalt tilbake"))
    assert CardRefund.objects.get().state == "succeeded"
    kinds = Message.objects.filter(to_email="kari@bodo.test", kind__startswith="payment-").values_list(
        "kind", flat=True
    )
    assert sorted(kinds) == ["payment-received", "payment-refunded"]
