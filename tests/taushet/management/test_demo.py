"""The demonstration as a command: what it refuses, and that it leaves nobody behind."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings as real_settings
from django.core.management import CommandError, call_command

from taushet.models import Message, User
from tests.factories.taushet import UserFactory
from tests.servers.workers import environment, is_running, wait_until

CHILD = "import os, time; os.write(1, b'%d\\n' % os.getpid()); time.sleep(60)"
RUN = """
import sys, django
django.setup()
from taushet.management.commands.demo import run_together
sys.exit(run_together([[sys.executable, "-c", line] for line in sys.argv[1:]]))
"""


@pytest.fixture
def run_together():
    """Run Python lines side by side, as the demonstration runs web and worker."""
    started = []

    def run(*lines):
        command = [sys.executable, "-c", RUN, *lines]
        process = subprocess.Popen(
            command, cwd=real_settings.BASE_DIR, env=environment(), stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it(db, run_together, number):
    process = run_together(CHILD, CHILD)
    children = [int(process.stdout.readline()) for _child in range(2)]

    os.kill(process.pid, number)

    assert process.wait(20) == 0
    wait_until(lambda: not any(map(is_running, children)), seconds=5)


def test_the_end_of_one_part_ends_the_other(db, run_together):
    process = run_together(CHILD, "import time; time.sleep(0.5); raise SystemExit(3)")
    child = int(process.stdout.readline())

    assert process.wait(20) == 3
    wait_until(lambda: not is_running(child), seconds=5)


def test_another_host_is_refused_before_anything_is_written(db, settings):
    settings.DEMO = True

    with pytest.raises(CommandError, match=r"192\.0\.2\.7 is open to others"):
        call_command("demo", host="192.0.2.7")

    assert not User.objects.exists()


def test_a_real_database_is_refused_and_left_as_it_is(db, settings, tmp_path):
    settings.DEMO, settings.STATIC_ROOT = True, tmp_path
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    UserFactory()

    with pytest.raises(CommandError, match="not marked as a demonstration"):
        call_command("demo", load_only=True)

    assert User.objects.count() == 1


def test_a_mailer_is_refused(db, settings):
    settings.DEMO = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}

    with pytest.raises(CommandError, match="TAUSHET_MAILER"):
        call_command("demo", load_only=True)

    assert not Message.objects.exists()
