"""How many queries the pages take, how many of them are served a second, and what memory that needs."""

import psutil

from .client import requests_per_second
from .figures import Figure

ROUNDS = 9
SECONDS = 1
CONNECTIONS = 4


def query_figures(inside) -> list[Figure]:
    """Count the queries of the list with 30, 300 and 3 000 sessions, and of a session page."""
    figures = []
    for number in (30, 300, 3000):
        inside("seed_sessions", number)
        count = inside("queries", "/kurs/")["queries"]
        figures.append(
            Figure(f"queries of /kurs/ with {number} sessions", count, "queries", 8, "most allowed", at_most=1)
        )
    session = inside("new_session", 30)["id"]
    count = inside("queries", f"/kurs/maling/{session}/")["queries"]
    figures.append(Figure("queries of a session page", count, "queries", 4, "most allowed", at_most=1))
    return figures


def speed_figures(port: int, session: int) -> list[Figure]:
    """Serve the pages in turn, so that noise of the machine falls on all alike; of all rounds the median ratio."""
    list_path, session_path = "/kurs/", f"/kurs/maling/{session}/"
    paths = ["/bare/", list_path, session_path]
    for path in paths:
        requests_per_second(port, path, connections=CONNECTIONS, seconds=1)
    rounds = [
        {path: requests_per_second(port, path, connections=CONNECTIONS, seconds=SECONDS) for path in paths}
        for _round in range(ROUNDS)
    ]
    return [
        speed_figure("requests a second, /kurs/ with 300 sessions", rounds, list_path, 0.25),
        speed_figure("requests a second, a session page", rounds, session_path, 0.45),
    ]


def speed_figure(name: str, rounds: list[dict[str, float]], path: str, aim: float) -> Figure:
    """Return the rate of a page and of the bare one in the round whose ratio is the median."""
    rates = sorted(rounds, key=lambda rates: rates[path] / rates["/bare/"])[len(rounds) // 2]
    return Figure(name, rates[path], "1/s", rates["/bare/"], "bare one-query page, same round", at_least=aim)


def memory_figure(server_pid: int) -> Figure:
    """Sum the proportional share of memory of the web server and its workers."""
    parent = psutil.Process(server_pid)
    shares = [process.memory_full_info().pss for process in [parent, *parent.children(recursive=True)]]
    return Figure(
        "memory of the web processes together (PSS)", sum(shares) / 2**20, "MiB", 220, "most allowed", at_most=1
    )
