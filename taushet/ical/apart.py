"""Reading a calendar of somebody else's in a process of its own, which may be stopped whatever it is at."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TZDIR", "SYSTEMROOT")
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
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "taushet.ical.busy"],
            input=json.dumps(order).encode() + b"\n" + body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            timeout=bounds.clock,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ReadFailed("too_much") from None
    if done.returncode < 0:
        raise ReadFailed("too_much")
    return _understood(done.stdout)


def _understood(said: bytes) -> BusyTime:
    try:
        answer = json.loads(said)
    except ValueError:
        raise ReadFailed("unreadable") from None
    if "why" in answer:
        raise ReadFailed(answer["why"])
    spans = [tuple(datetime.fromtimestamp(end, UTC) for end in span) for span in answer["spans"]]
    return BusyTime(spans, answer["skipped"])
