"""Out-of-office replies to every letter of a mailing, in ten minutes."""

import threading

from .certificates import page_p95
from .figures import Figure

WANTED = 2000
TEN_MINUTES = 600


def absence_figures(port: int, inside, database: str) -> list[Figure]:
    """Measure how long one process takes to store and read them all, and what it does to a page; none may count."""
    quiet = page_p95(port, lambda taken: len(taken) >= 60)
    found = {}
    worker = threading.Thread(target=lambda: found.update(inside("absences", WANTED)))
    worker.start()
    busy = page_p95(port, lambda taken: not worker.is_alive())
    worker.join()
    if (found["stored"], found["recorded"], found["counted"], found["answered"]) != (WANTED, WANTED, 0, 0):
        raise RuntimeError(f"Not all of {WANTED} absences were recorded and left alone: {found}")
    seconds = found["store_seconds"] + found["read_seconds"]
    name = f"{WANTED} out-of-office replies stored and read, {database}"
    beside = f"catalogue at p95 beside them, {database}"
    return [
        Figure(name, seconds, "s", TEN_MINUTES, "most allowed", at_most=1),
        Figure(beside, busy, "ms", max(quiet * 4, 100), "4 x quiet or 100 ms", at_most=1),
    ]
