"""A booker puts in a list of names: pasted with faults, then as a spreadsheet; staff takes the participants out."""

import io

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from taushet.services.links import issue_link, page_address
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.taushet import StaffFactory

from .people import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASTED = "Navn;E-post;Enhetens kode\nKari Nordmann;kari@bodo.test;7\nPer Hansen;per-bodo.test;8\n"


def spreadsheet(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return {"name": "liste.xlsx", "mimeType": "application/octet-stream", "buffer": file.getvalue()}


@pytest.mark.parametrize(("width", "scripts", "language"), [(390, False, "nb"), (1280, True, "nn")])
def test_list_of_names_is_put_in_looked_over_and_taken_out(new_page, site, accessible, width, scripts, language):
    booking = BookingFactory(seats=3, session=SessionFactory())
    page = new_page(width=width, scripts=scripts, language=language)

    def look():
        if scripts:  # axe is a script
            accessible(page)

    page.goto(page_address("booking", issue_link("booking", booking.pk)))
    page.locator("a[href$='/navn/liste/']").click()
    look()
    page.locator("main button.ds-button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    look()

    page.fill("[name=text]", PASTED)
    page.locator("main button.ds-button").click()
    expect(page.locator("table.records").first).to_contain_text("per-bodo.test")
    expect(page.locator("[name=column2]")).to_have_value("")
    look()
    page.select_option("[name=column2]", "workplace")
    page.locator("button[formaction$='/se/']").click()
    expect(page.locator("table.records").last).to_contain_text("7")
    page.locator("button[formaction$='/igjen/']").click()
    expect(page.locator("[name=text]")).to_have_value(PASTED.strip())
    look()
    page.locator("main button.ds-button").click()
    page.select_option("[name=column2]", "workplace")
    page.locator("button[formaction$='/se/']").click()
    save = page.locator("main .actions button.ds-button:not([formaction])")
    save.click()
    expect(page.locator(".error-summary")).to_be_visible()
    look()
    page.check("[name=leave_out]")
    save.click()
    expect(page.locator(".participant-row")).to_have_count(1)

    page.locator(".names-fold > summary").click()
    page.locator("a[href$='/navn/liste/']").click()
    page.set_input_files("[name=file]", spreadsheet(["Fornavn", "Etternavn"], ["Per", "Hansen"], ["Åse", "=1+1"]))
    page.locator("main button.ds-button").click()
    look()
    page.locator("main .actions button.ds-button:not([formaction])").click()
    expect(page.locator(".participant-row")).to_have_count(3)
    look()

    staff = signed_in(new_page(language=language), StaffFactory(), site)
    staff.goto(booking.session.get_staff_url())
    accessible(staff)
    with staff.expect_download() as taken:
        staff.locator("a[href$='deltakere.xlsx']").click()
    names = [row[0] for row in load_workbook(io.BytesIO(taken.value.path().read_bytes())).active.values][1:]
    assert names == ["Kari Nordmann", "Per Hansen", "Åse"]
