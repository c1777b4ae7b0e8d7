"""A municipality books seats: from the front page to the names, the hand-over and the end of it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Booking, Participant
from municipalities.models import Municipality
from taushet.models import Message
from taushet.services.links import fill_placeholders, issue_link, page_address
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COURSE = "Kommunens ansvar"


@pytest.fixture
def session(norway):
    """A session in Bodø with five free seats, and one in Bergen."""
    course = CourseFactory(slug="ansvar", title_nb=COURSE, title_nn="Ansvaret til kommunen")
    SessionFactory(course=course, municipality=Municipality.objects.get(name="Bergen"))
    return SessionFactory(course=course, municipality=Municipality.objects.get(name="Bodø"), capacity=5)


def link_in_mail(to, kind, number=0):
    """Return an address from the newest mail of a kind, as its reader sees it."""
    message = Message.objects.filter(to_email=to, kind=kind).latest("pk")
    return re.findall(r"https?://\S+", fill_placeholders(message.text))[number]


def head(page):
    return page.get_by_role("heading", level=1)


def said(page):
    return page.locator("p.message")


def error_of(page, label):
    """What is said beside the control with this label."""
    return (
        page.get_by_label(label, exact=True)
        .locator("xpath=ancestor::div[contains(@class, 'field')][1]")
        .locator(".ds-validation-message")
    )


def fill_in(page, *, seats="3", name="Kari Nordmann", email="kari@bodo.test", phone="22 33 11 60"):
    page.get_by_label("Antall plasser").fill(seats)
    page.get_by_label("Navnet ditt").fill(name)
    page.get_by_label("E-post på jobben").fill(email)
    page.get_by_label("Telefon", exact=True).fill(phone)


def book_button(page):
    return page.get_by_role("button", name="Bestill", exact=True)


@pytest.mark.main_job
def test_from_the_front_page_to_names_hand_over_and_cancelling(session, page, new_page, accessible):
    # Find the course
    page.goto("/")
    accessible(page)
    page.get_by_role("link", name="Se alle kurs og tidspunkter").click()
    expect(page.locator(".session-row")).to_have_count(2)
    accessible(page)
    page.locator("form.filters [name=county]").first.select_option("Nordland")
    expect(page.locator(".session-row")).to_have_count(1)
    page.get_by_role("link", name=COURSE).click()
    expect(page.get_by_text("5 ledige plasser")).to_be_visible()
    accessible(page)

    # Book, with something wrong at first
    place = page.get_by_role("combobox", name="Kommunen du bestiller for")
    place.fill("steig")
    place.press("Enter")
    expect(place).to_have_value("Steigen")
    fill_in(page, seats="6", phone="123")
    page.get_by_label("Rollen din").fill("Leder på krisesenteret")
    book_button(page).click()
    expect(page.get_by_role("heading", name="Noe må rettes")).to_be_visible()
    expect(error_of(page, "Telefon")).to_contain_text("Dette er ikke et telefonnummer.")
    expect(page.get_by_role("combobox", name="Kommunen du bestiller for")).to_have_value("Steigen")
    expect(page.get_by_label("Navnet ditt")).to_have_value("Kari Nordmann")
    expect(page.get_by_label("Rollen din")).to_have_value("Leder på krisesenteret")
    accessible(page)
    page.get_by_label("Telefon", exact=True).fill("22 33 11 60")
    book_button(page).click()
    expect(error_of(page, "Antall plasser")).to_contain_text("5")
    page.get_by_label("Antall plasser").fill("3")
    book_button(page).click()
    expect(page.get_by_role("heading", name="Ett steg igjen: bekreft e-postadressen din")).to_be_visible()
    expect(page).to_have_title("Kurspåmelding")
    accessible(page)

    # Confirm by the link in the mail
    page.goto(link_in_mail("kari@bodo.test", "booking-confirm-address"))
    accessible(page)
    page.get_by_role("button", name="Bekreft bestillingen").click()
    expect(page.get_by_role("heading", name="Bestillingen er bekreftet")).to_be_visible()
    expect(page.get_by_text(COURSE)).to_have_count(0)
    accessible(page)
    own_page = page.url

    # Put in names, the first one wrong
    names = page.locator(".names-form")
    names.get_by_label("Navn").nth(0).fill("Per Persen")
    names.get_by_label("E-post på jobben").nth(0).fill("per på bodo")
    names.get_by_label("Navn").nth(1).fill("Ida Olsen")
    names.get_by_role("button", name="Lagre navnene").click()
    expect(names.locator(".ds-validation-message").first).to_be_visible()
    expect(names.get_by_label("Navn").nth(1)).to_have_value("Ida Olsen")
    names.get_by_label("E-post på jobben").nth(0).fill("per@bodo.test")
    names.get_by_role("button", name="Lagre navnene").click()
    expect(said(page)).to_have_text("2 navn er satt på listen.")

    # A participant puts in the own name
    theirs = new_page(width=390)
    theirs.goto(page.get_by_label("Påmeldingslenke").input_value())
    accessible(theirs)
    theirs.get_by_label("Navnet ditt").fill("Liv Berg")
    theirs.get_by_label("E-post på jobben").fill("liv@bodo.test")
    theirs.get_by_role("button", name="Meld meg på").click()
    expect(said(theirs)).to_contain_text("liv@bodo.test er påmeldt. Vi har skrevet dit")
    accessible(theirs)

    # Replace a name
    page.reload()
    page.get_by_role("link", name="Endre Per Persen").click()
    accessible(page)
    page.get_by_label("Navn", exact=True).fill("Pia Persen")
    page.get_by_label("E-post på jobben").fill("pia@bodo.test")
    page.get_by_role("button", name="Lagre").click()
    expect(said(page)).to_have_text("Pia Persen står på listen.")
    names_now = Participant.objects.active().order_by("name").values_list("name", flat=True)
    assert list(names_now) == ["Ida Olsen", "Liv Berg", "Pia Persen"]

    # A second contact
    page.get_by_role("link", name="Legg til en reservekontakt").click()
    accessible(page)
    page.get_by_label("Kollegaens navn").fill("Siv Dahl")
    page.get_by_label("Kollegaens e-post på jobben").fill("siv@bodo.test")
    page.get_by_role("button", name="Lagre").click()
    expect(said(page)).to_have_text("Reservekontakten er lagret.")

    # Hand over
    page.get_by_role("link", name="Overdra bestillingen til en kollega").click()
    page.get_by_label("Kollegaens navn").fill("Ola Moe")
    page.get_by_label("Kollegaens e-post på jobben").fill("ola@bodo.test")
    page.get_by_role("button", name="Spør kollegaen").click()
    colleague = new_page()
    colleague.goto(link_in_mail("ola@bodo.test", "booking-hand-over"))
    accessible(colleague)
    colleague.get_by_role("button", name="Ta over").click()
    expect(error_of(colleague, "Telefonen din")).to_have_text("Skriv et telefonnummer.")
    colleague.get_by_label("Telefonen din").fill("+47 22331160")
    colleague.get_by_role("button", name="Ta over").click()
    expect(said(colleague)).to_have_text("Nå er du kontaktperson.")
    page.goto(own_page)
    expect(head(page)).to_have_text("Denne lenken åpner ingenting")

    # Cancel
    colleague.get_by_role("link", name="Avbestill", exact=True).click()
    accessible(colleague)
    colleague.get_by_role("button", name="Avbestill").click()
    expect(colleague.get_by_role("heading", name="Bestillingen er avbestilt")).to_be_visible()
    session.refresh_from_db()
    assert session.seats_taken == 0


def test_without_script_on_a_telephone(session, new_page):
    page = new_page(width=390, scripts=False)
    page.goto("/kurs/")
    page.locator("form.filters [name=municipality]").select_option("Bodø")
    page.locator("form.filters").first.get_by_role("button", name="Vis").click()
    expect(page.locator(".session-row")).to_have_count(1)
    page.get_by_role("link", name=COURSE).click()

    page.get_by_label("Kommunen du bestiller for").select_option("1841")
    fill_in(page, email="kari")
    page.get_by_label("Jeg skal delta selv").check()
    book_button(page).click()
    expect(error_of(page, "E-post på jobben")).to_contain_text("Dette er ikke en e-postadresse.")
    expect(page.get_by_label("Kommunen du bestiller for")).to_have_value("1841")
    expect(page.get_by_label("Jeg skal delta selv")).to_be_checked()
    page.get_by_label("E-post på jobben").fill("kari@bodo.test")
    book_button(page).click()
    page.goto(link_in_mail("kari@bodo.test", "booking-confirm-address"))
    page.get_by_role("button", name="Bekreft bestillingen").click()

    expect(page.get_by_role("heading", name="Bestillingen er bekreftet")).to_be_visible()
    expect(page.locator(".participant-row")).to_contain_text("Kari Nordmann")
    assert Booking.objects.get().municipality.name == "Fauske"

    # Not coming after all, and asked whether that is meant
    page.get_by_role("link", name="Fjern fra lista Kari Nordmann").click()
    expect(head(page)).to_have_text("Vil du fjerne Kari Nordmann fra listen?")
    page.get_by_role("link", name="Avbryt").click()
    expect(page.locator(".participant-row")).to_have_count(1)
    page.get_by_role("link", name="Fjern fra lista Kari Nordmann").click()
    page.get_by_role("button", name="Fjern").click()
    expect(page.locator(".participant-row")).to_have_count(0)
    assert Booking.objects.get().seats == 3


def test_in_nynorsk_on_a_telephone(session, new_page, accessible):
    page = new_page(width=390, language="nn")
    page.goto(session.get_absolute_url())
    expect(head(page)).to_have_text("Ansvaret til kommunen")
    page.get_by_role("button", name="Bestill", exact=True).click()
    expect(page.get_by_role("heading", name="Noko må rettast")).to_be_visible()
    accessible(page)
    place = page.get_by_role("combobox", name="Kommunen du bestiller for")
    place.fill("sogndal")
    place.press("Enter")
    page.get_by_label("Talet på plassar").fill("2")
    page.get_by_label("Namnet ditt").fill("Åse Lid")
    page.get_by_label("E-post på jobben").fill("aase@sogndal.test")
    page.get_by_label("Telefon", exact=True).fill("22331160")
    page.get_by_role("button", name="Bestill", exact=True).click()
    expect(page.get_by_role("heading", name="Eitt steg att: stadfest e-postadressa di")).to_be_visible()

    page.goto(link_in_mail("aase@sogndal.test", "booking-confirm-address"))
    page.get_by_role("button", name="Stadfest bestillinga").click()
    expect(page.get_by_role("heading", name="Bestillinga er stadfesta")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    assert Booking.objects.get().language == "nn"


def test_a_double_click_the_back_button_and_a_repeated_form_are_one_booking(session, page):
    page.goto(session.get_absolute_url())
    place = page.get_by_role("combobox", name="Kommunen du bestiller for")
    place.fill("bodø")
    place.press("Enter")
    fill_in(page)
    book_button(page).dblclick()
    expect(page.get_by_role("heading", name="Ett steg igjen: bekreft e-postadressen din")).to_be_visible()
    first = page.url

    page.go_back()
    expect(page.get_by_label("Antall plasser")).to_have_value("3")
    book_button(page).click()

    expect(page).to_have_url(first)
    assert Booking.objects.count() == 1
    session.refresh_from_db()
    assert session.seats_taken == 3


def test_a_full_session_says_so_and_leads_on(session, page, accessible):
    BookingFactory(session=session, seats=5)
    page.goto(session.get_absolute_url())

    expect(page.locator("#bestill")).to_contain_text("Alle plassene er tatt.")
    expect(page.get_by_role("button", name="Sett dere på ventelisten")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name=COURSE).click()
    expect(page.locator(".session-row")).to_have_count(2)


def test_a_lost_link_is_sent_again(session, page, accessible):
    booking = BookingFactory(session=session, contact_email="kari@bodo.test")
    page.goto("/bestilling/feil/")
    accessible(page)
    page.get_by_role("link", name="Send meg lenkene en gang til").click()
    page.get_by_role("button", name="Send lenkene").click()
    expect(page.locator("form .ds-validation-message")).to_have_text("Skriv en e-postadresse.")
    accessible(page)
    page.locator("#id_email").fill("kari@bodo.test")
    page.get_by_role("button", name="Send lenkene").click()
    expect(said(page)).to_be_visible()

    answer = said(page).text_content()
    page.locator("#id_email").fill("ukjent@bodo.test")
    page.get_by_role("button", name="Send lenkene").click()
    expect(page.locator("#id_email")).to_have_value("")
    assert said(page).text_content() == answer
    assert list(Message.objects.values_list("to_email", "kind")) == [("kari@bodo.test", "booking-lost-link")]

    page.goto(link_in_mail("kari@bodo.test", "booking-lost-link"))
    expect(head(page)).to_have_text(f"Bestilling {booking.pk}")


@pytest.fixture
def own_page(session):
    """The address of a booking of three for Bodø, with two names and a second contact."""
    bodo = Municipality.objects.get(name="Bodø")
    booking = BookingFactory(session=session, municipality=bodo, seats=3, contact_name="Kari Nordmann")
    for name in ("Per Persen", "Ida Olsen"):
        ParticipantFactory(booking=booking, name=name)
    return page_address("booking", issue_link("booking", booking.pk))


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_of_a_booking_prints_what_one_needs_on_paper(own_page, new_page, width):
    page = new_page(width=width)
    page.goto(own_page)
    page.get_by_text("Legg inn navn", exact=True).click()
    page.get_by_label("Navn", exact=True).fill("Liv Berg")
    page.get_by_role("button", name="Lagre navnene").click()
    expect(said(page)).to_be_visible()
    page.emulate_media(media="print")

    for told in (
        "Kurspåmelding",
        "Bestillingen er bekreftet",
        "3 plasser for Bodø",
        "Rådhuset",
        "Kari Nordmann",
        "Per Persen",
        "Ida Olsen",
        "Liv Berg",
    ):
        expect(page.get_by_text(told).locator("visible=true").first).to_be_visible()
    for hidden in (
        ".top-bar",
        ".main-navigation",
        ".breadcrumbs",
        ".footer-links",
        ".actions",
        "#signup-link",
        ".message",
    ):
        expect(page.locator(hidden).locator("visible=true")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_count(0)
    expect(page.get_by_text(COURSE)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def calendar_in(page, link):
    """Return the calendar file behind a link, without its folded lines, and what it is called."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    file = download.value
    return file.path().read_bytes().decode().replace("\r\n ", ""), file.suggested_filename


