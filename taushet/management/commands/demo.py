import multiprocessing
import os
import runpy
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from gunicorn.app.wsgiapp import run as gunicorn

from taushet.services.demo import (
    DemonstrationRefused,
    load_demonstration,
    refuse_mailer_or_open_host,
    refuse_real_database,
    refuse_taken_port,
)
from taushet.translations import compile_translations

SIGN_INS = [
    ("booker", "books for a municipality"),
    ("trainer", "teaches"),
    ("campaign", "campaign staff at KSS: courses, drafts"),
    ("approver", "campaign staff at LDO: approves"),
    ("approver-kss", "campaign staff at KSS: approves for KSS when both send"),
    ("finance", "issues and credits invoices, records payments, pays back"),
    ("administrator", "people, roles, everything"),
]
STOP_WITHIN = 10  # seconds
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FORKS = multiprocessing.get_context("fork")


class Dots:
    """Takes what `migrate` says, and shows a dot for each migration that is done."""

    def __init__(self, stdout):
        self.stdout = stdout

    def write(self, text):
        if text.strip() == "OK":
            self.stdout.write(".", ending="")
            self.stdout.flush()


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
            if not load_only:
                refuse_taken_port(host, port)
            settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise wants to see one
            self.prepare()
        except DemonstrationRefused as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)
        if not load_only:
            self.announce()
            use_stand_in_for_stripe()
            parts = [partial(serve, host, port), partial(call_command, "worker"), stand_in_for_stripe]
            sys.exit(run_together(parts))

    def prepare(self):
        if compile_translations():
            self.say("Compiled the translations")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database (the first time only)")
            if executor.loader.applied_migrations:
                refuse_real_database()
            call_command("migrate", verbosity=1, interactive=False, no_color=True, stdout=Dots(self.stdout))
            self.say("")
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


def serve(host: str, port: str) -> None:
    """Be the web server, in a process that has Django loaded."""
    options = ["--bind", f"{host}:{port}", "--workers", "2", "--threads", "4", "--preload", "--log-level", "warning"]
    sys.argv = ["gunicorn", "taushet.wsgi", *options]
    gunicorn()


def use_stand_in_for_stripe() -> None:
    """Let this process and those it starts talk to a stand-in on this machine, with keys good for this run only."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {
        "STRIPE_API_BASE": f"http://127.0.0.1:{port}",
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
    }
    for name, value in variables.items():
        setattr(settings, name, value)
        os.environ[f"TAUSHET_{name}"] = value


def stand_in_for_stripe() -> None:
    """Be the stand-in for Stripe, in a process of its own."""
    port = settings.STRIPE_API_BASE.rpartition(":")[2]
    sys.argv = ["stripe_server", port, f"{settings.BASE_URL}/webhooks/stripe/"]
    runpy.run_module("courses.demonstration.stripe_server", run_name="__main__")


def run_together(parts: list[Callable[[], None]]) -> int:
    """Run the parts side by side until one ends or a signal comes, then stop all; returns the exit status.

    Each is a fork of this process, so that Django is loaded once for all of them, with a process group of its own:
    Ctrl-C reaches it once, from here, and its children stop with it.
    """
    stopped = []
    for number in STOPPING:
        signal.signal(number, lambda *_: stopped.append(True))
    connections.close_all()  # a fork must not inherit one
    running = [FORKS.Process(target=run_apart, args=(part,)) for part in parts]
    for process in running:
        process.start()
    while not stopped and all(process.is_alive() for process in running):
        time.sleep(0.2)
    failed = [process.exitcode for process in running if process.exitcode]
    stop_all(running)
    return 0 if stopped else (failed or [1])[0]


def run_apart(part: Callable[[], None]) -> None:
    os.setsid()
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    os.chdir(settings.BASE_DIR)
    part()


def stop_all(running: list[FORKS.Process]) -> None:
    """Ask every process to stop, and end what has not after STOP_WITHIN seconds."""
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for process in running:
        process.join(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
