"""From an answer to a promise that everybody may read: sorted with the keyboard, confirmed by a second person."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from outreach.models import Reply
from taushet.workdays import OSLO
from tests.factories.outreach import place
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def signed_in(page, user, site):
    client = Client()
    sign_in(client, user)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    return page


@pytest.fixture
def letter(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=OSLO))
    letter, _other = sent_letters(place(number="6101", name="Nordvik"), place(number="6102", name="Sørdal"))
    monkeypatch.undo()
    return letter


def test_an_answer_is_sorted_made_public_and_becomes_a_promise(new_page, site, letter, accessible):
    receive(
        Client(), answer_to(letter, text="Vi skal vedta en plan i mai.\n\nHilsen Kari"), answer_to(letter, text="Mer")
    )
    me, colleague = StaffFactory(name="Siri Strand"), StaffFactory(name="Leif Lunde")
    page = signed_in(new_page(), me, site)

    page.goto("/stab/svar/")
    expect(page.get_by_text("2 svar venter.")).to_be_visible()
    accessible(page)
    page.keyboard.press("a")
    expect(page.get_by_role("checkbox", name="Nordvik")).not_to_be_checked()
    page.keyboard.press("a")
    page.keyboard.press("1")
    expect(page.get_by_text("Sortert: Svar.")).to_be_visible()
    expect(page.get_by_text("1 svar venter.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("2 svar venter.")).to_be_visible()
    page.get_by_label("Finn et brev").fill("1 a")  # typing sorts nothing
    expect(page.get_by_text("2 svar venter.")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(page.get_by_label("Hvordan vet du hvem det er fra?")).to_be_focused()
    page.keyboard.type("1 a")  # neither does this
    page.get_by_label("Hvordan vet du hvem det er fra?").fill("")
    page.get_by_label("Sorter med tastaturet").uncheck()
    page.keyboard.press("4")
    page.get_by_role("button", name="Svar", exact=True).click()
    expect(page.get_by_text("1 svar venter.")).to_be_visible()

    page.get_by_role("link", name="Åpne det").first.click()
    accessible(page)
    page.get_by_label("Hvordan vet du hvem det er fra?").fill("Ringte sentralbordet")
    page.get_by_role("button", name="Bekreft avsenderen").click()
    page.get_by_role("link", name="Publiser svaret").click()
    page.get_by_label("Det alle kan lese").fill("Vi skal vedta en plan i mai.")
    page.get_by_role("checkbox", name="Jeg har lest alt.").check()
    accessible(page)
    page.get_by_role("button", name="Publiser").click()
    page.get_by_role("link", name="Før inn et løfte").click()
    page.get_by_label("Det som er lovet, ord for ord").fill("Vi skal vedta en plan i mai")
    accessible(page)
    page.get_by_role("button", name="Før det inn").click()
    expect(page.get_by_text("Det venter på en annen enn den som førte det inn.")).to_be_visible()

    other = signed_in(new_page(width=390), colleague, site)
    other.goto("/stab/")
    other.get_by_role("link", name="Vi skal vedta en plan i mai").click()
    accessible(other)
    other.get_by_role("button", name="Ja, bekreft det").click()
    expect(other.get_by_text("Løftet er bekreftet, og alle kan lese det.")).to_be_visible()
    public = new_page(width=390, language="nn")
    public.goto("/kommuner/6101/")
    expect(public.get_by_text("Vi skal vedta en plan i mai", exact=True)).to_be_visible()
    accessible(public)
    assert Reply.objects.published().count() == 1
