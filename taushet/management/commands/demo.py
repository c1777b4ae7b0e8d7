import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from taushet.services.demo import (
    DemonstrationRefused,
    load_demonstration,
    refuse_mailer_or_open_host,
    refuse_real_database,
)
from taushet.translations import compile_translations

SIGN_INS = [
    ("booker", "books for a municipality"),
    ("trainer", "teaches"),
    ("campaign", "campaign staff at KSS: courses, drafts"),
    ("approver", "campaign staff at LDO: approves"),
    ("finance", "reads prices and payers"),
    ("administrator", "people, roles, everything"),
]
STOP_WITHIN = 10  # seconds


class Command(BaseCommand):
    help = "Fill a demonstration and run it: web and worker together, on this machine only."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="localhost")
        parser.add_argument("--port", default="8000")
        parser.add_argument("--load-only", action="store_true", help="fill the database and stop")

    def handle(self, host, port, load_only, **options):
        try:
            refuse_mailer_or_open_host(host)
            settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise wants to see one
            self.prepare()
        except DemonstrationRefused as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)
        if not load_only:
            self.announce()
            sys.exit(run_together(commands(host, port)))

    def prepare(self):
        if compile_translations():
            self.say("Compiled the translations")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database (the first time only)")
            if executor.loader.applied_migrations:
                refuse_real_database()
            call_command("migrate", verbosity=0, interactive=False)
        load_demonstration(lambda line: self.say(f"Loading {line}"))

    def announce(self):
        self.say("")
        self.say(f"  {settings.BASE_URL}/        the demonstration; nothing leaves this machine")
        self.say(f"  {settings.BASE_URL}/demo/   signs you in with one click:")
        for key, does in SIGN_INS:
            self.say(f"      {key + '@demo.example':<28}{does}")
        self.say(f"  {settings.BASE_URL}/demo/postkasse/   the mail that would have been sent")
        self.say("")
        self.say("  Ctrl-C stops everything.")
        self.say("")

    def say(self, line):
        self.stdout.write(line)
        self.stdout.flush()


def commands(host: str, port: str) -> list[list[str]]:
    """Return what runs side by side: the web server and the worker."""
    web = ["-m", "gunicorn", "taushet.wsgi", "--bind", f"{host}:{port}", "--workers", "2", "--threads", "4"]
    quiet = ["--preload", "--log-level", "warning"]
    return [[sys.executable, *web, *quiet], [sys.executable, "manage.py", "worker"]]


def run_together(command_lines: list[list[str]]) -> int:
    """Run the commands until one ends or a signal comes, then stop all; returns the exit status.

    Each gets a process group of its own, so that Ctrl-C reaches it once, from here, and its children stop with it.
    """
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.append(True))
    running = [
        subprocess.Popen(line, cwd=settings.BASE_DIR, start_new_session=True, env=os.environ)  # noqa: S603
        for line in command_lines
    ]
    while not stopped and all(process.poll() is None for process in running):
        time.sleep(0.2)
    failed = [process.returncode for process in running if process.poll() not in (None, 0)]
    stop_all(running)
    return 0 if stopped else (failed or [1])[0]


def stop_all(running: list[subprocess.Popen]) -> None:
    """Ask every process to stop, and end what has not after STOP_WITHIN seconds."""
    for process in running:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
