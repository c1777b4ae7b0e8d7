"""The few lines of somebody's calendar that say when it is busy; titles, places and guests go no further than here.

Works on bytes, before anything understands them: it unfolds, keeps the properties that matter, and refuses what would
cost too much to understand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

MOST_COMPONENTS = 20_000
LONGEST_LINE = 64 * 1024
MOST_A_DAY = 48
DECLINED = b"X-OWN-DECLINED:1"

FOLD = re.compile(rb"\r?\n[ \t]")
NAME = re.compile(rb"[A-Za-z0-9-]+")
BLOCKS = frozenset({b"VCALENDAR", b"VEVENT", b"VFREEBUSY", b"VTIMEZONE", b"STANDARD", b"DAYLIGHT"})
KEPT = frozenset(
    b"""
    UID SEQUENCE DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID TRANSP STATUS X-MICROSOFT-CDO-BUSYSTATUS
    FREEBUSY TZID TZOFFSETFROM TZOFFSETTO X-WR-TIMEZONE VERSION PRODID
    """.split()
)
FOR_EVER = re.compile(rb"RRULE:(?!.*(?:UNTIL|COUNT|INTERVAL))", re.IGNORECASE)
BEGINS = re.compile(rb"(DTSTART[^:]*:)(\d{4})", re.IGNORECASE)
TOO_FAST = (b"SECONDLY", b"MINUTELY")


class Unreadable(Exception):
    """What was got cannot be read, or not at a bearable cost; the code is one of `Why`."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Own:
    """Whose calendar it is: their addresses, in small letters, and the domain our own entries have."""

    domain: str = ""
    addresses: frozenset[str] = frozenset()


def sift(body: bytes, own: Own) -> bytes:
    """Return a calendar file without all that does not say when it is busy.

    Raises Unreadable: no_calendar for a login page and the like, unreadable for half a file, too_large, too_much.
    """
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not body[:15].upper().startswith(b"BEGIN:VCALENDAR"):
        raise Unreadable("no_calendar")
    lines = list(_kept(FOLD.sub(b"", body).splitlines(), {address.encode() for address in own.addresses}))
    if lines[-1] != b"END:VCALENDAR" or not is_whole(lines):
        raise Unreadable("unreadable")
    return b"\r\n".join([*_with_quick_zones(lines), b""])


def is_whole(lines: Iterable[bytes]) -> bool:
    """Whether every block that begins ends too, inside the one around it."""
    begun: list[bytes] = []
    for line in lines:
        if line.startswith(b"BEGIN:"):
            begun.append(line[6:])
        elif line.startswith(b"END:") and (not begun or begun.pop() != line[4:]):
            return False
    return not begun


def _kept(lines: Iterable[bytes], addresses: set[bytes]) -> Iterator[bytes]:
    skipped = b""  # the block we are in and do not want
    components = 0
    for line in lines:
        found = NAME.match(line)
        name = found[0].upper() if found else b""
        if name in {b"BEGIN", b"END"}:
            block = line.partition(b":")[2].strip().upper()
            if skipped:
                skipped = b"" if name == b"END" and block == skipped else skipped
            elif name == b"BEGIN" and block not in BLOCKS:
                skipped = block
            else:
                components += name == b"BEGIN"
                yield name + b":" + block
            if components > MOST_COMPONENTS:
                raise Unreadable("too_large")
        elif skipped:
            continue
        elif name == b"ATTENDEE":
            if has_declined(line, addresses):
                yield DECLINED
        elif name == b"X-WR-CALNAME" and b"@" in line:  # Google calls a calendar by its owner's address
            addresses.add(line.partition(b":")[2].strip().lower())
        elif name in KEPT:
            if len(line) > LONGEST_LINE:
                raise Unreadable("too_large")
            if name == b"RRULE":
                check_rule(line)
            yield line


def _with_quick_zones(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Give lines without the zones that Outlook names as Windows does, since those are known by their name.

    In other zones, rules that hold for ever begin in 2000. Outlook lets them begin in 1601, and dateutil goes through
    all the years in between for each moment it is asked of.
    """
    zone: list[bytes] = []
    for line in lines:
        if zone or line == b"BEGIN:VTIMEZONE":
            zone.append(line)
        else:
            yield line
        if line == b"END:VTIMEZONE":
            if not any(is_of_windows(one) for one in zone):
                yield from _begun_lately(zone)
            zone = []


def is_of_windows(line: bytes) -> bool:
    name, _colon, value = line.partition(b":")
    return name.upper() == b"TZID" and value.decode(errors="replace").strip() in WINDOWS_TO_OLSON


def _begun_lately(lines: Iterable[bytes]) -> Iterator[bytes]:
    rule: list[bytes] = []
    for line in lines:
        if line in {b"BEGIN:STANDARD", b"BEGIN:DAYLIGHT"}:
            rule = [line]
        elif not rule:
            yield line
        else:
            rule.append(line)
            if line.startswith(b"END:"):
                yield from map(_lately, rule) if any(FOR_EVER.match(one) for one in rule) else rule
                rule = []


def _lately(line: bytes) -> bytes:
    found = BEGINS.match(line)
    return found[1] + b"2000" + line[found.end() :] if found and found[2] < b"2000" else line


def has_declined(line: bytes, addresses: set[bytes]) -> bool:
    """Whether somebody with one of the addresses said no."""
    line = line.lower()
    return b"partstat=declined" in line and line.rpartition(b"mailto:")[2].strip() in addresses


def check_rule(line: bytes) -> None:
    """Raise Unreadable for a rule that repeats more often than a calendar of people does."""
    parts = dict(part.partition(b"=")[::2] for part in line.upper().partition(b":")[2].split(b";"))
    if parts.get(b"FREQ", b"").strip() in TOO_FAST:
        raise Unreadable("too_much")
    times = (parts.get(name, b"").count(b",") + 1 for name in (b"BYHOUR", b"BYMINUTE", b"BYSECOND"))
    if prod(times) > MOST_A_DAY:
        raise Unreadable("too_much")
