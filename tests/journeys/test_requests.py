"""A course at home: asked for by phone without scripts, answered at a desk, accepted, and the history read by both."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Booking, CourseRequest
from taushet.models import Message
from taushet.services.links import fill_placeholders, issue_link
from taushet.workdays import add_workdays
from tests.factories.courses import CourseFactory, RequestOfferFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def course():
    course = CourseFactory(title_nb="Når hjemmet er farlig", title_nn="Når heimen er farleg")
    TrainerFactory(user__name="Tone Tangen", teaches_nn=True).courses.add(course)
    MunicipalityFactory(name="Bodø", number="1804"), MunicipalityFactory(name="Meløy", number="1837")
    return course


def day(count):
    return add_workdays(timezone.localdate() + timedelta(days=count), 1)


def link_in_mail(kind, site):
    message = Message.objects.filter(kind=kind).latest("pk")
    return re.search(rf"{re.escape(site)}/\S+", fill_placeholders(message.text))[0]


def signed_in(page, user, site):
    client = Client()
    sign_in(client, user)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    return page


@pytest.mark.main_job
def test_municipality_asks_without_scripts_staff_offers_and_the_date_is_accepted(new_page, site, course, accessible):
    # axe needs scripts, so the same pages are looked at in a browser that has them.
    phone, watcher = new_page(width=390, scripts=False), new_page(width=390, language="nn")
    phone.goto(course.get_absolute_url())
    phone.get_by_role("link", name="Passer ingen dato?").click()
    expect(phone.get_by_label("Kurs", exact=True)).to_have_value(str(course.pk))

    phone.get_by_label("Kommunen din").select_option("1804")
    phone.locator("[name=seats]").fill("12")
    phone.get_by_label("På stedet", exact=True).check()
    phone.locator("[name=naboer-0-municipality]").select_option("1837")
    phone.locator("[name=naboer-0-seats]").fill("8")
    phone.locator("[name=tider-0-first_on]").fill(f"{day(20)}")
    phone.locator("[name=tider-0-last_on]").fill(f"{day(12)}")
    phone.locator("[name=tider-1-first_on]").fill(f"{day(40)}")
    phone.get_by_label("Navnet ditt").fill("Kari Nordmann")
    phone.locator("[name=contact_email]").fill("kari@bodo.test")
    phone.locator("[name=contact_phone]").fill("22 33 11 60")
    payer = phone.locator("[name=payer_organisation_number]")
    expect(payer).to_be_hidden()
    phone.get_by_label("En stiftelse").check()
    payer.fill("12")
    phone.get_by_label("Hver kommune betaler for sine egne plasser").check()
    expect(payer).to_be_hidden()
    phone.get_by_role("button", name="Send forespørselen").click()
    expect(phone.locator(".error-summary")).to_contain_text("Den siste dagen kommer før den første.")

    phone.locator("[name=tider-0-last_on]").fill(f"{day(22)}")
    phone.get_by_role("button", name="Send forespørselen").click()
    expect(phone.get_by_text("Ett steg igjen: bekreft e-postadressen din")).to_be_visible()
    confirm = link_in_mail("request-confirm-address", site)
    for address in ("/kurs/foresporsel/", phone.url, confirm):
        watcher.goto(address)
        accessible(watcher)
    phone.goto(confirm)
    phone.get_by_role("button", name="Bekreft forespørselen").click()
    expect(phone.get_by_role("heading", name="Vi leter etter datoer og kursholder")).to_be_visible()
    asked = CourseRequest.objects.get()

    desk = signed_in(new_page(), StaffFactory(name="Anne Aas"), site)
    desk.goto("/stab/kurs/foresporsler/")
    accessible(desk)
    desk.get_by_role("link", name=str(asked.pk), exact=True).click()
    accessible(desk)
    desk.get_by_role("link", name="Tone Tangen").first.click()
    desk.locator("[name=datoer-0-ends]").fill("07:00")
    desk.get_by_role("button", name="Send tilbudet").click()
    expect(desk.locator(".error-summary")).to_contain_text("Kurset må slutte etter at det begynner.")
    accessible(desk)
    desk.locator("[name=datoer-0-ends]").fill("11:00")
    desk.get_by_label("Noen ord til kommunen").fill("Vi kommer gjerne til dere.")
    desk.get_by_role("button", name="Send tilbudet").click()
    expect(desk.get_by_text("1 dato er tilbudt, og kommunen får en e-post.")).to_be_visible()

    page = link_in_mail("request-offered", site)
    watcher.goto(page)
    expect(watcher.get_by_role("heading", name="No er det din tur: vel ein dato")).to_be_visible()
    accessible(watcher)
    phone.goto(page)
    phone.get_by_role("link", name=re.compile("^Velg ")).click()
    watcher.goto(phone.url)
    accessible(watcher)
    phone.get_by_role("button", name="Godta datoen").click()
    expect(phone.get_by_role("heading", name="Datoen er avtalt")).to_be_visible()
    expect(phone.get_by_text("Vi kommer gjerne til dere.")).to_be_visible()
    assert sorted(Booking.objects.values_list("municipality__name", "seats")) == [("Bodø", 12), ("Meløy", 8)]
    phone.get_by_role("link", name="for Meløy").click()
    expect(phone.get_by_role("heading", name="Bestillingen er bekreftet")).to_be_visible()

    desk.reload()
    expect(desk.get_by_text("Godtok en dato")).to_be_visible()
    accessible(desk)
    desk.get_by_role("link", name="Gjennomføringen det ble").click()
    expect(desk.get_by_text("Bodø og Meløy").first).to_be_visible()


def test_rows_are_added_and_neighbours_found_by_typing(page, course):
    page.goto("/kurs/foresporsel/")

    page.get_by_role("button", name="En kommune til").click()
    box = page.locator("#id_naboer-2-municipality")
    expect(page.get_by_text("Nabo 3")).to_be_visible()
    expect(box).to_be_focused()
    box.press_sequentially("melø")
    box.press("Enter")
    page.get_by_role("button", name="Ett alternativ til").click()

    expect(page.locator("select[name=naboer-2-municipality]")).to_have_value("1837")
    expect(page.locator("[name=tider-3-first_on]")).to_be_focused()


def test_no_date_fits_and_the_request_is_withdrawn(new_page, site, course):
    offer = RequestOfferFactory(request__course=course, request__language="nn")
    page = new_page(width=390, scripts=False, language="nn")
    page.goto(f"/foresporsel/{issue_link('request', offer.request_id)}/")

    page.get_by_role("link", name="Ingen av dei passar").click()
    page.get_by_role("button", name="Be om andre datoar").click()
    expect(page.get_by_text("Skriv med nokre ord kva som ville passe betre").first).to_be_visible()
    page.get_by_label("Kva ville passe betre?").fill("Heller i mars.")
    page.get_by_role("button", name="Be om andre datoar").click()
    expect(page.get_by_role("heading", name="Vi leitar etter datoar og kurshaldar")).to_be_visible()
    page.get_by_role("link", name="Trekk førespurnaden").click()
    page.get_by_role("button", name="Trekk førespurnaden").click()

    expect(page.get_by_role("heading", name="Førespurnaden er trekt")).to_be_visible()
    expect(page.get_by_text("Heller i mars.")).to_be_visible()
