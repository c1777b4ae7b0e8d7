"""Reading a calendar of somebody else's in a process of its own, which may be stopped whatever it is at."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TZDIR")
CHUNK = 64 * 1024
Span = tuple[datetime, datetime]


class ReadFailed(Exception):
    """The calendar could not be read; `why` is a code, never a word of it."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Bounds:
    """What reading one calendar may take: seconds of the processor and by the clock, and memory."""

    processor: int = 10
    clock: float = 12
    megabytes: int = 400


@dataclass(frozen=True)
class BusyTime:
    """When a calendar says somebody is busy, and how many of its entries made no sense."""

    spans: list[Span]
    skipped: int


class ReaderGone(Exception):
    """The process ended, as it does when nobody has asked for a while."""


class Reader:
    """A running `taushet.ical.reader`. It ends when this process does, since its input ends then."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "taushet.ical.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            start_new_session=True,
        )

    def ask(self, order: dict, body: bytes, seconds: float) -> bytes:
        """Return the answer; raises TimeoutError, and ReaderGone when there is nobody to ask."""
        deadline, said = time.monotonic() + seconds, b""
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n" + body)
            self._process.stdin.flush()
        except (OSError, ValueError):  # the pipe is broken, or closed on our side
            raise ReaderGone from None
        while not said.endswith(b"\n"):
            if not select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(self._process.stdout.fileno(), CHUNK)
            if not part:
                raise ReaderGone
            said += part
        return said

    def end(self) -> None:
        """Stop it and what it is at."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()
        self._process.wait()


_lock = threading.Lock()
_reader: Reader | None = None


def read_busy_time(
    body: bytes,
    *,
    window: Span,
    domain: str,
    addresses: Iterable[str],
    is_caldav: bool = False,
    bounds: Bounds | None = None,
) -> BusyTime:
    """Return the busy time of a calendar file, or of a CalDAV answer, in a window; raises ReadFailed.

    Entries with an identity of `domain` are our own coming back; what one of `addresses` declined is free.
    """
    bounds = bounds or Bounds()
    order = {
        "window": [end.timestamp() for end in window],
        "domain": domain,
        "addresses": sorted(addresses),
        "is_caldav": is_caldav,
        "megabytes": bounds.megabytes,
        "seconds": bounds.processor,
        "size": len(body),
    }
    answer = json.loads(_ask(order, body, bounds.clock))
    if "why" in answer:
        raise ReadFailed(answer["why"])
    spans = [tuple(datetime.fromtimestamp(end, UTC) for end in span) for span in answer["spans"]]
    return BusyTime(spans, answer["skipped"])


def _ask(order: dict, body: bytes, seconds: float) -> bytes:
    """Ask the reader of this process, or a new one when there is none any more."""
    global _reader
    with _lock:
        for _time in range(2):
            if _reader is None or _reader.owner != os.getpid():
                _reader = Reader()
            try:
                return _reader.ask(order, body, seconds)
            except (ReaderGone, TimeoutError) as error:
                _reader.end()
                _reader = None
                if isinstance(error, TimeoutError):
                    break
        raise ReadFailed("too_much")
