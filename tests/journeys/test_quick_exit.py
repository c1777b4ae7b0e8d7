import pytest
from playwright.sync_api import expect

from tests.factories.taushet import UserFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def neutral_page(settings, site):
    """A page of our own instead of the weather, since the tests ask nobody else for anything."""
    settings.QUICK_EXIT_URL = f"{site}/robots.txt"
    return settings.QUICK_EXIT_URL


def press_shift(page, times):
    for _time in range(times):
        page.keyboard.press("Shift")


@pytest.mark.main_job
def test_shift_three_times_leaves(page, neutral_page):
    page.goto("/hjelp/")

    press_shift(page, 2)
    expect(page.locator(".quick-exit")).to_have_attribute("data-pressed", "2")
    expect(page.get_by_role("status")).to_have_text("Shift, trykket 2 av 3 ganger.")
    press_shift(page, 1)

    page.wait_for_url(neutral_page)


def test_capital_letters_do_not_count(page):
    page.goto("/hjelp/")

    for _time in range(4):
        page.keyboard.press("Shift+A")
    press_shift(page, 2)
    page.keyboard.press("a")
    press_shift(page, 2)

    expect(page.locator(".quick-exit")).to_have_attribute("data-pressed", "2")
    assert page.url.endswith("/hjelp/")


def test_five_seconds_without_a_press_start_again(page):
    page.clock.install()
    page.goto("/hjelp/")

    press_shift(page, 2)
    page.clock.run_for(5_100)
    press_shift(page, 2)

    expect(page.locator(".quick-exit")).to_have_attribute("data-pressed", "2")
    assert page.url.endswith("/hjelp/")


def test_page_is_blank_at_once_and_whole_again_on_coming_back(page, neutral_page):
    page.goto("/")
    page.goto("/hjelp/")
    page.route("**/forlat/", lambda route: route.fulfill(status=204))

    page.get_by_role("link", name="Forlat siden", exact=True).click()

    expect(page.locator(".leaving-overlay")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    assert page.title() == "…"

    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.title() == "Få hjelp – Taushet tar liv"


def test_page_one_left_is_not_the_one_before(page, neutral_page):
    page.goto("/")
    page.goto("/hjelp/")

    page.get_by_role("link", name="Forlat siden", exact=True).click()
    page.wait_for_url(neutral_page)
    page.go_back()

    expect(page).to_have_title("Taushet tar liv – kurs, krav og svar")


@pytest.mark.main_job
def test_link_leaves_and_signs_out_without_javascript(new_page, client, site, neutral_page):
    client.force_login(UserFactory())
    page = new_page(scripts=False, width=390)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    page.goto("/hjelp/")
    expect(page.get_by_role("link", name="Logg ut")).to_be_visible()

    page.get_by_role("link", name="Forlat siden", exact=True).click()

    assert page.url == neutral_page
    assert page.context.cookies() == []


def test_going_back_shows_nothing_of_somebody_signed_in(page, client, site, neutral_page):
    client.force_login(UserFactory())
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    page.goto("/konto/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Min konto")
    page.goto("/hjelp/")

    page.get_by_role("link", name="Forlat siden", exact=True).click()
    page.wait_for_url(neutral_page)
    page.go_back()

    expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn")


def test_way_out_is_the_second_stop_of_the_keyboard(page, neutral_page):
    page.goto("/hjelp/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hopp til innholdet")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url(neutral_page)
