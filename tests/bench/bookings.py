"""A whole booking by a new visitor, and many who want the last seats at once."""

import itertools
import statistics
import subprocess
import sys
import time

from .client import Visitor, hidden_fields, together
from .figures import Figure
from .server import ROOT

numbers = itertools.count(1)
BOOKERS = 8
BOOKINGS = 160


def book(visitor: Visitor, session: int, *, number: int, seats: int = 1, look_at_list: bool = True) -> float:
    """Walk list, session, form, POST and own page as a new visitor; returns the seconds of the POST to its redirect."""
    address = f"/kurs/maling/{session}/"
    if look_at_list:
        visitor.get("/kurs/")
    form = visitor.get(address)
    fields = hidden_fields(form) | {
        "municipality": "0301",
        "seats": str(seats),
        "contact_name": "Kari Nordmann",
        "contact_email": f"booker{number}@maling.example",
        "contact_phone": "22 33 11 60",
        "contact_role": "SLT-koordinator",
    }
    started = time.monotonic()
    visitor.post(address, fields)
    return time.monotonic() - started


def whole_booking_figures(port: int, inside) -> list[Figure]:
    """Measure bookings a second by eight bookers at once, and the POST at p95 with four."""
    session = inside("new_session", 2000)["id"]

    def one(_index: int) -> float:
        visitor = Visitor(port)
        seconds = book(visitor, session, number=next(numbers))
        if visitor.status != 302:
            raise RuntimeError(f"The booking answered {visitor.status}.")
        visitor.get(visitor.location)
        if visitor.status != 200:
            raise RuntimeError(f"The booker's page answered {visitor.status}.")
        return seconds

    def several(bookers: int, each: int) -> tuple[float, list[float]]:
        posts = []
        started = time.monotonic()
        together(bookers, lambda index: posts.extend([one(index) for _turn in range(each)]))
        return time.monotonic() - started, posts

    several(2, 5)
    seconds, _posts = several(BOOKERS, BOOKINGS // BOOKERS)
    _seconds, posts = several(4, 30)
    p95 = statistics.quantiles(posts, n=20)[-1] * 1000
    return [
        Figure("whole bookings a second, 8 bookers, PostgreSQL", BOOKINGS / seconds, "1/s", 16, "goal", at_least=1),
        Figure("POST to redirect at p95, 4 bookers, PostgreSQL", p95, "ms", 60, "most allowed", at_most=1),
    ]


def race_of_clients(port: int, inside, database: str) -> list[Figure]:
    """Let 60 visitors with the form open press the button at once, for 30 seats."""
    session = inside("new_session", 30)["id"]
    visitors = [Visitor(port) for _index in range(60)]
    forms = [hidden_fields(visitor.get(f"/kurs/maling/{session}/")) for visitor in visitors]
    answers = []

    def press(index: int) -> None:
        visitor = visitors[index]
        fields = forms[index] | {
            "municipality": f"{['0301', '1103', '4601', '5001', '3301', '5501'][index % 6]}",
            "seats": "1",
            "contact_name": "Kari Nordmann",
            "contact_email": f"rush{next(numbers)}@maling.example",
            "contact_phone": "22 33 11 60",
            "contact_role": "SLT-koordinator",
        }
        visitor.post(f"/kurs/maling/{session}/", fields)
        answers.append(visitor.status)

    started = time.monotonic()
    together(60, press)
    seconds = time.monotonic() - started
    return seat_figures(f"60 clients for 30 seats, {database}", seconds, answers, inside("seats", session))


def race_of_processes(inside, environment: dict, database: str) -> list[Figure]:
    """Let eight processes call the booking service at once, eight times each, for 30 seats."""
    session, other = (inside("new_session", 30)["id"] for _session in range(2))
    command = [sys.executable, "-m", "tests.bench.rush", str(session), str(other)]
    rushers = [
        subprocess.Popen(
            [*command, str(index)], cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for index in range(8)
    ]
    for rusher in rushers:
        rusher.stdout.readline()
    started = time.monotonic()
    for rusher in rushers:
        rusher.stdin.write("go\n")
        rusher.stdin.flush()
    answers = [int(status) for rusher in rushers for status in rusher.stdout.readline().split()]
    seconds = time.monotonic() - started
    for rusher in rushers:
        rusher.communicate()
    return seat_figures(f"8 processes for 30 seats, {database}", seconds, answers, inside("seats", session))


def seat_figures(name: str, seconds: float, answers: list[int], seats: dict) -> list[Figure]:
    """A race is right when 30 got a seat, the rest a clear no, and counter and bookings agree."""
    errors = sum(status >= 500 for status in answers)
    agree = seats["taken"] == seats["held"] == sum(status == 302 for status in answers)
    return [
        Figure(f"{name}: time", seconds, "s", 2.5, "most allowed", at_most=1),
        Figure(f"{name}: sold", seats["taken"] if agree else -1, "seats", 30, "seats", at_least=1, at_most=1),
        Figure(f"{name}: error answers", errors, "answers", 1, "none allowed", at_most=0),
    ]
