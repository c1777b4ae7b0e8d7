"""Finance downloads what is ready and says that it has been sent, without scripts, on a phone."""

import zipfile

import pytest
from playwright.sync_api import expect

from courses.models import EInvoice
from courses.services.einvoice_checking import check_made
from courses.services.einvoices import make_einvoice
from tests.factories.invoice_documents import credit_note, document

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_finance_sends_a_batch_and_sees_what_is_wrong(signed_in, accessible):
    for one in (document(), credit_note(), document(number="10002", kid="100012")):
        check_made(make_einvoice(one).pk)
    page = signed_in("finance", width=390, scripts=False)

    page.goto("/stab/")
    page.get_by_role("link", name="2 e-fakturaer venter på å bli sendt").click()
    page.get_by_role("button", name="Legg dem i en bunke").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="2 filer som ZIP").click()
    page.get_by_role("button", name="Alle er sendt").click()

    assert zipfile.ZipFile(taken.value.path()).namelist() == ["faktura-10001.xml", "kreditnota-20001.xml"]
    expect(page.get_by_text("2 e-fakturaer er merket som sendt.")).to_be_visible()
    assert sorted(EInvoice.objects.values_list("state", flat=True)) == ["faulty", "sent", "sent"]

    page.goto("/stab/faktura/ehf/")
    page.get_by_role("link", name="KID-nummeret har feil kontrollsiffer.").click()
    page.get_by_role("link", name="Faktura 10002").click()
    expect(page.get_by_text("OWN-KID")).to_be_visible()


def test_pages_are_accessible(signed_in, accessible):
    for one in (document(), document(number="10002", kid="100012")):
        check_made(make_einvoice(one).pk)
    page = signed_in("finance")

    page.goto("/stab/faktura/ehf/")
    accessible(page)
    page.get_by_role("link", name="Faktura 10002").click()
    accessible(page)
    page.goto("/stab/faktura/ehf/")
    page.get_by_role("button", name="Legg dem i en bunke").click()
    accessible(page)
