"""A booking after it is made: moved, past its deadline, in two tabs; and staff who change what many have."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from courses.models import BookingFee, ChangeRequest, Session
from courses.services.booking_changes import change_seats
from courses.services.messages import tell_confirmed
from courses.services.terms import Stage, Terms
from municipalities.models import Municipality
from taushet.models import Message
from taushet.services.links import fill_placeholders, issue_link, page_address
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory
from tests.journeys.people import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LATE = Terms((Stage(90, "days"), Stage(60, "days", "fewer", 25)), 50).stored()
EARLY = Terms((Stage(20, "days"), Stage(5, "days", "fewer", 25)), 50).stored()


def head(page):
    return page.get_by_role("heading", level=1)


def said(page):
    return page.locator("p.message")


def page_of(booking):
    return page_address("booking", issue_link("booking", booking.pk))


def staff(new_page, site, **options):
    return signed_in(new_page(**options), StaffFactory(name="Siri Strand"), site)


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, False)])
def test_a_booker_moves_a_booking_to_another_date(new_page, accessible, width, scripts):
    course = CourseFactory(price=450)
    booking = BookingFactory(session=SessionFactory(course=course), seats=3, seat_price=450, terms=EARLY)
    later = booking.session.first_starts_at + timedelta(days=14)
    there = SessionFactory(course=course, first_starts_at=later, price=600)
    SessionFactory(course=course, first_starts_at=later + timedelta(days=7), capacity=2)
    tell_confirmed(booking)
    page = new_page(width=width, scripts=scripts)

    def look():
        if scripts:  # axe is a script
            accessible(page)

    page.goto(page_of(booking))
    expect(page.locator("#endre > p", has_text="Til og med")).to_be_visible()
    page.get_by_text("Vilkår for endring og avbestilling").click()
    expect(page.locator(".terms").get_by_text("Til og med").first).to_be_visible()
    page.get_by_role("link", name="Flytt til en annen dato").click()
    look()
    expect(page.get_by_role("radio")).to_have_count(1)
    page.get_by_role("button", name="Flytt bestillingen").click()
    expect(page.locator(".ds-validation-message").first).to_have_text("Velg en dato.")
    look()
    page.get_by_role("radio", name=re.compile("600 kroner")).check()
    page.get_by_role("button", name="Flytt bestillingen").click()
    expect(page.locator("#pengene")).to_contain_text(re.compile("koster bestillingen 1.800.kroner"))
    look()
    page.get_by_role("button", name="Flytt bestillingen").click()
    expect(said(page)).to_have_text(re.compile("Bestillingen er flyttet"))
    look()

    booking.refresh_from_db()
    kinds = (
        Message.objects.filter(to_email=booking.contact_email).order_by("pk").values_list("calendar_method", flat=True)
    )
    assert (booking.session, booking.seat_price) == (there, 600)
    assert list(kinds) == ["REQUEST", "CANCEL", "REQUEST"]


def test_after_the_deadline_the_booker_asks_and_staff_answers(new_page, site, accessible):
    session = SessionFactory(capacity=8, price=450)
    booking = BookingFactory(session=session, seats=3, seat_price=450, terms=LATE)
    page = new_page(width=390, language="nn")
    page.goto(page_of(booking))
    accessible(page)
    page.get_by_role("link", name="Endre talet på plassar").click()
    expect(head(page)).to_have_text("Be om eit anna tal på plassar")
    accessible(page)
    page.get_by_label("Talet på plassar").fill("0")
    page.get_by_role("button", name="Send førespurnaden").click()
    expect(page.get_by_label("Talet på plassar")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Talet på plassar").fill("9")
    page.get_by_label("Kvifor?").fill("Heile teamet vil vere med.")
    page.get_by_role("button", name="Send førespurnaden").click()
    expect(said(page)).to_contain_text("Vi har fått førespurnaden")
    expect(page.locator("#sporsmal")).to_contain_text("Ventar på svar")
    accessible(page)

    desk = staff(new_page, site)
    desk.goto("/stab/")
    accessible(desk)
    desk.get_by_role("link", name=re.compile(f"Bestilling {booking.pk}")).click()
    expect(desk.locator("#sporsmal")).to_contain_text("Heile teamet vil vere med.")
    accessible(desk)
    desk.get_by_role("link", name="Godkjenn").click()
    accessible(desk)
    desk.get_by_role("button", name="Godkjenn og gjennomfør").click()
    expect(desk.locator(".error-summary")).to_contain_text("8")
    accessible(desk)
    desk.get_by_role("link", name="Avbryt").click()
    desk.get_by_role("link", name="Avvis").click()
    accessible(desk)
    desk.get_by_label("Hvorfor ikke?").fill("Rommet tar bare åtte. Vi kan gi dere fem til.")
    desk.get_by_role("button", name="Avvis").click()
    expect(desk.locator("#sporsmal")).to_contain_text("Avslått")

    mail = Message.objects.get(kind="booking-change-refused")
    page.goto(re.search(r"https?://\S+", fill_placeholders(mail.text))[0])
    expect(page.locator("#sporsmal")).to_contain_text("Rommet tar bare åtte.")
    page.get_by_role("link", name="Endre talet på plassar").click()
    page.get_by_label("Talet på plassar").fill("8")
    page.get_by_role("button", name="Send førespurnaden").click()
    asked = ChangeRequest.objects.waiting().get()
    desk.goto(f"/stab/bestillinger/{booking.pk}/sporsmal/{asked.pk}/")
    desk.get_by_role("button", name="Godkjenn og gjennomfør").click()
    expect(said(desk)).to_contain_text("Forespørselen er godkjent")
    page.reload()
    expect(page.locator("#sporsmal")).to_contain_text("Godkjend")
    booking.refresh_from_db()
    assert booking.seats == 8


def test_one_of_several_names_is_cancelled_at_the_price_that_was_shown(new_page, accessible):
    booking = BookingFactory(
        session=SessionFactory(price=400),
        seats=3,
        seat_price=400,
        terms=Terms((Stage(60, "days"), Stage(5, "days", "fewer", 25)), 50).stored(),
    )
    ola, kari = (ParticipantFactory(booking=booking, name=name) for name in ("Ola Hansen", "Kari Li"))
    tell_confirmed(booking)
    last = Message.objects.latest("pk").pk
    page = new_page(width=390)
    page.goto(page_of(booking))
    page.get_by_role("link", name="Avbestill plassen Ola Hansen").click()
    expect(page.locator("main")).to_contain_text("koster nå 100 kroner")
    accessible(page)
    page.get_by_role("button", name="Avbestill plassen").click()
    expect(said(page)).to_have_text("Plassen til Ola Hansen er avbestilt.")
    expect(page.locator("main")).to_contain_text("100 kroner for 1 plass gitt tilbake")
    accessible(page)

    told = set(Message.objects.filter(pk__gt=last).values_list("to_email", "calendar_method"))
    assert told == {(ola.email, "CANCEL"), (booking.contact_email, "")}
    assert kari.email not in {email for email, _method in told}
    assert BookingFee.objects.get().amount == 100


@pytest.mark.parametrize("scripts", [True, False])
def test_names_of_a_second_tab_meet_the_warning_right_above_the_form(new_page, accessible, scripts):
    booking = BookingFactory(seats=8, terms=EARLY)
    for number in range(6):
        ParticipantFactory(booking=booking, name=f"Deltaker {number}")
    first = new_page(width=390, scripts=scripts)
    first.goto(page_of(booking))
    second = first.context.new_page()
    second.goto(first.url)
    for tab, name in ((first, "Ola Hansen"), (second, "Kari Li")):
        tab.get_by_text("Legg inn navn", exact=True).click()
        tab.get_by_role("group", name="Plass 7 av 8").get_by_label("Navn").fill(name)
        tab.get_by_role("button", name="Lagre navnene").click()
        if tab == first:  # the click does not wait for what is saved
            expect(said(first)).to_be_visible()

    warning = second.locator("#flere-navn")
    expect(warning).to_be_in_viewport()
    expect(warning).to_contain_text("Trykk «Lagre navnene likevel», eller gå tilbake. 1 plass mangler navn.")
    expect(warning).to_be_focused()
    if scripts:
        accessible(second)
    second.get_by_role("button", name="Lagre navnene likevel").click()
    expect(said(second)).to_be_visible()
    assert booking.participants.count() == 8


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, False)])
def test_the_second_of_two_tabs_is_shown_what_changed_and_saves_again(new_page, accessible, width, scripts):
    booking = BookingFactory(seats=3, terms=EARLY)
    first = new_page(width=width, scripts=scripts)
    first.goto(page_of(booking))
    first.get_by_role("link", name="Endre antall plasser").click()
    second = first.context.new_page()
    second.goto(first.url)

    first.get_by_label("Antall plasser").fill("4")
    first.get_by_role("button", name="Endre", exact=True).click()
    expect(said(first)).to_be_visible()
    second.get_by_label("Antall plasser").fill("6")
    second.get_by_role("button", name="Endre", exact=True).click()

    expect(second.locator("#endret")).to_contain_text("Plasser: 3 før, 4 nå")
    expect(second.locator("#endret")).to_contain_text("Skrevet av den som bestilte")
    expect(second.get_by_label("Antall plasser")).to_have_value("6")
    if scripts:
        accessible(second)
    second.get_by_role("button", name="Gjør det likevel").click()
    expect(said(second)).to_be_visible()
    booking.refresh_from_db()
    assert booking.seats == 6


def test_two_editors_of_a_session_and_a_lower_capacity(new_page, site, accessible):
    session = SessionFactory(format="online", neutral_title="Kurs i mars")
    BookingFactory(session=session, seats=9)
    one, two = staff(new_page, site), staff(new_page, site, width=390)
    for desk in (one, two):
        desk.goto(f"/stab/kurs/{session.pk}/endre/")
    one.get_by_label("Nøytral tittel").fill("Samling")
    one.get_by_role("button", name="Lagre endringene").click()
    expect(said(one)).to_be_visible()

    two.get_by_label("Plasser", exact=True).fill("7")
    two.get_by_role("button", name="Lagre endringene").click()
    difference = two.locator("#forskjell")
    expect(difference).to_contain_text("Siri Strand")
    expect(difference.locator("tbody tr")).to_have_text(
        re.compile(r"Nøytral tittel\s+Kurs i mars\s+Samling\s+Kurs i mars")
    )
    expect(two.get_by_label("Plasser", exact=True)).to_have_value("7")
    accessible(two)
    two.get_by_label("Nøytral tittel").fill("Samling")
    two.get_by_role("button", name="Lagre mitt likevel").click()

    expect(two.locator("#overheng")).to_contain_text("2 plasser kommer ut over kapasiteten")
    accessible(two)
    two.get_by_role("button", name="Lagre med færre").click()
    expect(two.get_by_label("Hvorfor færre enn det er tatt?")).to_have_attribute("aria-invalid", "true")
    two.get_by_label("Hvorfor færre enn det er tatt?").fill("Mindre rom.")
    two.get_by_role("button", name="Lagre med færre").click()
    expect(two.locator("#overheng")).to_contain_text("2 plasser ut over kapasiteten")
    accessible(two)

    session.refresh_from_db()
    assert (session.neutral_title, session.capacity, session.seats_over) == ("Samling", 7, 2)
    assert session.bookings.get().seats == 9
    two.goto("/stab/")
    expect(two.locator("main")).to_contain_text("2 plasser for mye")


def test_cancelling_a_session_shows_first_who_is_told(new_page, site, accessible):
    session = SessionFactory()
    booking = BookingFactory(session=session, seats=3)
    ParticipantFactory(booking=booking)
    ParticipantFactory(booking=booking, email="")
    tell_confirmed(booking)
    last = Message.objects.latest("pk").pk
    desk = staff(new_page, site, width=390)
    desk.goto(session.get_staff_url())
    desk.get_by_role("link", name="Avlys gjennomføringen").click()
    expect(desk.locator("dl.summary dt")).to_have_text(
        [
            "Kontaktpersoner: 1",
            "Deltakere: 1",
            "Deltakere uten e-postadresse: 1",
            re.compile("Påminnelser og andre planlagte e-poster: [1-9]"),
        ]
    )
    accessible(desk)
    desk.get_by_role("link", name="Avbryt").click()
    assert not Message.objects.filter(pk__gt=last).exists()
    desk.get_by_role("link", name="Avlys gjennomføringen").click()
    confirmation = desk.url
    desk.get_by_role("button", name="Avlys gjennomføringen").click()
    expect(said(desk)).to_be_visible()
    accessible(desk)
    desk.goto(confirmation)
    desk.get_by_role("button", name="Avlys gjennomføringen").click()
    expect(said(desk)).to_be_visible()

    assert Message.objects.filter(pk__gt=last).count() == 2


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, False)])
def test_several_rows_are_chosen_asked_about_and_done_once(new_page, site, accessible, width, scripts):
    booking = BookingFactory(seats=2)
    gone = BookingFactory(state="cancelled")
    SessionFactory()
    desk = staff(new_page, site, width=width, scripts=scripts)

    def look():
        if scripts:
            accessible(desk)

    desk.goto("/stab/bestillinger/")
    desk.get_by_role("button", name="Avbestill").click()
    expect(said(desk)).to_have_text("Kryss av minst én rad først.")
    look()
    for row in (booking, gone):
        desk.get_by_role("checkbox", name=f"Velg bestilling {row.pk}", exact=True).check()
    desk.get_by_role("button", name="Avbestill").click()
    expect(desk.locator("main h2")).to_have_text([re.compile("Disse 1"), re.compile("Holdt utenfor 1")])
    look()
    question = desk.url
    desk.get_by_role("button", name="Avbestill (1)").click()
    expect(said(desk).first).to_have_text("Avbestilt: 1.")
    mails = Message.objects.count()
    desk.goto(question)
    expect(desk.get_by_role("button", name=re.compile(r"\(1\)"))).to_have_count(0)
    assert Message.objects.count() == mails

    desk.goto("/stab/kurs/")
    desk.get_by_role("checkbox").nth(1).check()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.startswith("gjennomforinger-")
    desk.get_by_role("button", name="Bekreft").click()
    look()
    desk.get_by_role("button", name=re.compile("Ja, bekreft")).click()
    expect(said(desk).first).to_be_visible()
    assert Session.objects.filter(state="confirmed").count() == 1


def test_staff_write_terms_and_change_seats_and_names(new_page, site, accessible):
    booking = BookingFactory(seats=1, session=SessionFactory(capacity=2))
    course = booking.session.course
    desk = staff(new_page, site, width=390)
    desk.goto(f"/stab/kurs/tekster/{course.slug}/")
    desk.get_by_role("link", name="Vilkår for bestillinger").click()
    accessible(desk)
    desk.get_by_label("Varer til").first.fill("999")
    desk.get_by_role("button", name="Lagre vilkårene").click()
    expect(desk.get_by_label("Varer til").first).to_have_attribute("aria-invalid", "true")
    desk.get_by_label("Varer til").first.fill("14")
    desk.get_by_role("button", name="Lagre vilkårene").click()
    expect(said(desk)).to_contain_text("Vilkårene er lagret")
    course.refresh_from_db()
    assert course.terms["stages"][0]["amount"] == 14

    desk.goto(booking.staff_address)
    accessible(desk)
    desk.get_by_role("link", name="Endre antall plasser").click()
    accessible(desk)
    desk.get_by_label("Antall plasser").fill("3")
    desk.get_by_role("button", name="Endre", exact=True).click()
    expect(desk.get_by_label("Antall plasser")).to_have_attribute("aria-invalid", "true")
    desk.get_by_label("Grunn til å gå over antallet plasser").fill("Én stol til.")
    desk.get_by_role("button", name="Endre", exact=True).click()
    expect(said(desk)).to_be_visible()
    desk.get_by_role("link", name="Sett inn et navn").click()
    accessible(desk)
    desk.get_by_label("Navn", exact=True).fill("Ola Hansen")
    desk.get_by_role("button", name="Lagre").click()
    expect(desk.locator("main")).to_contain_text("Ola Hansen")
    booking.refresh_from_db()
    assert (booking.seats, booking.participants.get().named_by) == (3, "staff")


def test_a_neighbour_is_let_into_a_closed_session(new_page, site, accessible, norway):
    session = SessionFactory(closed_to=Municipality.objects.get(name="Bodø"))
    desk = staff(new_page, site, width=390)
    desk.goto(session.get_staff_url())
    desk.get_by_role("link", name="Del med naboer").click()
    accessible(desk)
    desk.locator("select[name=municipality]").select_option(
        Municipality.objects.get(name="Gildeskål").number, force=True
    )
    desk.get_by_role("button", name="Legg til").click()
    expect(said(desk)).to_have_text("Gildeskål kan bestille denne gjennomføringen.")
    accessible(desk)
    desk.get_by_role("button", name="Ta ut Gildeskål").click()
    expect(said(desk)).to_contain_text("ikke lenger")
    assert session.shared_with.count() == 0


def test_a_change_in_between_keeps_the_names_that_were_typed(new_page, accessible):
    booking = BookingFactory(seats=3, terms=EARLY)
    page = new_page(width=390)
    page.goto(page_of(booking))
    page.get_by_label("Navn", exact=True).first.fill("Kari Li")
    change_seats(booking, 4, by=StaffFactory(name="Siri Strand"))
    page.get_by_role("button", name="Lagre navnene").click()
    expect(page.get_by_role("group", name="Bestillingen er endret siden du åpnet siden")).to_contain_text(
        "Vi (Siri Strand)"
    )
    expect(page.get_by_label("Navn", exact=True).first).to_have_value("Kari Li")
    accessible(page)
    page.get_by_role("button", name="Lagre navnene likevel").click()
    expect(said(page)).to_be_visible()
    assert booking.participants.get().name == "Kari Li"
