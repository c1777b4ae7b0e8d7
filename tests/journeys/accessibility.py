"""What axe finds on a page, looked at once the page has settled."""

import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

# Of what is in order axe tells one example each; the lists of all of it cost more than the looking.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
LOOKS = 4
SECONDS = 15

# Which document this is, or nothing while it or a part of it still comes.
SETTLED = """() => document.readyState === "complete" && document.body
  && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")
  ? [performance.timeOrigin, location.pathname, location.search].join(" ") : null"""
LOOK = """rules => axe.run(rules).then(found => found.violations.map(
  rule => [rule.id, rule.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]))"""


def violations(page: Page) -> list:
    """Return what axe finds against WCAG 2.1 AA on the page one ends at: a rule and its first three places each.

    A page that moved on while axe looked is looked at again where it ended, four times at most; then RuntimeError.
    """
    trouble = None
    for _look in range(LOOKS):
        try:
            document = settle(page)
            if not page.evaluate("typeof axe === 'object'"):
                page.evaluate(Axe().axe_script)
            found = page.evaluate(LOOK, RULES)
            if settle(page) == document:
                return found
        except Error as error:  # the document went away under axe's feet
            trouble = error
    raise RuntimeError(f"The page at {page.url} never stood still for axe.") from trouble


def settle(page: Page) -> str:
    """Wait until the page is there with all its parts; return what tells its document from the next one.

    Raises RuntimeError when that takes more than 15 seconds.
    """
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        page.wait_for_load_state("load")
        if document := page.evaluate(SETTLED):
            return document
        page.wait_for_timeout(20)
    raise RuntimeError(f"The page at {page.url} did not settle.")
