"""A small HTTP client that costs little: one kept connection, cookies, forms as a browser would send them."""

import http.client
import re
import threading
import time
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode, urlsplit

INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")


class Visitor:
    """One visitor with a connection and cookies of their own."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.status = 0
        self.location = ""

    def get(self, path: str) -> str:
        return self.request("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> str:
        return self.request("POST", path, urlencode(fields))

    def request(self, method: str, path: str, body: str | None) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read()
        self.status = response.status
        self.location = urlsplit(response.getheader("Location") or "").path
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _equals, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return text.decode()


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden inputs of a page, which carry the form's protection and its request key."""
    found = {}
    for tag in INPUT.findall(page):
        attributes = dict(ATTRIBUTE.findall(tag))
        if attributes.get("type") == "hidden" and "name" in attributes:
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    return found


def requests_per_second(port: int, path: str, *, connections: int, seconds: float) -> float:
    """Return how many GETs of a page `connections` visitors get through in a second; every answer must be 200."""
    counts = [0] * connections
    until = time.monotonic() + seconds

    def visit(number: int) -> None:
        visitor = Visitor(port)
        while time.monotonic() < until:
            visitor.get(path)
            if visitor.status != 200:
                raise RuntimeError(f"{path} answered {visitor.status}")
            counts[number] += 1

    started = time.monotonic()
    together(connections, visit)
    return sum(counts) / (time.monotonic() - started)


def together(number: int, act: Callable[[int], None]) -> None:
    """Run `act(0)` … `act(number - 1)` at the same time; raise the first error any of them met."""
    errors: list[BaseException] = []

    def guarded(index: int) -> None:
        try:
            act(index)
        except BaseException as error:  # noqa: BLE001 - handed on to the caller below
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=[index]) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
