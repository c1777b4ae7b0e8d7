"""What campaign staff do: people, a session from draft to cancelled, bookings for others, search, memberships."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import AssignedMeeting, Booking, Session
from courses.services.feeds import TRAINER_FEED
from courses.services.trainers import register_trainer
from municipalities.models import Membership
from taushet.models import Message, User
from taushet.roles import ADMINISTRATOR
from taushet.services.links import fill_placeholders, issue_link, page_address
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MembershipFactory, MunicipalityFactory
from tests.factories.outbox import write
from tests.factories.outreach import mailing, place
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory
from tests.journeys.people import app_code, code_in_mail, go_by_menu, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()


def heading(page):
    return page.get_by_role("heading", level=1)


def test_a_colleague_is_invited_accepts_and_is_shut_out_at_once(new_page, site, accessible):
    admin = signed_in(new_page(), StaffFactory(roles=[ADMINISTRATOR], name="Anders Aune"), site)
    admin.goto("/stab/")
    admin.get_by_role("link", name="Personer").click()
    accessible(admin)
    admin.get_by_role("link", name="Inviter noen").click()
    accessible(admin)
    admin.get_by_label("Navn", exact=True).fill("Siri Strand")
    admin.get_by_label("E-post på jobben").fill("siri@kss")
    admin.get_by_label("Kampanjemedarbeider").check()
    admin.get_by_role("button", name="Send invitasjonen").click()
    expect(admin.get_by_label("E-post på jobben")).to_have_attribute("aria-invalid", "true")
    accessible(admin)
    admin.get_by_label("E-post på jobben").fill("siri@kss.example")
    admin.get_by_label("Arbeider for").select_option("KSS")
    admin.get_by_role("button", name="Send invitasjonen").click()
    expect(heading(admin)).to_have_text("Siri Strand")
    accessible(admin)

    mail = Message.objects.get(kind="person-invitation")
    link = next(word for word in fill_placeholders(mail.text).split() if "/konto/invitasjon/" in word)
    colleague = new_page(width=390)
    colleague.goto(link)
    expect(heading(colleague)).to_have_text("Du er invitert")
    accessible(colleague)
    colleague.get_by_role("button", name="Ja takk, send meg en kode").click()
    colleague.get_by_label("Koden fra e-posten").fill(code_in_mail("siri@kss.example"))
    colleague.get_by_role("button", name="Logg inn", exact=True).click()
    colleague.get_by_role("link", name="Sett opp en app").click()
    colleague.get_by_label("Koden appen viser nå").fill(app_code(colleague.locator(".totp-key").text_content()))
    colleague.get_by_role("button", name="Fullfør").click()
    colleague.get_by_role("link", name="Gå videre").click()
    expect(heading(colleague)).to_have_text("I dag")
    colleague.goto(link)
    expect(colleague.get_by_text("116 006").first).to_be_visible()
    expect(colleague.get_by_role("button", name="Ja takk, send meg en kode")).to_have_count(0)

    admin.get_by_role("link", name="Deaktiver").click()
    accessible(admin)
    admin.get_by_role("button", name="Deaktiver").click()
    expect(admin.locator(".message")).to_contain_text("Siri Strand")
    colleague.goto("/stab/")
    expect(heading(colleague)).to_have_text("Logg inn")
    colleague.get_by_label("E-postadressen din").fill("siri@kss.example")
    before = Message.objects.count()
    colleague.get_by_role("button", name="Send meg en kode").click()
    expect(heading(colleague)).to_have_text("Skriv koden")
    assert Message.objects.count() == before

    admin.goto("/stab/logg/")
    expect(admin.get_by_role("cell", name="Person deaktivert")).to_be_visible()
    accessible(admin)


def test_session_feed_and_links_of_a_deactivated_trainer_die_at_once(new_page, site):
    """Tone holds courses, has booked seats herself and takes part in another course."""
    trainer = register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])
    booking = BookingFactory(contact_email=trainer.user.email)
    participant = ParticipantFactory(email=trainer.user.email)
    feed = page_address(TRAINER_FEED, issue_link(TRAINER_FEED, trainer.pk))
    links = [
        page_address(kind, issue_link(kind, row.pk))
        for kind, row in [("booking", booking), ("participant", participant)]
    ]
    tone, admin = signed_in(new_page(width=390), trainer.user, site), new_page()
    signed_in(admin, StaffFactory(roles=[ADMINISTRATOR], name="Anders Aune"), site)
    tone.goto("/kursholder/")
    expect(heading(tone)).to_have_text("Kursoppdragene dine")
    assert [tone.request.get(address).status for address in [feed, *links]] == [200, 200, 200]

    admin.goto(f"/stab/personer/{trainer.user_id}/deaktiver/")
    admin.get_by_role("button", name="Deaktiver").click()

    expect(admin.locator(".message")).to_be_visible()
    assert [tone.request.get(address).status for address in [feed, *links]] == [410, 404, 404]
    tone.goto("/kursholder/")
    expect(heading(tone)).to_have_text("Logg inn")


def test_the_administrator_sees_who_looked_at_names_and_mail(new_page, site, accessible):
    booking = BookingFactory()
    ParticipantFactory(booking=booking, name="Per Hansen")
    mail = write(subject="Til Per")
    siri = signed_in(new_page(), StaffFactory(name="Siri Strand"), site)
    siri.goto(f"/stab/bestillinger/{booking.pk}/")
    expect(siri.get_by_role("link", name="Per Hansen", exact=True)).to_be_visible()
    siri.goto(mail.get_absolute_url())
    expect(heading(siri)).to_have_text("Til Per")
    siri.goto("/stab/logg/")
    expect(heading(siri)).to_have_text("Du har ikke tilgang til denne siden")

    admin = signed_in(new_page(width=390), StaffFactory(roles=[ADMINISTRATOR]), site)
    admin.goto("/stab/logg/")
    admin.get_by_label("Hvem (navn eller e-post)").fill("siri")
    admin.get_by_role("button", name="Vis").click()
    rows = admin.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("E-post lest")
    expect(rows.nth(1)).to_contain_text("Deltakerliste sett")
    expect(rows.nth(1)).to_contain_text(f"bestilling {booking.pk}")
    expect(admin.get_by_text("Per Hansen")).to_have_count(0)
    accessible(admin)


@pytest.fixture
def plan():
    """A course, a trainer who may teach it, and two municipalities."""
    course = CourseFactory(title_nb="Når hjemmet er farlig", title_nn="Når heimen er farleg")
    trainer = register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[course])
    MunicipalityFactory(name="Bodø")
    MunicipalityFactory(name="Tinn")
    return course, trainer


def choose(page, label, name, *, scripts):
    if scripts:
        box = page.get_by_role("combobox", name=label)
        box.fill(name)
        box.press("ArrowDown")
        box.press("Enter")
    else:
        page.get_by_label(label).select_option(label=name)


def fill_meeting(page, number, day, starts, ends):
    row = page.get_by_role("group", name=f"Møte {number}")
    row.get_by_label("Dag").fill(f"{day:%Y-%m-%d}")
    row.get_by_label("Begynner").fill(starts)
    row.get_by_label("Slutter").fill(ends)
    row.get_by_label("Sted").fill("Rådhuset")


@pytest.mark.main_job
@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_a_session_goes_from_draft_to_cancelled(new_page, site, accessible, plan, width, scripts):
    page = signed_in(new_page(width=width, scripts=scripts), StaffFactory(), site)
    look = accessible if scripts else lambda page: None
    day = timezone.localdate() + timedelta(days=40)

    page.goto("/stab/")
    look(page)
    go_by_menu(page, "Kurs", "Gjennomføringer")
    look(page)
    page.get_by_role("link", name="Ny gjennomføring").click()
    look(page)
    page.get_by_label("Kurs", exact=True).select_option(label="Når hjemmet er farlig")
    page.get_by_label("Kursspråk").select_option("nb")
    page.get_by_label("Plasser").fill("12")
    choose(page, "Holdes i", "Bodø", scripts=scripts)
    fill_meeting(page, 1, day, "09:00", "12:00")
    fill_meeting(page, 2, day + timedelta(days=7), "12:00", "09:00")
    page.get_by_role("button", name="Lagre som utkast").click()
    wrong = page.get_by_role("group", name="Møte 2").get_by_label("Slutter")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Plasser")).to_have_value("12")
    look(page)
    wrong.fill("15:00")
    page.get_by_role("button", name="Lagre som utkast").click()
    expect(heading(page)).to_have_text("Når hjemmet er farlig")
    expect(page.get_by_text("Utkast", exact=True)).to_be_visible()
    look(page)
    session = Session.objects.get()
    assert (session.state, session.meetings.count()) == ("draft", 2)

    page.goto("/kurs/")
    expect(page.get_by_role("link", name="Når hjemmet er farlig")).to_have_count(0)
    page.goto(session.get_staff_url())
    page.get_by_role("link", name="Åpne for bestilling").click()
    look(page)
    page.get_by_role("button", name="Åpne for bestilling").click()
    page.goto("/kurs/")
    expect(page.get_by_role("link", name="Når hjemmet er farlig")).to_be_visible()

    page.goto(session.get_staff_url())
    page.get_by_role("link", name="Bestill på vegne av en kommune").click()
    look(page)
    choose(page, "Kommunen du bestiller for", "Tinn", scripts=scripts)
    page.get_by_label("Antall plasser").fill("13")
    page.get_by_label("Kontaktpersonens navn").fill("Kari Nordmann")
    page.get_by_label("Kontaktpersonens e-post på jobben").fill("kari@tinn.example")
    page.get_by_label("Kontaktpersonens telefon").fill("22 33 11 60")
    page.get_by_role("button", name="Bestill").click()
    expect(page.get_by_label("Antall plasser")).to_have_attribute("aria-invalid", "true")
    look(page)
    page.get_by_label("Antall plasser").fill("3")
    page.get_by_role("button", name="Bestill").click()
    expect(heading(page)).to_contain_text("Bestilling")
    look(page)
    booking = Booking.objects.get()
    assert (booking.seats, booking.state, booking.municipality.name) == (3, "confirmed", "Tinn")

    page.get_by_role("link", name="Når hjemmet er farlig").first.click()
    page.get_by_role("link", name="Velg en kursholder").click()
    page.get_by_role("radio", name="Tone Tangen").check()
    page.get_by_role("button", name="Gi oppdraget").click()
    expect(page.get_by_role("link", name="Tone Tangen")).to_be_visible()
    page.get_by_role("link", name="Tone Tangen").click()
    look(page)
    expect(heading(page)).to_have_text("Tone Tangen")
    page.locator("#sessions").get_by_role("link").first.click()
    expect(heading(page)).to_have_text("Når hjemmet er farlig")

    page.get_by_role("link", name="Bekreft at den blir holdt").click()
    page.get_by_role("button", name="Bekreft at den blir holdt").click()
    page.get_by_role("link", name="Avlys gjennomføringen").click()
    look(page)
    page.get_by_role("button", name="Avlys gjennomføringen").click()
    expect(page.get_by_text("Avlyst").first).to_be_visible()
    look(page)
    session.refresh_from_db()
    freed = AssignedMeeting.objects.filter(assignment__session=session).values_list("is_cancelled", flat=True)
    assert (session.state, list(freed)) == ("cancelled", [True, True])
    assert "kari@tinn.example" in set(Message.objects.values_list("to_email", flat=True))


def test_one_search_finds_a_municipality_a_booking_a_person_and_a_letter(new_page, site, accessible):
    tinn = place(name="Tinn")
    mailing(tinn)
    booking = BookingFactory(municipality=tinn, contact_name="Åse Ødegård")
    ParticipantFactory(booking=booking, name="Per Hansen")
    register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])
    page = signed_in(new_page(width=390), StaffFactory(roles=[ADMINISTRATOR]), site)
    page.goto("/stab/")

    page.get_by_role("searchbox", name="Kommune, bestilling, person eller brev").fill("Tinn")
    page.get_by_role("button", name="Søk").click()

    titles = page.locator("main").get_by_role("heading", level=2)
    expect(titles).to_have_text(["Kommuner", "Bestillinger", "Brev"])
    accessible(page)
    page.get_by_label("Søk etter").fill("tone")
    page.get_by_role("button", name="Søk").click()
    expect(titles).to_have_text(["Personer med tilgang", "Kursholdere"])
    page.get_by_label("Søk etter").fill("per hansen")
    page.get_by_role("button", name="Søk").click()
    page.get_by_role("link", name=f"Bestilling {booking.pk}").click()
    expect(page.get_by_role("rowheader", name="Per Hansen")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_who_belongs_to_a_municipality_is_confirmed(new_page, site, accessible, width, scripts):
    booker = UserFactory(name="Mona Moe", roles=["booker"])
    membership = MembershipFactory(user=booker, municipality=MunicipalityFactory(name="Bodø"))
    colleagues = BookingFactory(municipality=membership.municipality)
    own = signed_in(new_page(width=width, scripts=scripts), booker, site)
    staff = signed_in(new_page(width=width, scripts=scripts), StaffFactory(), site)
    own.goto("/min-kommune/")
    expect(own.get_by_role("link", name=str(colleagues.pk), exact=True)).to_have_count(0)

    staff.goto("/stab/")
    staff.get_by_role("link", name="Mona Moe: Bodø").click()
    if scripts:
        accessible(staff)
    staff.get_by_role("button", name="Bekreft Mona Moe").click()
    expect(staff.get_by_role("rowheader", name="Mona Moe")).to_be_visible()

    own.goto("/min-kommune/")
    expect(own.get_by_role("link", name=str(colleagues.pk), exact=True)).to_be_visible()
    assert Membership.objects.confirmed().get().user == User.objects.get(name="Mona Moe")


# The cells of a table on a phone whose label is higher than they are, so that it runs into the next one.
TOO_LONG_LABELS = """cells => cells
  .filter((cell) => cell.clientHeight + 1 < (parseFloat(getComputedStyle(cell, "::before").height) || 0))
  .map((cell) => cell.dataset.label)"""


@pytest.mark.parametrize(("language", "width"), [("nn", 390), ("nb", 1280)])
def test_every_list_of_staff_fits_and_is_accessible(new_page, site, accessible, language, width):
    session = SessionFactory(municipality=place(name="Bodø"))
    BookingFactory(session=session, unit_name="Oppvekst og helse")
    MembershipFactory(confirmed=True)
    page = signed_in(new_page(width=width, language=language), StaffFactory(roles=[ADMINISTRATOR]), site)

    for address in (
        "/stab/",
        "/stab/kurs/",
        "/stab/kurs/tekster/",
        session.get_staff_url(),
        "/stab/bestillinger/",
        "/stab/bestillinger/ny/",
        "/stab/kursholdere/",
        "/stab/kommuner/",
        f"/stab/kommuner/{session.municipality_id}/",
        "/stab/tilhorighet/",
        "/stab/personer/",
        "/stab/logg/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.locator("td[data-label]").evaluate_all(TOO_LONG_LABELS) == [], address
        accessible(page)
