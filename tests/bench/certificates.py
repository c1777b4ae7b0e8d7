"""A thousand certificates made by the worker, while visitors read the catalogue."""

import statistics
import threading
import time

from .client import Visitor
from .figures import Figure

WANTED = 1000


def certificate_figures(port: int, inside, database: str) -> list[Figure]:
    """Measure the making, and what it does to a page at p95."""
    quiet = page_p95(port, lambda taken: len(taken) >= 60)
    found = {}
    worker = threading.Thread(target=lambda: found.update(inside("certificates", WANTED)))
    worker.start()
    busy = page_p95(port, lambda taken: not worker.is_alive())
    worker.join()
    if found["made"] != WANTED:
        raise RuntimeError(f"{found['made']} certificates were made.")
    return [
        Figure(
            f"{WANTED} certificates in the worker, {database}", found["seconds"], "s", 60, "most allowed", at_most=1
        ),
        Figure(f"memory of that worker, {database}", found["megabytes"], "MB", 400, "most allowed", at_most=1),
        Figure(
            f"catalogue at p95 beside it, {database}",
            busy,
            "ms",
            max(quiet * 4, 100),
            "4 x quiet or 100 ms",
            at_most=1,
        ),
    ]


def page_p95(port: int, is_enough) -> float:
    visitor, taken = Visitor(port), []
    while not is_enough(taken):
        started = time.monotonic()
        visitor.get("/kurs/")
        taken.append((time.monotonic() - started) * 1000)
        time.sleep(0.1)
    return statistics.quantiles(taken, n=20)[-1]
