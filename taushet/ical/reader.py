"""The process that reads calendars: `python -m taushet.ical.reader`, started by `taushet.ical.apart`.

It has the libraries loaded and forks for each calendar; the child has limits on memory and time, and gives back nothing
but moments. It has one thread, so forking is safe. It ends with its input, or when nobody has asked for a while.
"""

import json
import os
import resource
import select
import sys
from contextlib import suppress
from datetime import UTC, datetime

from .busy import Found, busy_time, calendar_data
from .sifting import Own, Unreadable

IDLE_SECONDS = 120


def main() -> None:
    questions = sys.stdin.buffer
    while select.select([questions], [], [], IDLE_SECONDS)[0] and (line := questions.readline()):
        order = json.loads(line)
        body = questions.read(order["size"])
        sys.stdout.buffer.write(answer_apart(order, body) + b"\n")
        sys.stdout.buffer.flush()


def answer_apart(order: dict, body: bytes) -> bytes:
    """Return the answer of a child; one that was stopped or gave none had too much to do."""
    answers, end = os.pipe()
    child = os.fork()
    if not child:
        os.close(answers)
        limit(order["megabytes"], order["seconds"])
        with os.fdopen(end, "wb") as pipe:
            pipe.write(json.dumps(answer(order, body)).encode())
        os._exit(0)
    os.close(end)
    with os.fdopen(answers, "rb") as pipe:
        said = pipe.read()
    is_well = os.waitpid(child, 0)[1] == 0
    return said if is_well and said else b'{"why": "too_much"}'


def limit(megabytes: int, seconds: int) -> None:
    """Bind this process: more memory or time of the processor ends it."""
    for kind, most in ((resource.RLIMIT_AS, megabytes * 2**20), (resource.RLIMIT_CPU, seconds)):
        with suppress(ValueError, OSError):  # not every system has both
            resource.setrlimit(kind, (most, most))


def answer(order: dict, body: bytes) -> dict:
    """Return the spans, in seconds since 1970, or why there are none."""
    try:
        if order["is_caldav"]:
            body = calendar_data(body)
        window = tuple(datetime.fromtimestamp(end, UTC) for end in order["window"])
        own = Own(order["domain"], frozenset(order["addresses"]))
        found = busy_time(body, window, own) if body or not order["is_caldav"] else Found()
    except Unreadable as error:
        return {"why": error.why}
    except MemoryError:
        return {"why": "too_much"}
    except Exception:  # noqa: BLE001  what cannot be read may fail in any way, and its words stay here
        return {"why": "unreadable"}
    return {"spans": [[int(end.timestamp()) for end in span] for span in found.spans], "skipped": found.skipped}


if __name__ == "__main__":
    main()
