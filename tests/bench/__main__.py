"""`make bench`: measure the figures on PostgreSQL and SQLite, print a line each, and write var/bench.json."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable

from tests.servers.postgres import running_postgres

from . import (
    bookings,
    calendars,
    certificates,
    einvoices,
    feeds,
    invoices,
    letters,
    opening,
    pages,
    replies,
    sending,
    sweep,
    tables,
    webhooks,
)
from .figures import Figure, heading, save
from .server import ROOT, free_port, manage, running_web, variables


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # lets what was started be stopped
    figures: list[Figure] = []
    print(heading(), flush=True)

    def add(found: list[Figure]) -> None:
        figures.extend(found)
        for figure in found:
            print(figure.line(), flush=True)

    with running_postgres() as url, tempfile.TemporaryDirectory(prefix="taushet-bench-") as folder:
        measure(url, "PostgreSQL", folder, add)
    with running_postgres() as url, tempfile.TemporaryDirectory(prefix="taushet-bench-") as folder:
        measure_feeds(url, "PostgreSQL", folder, add)
    with tempfile.TemporaryDirectory(prefix="taushet-bench-") as folder:
        measure(f"sqlite:///{folder}/bench.sqlite3", "SQLite", folder, add)
        measure_feeds(f"sqlite:///{folder}/feeds.sqlite3", "SQLite", folder, add)
    save(figures, ROOT / "var" / "bench.json")
    missed = sum(not figure.reached for figure in figures)
    print(f"{len(figures)} figures, {missed} missed; written to var/bench.json")
    return 0


def measure(url: str, database: str, folder: str, add: Callable[[list[Figure]], None]) -> None:
    """Measure on one database. What does not depend on it is measured on PostgreSQL only."""
    port = free_port()
    environment = variables(url, port, folder)
    inside = asker(environment)
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    manage(environment, "compile_translations")
    add(registry_figures(inside("import_registry"), database))
    inside("seed_sessions", 300)
    session = inside("new_session", 30)["id"]
    with running_web(environment, port) as server:
        if database == "PostgreSQL":
            add(pages.speed_figures(port, session))
            add(bookings.whole_booking_figures(port, inside))
            add(opening.opening_figures(port, inside))
        add(bookings.race_of_clients(port, inside, database))
        add(bookings.race_of_processes(inside, environment, database))
        add(certificates.certificate_figures(port, inside, database))
        add(invoices.invoice_figures(inside, database))
        add(tables.list_figures(inside, database))
        add(sweep.sweep_figures(inside, database))
        add(letters.letter_figures(inside, database))
        add(replies.absence_figures(port, inside, database))
        add(webhooks.webhook_figures(environment, database))
        with calendars.running_calendars() as reach:
            add(calendars.calendar_figures(asker(environment | reach), database))
        if database == "PostgreSQL":
            add([pages.memory_figure(server.pid)])
    if database == "PostgreSQL":
        add(pages.query_figures(inside))
        add(feeds.writer_figures(inside("feed_speed")))
    add(einvoices.einvoice_figures(inside("einvoices"), database))
    add(sending.sending_figures(inside, database))


def measure_feeds(url: str, database: str, folder: str, add: Callable[[list[Figure]], None]) -> None:
    """Measure whole feeds on a database that holds nothing but their events."""
    environment = variables(url, free_port(), folder)
    manage(environment, "migrate", "--verbosity", "0")
    inside = asker(environment)
    inside("import_registry")
    add(feeds.whole_figures(inside("whole_feeds"), database))


def asker(environment: dict[str, str]) -> Callable[..., dict]:
    """Return a function that runs one word of `tests.bench.inside` in a process of its own."""

    def inside(word: str, *arguments: object) -> dict:
        command = [sys.executable, "-m", "tests.bench.inside", word, *map(str, arguments)]
        result = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(result.stdout.strip().rpartition("\n")[2])

    return inside


def registry_figures(found: dict, database: str) -> list[Figure]:
    return [
        Figure(
            f"import of {found['municipalities']} municipalities, {database}",
            found["seconds"],
            "s",
            5,
            "most allowed",
            at_most=1,
        ),
        Figure(f"writes of a second import, {database}", found["writes"], "writes", 1, "none allowed", at_most=0),
    ]


if __name__ == "__main__":
    sys.exit(main())
