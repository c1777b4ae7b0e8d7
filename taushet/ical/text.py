"""Text and times as calendar programs want them: cleaned, escaped, folded (RFC 5545 3.1 and 3.3.11)."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")

# C0 but tab and newline, DEL, C1, the two Unicode line ends and lone surrogates: each breaks some parser.
STRANGE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
SPECIAL = re.compile(r"[\\;,\n]")
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def clean(text: str) -> str:
    """Return a text with one kind of line end and without control characters."""
    if STRANGE.search(text):
        return STRANGE.sub("", LINE_END.sub("\n", text))
    return text


def escape(text: str) -> str:
    """Return a text as the value of a TEXT property."""
    text = clean(text)
    return text.translate(ESCAPES) if SPECIAL.search(text) else text


def address(text: str) -> str:
    """Return a link or mail address as it may stand in a file: one line, no space."""
    return "".join(clean(text).split())


def parameter(text: str) -> str:
    """Return a name as a quoted parameter. What would need RFC 6868, which old programs show as it is, is replaced."""
    text = " ".join(clean(text).split())
    return '"' + text.replace('"', "'").replace("^", "").replace("\\", "/") + '"'


def fold(line: str) -> bytes:
    """Return a content line in physical lines of at most 75 octets, cut between characters."""
    raw = line.encode()
    if len(raw) <= 75:
        return raw
    parts, start, room = [], 0, 75
    while len(raw) - start > room:
        end = start + room
        while raw[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(raw[start:end])
        start, room = end, 74
    parts.append(raw[start:])
    return b"\r\n ".join(parts)


def utc(moment: datetime) -> str:
    """Return a point in time as `20261026T080000Z`."""
    return stamp(moment.astimezone(UTC)) + "Z"


def stamp(moment: datetime) -> str:
    return f"{moment.year:04}{moment.month:02}{moment.day:02}T{moment.hour:02}{moment.minute:02}{moment.second:02}"
