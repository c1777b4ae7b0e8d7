"""`make test`: everything, in an order that tells the cheap faults first. The last line is the count."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.servers.browser import ensure_browser, install_command
from tests.servers.libical import ensure_libical
from tests.servers.postgres import find_programs, migrated_database, running_postgres

ROOT = Path(__file__).resolve().parent.parent
MOST_TRIED_AGAIN = 5
# One more than the smallest machine has cores: some tests wait for a browser, a worker's next look or a time limit.
PROCESSES = "3"
COUNTED = re.compile(r"(\d+) (passed|failed|skipped|error)")
REAL_LOOKING = {
    "TAUSHET_SECRET_KEY": "k" * 25 + "-only-for-check--deploy-" + "0123456789abcdefghij",
    "TAUSHET_LINK_KEY": "l" * 50,
    "TAUSHET_MAIL_KEY": "m" * 50,
    "TAUSHET_BASE_URL": "https://taushet.example",
    "TAUSHET_NEUTRAL_HOST": "kurs.example",
    "TAUSHET_MAILER": "anymail.backends.postmark.EmailBackend",
    "TAUSHET_DEBUG": "0",
}
DEVELOPMENT = {"TAUSHET_DEBUG": "1"}
COMPILER = ("compile translations", [sys.executable, "manage.py", "compile_translations"], DEVELOPMENT)


def main() -> int:
    # Lets what was started be stopped, also where Ctrl-C is ignored, as in the background of a shell.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Where it is set, each of the many processes started here would compile the project and its tests anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    browser = ensure_browser(may_ask=sys.stdin is not None and sys.stdin.isatty())
    libical = ensure_libical()
    counts = dict.fromkeys(["passed", "failed", "skipped", "error", "unsteady"], 0)
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(2))
        # Before anything reads the languages, which several of the linters do.
        faults = run_linters([COMPILER], pool)
        url = stack.enter_context(running_postgres()) if find_programs() else None
        # Takes longer than the linters, so the suite on SQLite does not wait for it.
        migrated = pool.submit(migrated_database, url) if url else None
        faults += run_linters(linters(), pool)
        on_sqlite, on_postgres = selections(has_browser=bool(browser))
        # These journeys show the same pages on PostgreSQL, where axe looks at them.
        faults += run_suite("SQLite", on_sqlite, {"TAUSHET_TEST_AXE": "off"} if url else {}, counts)
        if url:
            try:
                variables = {"DATABASE_URL": url, "TAUSHET_TEST_TEMPLATE": migrated.result()}
            except subprocess.CalledProcessError as error:
                faults.append(f"the migrations on PostgreSQL, and so the suite: {error}")
            else:
                faults += run_suite("PostgreSQL", on_postgres, variables, counts)
        else:
            faults += tell_missing("the suite on PostgreSQL, since none was found", "apt-get install postgresql")
    if not browser:
        mend = install_command() or "install Chromium and set TAUSHET_BROWSER to its path"
        faults += tell_missing("the browser journeys, since no Chromium could be found or installed", mend)
    if not libical:
        faults += tell_missing(
            "the reading of feeds by libical, since it could not be found", "apt-get install libical3"
        )
    for fault in faults:
        print(f"FAULT: {fault}", flush=True)
    if counts["unsteady"]:
        print(f"UNSTEADY: {counts['unsteady']} failed once and passed alone; look above for why, and mend them")
    print(f"Took {time.monotonic() - started:.0f} s")
    failed = counts["failed"] + counts["error"] + len(faults)
    print(f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped", flush=True)
    return 1 if failed else 0


def selections(*, has_browser: bool) -> tuple[str, str]:
    """Return which tests run on SQLite and which on PostgreSQL, as expressions of their marks.

    What cannot touch a database runs on SQLite only (tests/conftest.py finds out which), and of the journeys only the
    main ones run there.
    """
    if has_browser:
        return "(not journey or main_job) and not postgres", "database or postgres or journey"
    return "not journey and not postgres", "(database or postgres) and not journey"


def linters() -> list[tuple]:
    """Return what reads the code without running it: a name, a command and its variables each."""
    python = sys.executable
    templates = [str(path) for path in sorted((ROOT / "templates").rglob("*.html"))]
    return [
        ("ruff check", [python, "-m", "ruff", "check", "."], {}),
        ("collect the tests", [python, "-m", "pytest", "--collect-only", "-qq"], DEVELOPMENT),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."], {}),
        ("djade", [tool("djade"), "--check", "--target-version", "6.1", *templates], {}),
        ("import-linter", [tool("lint-imports"), "--no-cache"], DEVELOPMENT),
        ("translations", [python, "-m", "tests.missing_translations"], DEVELOPMENT),
        ("makemigrations --check", [python, "manage.py", "makemigrations", "--check", "--dry-run"], DEVELOPMENT),
        ("check --deploy", [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], REAL_LOOKING),
    ]


def run_linters(checks: list[tuple], pool: ThreadPoolExecutor) -> list[str]:
    """Run them side by side, and tell of each in the order they stand in; returns a fault a linter that complains."""
    faults = []
    results = pool.map(lambda check: call(*check[1:], capture=True), checks)
    for (name, _command, _variables), result in zip(checks, results, strict=True):
        print(f"{'ok   ' if result.returncode == 0 else 'FAULT'} {name}", flush=True)
        if result.returncode:
            print(result.stdout + result.stderr, flush=True)
            faults.append(f"linter: {name}")
    return faults


def run_suite(database: str, selection: str, variables: dict, counts: dict) -> list[str]:
    """Run the tests on one database, show them as they go, and add their numbers to `counts`.

    A few that fail are run once more, alone: a browser or a race on a busy machine may fail for want of time. Those
    that pass then count as passed, and are told at the end as unsteady, since they have to be mended all the same.
    Returns a fault when the run broke off without a test to blame.
    """
    print(f"\n{database}", flush=True)
    code, found = run_tests(["-n", PROCESSES, "--dist", "loadgroup", "-m", selection], variables)
    failed = found.get("failed", 0) + found.get("error", 0)
    if 0 < failed <= MOST_TRIED_AGAIN:
        print(f"\n{database}, once more what failed", flush=True)
        _code, again = run_tests(["--last-failed", "--last-failed-no-failures", "none", "-m", selection], variables)
        steady = again.get("failed", 0) + again.get("error", 0)
        if steady + again.get("passed", 0) >= failed:
            found |= {"passed": found.get("passed", 0) + failed - steady, "failed": steady, "error": 0}
            counts["unsteady"] += failed - steady
    for word, number in found.items():
        counts[word] += number
    return [f"the suite on {database} broke off"] if code and not failed else []


def run_tests(chosen: list[str], variables: dict) -> tuple[int, dict[str, int]]:
    """Run pytest and show what it says; returns its exit code and how many passed, failed and so on."""
    command, last = [sys.executable, "-m", "pytest", "-q", *chosen], ""
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                last = line.strip() or last
        except (KeyboardInterrupt, SystemExit) as stopped:
            if isinstance(stopped, SystemExit):  # Ctrl-C has reached it already
                process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=60)
            finally:
                process.kill()
            raise
    return process.returncode, {word: int(number) for number, word in COUNTED.findall(last)}


def tell_missing(what: str, mend: str) -> list[str]:
    """Say loudly what did not run; a fault where CI is set."""
    print("\n" + "!" * 78)
    print(f"NOT RUN: {what}.")
    print(f"Mend it with: {mend}")
    print("!" * 78)
    return [f"not run: {what}"] if os.environ.get("CI") else []


def tool(name: str) -> str:
    """Return the path of a command of this virtual environment."""
    return str(Path(sys.executable).parent / name)


def call(command: list[str], variables: dict, *, capture: bool) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory(prefix="taushet-check-") as folder:
        environment = os.environ | {"TAUSHET_VAR": folder} | variables
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=capture, text=True, check=False)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
