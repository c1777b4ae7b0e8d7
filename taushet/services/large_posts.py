"""Posts of a mail provider that are larger than a page may send: made small while they are read, never held whole.

A provider posts a mail as one JSON object, often twice over: the mail as it came and each file once more. Of each text
as much is taken as is kept of a mail, and of what is no text what is small.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

LONGEST_ESCAPE = 5  # of one that has not come whole yet
CHUNK = 64 * 1024
MOST_TEXT = 16 * 1024 * 1024
MOST_OTHER = 256 * 1024
MOST_READ = 200 * 1024 * 1024
# What a text in JSON may hold before it ends (RFC 8259, 7).
IN_TEXT = re.compile(rb'(?:[^"\\]++|\\u[0-9a-fA-F]{4}|\\[^u])*+', re.DOTALL)
TOKEN = re.compile(rb'["\[\]{}]')
SPACE = re.compile(rb"[\s,:]*")
PLAIN = re.compile(rb"[-+.0-9a-zA-Z]*")


class Ended(Exception):
    """There is nothing more to read."""


class _Reader:
    def __init__(self, read: Callable[[int], bytes]):
        self.read, self.buffer, self.size = read, b"", 0

    def more(self) -> None:
        chunk = self.read(CHUNK) if self.size < MOST_READ else b""
        if not chunk:
            raise Ended
        self.buffer += chunk
        self.size += len(chunk)

    def skip_space(self) -> bytes:
        """Go to the next sign that says something, and return it."""
        while True:
            self.buffer = self.buffer[SPACE.match(self.buffer).end() :]
            if self.buffer:
                return self.buffer[:1]
            self.more()

    def text(self, kept: bytearray, most: int) -> bool:
        """Read a text to behind its closing quote into `kept`; returns whether all of it has found room."""
        is_whole = True
        self.buffer = self.buffer[1:]
        while True:
            end = IN_TEXT.match(self.buffer).end()
            room = max(most - len(kept), 0)
            kept += self.buffer[: min(end, room)]
            is_whole = is_whole and end <= room
            self.buffer = self.buffer[end:]
            if self.buffer[:1] == b'"':
                self.buffer = self.buffer[1:]
                return is_whole
            if len(self.buffer) > LONGEST_ESCAPE:
                raise ValueError
            self.more()

    def other(self, kept: bytearray, most: int) -> bool:
        """Read a list, an object, a number or a word; returns whether all of it has found room."""
        if self.buffer[:1] not in b"[{":
            return self._plain(kept)
        depth, is_whole = 0, True
        while True:
            found = TOKEN.search(self.buffer)
            end = found.start() if found else len(self.buffer)
            kept += self.buffer[:end]
            self.buffer = self.buffer[end:]
            if found and found[0] == b'"':
                inner = bytearray()
                is_whole = self.text(inner, most) and is_whole
                kept += b'"' + inner + b'"'
            elif found:
                kept += self.buffer[:1]
                self.buffer = self.buffer[1:]
                depth += 1 if found[0] in b"[{" else -1
                if depth == 0:
                    return is_whole
            else:
                self.more()
            if len(kept) > most:
                is_whole = False
                kept.clear()

    def _plain(self, kept: bytearray) -> bool:
        while True:
            end = PLAIN.match(self.buffer).end()
            kept += self.buffer[:end][:MOST_OTHER]
            self.buffer = self.buffer[end:]
            if self.buffer:
                return True
            self.more()

    def rest(self) -> None:
        """Read what follows without keeping it."""
        while True:
            self.buffer = b""
            self.more()


def read_small(read: Callable[[int], bytes]) -> tuple[dict[str, Any] | None, int, list[str]]:
    """Read a JSON object from `read(size)`; returns what fits of it, how large it was, and the names of what is cut.

    None when it is no object. Of one that breaks off what came, with the empty name among those that are cut.
    """
    reader, found, cut = _Reader(read), {}, []
    is_done = False
    try:
        if reader.skip_space() != b"{":
            raise ValueError
        reader.buffer = reader.buffer[1:]
        while reader.skip_space() != b"}":
            _read_one(reader, found, cut)
        is_done = True
        reader.rest()
    except Ended:
        return found, reader.size, cut if is_done else [*cut, ""]
    except ValueError:
        with suppress(Ended):
            reader.rest()
        return None, reader.size, []


def _read_one(reader: _Reader, found: dict[str, Any], cut: list[str]) -> None:
    """Read one name and its value."""
    if reader.buffer[:1] != b'"':
        raise ValueError
    name, value = bytearray(), bytearray()
    reader.text(name, MOST_OTHER)
    key = json.loads(b'"' + name + b'"')
    cut.append(key)  # until it is whole
    if reader.skip_space() != b'"':
        if reader.other(value, MOST_OTHER):
            found[key] = json.loads(bytes(value))
            cut.remove(key)
        return
    try:
        if reader.text(value, MOST_TEXT):
            cut.remove(key)
    finally:
        # A sign is kept whole or not at all, escaped or of several bytes.
        said = bytes(value[: IN_TEXT.match(value).end()]).decode(errors="strict" if key not in cut else "ignore")
        found[key] = json.loads(f'"{said}"', strict=False)
