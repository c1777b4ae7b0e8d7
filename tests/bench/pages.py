"""How many queries the pages take, how many of them are served a second, and what memory that needs."""

import statistics

import psutil

from .client import requests_per_second
from .figures import Figure

ROUNDS = 4
SECONDS = 2.5
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
    """Serve the pages in turn, so that noise of the machine falls on all alike; the median of each round's ratio."""
    paths = {"/kurs/": 0.25, f"/kurs/maling/{session}/": 0.45}
    rates = {path: [] for path in ["/bare/", *paths]}
    for path in rates:
        requests_per_second(port, path, connections=CONNECTIONS, seconds=1)
    for _round in range(ROUNDS):
        for path, found in rates.items():
            found.append(requests_per_second(port, path, connections=CONNECTIONS, seconds=SECONDS))
    bare = statistics.median(rates["/bare/"])
    names = ["requests a second, /kurs/ with 300 sessions", "requests a second, a session page"]
    return [
        Figure(name, statistics.median(rates[path]), "1/s", bare, "bare one-query page, same run", at_least=aim)
        for name, (path, aim) in zip(names, paths.items(), strict=True)
    ]


def memory_figure(server_pid: int) -> Figure:
    """Sum the proportional share of memory of the web server and its workers."""
    parent = psutil.Process(server_pid)
    shares = [process.memory_full_info().pss for process in [parent, *parent.children(recursive=True)]]
    return Figure(
        "memory of the web processes together (PSS)", sum(shares) / 2**20, "MiB", 220, "most allowed", at_most=1
    )
