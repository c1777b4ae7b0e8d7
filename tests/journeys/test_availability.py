"""When a trainer can teach: said on the phone, with keyboard or thumb, and without script; and staff who sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Assignment
from courses.services.trainers import register_trainer
from taushet.models import User
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COURSE = "Når hjemmet er farlig"


@pytest.fixture
def trainer(signed_in):
    signed_in("campaign")
    user = User.objects.get(email="trainer@demo.example")
    return register_trainer(user, courses=[CourseFactory(title_nb=COURSE)])


def next_monday():
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def day_of(page, day):
    return page.locator(f"#dag-{day:%Y-%m-%d}")


@pytest.mark.main_job
def test_trainer_says_when_on_the_phone(signed_in, trainer, accessible):
    phone = signed_in("trainer", width=390)
    menu = phone.get_by_role("navigation", name="Sider for kursholdere")
    expect(menu.get_by_role("link")).to_have_text(["Oversikt", "I dag", "Kalender"])
    menu.get_by_text("Mer", exact=True).click()
    accessible(phone)
    menu.get_by_role("link", name="Når du kan holde kurs").click()
    expect(menu.locator("[aria-current=page]")).to_have_text("Når du kan holde kurs")
    accessible(phone)
    phone.locator("#week-next").focus()
    phone.keyboard.press("Enter")
    monday = next_monday()
    day = day_of(phone, monday)
    expect(day.get_by_text("Ingen tider")).to_be_visible()

    day.locator("summary").focus()
    phone.keyboard.press("Enter")
    accessible(phone)
    day.get_by_label("Fra", exact=False).first.fill("15:00")
    day.get_by_label("Til", exact=False).first.fill("09:00")
    day.get_by_role("button", name="Lagre").click()
    expect(phone.get_by_role("link", name="Det må slutte etter at det begynner.")).to_be_visible()
    accessible(phone)
    day.get_by_label("Fra", exact=False).first.fill("09:00")
    day.get_by_label("Til", exact=False).first.fill("15:00")
    day.get_by_label("Hver mandag fra denne dagen").check()
    day.get_by_role("button", name="Lagre").click()

    expect(day.get_by_text("Kan holde kurs kl.")).to_be_visible()
    accessible(phone)
    day.get_by_role("button", name="Borte hele dagen").click()
    expect(day.get_by_text("Borte", exact=True)).to_be_visible()
    day.get_by_role("button", name="Angre").click()
    expect(day.get_by_text("Kan holde kurs kl.")).to_be_visible()
    rule = trainer.availabilities.get()
    assert (rule.weekday, rule.valid_from, trainer.availability_exceptions.count()) == (0, monday, 0)


@pytest.mark.parametrize("width", [390, 1280])
def test_trainer_says_the_same_without_script(signed_in, trainer, width):
    page = signed_in("trainer", width=width, scripts=False)
    page.goto("/kursholder/tilgjengelighet/")
    page.get_by_role("link", name="Endre faste tider og dager").click()
    hours, days = page.get_by_role("group", name="Faste tider 1"), page.get_by_role("group", name="Dager 1")
    hours.get_by_label("Ukedag").select_option("Onsdag")
    hours.get_by_label("Fra").fill("10:00")
    hours.get_by_label("Til").fill("09:00")
    days.get_by_label("Hva").select_option("Jeg er borte")
    days.get_by_label("Første dag").fill(f"{next_monday():%Y-%m-%d}")
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#id_uke-0-ends_error")).to_have_text("Det må slutte etter at det begynner.")
    expect(hours.get_by_label("Fra")).to_have_value("10:00")
    hours.get_by_label("Til").fill("14:00")
    page.get_by_role("button", name="Lagre").click()

    expect(page.get_by_text("Onsdag 10.00–14.00")).to_be_visible()
    page.get_by_role("link", name="Uka etter").click()
    expect(day_of(page, next_monday()).get_by_text("Borte", exact=True)).to_be_visible()
    expect(day_of(page, next_monday() + timedelta(days=2)).get_by_text("Kan holde kurs kl.")).to_be_visible()
    assert trainer.availabilities.get().weekday == 2


@pytest.mark.parametrize("width", [390, 1280])
def test_plain_form_and_profile_can_be_read_by_all(signed_in, trainer, accessible, width):
    employer = MunicipalityFactory(name="Bodø")
    page = signed_in("trainer", width=width)
    page.goto("/kursholder/tilgjengelighet/skjema/")
    page.get_by_role("button", name="Flere faste tider").click()
    expect(page.get_by_role("group", name="Faste tider 2").get_by_label("Ukedag")).to_be_focused()
    accessible(page)
    page.goto("/kursholder/tilgjengelighet/")
    accessible(page)
    page.goto("/kursholder/profil/")
    accessible(page)
    page.get_by_label("Høyst så mange kurs i uka").fill("0")
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#id_most_a_week_error")).to_have_text("Tallet må være 1 eller mer.")
    accessible(page)
    page.get_by_label("Høyst så mange kurs i uka").fill("2")
    page.locator("#habilitet").get_by_role("combobox").fill("Bodø")
    page.get_by_role("option", name="Bodø").click()
    page.get_by_role("button", name="Lagre").click()

    expect(page.get_by_text("Lagret.")).to_be_visible()
    trainer.refresh_from_db()
    assert (trainer.most_a_week, list(trainer.impartial_in.all())) == (2, [employer])


@pytest.mark.main_job
@pytest.mark.parametrize("width", [390, 1280])
def test_staff_assigns_in_spite_of_a_warning_for_a_reason(signed_in, trainer, accessible, width):
    monday = next_monday() + timedelta(weeks=4)
    starts_at = timezone.make_aware(timezone.datetime(monday.year, monday.month, monday.day, 9))
    session = SessionFactory(
        course=trainer.courses.get(), municipality=MunicipalityFactory(), first_starts_at=starts_at
    )
    trainer.availabilities.create(weekday=1, starts="08:00", ends="16:00")
    trainer.impartial_in.add(session.municipality)
    staff = signed_in("campaign", width=width)
    staff.goto(session.get_staff_url())
    staff.get_by_role("link", name="Velg en kursholder").click()
    expect(staff.get_by_text("er ikke habil i denne kommunen")).to_be_visible()
    expect(staff.get_by_text("har ikke satt av tid")).to_be_visible()
    accessible(staff)
    staff.get_by_role("radio", name="Karim Kleiva").check()
    staff.get_by_role("button", name="Gi oppdraget").click()

    expect(staff.locator("#id_reason_error")).to_contain_text("Skriv hvorfor du likevel velger Karim Kleiva.")
    expect(staff.get_by_role("radio", name="Karim Kleiva")).to_be_checked()
    accessible(staff)
    staff.get_by_label("Hvorfor likevel").fill("Kommunen har sagt ja til det.")
    staff.get_by_role("button", name="Gi oppdraget").click()

    expect(staff.get_by_text("Valgt likevel: Kommunen har sagt ja til det.")).to_be_visible()
    accessible(staff)
    assert Assignment.objects.get().overridden == ["impartial", "no_hours"]
    staff.goto("/stab/kursholdere/skoleferier/")
    staff.get_by_role("button", name="Lagre").click()
    expect(staff.locator("#id_source_error")).to_have_text("Skriv hvor det står.")
    accessible(staff)