def test_a_visitor_and_a_booker_put_the_same_meeting_in_their_calendars(session, own_page, page):
    page.goto(session.get_absolute_url())
    public, _name = calendar_in(page, "Legg det i kalenderen")
    page.goto(own_page)
    own, name = calendar_in(page, "Kalenderfil")

    uid = session.meetings.get().uid
    assert (f"UID:{uid}\r\n" in public, f"UID:{uid}\r\n" in own) == (True, True)
    assert (COURSE in public, COURSE in own) == (True, False)
    assert "SUMMARY:Kurs – Bodø\r\n" in own
    assert "Per Persen" not in own
    assert re.fullmatch(r"kurs-[\d-]{10}\.ics", name)


def test_filters_with_script_change_the_list_and_the_address(session, page):
    page.goto("/kurs/")
    page.evaluate("window.stays = true")
    page.locator("form.filters [name=county]").first.select_option("Vestland")

    expect(page.locator(".session-row")).to_have_count(1)
    expect(page.locator(".session-row")).to_contain_text("Bergen")
    expect(page).to_have_url(re.compile("county=46"))
    page.locator("form.filters [name=format]").select_option("På nett")
    expect(page.locator(".empty-state")).to_contain_text("Ingen planlagte kurs passer til det du har valgt.")
    assert page.evaluate("window.stays") is True

    page.go_back()
    expect(page.locator(".session-row")).to_have_count(1)
    page.locator("form.filters [name=county]").first.select_option("Hele landet")
    expect(page.locator(".session-row")).to_have_count(2)
    page.get_by_label("For hvem").select_option("crisis_centres")
    expect(page.locator(".empty-state")).to_be_visible()
    page.get_by_label("For hvem").select_option("leaders")
    expect(page.locator(".session-row")).to_have_count(2)
    BookingFactory(session=session, seats=5)
    page.get_by_label("Bare med ledige plasser").check()
    expect(page.locator(".session-row")).to_have_count(1)
    expect(page.locator(".session-row")).to_contain_text("Bergen")
    page.get_by_label("Bare med ledige plasser").uncheck()
    page.locator("[name=date_from]").fill(f"{timezone.localdate(session.first_starts_at) + timedelta(days=1)}")
    page.locator("[name=date_from]").press("Tab")
    expect(page.locator(".empty-state")).to_be_visible()
    page.locator("[name=date_from]").fill(f"{timezone.localdate(session.first_starts_at)}")
    page.locator("[name=date_from]").press("Tab")
    expect(page.locator(".session-row")).to_have_count(2)
    page.locator("[name=date_to]").fill("2020-01-01")
    page.locator("[name=date_from]").fill("2020-02-01")
    expect(page.locator("form.filters .ds-validation-message")).to_be_visible()


def test_filters_without_script(session, new_page):
    page = new_page(width=390, scripts=False)
    page.goto("/kurs/")
    page.locator("form.filters [name=county]").first.select_option("Nordland")
    page.get_by_label("Bare med ledige plasser").check()
    page.locator("form.filters").first.get_by_role("button", name="Vis").click()

    expect(page.locator(".session-row")).to_have_count(1)
    expect(page.get_by_label("Bare med ledige plasser")).to_be_checked()
    assert page.get_by_text("1 dato").is_visible()
