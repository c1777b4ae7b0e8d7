"""The calendars of trainers and staff in a browser: by keyboard, at both widths, without script, and by drag."""

import re
from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import BusyCalendar, BusyPeriod
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from tests.factories.courses import AskedFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def at(days, hour):
    """Return an hour of the week after next, counted from its Monday."""
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday()) + timedelta(days=14)
    return timezone.make_aware(timezone.datetime.combine(monday + timedelta(days=days), time(hour)))


@pytest.fixture
def week():
    year, number, _day = timezone.localdate(at(0, 9)).isocalendar()
    return f"uke={year}-W{number:02}"


@pytest.fixture
def trainer():
    trainer = register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])
    for weekday in range(5):
        trainer.availabilities.create(weekday=weekday, starts=time(8), ends=time(16))
    return trainer


@pytest.fixture
def session(trainer):
    place = MunicipalityFactory(name="Bodø")
    session = SessionFactory(course__title_nb="Når hjemmet er farlig", municipality=place, first_starts_at=at(1, 9))
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    offered = SessionFactory(course=session.course, municipality=place, first_starts_at=at(2, 9))
    AskedFactory(session=offered, trainer=trainer)
    calendar = BusyCalendar.objects.create(trainer=trainer, kind="ics", sealed_access=b"x", last_good_at=timezone.now())
    BusyPeriod.objects.create(trainer=trainer, calendar=calendar, starts_at=at(3, 12), ends_at=at(3, 14))
    return session


def signed_in(page, user, site):
    client = Client()
    sign_in(client, user)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    return page


def hours(text):
    """Return a pattern for words with hours, whose dashes are joined to what follows."""
    return re.compile(re.escape(text).replace("–", "–\u2060?").replace("\\ ", r"\s+"))


def day_of(page, moment):
    return page.locator(f"#dag-{timezone.localdate(moment):%Y-%m-%d}")


@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_trainer_reads_the_week_by_keyboard(new_page, site, trainer, session, week, accessible, width, scripts):
    page = signed_in(new_page(width=width, scripts=scripts), trainer.user, site)
    page.goto(f"/kursholder/uke/?{week}")

    expect(day_of(page, at(2, 9))).to_contain_text("Tilbud: Når hjemmet er farlig")
    expect(day_of(page, at(3, 9))).to_contain_text(hours("12.00–14.00 Opptatt"))
    expect(day_of(page, at(3, 9))).to_contain_text(hours("Kan holde kurs 08.00–12.00, 14.00–16.00"))
    boxes = [day_of(page, at(day, 9)).bounding_box() for day in (0, 1)]
    assert (boxes[0]["y"] == boxes[1]["y"]) == (width == 1280)
    for shape in ("Måned", "Liste", "Uke"):
        if scripts:
            accessible(page)
        page.get_by_role("navigation", name="Måter å se kalenderen på").get_by_role("link", name=shape).focus()
        page.keyboard.press("Enter")
        expect(page.locator("[aria-current=page]").filter(has_text=shape)).to_be_visible()
    page.goto(f"/kursholder/uke/?{week}")
    page.get_by_role("link", name=hours("09.00–12.00 Når hjemmet er farlig Bodø")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Når hjemmet er farlig")


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, False)])
def test_staff_move_a_meeting_by_form(new_page, site, trainer, session, week, accessible, width, scripts):
    page = signed_in(new_page(width=width, scripts=scripts), StaffFactory(), site)
    for path in ("kursholdere/", "fylker/", "maned/", "liste/", ""):
        page.goto(f"/stab/kalender/{path}?{week}")
        if scripts:
            accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    day_of(page, at(1, 9)).get_by_role("link", name="Flytt Når hjemmet er farlig").click()
    page.get_by_label("Begynner").fill("13:00")
    page.get_by_label("Slutter").fill("15:00")
    page.get_by_role("button", name="Se hva det betyr").click()
    expect(page.get_by_text("Kursholdere: 1")).to_be_visible()
    if scripts:
        accessible(page)
    page.get_by_role("button", name="Flytt og gi beskjed").click()
    expect(page.get_by_text("Møtet er flyttet.")).to_be_visible()
    assert session.meetings.get().starts_at == at(1, 13)


def test_staff_drag_a_meeting_to_the_page_that_says_who_is_told(new_page, site, trainer, session, week, accessible):
    page = signed_in(new_page(), StaffFactory(), site)
    page.goto(f"/stab/kalender/?{week}")
    page.get_by_role("button", name="Vis en uke jeg kan dra i").click()
    meeting = page.locator("#drag-week a").first
    expect(meeting).to_contain_text("Når hjemmet er farlig")
    accessible(page)

    meeting.scroll_into_view_if_needed()
    box = meeting.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] / 2, y, steps=5)
    page.mouse.move(x + 2 * box["width"], y, steps=10)
    page.mouse.up()

    page.wait_for_url(lambda address: "/flytt/?day=" in address)
    expect(page.get_by_text("Kursholdere: 1")).to_be_visible()
    assert session.meetings.get().starts_at == at(1, 9)
