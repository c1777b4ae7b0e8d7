"""Mail in trouble, as campaign staff meet it and decide about it."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from taushet.models import Message
from taushet.services.sending import send_all_due
from tests.factories.outbox import write
from tests.factories.taushet import StaffFactory, sign_in
from tests.servers.smtp import smtp_server

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def three_mails(settings):
    """One that left, one that was refused, and one whose server hung up without an answer."""
    with smtp_server() as (mailbox, mailers):
        settings.OUTGOING_MAIL, settings.MAILERS = True, mailers
        mails = [write(to_email=f"{name}@x.example", subject=f"Til {name}") for name in ("kari", "refuse", "drop")]
        send_all_due()
    assert [Message.objects.get(pk=mail.pk).state for mail in mails] == ["sent", "failed", "unknown"]
    assert len(mailbox.taken) == 2
    return mails


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, False)])
def test_staff_finds_mail_in_trouble_and_decides(new_page, site, three_mails, accessible, width, scripts):
    page = new_page(width=width, scripts=scripts)
    client = Client()
    sign_in(client, StaffFactory())
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    page.goto("/stab/")
    page.get_by_role("link", name="1 melding kan være sendt, men vi vet det ikke").click()

    expect(page.get_by_role("link", name="Til drop")).to_be_visible()
    expect(page.get_by_role("link", name="Til kari")).to_have_count(0)
    if scripts:
        accessible(page)
    page.get_by_role("link", name="Til drop").click()
    expect(page.get_by_text("Ingen andre enn du kan finne ut hvordan det gikk")).to_be_visible()
    if scripts:
        accessible(page)
    page.get_by_role("link", name="Merk som sendt").click()
    if scripts:
        accessible(page)
    page.get_by_role("link", name="Avbryt").click()
    assert Message.objects.get(to_email="drop@x.example").state == Message.State.UNKNOWN
    page.get_by_role("link", name="Merk som sendt").click()
    page.get_by_role("button", name="Merk som sendt").click()
    expect(page.get_by_text("Meldingen er merket som sendt.")).to_be_visible()

    page.get_by_role("link", name="Utboks", exact=True).first.click()
    page.get_by_label("Navn, adresse eller emne").fill("ingen av dem")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_text("Ingen meldinger passer")).to_be_visible()
    page.get_by_label("Navn, adresse eller emne").fill("til refuse")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_text("E-postleverandøren avviste meldingen.")).to_be_visible()
    assert Message.objects.get(to_email="drop@x.example").state == Message.State.SENT
