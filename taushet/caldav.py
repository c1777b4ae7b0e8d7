"""Reading calendars from a CalDAV server (RFC 4791), through `taushet.fetch` and never by writing.

An address may be that of one calendar, of a person, or of the server alone: whoever runs it says where the calendars
of the person who signs in are (RFC 5397, RFC 4791 6.2.1).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from taushet.fetch import MEBIBYTE, FetchFailed, Limits, Login, Lookup, Why, fetch, look_up
from taushet.open_net import is_same_server

DAV, CAL = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
MOST_CALENDARS = 20
MOST_TO_FIND = MEBIBYTE // 2
FIND = b"""<?xml version="1.0" encoding="utf-8"?>
<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop>
<d:resourcetype/><d:current-user-principal/><c:calendar-home-set/><c:supported-calendar-component-set/>
</d:prop></d:propfind>"""
ASK = """<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{:%Y%m%dT%H%M%SZ}" end="{:%Y%m%dT%H%M%SZ}"/>
</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"""


@dataclass(frozen=True)
class Reader:
    """Somebody who reads from a server, within limits that hold for all questions together."""

    login: Login
    limits: Limits
    deadline: float
    lookup: Lookup = look_up

    def ask(self, url: str, method: str, body: bytes, depth: str, most_bytes: int) -> tuple[str, bytes]:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise FetchFailed(Why.SLOW)
        limits = Limits(self.limits.connect, min(left, self.limits.total), most_bytes, self.limits.redirects)
        headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        got = fetch(url, method=method, body=body, headers=headers, login=self.login, limits=limits, lookup=self.lookup)
        return got.url, got.body


def fetch_calendars(
    url: str,
    *,
    login: Login,
    window: tuple[datetime, datetime],
    limits: Limits | None = None,
    lookup: Lookup = look_up,
) -> list[bytes]:
    """Return what a server answers of each calendar of a person in a window, as XML; raises FetchFailed.

    The limits of time and size hold for all calendars together.
    """
    limits = limits or Limits()
    reader = Reader(login, limits, time.monotonic() + limits.total, lookup)
    question = ASK.format(*(end.astimezone(UTC) for end in window)).encode()
    answers, left = [], limits.most_bytes
    for calendar in find_calendars(reader, url):
        answers.append(reader.ask(calendar, "REPORT", question, "1", left)[1])
        left -= len(answers[-1])
    return answers


def find_calendars(reader: Reader, url: str) -> list[str]:
    """Return the addresses of the calendars an address leads to; raises FetchFailed when there is none."""
    for _step in range(3):  # the server, the person, their calendars
        url, body = reader.ask(url, "PROPFIND", FIND, "0", MOST_TO_FIND)
        this = next(responses(body), None)
        if this is None:
            raise FetchFailed(Why.MISSING)
        if is_calendar(this):
            return [url]
        if home := link(this, url, f"{CAL}calendar-home-set"):
            return in_home(reader, home)
        principal = link(this, url, f"{DAV}current-user-principal")
        if principal is None or principal == url:
            break
        url = principal
    return in_home(reader, url)


def in_home(reader: Reader, home: str) -> list[str]:
    home, body = reader.ask(home, "PROPFIND", FIND, "1", MOST_TO_FIND)
    found = [beside(home, one.findtext(f"{DAV}href")) for one in responses(body) if is_calendar(one)]
    if not found:
        raise FetchFailed(Why.MISSING)
    if len(found) > MOST_CALENDARS:
        raise FetchFailed(Why.TOO_LARGE)
    return found


def responses(body: bytes) -> Iterator[ElementTree.Element]:
    """Give the parts of an answer; raises FetchFailed for anything else."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\0" in body:  # a zero byte: UTF-16
        raise FetchFailed(Why.MISSING)
    try:
        # In UTF-8 whatever it says of itself: in another coding entities would hide from the line above, and what it
        # names as its coding would stand in an error.
        root = ElementTree.fromstring(body, ElementTree.XMLParser(encoding="utf-8"))  # noqa: S314  no entities
    except ElementTree.ParseError:
        raise FetchFailed(Why.MISSING) from None
    return root.iter(f"{DAV}response")


def is_calendar(response: ElementTree.Element) -> bool:
    """Whether it is a calendar, and one that holds entries rather than tasks."""
    if response.find(f".//{DAV}resourcetype/{CAL}calendar") is None:
        return False
    kinds = [kind.get("name") for kind in response.iterfind(f".//{CAL}supported-calendar-component-set/{CAL}comp")]
    return not kinds or "VEVENT" in kinds


def link(response: ElementTree.Element, url: str, name: str) -> str | None:
    href = response.findtext(f".//{name}/{DAV}href")
    return beside(url, href) if href else None


def beside(url: str, href: str | None) -> str:
    """Return where a link of an answer leads; raises FetchFailed when that is somebody else's server."""
    try:
        target = urljoin(url, (href or "").strip())
        is_theirs = is_same_server(urlsplit(target).hostname, urlsplit(url).hostname)
    except ValueError:
        raise FetchFailed(Why.MISSING) from None
    if not is_theirs:
        raise FetchFailed(Why.REFUSED)
    return target
