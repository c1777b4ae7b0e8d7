"""Real worker processes on the database of the test.

A nursery, started once, has Django loaded and forks a worker when it is asked: that takes no time. It has one thread,
so forking is safe, which it would not be in the process of the tests.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from urllib.parse import quote

import psutil
from django.conf import settings
from django.db import connection

NURSERY = """
import json, os, signal, sys
from datetime import time, timedelta
import django
django.setup()
from django.conf import settings
from taushet import workdays
from taushet.lanes import roles
from taushet.registries import PeriodicTask, periodic_tasks
from taushet.worker import Parent
from tests.servers.kinds import tasks

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if not pid:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        settings.OUTGOING_MAIL, settings.MAILERS = True, order["mailers"]
        if order["ticks"]:
            periodic_tasks.register(PeriodicTask("every-second", timedelta(seconds=1), tasks.do_nothing.enqueue))
        if order["always_open"]:
            workdays.OPENS_AT, workdays.CLOSES_AT = time.min, time.max
            workdays.is_workday = lambda day: True
        Parent(roles(order["senders"])).run()
        os._exit(0)
    print(pid, flush=True)
"""


def database_url():
    """Return the address of the test's own database."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    place = f"{values['HOST']}:{values['PORT']}" if values["PORT"] else quote(values["HOST"] or "", safe="")
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{place}/{values['NAME']}"


def environment():
    """Return what another process has to know to work on the database of the test."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "TAUSHET_DEBUG": "1",
        "TAUSHET_DEMO": "",
        "TAUSHET_LOG_LEVEL": "WARNING",
    }


class Worker:
    """One worker: its number, and ways to end it."""

    def __init__(self, pid):
        self.pid = pid

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)

    def kill(self):
        """End the worker and its children at once, as a power cut would."""
        os.killpg(self.pid, signal.SIGKILL)

    @property
    def is_running(self):
        return is_running(self.pid)

    @property
    def children(self):
        listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, text=True)
        return [int(number) for number in listing.stdout.split()]


@contextmanager
def nursery():
    """Yield a context manager that runs one more worker."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    @contextmanager
    def worker(senders=1, ticks=False, always_open=False):
        order = {"mailers": settings.MAILERS, "senders": senders, "ticks": ticks, "always_open": always_open}
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        one = Worker(int(process.stdout.readline()))
        try:
            yield one
        finally:
            end(one)

    try:
        yield worker
    finally:
        process.stdin.close()
        process.wait(30)


def end(one):
    """Stop a worker that a test has left, by force when it does not stop."""
    with suppress(ProcessLookupError):
        one.stop()
    deadline = time.monotonic() + 15
    while one.is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        one.kill()


def is_running(pid):
    """Whether a process lives; one that has ended and whose end nobody has asked about does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition, seconds=30):
    """Wait for something other processes do; fails the test when it does not come."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return answer
