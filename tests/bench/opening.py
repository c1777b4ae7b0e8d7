"""The opening rush: every municipality wants seats the moment the sessions are announced.

Each of 1 785 bookers walks the whole way at the pace the server answers, with no pause to read or type: the list, one
of 60 sessions of 20 seats, the form, and the own page. Half of them come within the first 20 seconds. Whoever finds
the session full is told so by its page or by the answer to the form; both must say it in a sentence.
"""

import http.client
import random
import re
import statistics
import threading
import time
from dataclasses import dataclass, field

from .client import Visitor, hidden_fields
from .figures import Figure

SESSIONS, SEATS = 60, 20
MUNICIPALITIES, EACH = 357, 5
BURST, WHOLE = 20, 60  # seconds: until half of them have come, until all have
PATIENCE = 240  # seconds after which the measurement is given up
FULL, TAKEN = "Alle plassene er tatt.", "Alle plassene er tatt nå."
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass
class Visit:
    """What one booker met: each request as (page, when it began, seconds, status), and how it ended."""

    started: float
    requests: list[tuple[str, float, float, int]] = field(default_factory=list)
    ending: str = "gave up"
    heading: str = ""

    @property
    def slowest(self) -> float:
        return max((seconds for _page, _at, seconds, _status in self.requests), default=0)


def opening_figures(port: int, inside) -> list[Figure]:
    """Measure the rush and check that nothing was sold twice."""
    sessions = inside("open_sessions", SESSIONS, SEATS)["ids"]
    numbers = inside("municipality_numbers")["numbers"]
    warm_up(port, sessions[0])
    visits = rush(port, sessions, numbers)
    sold = inside("sold", *sessions)
    return list(figures(visits, sold))


def warm_up(port: int, session: int) -> None:
    visitor = Visitor(port)
    for _turn in range(8):
        visitor.get("/kurs/")
        visitor.get(f"/kurs/maling/{session}/")


def rush(port: int, sessions: list[int], numbers: list[str]) -> list[Visit]:
    """Let everybody come, and wait until the last one has an answer."""
    draw = random.Random(357)
    arrivals = sorted(
        draw.uniform(0, BURST) if number % 2 == 0 else draw.uniform(BURST, WHOLE)
        for number in range(MUNICIPALITIES * EACH)
    )
    draw.shuffle(numbers)
    visits, threads = [], []
    started = time.monotonic()
    for number, arrival in enumerate(arrivals):
        time.sleep(max(started + arrival - time.monotonic(), 0))
        visit = Visit(arrival)
        booker = {"municipality": numbers[number % len(numbers)], "number": number}
        arguments = [port, sessions[number % len(sessions)], booker, visit, started]
        thread = threading.Thread(target=walk, args=arguments, daemon=True)
        thread.start()
        visits.append(visit)
        threads.append(thread)
    for thread in threads:
        thread.join(timeout=max(started + PATIENCE - time.monotonic(), 0))
    return visits


def walk(port: int, session: int, booker: dict, visit: Visit, started: float) -> None:
    """List, session, form, own page."""
    visitor = Visitor(port)
    address = f"/kurs/maling/{session}/"

    def ask(page: str, act, *arguments) -> str:
        began = time.monotonic()
        text = act(*arguments)
        visit.requests.append((page, began - started, time.monotonic() - began, visitor.status))
        if heading := HEADING.search(text):
            visit.heading = " ".join(TAG.sub("", heading[1]).split())
        return text

    try:
        ask("list", visitor.get, "/kurs/")
        form = ask("session", visitor.get, address)
        if FULL in form:
            visit.ending = "full"
            return
        answer = ask("form", visitor.post, address, hidden_fields(form) | typed(booker))
        if visitor.status == 302:
            ask("own page", visitor.get, visitor.location)
            visit.ending = "booked" if visitor.status == 200 else f"own page {visitor.status}"
        else:
            visit.ending = "refused" if TAKEN in answer else f"unclear {visitor.status}"
    except (OSError, http.client.HTTPException) as error:
        visit.ending = type(error).__name__
    finally:
        visitor.connection.close()


def typed(booker: dict) -> dict[str, str]:
    return {
        "municipality": booker["municipality"],
        "seats": "1",
        "contact_name": "Kari Nordmann",
        "contact_email": f"opening{booker['number']}@maling.example",
        "contact_phone": "22 33 11 60",
        "contact_role": "SLT-koordinator",
    }


def figures(visits: list[Visit], sold: dict):
    """One line each: the burst in its two percentiles, the slowest with what it saw, and that all was right."""
    requests = [request for visit in visits for request in visit.requests]
    burst = sorted(seconds for _page, at, seconds, _status in requests if at <= BURST)
    everything = sorted(seconds for _page, _at, seconds, _status in requests)
    endings = {ending: sum(visit.ending == ending for visit in visits) for ending in {v.ending for v in visits}}
    slowest = max(visits, key=lambda visit: visit.slowest)
    last = max((at + seconds for _page, at, seconds, _status in requests), default=0)
    ended = ", ".join(f"{number} {ending}" for ending, number in sorted(endings.items()))
    errors = sum(status >= 500 for _page, _at, _seconds, status in requests)
    unclear = len(visits) - sum(endings.get(ending, 0) for ending in ("booked", "full", "refused"))
    agree = sold["taken"] == sold["held"] == endings.get("booked", 0)
    name = "opening rush"
    yield Figure(f"{name}: request in the burst, p50", statistics.median(burst), "s", 1, "goal for p95", at_most=1)
    yield Figure(f"{name}: request in the burst, p95", percentile(burst, 95), "s", 1, "goal", at_most=1)
    yield Figure(f"{name}: request in all, p95", percentile(everything, 95), "s", 1, "goal in the burst", at_most=1)
    yield Figure(f"{name}: slowest saw “{slowest.heading}”", slowest.slowest, "s", 60, "a browser waits", at_most=1)
    yield Figure(f"{name}: answered after", last, "s", WHOLE, "the last one came", at_most=2)
    yield Figure(
        f"{name}: seats sold ({ended})", sold["taken"] if agree else -1, "seats", SESSIONS * SEATS, "seats", at_most=1
    )
    yield Figure(f"{name}: sessions oversold", sold["oversold"], "sessions", 1, "none allowed", at_most=0)
    yield Figure(f"{name}: error answers", errors, "answers", 1, "none allowed", at_most=0)
    yield Figure(f"{name}: bookers without a clear answer", unclear, "bookers", 1, "none allowed", at_most=0)


def percentile(values: list[float], which: int) -> float:
    return statistics.quantiles(values, n=100)[which - 1]
