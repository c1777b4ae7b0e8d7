"""From a booking that costs something to an invoice that is credited and paid."""

import re

import pytest
from playwright.sync_api import expect

from courses.models import Booking, CreditNote, Invoice, Payment
from municipalities.models import Municipality, Unit
from taushet.services.links import issue_link, page_address
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.taushet import StaffFactory
from tests.journeys.people import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.main_job
def test_a_booking_becomes_an_invoice_that_is_credited_and_paid(new_page, site, norway, accessible):
    bodo = Municipality.objects.get(number="1804")
    unit = Unit.objects.get(municipality=bodo, kind="municipality")
    unit.reference_hint, unit.reference_masks = "Bestillerens nummer", "B######"
    unit.save()
    course = CourseFactory(vat_treatment="exempt", invoicing="at_once")
    session = SessionFactory(course=course, price=450)
    booking = BookingFactory(session=session, municipality=bodo, payer=unit, seats=3, seat_price=450)
    booker = new_page(width=390)

    booker.goto(page_address("booking", issue_link("booking", booking.pk)))
    expect(booker.locator("#faktura")).to_contain_text("Fakturareferansen mangler")
    accessible(booker)
    booker.get_by_role("link", name="Oppgi fakturareferansen").click()
    booker.get_by_label("Fakturareferanse").fill("4711")
    booker.get_by_role("button", name="Lagre").click()
    expect(booker.locator(".ds-validation-message").first).to_contain_text("Den ser slik ut: B######")
    booker.get_by_label("Fakturareferanse").fill("B104711")
    booker.get_by_role("button", name="Lagre").click()
    expect(booker.locator("p.message")).to_have_text("Referansen er lagret.")

    staff = signed_in(new_page(), StaffFactory(roles=["finance"], name="Fatima Fossum"), site)
    staff.goto("/stab/faktura/a-fakturere/")
    accessible(staff)
    staff.get_by_role("link", name=re.compile("Se fakturaen")).click()
    expect(staff.get_by_text("B104711")).to_be_visible()
    accessible(staff)
    staff.get_by_role("button", name="Utsted fakturaen").click()
    invoice = Invoice.objects.get()
    expect(staff.get_by_role("heading", level=1)).to_have_text(f"Faktura {invoice.number}")
    accessible(staff)
    staff.get_by_role("link", name="Krediter").click()
    staff.get_by_label(re.compile("Av «Kurs i kommunen")).fill("450")
    staff.get_by_label("Hvorfor?").fill("Én kom ikke")
    staff.get_by_role("button", name="Se kreditnotaen").click()
    accessible(staff)
    staff.get_by_role("button", name="Utsted kreditnotaen").click()
    expect(staff.locator("dl").first).to_contain_text("900 kroner")

    staff.goto("/stab/faktura/innbetalinger/")
    accessible(staff)
    table = f"Dato;Beløp;KID\n01.02.2027;900,00;{invoice.kid}\n".encode()
    staff.get_by_label("Fil fra banken").set_input_files({"name": "bank.csv", "mimeType": "text/csv", "buffer": table})
    staff.get_by_role("button", name="Se betalingene").click()
    expect(staff.get_by_text("Betaler den")).to_be_visible()
    accessible(staff)
    staff.get_by_role("button", name="Registrer 1 betaling").click()
    staff.goto(f"/stab/faktura/{invoice.number}/")
    expect(staff.get_by_text("Betalt", exact=True)).to_be_visible()

    booker.reload()
    with booker.expect_download() as paper:
        booker.locator("#faktura").get_by_role("link", name=re.compile("Last ned som PDF")).click()
    assert paper.value.suggested_filename == f"faktura-{invoice.number}.pdf"
    expect(booker.locator("#faktura")).to_contain_text("Kreditnota K10001: 450 kroner")
    accessible(booker)
    assert (CreditNote.objects.get().total, Payment.objects.get().invoice) == (450, invoice)
    assert Booking.objects.get().invoice_reference == "B104711"
