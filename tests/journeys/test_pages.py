"""The public pages as anybody meets them: in three languages, on a phone and a wide screen, also without script."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses.views import booking_contacts
from municipalities.models import Municipality, Succession
from municipalities.services.registry.bundled import read_bundled
from municipalities.services.registry.writing import import_edition
from taushet.views import information
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import CrisisCentreFactory, MunicipalityFactory
from tests.factories.outreach import demand_version
from tests.factories.taushet import UserFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WIDTHS = [390, 1280]
SKIP_LINK = {"nb": "Hopp til innholdet", "nn": "Hopp til innhaldet", "en": "Skip to the content"}
HELPLINES = ["tel:116006", "tel:+4722331160", "tel:112", "tel:02800"]


@pytest.fixture
def norway(db):
    import_edition(read_bundled())


@pytest.fixture
def addresses(db):
    """Every public page, with something on it."""
    karasjok = MunicipalityFactory(
        number="5610", name="Karasjok", parallel_names=["Kárášjohka"], grid_column=1, grid_row=1, is_sami_area=True
    )
    new = MunicipalityFactory(number="1508", name="Ålesund", grid_column=2, grid_row=1)
    old = MunicipalityFactory(number="1507", name="Gamle Ålesund", valid_to=date(2024, 1, 1))
    Succession.objects.create(predecessor=old, successor=new, on=date(2024, 1, 1))
    karasjok.crisis_centres.set([CrisisCentreFactory(phone="+4722331160", phone_checked_on=date(2026, 8, 1))])
    session = SessionFactory(course__slug="ansvar", municipality=karasjok)
    SessionFactory(course=session.course, municipality=karasjok, state="held")
    demand = demand_version().demand
    return [
        "/",
        "/kurs/",
        session.course.get_absolute_url(),
        session.get_absolute_url(),
        "/kommuner/",
        "/kommuner/5610/",
        "/kommuner/1508/",
        "/kommuner/1507/",
        "/krav/",
        demand.get_absolute_url(),
        "/kurs/foresporsel/",
        "/bestilling/",
        "/hjelp/",
        "/personvern/",
        "/tilgjengelighet/",
        "/konto/logg-inn/",
        "/sprak/",
        "/finnes/ikke/",
    ]


def assert_well_built(page, language):
    """One heading at the top, the language told, the way past the menu first, the helplines last, nothing sideways."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("a").first).to_have_text(SKIP_LINK[language])
    expect(page.locator("a").nth(1)).to_have_attribute("href", "/forlat/")
    told = page.locator("footer a[href^='tel:']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert told == HELPLINES, page.url
    assert levels_skipped(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def levels_skipped(page):
    """Return each pair of headings where the second stands more than one level under the first."""
    levels = page.locator("h1, h2, h3, h4, h5").evaluate_all("all => all.map(heading => Number(heading.tagName[1]))")
    return [(above, below) for above, below in zip([0, *levels], levels, strict=False) if below > above + 1]


@pytest.mark.parametrize(("language", "looked_at"), [("nb", WIDTHS), ("nn", [390]), ("en", [1280])])
def test_every_public_page_is_accessible(new_page, addresses, accessible, language, looked_at):
    """axe takes its time, so it looks at both widths once and at one in each of the other languages."""
    page = new_page(language=language)

    for address in addresses:
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert_well_built(page, language)
            if width in looked_at:
                accessible(page)


def test_the_small_public_pages_are_accessible_too(new_page, accessible):
    page = new_page(width=390)
    waiting = SessionFactory(capacity=2)
    BookingFactory(session=waiting, seats=2)

    for address, heading in (
        (waiting.get_absolute_url(), waiting.course.title_nb),
        (reverse("courses:date_alert_create"), "Få beskjed om nye datoer"),
        (reverse("courses:certificate_form"), "Kontroller et kursbevis"),
        (reverse("account_inactive"), "Tilgangen din er stengt"),
        (reverse("account_signup"), "Du trenger ingen konto"),
        (reverse("socialaccount_login_cancelled"), "Du avbrøt innloggingen"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert_well_built(page, "nb")
        accessible(page)
    assert page.request.get("/helse/").json() == {"status": "ok"}


@pytest.mark.main_job
def test_visitor_without_script_finds_a_municipality_its_course_and_the_help(new_page, addresses):
    page = new_page(scripts=False, width=390)
    page.goto("/")
    page.get_by_role("navigation", name="Hovedmeny").get_by_role("link", name="Kommuner").click()

    page.get_by_label("Navn eller nummer").fill("finnes ikke")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_text("Ingen kommune har dette navnet eller nummeret.")).to_be_visible()
    expect(page.get_by_label("Navn eller nummer")).to_have_value("finnes ikke")

    page.get_by_label("Navn eller nummer").fill("karasjohka")
    page.get_by_role("button", name="Vis").click()
    page.locator("#liste").get_by_role("link", name="Karasjok – Kárášjohka").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Karasjok – Kárášjohka")

    page.locator(".session-row a").click()
    expect(page.get_by_role("heading", name="Bestill plasser")).to_be_visible()

    page.get_by_role("button", name="Nynorsk").click()
    expect(page.get_by_role("heading", name="Bestill plassar")).to_be_visible()
    page.get_by_role("link", name="Få hjelp", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Få hjelp")


def test_map_is_walked_with_the_keyboard_and_can_be_skipped(page, norway):
    page.goto("/kommuner/")
    past = page.get_by_role("link", name="Hopp over kartet og gå til listen")

    past.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Arendal, Agder: 0 kurs holdt")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#liste")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("summary").first).to_be_focused()
    page.keyboard.press("Enter")

    row = page.locator("#fylke-42").get_by_role("row", name="Arendal")
    expect(row).to_have_text("Arendal0")
    page.get_by_role("link", name="Arendal, Agder: 0 kurs holdt").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Arendal")


def test_list_and_map_follow_what_is_typed(new_page, norway, accessible):
    page = new_page(width=390, language="nn")
    page.goto("/kommuner/")

    page.get_by_label("Namn eller nummer").press_sequentially("herøy")
    expect(page.locator("#liste [role=status]")).to_contain_text("2 kommunar")
    expect(page.locator("#liste").get_by_role("link", name="Herøy")).to_have_count(2)
    expect(page.locator(".tile:not(.is-dimmed)")).to_have_count(2)
    accessible(page)

    page.get_by_role("link", name="Vis heile landet").click()
    expect(page.locator(".tile.is-dimmed")).to_have_count(0)


def test_error_pages_stand_in_the_same_house(new_page, norway, client, site, accessible):
    client.force_login(UserFactory())
    page = new_page(width=390)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    Municipality.objects.filter(pk="0301").update(valid_to=date(2026, 1, 1))

    for address, status, heading in [
        ("/stab/", 403, "Du har ikke tilgang til denne siden"),
        ("/kommuner/9999/", 404, "Vi finner ikke siden"),
        ("/kommuner/0301/", 410, "Oslo – Oslove"),
    ]:
        answer = page.goto(address)

        assert answer.status == status
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert_well_built(page, "nb")
        accessible(page)


def test_a_form_sent_from_elsewhere_and_one_too_many_are_told_plainly(new_page, db, monkeypatch, accessible):
    page = new_page(width=390)
    page.goto("/bestilling/")
    page.context.clear_cookies(name="skjema")
    page.get_by_label("E-post").fill("kari@bodo.test")
    page.get_by_role("button", name="Send lenkene").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Skjemaet kunne ikke sendes")
    assert_well_built(page, "nb")
    accessible(page)

    monkeypatch.setattr(booking_contacts, "LOST_LINKS_AN_HOUR", 0)
    page.goto("/bestilling/")
    page.get_by_label("E-post").fill("kari@bodo.test")
    with page.expect_response("**/bestilling/") as answer:
        page.get_by_role("button", name="Send lenkene").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("For mange forsøk")
    assert (answer.value.status, answer.value.headers["retry-after"]) == (429, "300")
    assert_well_built(page, "nb")
    accessible(page)


def test_last_resort_page_has_the_way_out_and_the_helplines(new_page, db, monkeypatch, settings, site, accessible):
    settings.QUICK_EXIT_URL = f"{site}/sprak/"
    monkeypatch.setattr(information, "render", lambda *args: 1 / 0)
    page = new_page(width=390, language="en")

    answer = page.goto("/tilgjengelighet/")

    assert answer.status == 500
    expect(page.get_by_role("heading", level=1)).to_have_text("Something went wrong with us")
    assert page.locator("footer a").evaluate_all("links => links.map(link => link.getAttribute('href'))") == HELPLINES
    accessible(page)

    for _time in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(settings.QUICK_EXIT_URL)


def test_page_prints_without_what_can_only_be_pressed(page, addresses):
    page.goto("/kommuner/5610/")
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="116 006")).to_be_visible()
    for hidden in (".top-bar", ".main-navigation", ".breadcrumbs", ".footer-links"):
        expect(page.locator(hidden)).to_be_hidden()
