"""From a booking that costs something to an invoice that is sent, credited and paid."""

import re
import zipfile

import pytest
from playwright.sync_api import expect

from courses.models import Booking, CreditNote, EInvoice, Invoice, Payment
from municipalities.models import Municipality, Unit
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.taushet import StaffFactory
from tests.journeys.people import signed_in
from tests.journeys.test_booking import link_in_mail

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(norway):
    """A course that costs 450 a seat, in a municipality that has said how its references are written."""
    bodo = Municipality.objects.get(number="1804")
    Unit.objects.filter(municipality=bodo, kind="municipality").update(
        reference_hint="Bestillerens nummer", reference_masks="B######"
    )
    course = CourseFactory(vat_treatment="exempt", invoicing="at_once")
    return SessionFactory(course=course, price=450, municipality=bodo, capacity=20)


@pytest.mark.main_job
def test_twelve_seats_become_an_invoice_that_is_sent_reduced_to_nine_and_paid(session, new_page, site, accessible):
    booker = new_page(width=390, scripts=False)
    booker.goto(session.get_absolute_url())
    booker.get_by_label("Kommunen du bestiller for").select_option("1804")
    for name, value in {
        "seats": "12",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "22 33 11 60",
        "invoice_reference": "4711",
    }.items():
        booker.locator(f"[name={name}]").fill(value)
    booker.get_by_role("button", name=re.compile("^Bestill")).click()
    expect(booker.locator(".ds-validation-message").first).to_contain_text("Den ser slik ut: B######")
    booker.locator("[name=invoice_reference]").fill("B104711")
    booker.get_by_role("button", name=re.compile("^Bestill")).click()
    run_all_due_jobs()
    booker.goto(link_in_mail("kari@bodo.test", "booking-confirm-address"))
    booker.get_by_role("button", name="Bekreft bestillingen").click()
    expect(booker.locator("#faktura")).to_contain_text(re.compile("5.400 kroner"))
    page_of_booking = booker.url

    staff = signed_in(new_page(), StaffFactory(roles=["finance"], name="Fatima Fossum"), site)
    staff.goto("/stab/faktura/a-fakturere/")
    accessible(staff)
    staff.get_by_role("link", name=re.compile("Se fakturaen")).click()
    expect(staff.get_by_text("B104711")).to_be_visible()
    accessible(staff)
    staff.get_by_role("button", name="Utsted fakturaen").click()
    invoice = Invoice.objects.get()
    expect(staff.get_by_role("heading", level=1)).to_have_text(f"Faktura {invoice.number}")
    run_all_due_jobs()
    staff.reload()
    accessible(staff)
    staff.get_by_role("link", name=re.compile("Klar til å sendes")).click()
    expect(staff.get_by_role("heading", level=1)).to_have_text(f"Faktura {invoice.number}")

    # Fewer seats are credited by themselves, after the page has said so
    booker.goto(page_of_booking)
    booker.get_by_role("link", name="Endre antall plasser").click()
    booker.get_by_label("Antall plasser").fill("9")
    booker.get_by_role("button", name="Endre", exact=True).click()
    said = re.compile(f"Faktura {invoice.number} blir kreditert med 1.350.kroner")
    expect(booker.locator("#pengene")).to_contain_text(said)
    booker.get_by_role("button", name="Endre", exact=True).click()
    expect(booker.locator("#faktura")).to_contain_text(re.compile("Kreditnota K10001: 1.350.kroner"))
    run_all_due_jobs()

    # One more is let off by staff
    staff.goto(f"/stab/faktura/{invoice.number}/")
    staff.get_by_role("link", name="Krediter").click()
    staff.get_by_label(re.compile("Av «Kurs i kommunen")).fill("450")
    staff.get_by_label("Hvorfor?").fill("Én kom ikke")
    staff.get_by_role("button", name="Se kreditnotaen").click()
    accessible(staff)
    staff.get_by_role("button", name="Utsted kreditnotaen").click()
    expect(staff.locator("dl").first).to_contain_text(re.compile("3.600 kroner"))
    run_all_due_jobs()

    # The e-invoices go in a batch
    staff.locator(".staff-navigation").get_by_role("link", name="Faktura", exact=True).click()
    staff.get_by_role("link", name="E-faktura (EHF)").click()
    staff.get_by_role("button", name="Legg dem i en bunke").click()
    with staff.expect_download() as taken:
        staff.get_by_role("link", name="3 filer som ZIP").click()
    staff.get_by_role("button", name="Alle er sendt").click()
    names = [f"faktura-{invoice.number}.xml", "kreditnota-K10001.xml", "kreditnota-K10002.xml"]
    assert zipfile.ZipFile(taken.value.path()).namelist() == names

    # The bank's file pays what is left
    staff.goto("/stab/faktura/innbetalinger/")
    accessible(staff)
    table = f"Dato;Beløp;KID\n01.02.2026;3600,00;{invoice.kid}\n".encode()
    staff.get_by_label("Fil fra banken").set_input_files({"name": "bank.csv", "mimeType": "text/csv", "buffer": table})
    staff.get_by_role("button", name="Se betalingene").click()
    expect(staff.get_by_text("Betaler den")).to_be_visible()
    accessible(staff)
    staff.get_by_role("button", name="Registrer 1 betaling").click()
    staff.goto(f"/stab/faktura/{invoice.number}/")
    expect(staff.get_by_text("Betalt", exact=True)).to_be_visible()
    accessible(staff)

    booker.reload()
    expect(booker.locator("#faktura")).to_contain_text("Betalt")
    with booker.expect_download() as paper:
        booker.locator("#faktura").get_by_role("link", name=re.compile("Last ned som PDF")).click()
    assert paper.value.suggested_filename == f"faktura-{invoice.number}.pdf"
    assert [note.total for note in CreditNote.objects.order_by("number")] == [1350, 450]
    assert {note.buyer_reference for note in CreditNote.objects.all()} == {"B104711"}
    assert Payment.objects.get().invoice == invoice
    assert set(EInvoice.objects.values_list("state", flat=True)) == {"sent"}
    assert Booking.objects.get().seats == 9
