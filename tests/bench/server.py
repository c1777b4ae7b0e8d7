"""The web server under measurement: gunicorn with two preloaded workers, on a database of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def variables(url: str, port: int, folder: str) -> dict[str, str]:
    """Return the environment of a production-like system on one database, which writes into `folder`."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "DATABASE_URL": url,
        "TAUSHET_VAR": folder,
        "TAUSHET_BASE_URL": f"http://127.0.0.1:{port}",
        "TAUSHET_MAIL_FROM": "kurs@maling.example",  # an address of the net is no mail domain
        "TAUSHET_SECRET_KEY": "s" * 60,
        "TAUSHET_LINK_KEY": "l" * 60,
        "TAUSHET_MAIL_KEY": "m" * 60,
        "TAUSHET_LOG_LEVEL": "WARNING",
    }


def manage(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def running_web(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen]:
    """Run the web server until the block ends."""
    command = [sys.executable, "-m", "gunicorn", "taushet.wsgi", "--bind", f"127.0.0.1:{port}", "--preload"]
    shape = ["--workers", "2", "--threads", "4", "--log-level", "warning", "--keep-alive", "30"]
    process = subprocess.Popen([*command, *shape], cwd=ROOT, env=environment)
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/bare/", process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_it_answers(address: str, process: subprocess.Popen) -> None:
    for _attempt in range(150):
        try:
            urllib.request.urlopen(address, timeout=2).read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None:
                raise RuntimeError("The web server ended at start.") from None
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{address} did not answer.")
