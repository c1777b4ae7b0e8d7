"""A real browser against a real server. A journey is skipped only where no Chromium can be had; `tests.run` says so."""

import os

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from municipalities.services.registry.bundled import read_bundled
from municipalities.services.registry.writing import import_edition
from taushet.demonstration import load_people
from tests.journeys.accessibility import settle, violations
from tests.servers.browser import ARGUMENTS, find_browser

# Playwright runs an event loop in this thread; the journeys still use the ORM to arrange and to look.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser():
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium: make browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server, settings):
    """The address of the running site, which is also what its links say."""
    settings.BASE_URL = settings.NEUTRAL_URL = live_server.url
    settings.BASE_HOST = "localhost"
    settings.NEUTRAL_HOST = live_server.url.partition("://")[2]
    return live_server.url


@pytest.fixture
def new_page(browser, site):
    """Open a fresh browser: `new_page(width=390, scripts=False, language="nn")`.

    `visits` are addresses of other sites it may go to.
    """
    contexts = []

    def open_page(*, width=1280, scripts=True, language="nb", visits=()) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",  # what still grows under the pointer is missed by a click
        )
        context.add_cookies([{"name": "sprak", "value": language, "url": site}])
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda line: faults.append(line.text) if is_fault(line) else None)
        known = (site, *visits)
        page.on("request", lambda request: None if is_own(request.url, known) else faults.append(request.url))
        return page

    faults = []
    expect.set_options(timeout=15_000)
    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def is_own(address: str, known: tuple[str, ...]) -> bool:
    """Whether a request stays in the house: no page may ask a third party for anything."""
    return address.startswith((*known, "data:", "blob:"))


def is_fault(line) -> bool:
    """Whether the browser complains about the content policy or a script, as it does on its console."""
    return line.type == "error" and "Failed to load resource" not in line.text


@pytest.fixture
def signed_in(new_page, demonstration):
    """Open a fresh browser as a person of the demonstration: `signed_in("trainer", width=390)`."""
    load_people(print)

    def open_page(person, **options) -> Page:
        page = new_page(**options)
        page.goto("/demo/")
        page.locator(f"button[value={person}]").click()
        page.wait_for_url(lambda address: "/demo/" not in address)
        return page

    return open_page


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def norway(db):
    """The 357 municipalities."""
    import_edition(read_bundled())


@pytest.fixture
def accessible():
    """Assert that axe finds nothing against WCAG 2.1 AA on the page one ends at.

    Where the same journey is also run on another database, `tests.run` lets axe look there only.
    """
    looks = os.environ.get("TAUSHET_TEST_AXE") != "off"

    def check(page: Page) -> None:
        if looks:
            assert violations(page) == [], page.url
        else:
            settle(page)

    return check
