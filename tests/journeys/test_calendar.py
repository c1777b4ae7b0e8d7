"""The trainer's calendar, and the writer's bytes as the parser of Thunderbird reads them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.ical.writer import Event, write_feed
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.feeds import feeds_over_clock_changes
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import TrainerUserFactory, UserFactory, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PARSER = Path(__file__).parent / "vendor" / "ical.es5.min.cjs"

# Reads a calendar strictly, with the time zone that stands in it.
READ = """([code, text]) => {
  const module = { exports: {} };
  new Function("module", "exports", code)(module, module.exports);
  const ICAL = module.exports;
  ICAL.design.strict = true;
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.register(calendar.getFirstSubcomponent("vtimezone"));
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [event.uid, event.summary, event.description, event.location, event.sequence,
      event.startDate.toUnixTime(), event.endDate.toUnixTime(), component.getFirstPropertyValue("status")];
  });
}"""


def read_with_icaljs(browser, content):
    page = browser.new_page()
    try:
        return page.evaluate(READ, [PARSER.read_text(encoding="utf-8"), content.decode()])
    finally:
        page.close()


def test_parser_of_thunderbird_reads_every_hour_of_the_year_alike(browser):
    first = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
    events = [
        Event(
            uid=f"mote-{number}@kalender.example",
            sequence=number,
            starts_at=first + timedelta(hours=97 * number),
            ends_at=first + timedelta(hours=97 * number + 3),
            changed_at=first,
            summary=f"Kurs; nr. {number}, «æøå» – Ráidu \\ {'lang ' * number}",
            description="Bli med her:\nhttps://mote.example/1, takk",
            location="Rådhuset, Bodø",
        )
        for number in range(120)
    ]

    seen = read_with_icaljs(browser, write_feed(events, name="Kurs"))

    assert seen == [
        [
            event.uid,
            event.summary,
            event.description,
            event.location,
            event.sequence,
            event.starts_at.timestamp(),
            event.ends_at.timestamp(),
            "CONFIRMED",
        ]
        for event in events
    ]


def test_parser_of_thunderbird_reads_every_feed_over_both_clock_changes(browser):
    written, wanted = feeds_over_clock_changes()

    for name, content in written.items():
        seen = read_with_icaljs(browser, content)
        assert [(row[0], row[5], row[6]) for row in seen] == wanted, name


@pytest.fixture
def trainer(client):
    return register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])


@pytest.fixture
def session(trainer):
    session = SessionFactory(course__title_nb="Når hjemmet er farlig", municipality=MunicipalityFactory(name="Bodø"))
    trainer.courses.add(session.course)
    booking = BookingFactory(session=session, municipality=session.municipality)
    ParticipantFactory(booking=booking, name="Åse Ødegård", workplace="Ungdomsskolen", role="Rektor")
    assign_trainer(session, trainer=trainer, by=UserFactory())
    return session


def signed_in(page, user, site):
    client = Client()
    sign_in(client, user)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    return page


@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_trainer_finds_session_participants_and_calendar(
    new_page, site, browser, trainer, session, accessible, width, scripts
):
    page = signed_in(new_page(width=width, scripts=scripts), trainer.user, site)
    page.goto("/kursholder/")
    if scripts:
        accessible(page)

    day = timezone.localdate(session.first_starts_at)
    square = page.get_by_role("cell").filter(has=page.locator(f"time[datetime='{day:%Y-%m-%d}']"))
    square.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Når hjemmet er farlig")
    expect(page.get_by_text("Åse Ødegård")).to_be_visible()
    expect(page.get_by_text("Ungdomsskolen, Bodø")).to_be_visible()
    if scripts:
        accessible(page)

    page.goto("/kursholder/")
    heading = page.locator("#month-name").text_content()
    page.locator("a[rel=next]").click()
    expect(page.locator("#month-name")).not_to_have_text(heading)

    if width == 390:  # there the second half of the menu is folded away
        page.get_by_text("Mer", exact=True).click()
    page.get_by_role("link", name="Abonnement eller invitasjoner").click()
    if scripts:
        accessible(page)
    old = page.get_by_label("Kopier denne inn i kalenderen din").input_value()
    answer = page.request.get(old)
    assert [event[1] for event in read_with_icaljs(browser, answer.body())] == ["Når hjemmet er farlig – Bodø"]
    page.get_by_role("button", name="Lag en ny adresse og steng den gamle").click()
    expect(page.get_by_text("Du har fått en ny adresse. Den gamle virker ikke lenger.")).to_be_visible()
    assert page.request.get(old).status == 410
    new = page.get_by_label("Kopier denne inn i kalenderen din").input_value()
    assert page.request.get(new).status == 200
