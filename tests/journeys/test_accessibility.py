"""The looker itself: it sees the page one ends at, also where that page comes late or moves on."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.journeys.accessibility import violations

pytestmark = pytest.mark.journey

GOOD = "<!doctype html><html lang=nb><title>Kurs</title><main><h1>Kurs</h1>{}</main></html>"
FAULTY = GOOD.format("<p><img src='data:,'></p>")
PAGES = {
    "/": GOOD.format("<a href='/late/'>Videre</a>"),
    "/late/": FAULTY,
    "/moves/": GOOD.format("<script>setTimeout(() => location.href = '/late/', 1)</script>"),
    "/restless/": GOOD.format(
        "<script>addEventListener('load', () => setTimeout(() => location.reload(), 10))</script>"
    ),
}


class Slow(BaseHTTPRequestHandler):
    """Sends the head of a page at once, and of a late one the body half a second after."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.flush()
        if self.path == "/late/":
            time.sleep(0.5)
        self.wfile.write(PAGES.get(self.path, "").encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def address():
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_axe_looks_at_the_page_one_ends_at(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/")
    before = violations(page)
    page.get_by_role("link").click()
    after_a_click = violations(page)
    page.goto(f"{address}/moves/", wait_until="commit")
    after_a_move = violations(page)
    page.goto(f"{address}/restless/", wait_until="commit")

    with pytest.raises(RuntimeError, match="never stood still"):
        violations(page)
    page.close()

    assert before == []
    assert after_a_click == after_a_move == [["image-alt", ['<img src="data:,">']]]
