"""The demonstration as a command: what it refuses, and that it leaves nobody behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from io import StringIO
from urllib.request import urlopen

import pytest
from django.conf import settings as real_settings
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from taushet.management.commands.demo import Dots
from taushet.models import Message, User
from tests.factories.taushet import UserFactory
from tests.servers.workers import environment, is_running

CHILD = "import os, time; os.write(1, b'%d\\n' % os.getpid()); time.sleep(60)"
# Django is loaded once, and every order is run in a fork.
NURSERY = """
import json, os, sys
from functools import partial
import django
django.setup()
from taushet.management.commands.demo import run_together

for line in sys.stdin:
    pid = os.fork()
    if not pid:
        os._exit(run_together([partial(exec, code, {}) for code in json.loads(line)]))
    os.write(1, b"%d\\n" % pid)
    os.write(1, b"%d\\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
pytestmark = pytest.mark.xdist_group("demonstration")


@pytest.fixture(scope="module")
def nursery():
    command = [sys.executable, "-c", NURSERY]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=real_settings.BASE_DIR, env=environment(), text=True, **pipes)
    yield process
    process.stdin.close()
    process.wait(30)


@pytest.fixture
def run_together(nursery):
    """Run Python lines side by side, as the demonstration runs web and worker; gives the number of who runs them."""

    def run(*lines):
        nursery.stdin.write(json.dumps(lines) + "\n")
        nursery.stdin.flush()
        return read_number(nursery)

    return run


def read_number(process):
    return int(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it(nursery, run_together, number):
    runner = run_together(CHILD, CHILD)
    children = [read_number(nursery) for _child in range(2)]

    os.kill(runner, number)

    assert read_number(nursery) == 0
    assert not any(map(is_running, children))


def test_the_end_of_one_part_ends_the_other(nursery, run_together, tmp_path):
    sign = tmp_path / "end"
    waits = f"import os, time\nwhile not os.path.exists({str(sign)!r}): time.sleep(0.05)\nraise SystemExit(3)"
    run_together(CHILD, waits)
    child = read_number(nursery)

    sign.touch()

    assert read_number(nursery) == 3
    assert not is_running(child)


def test_the_web_server_is_served_from_what_is_loaded_already_and_stops(nursery, run_together):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = f"from taushet.management.commands.demo import serve\nserve('127.0.0.1', '{port}')"
    runner = run_together(CHILD, serve)
    child = read_number(nursery)

    assert answer_of(f"http://127.0.0.1:{port}/helse/") == 200
    os.kill(runner, signal.SIGINT)
    assert read_number(nursery) == 0
    assert not is_running(child)
    with pytest.raises(OSError, match="refused"):
        urlopen(f"http://127.0.0.1:{port}/helse/", timeout=5)


def answer_of(address, within=20):
    """Ask until there is an answer; returns its status."""
    deadline = time.monotonic() + within
    while True:
        try:
            return urlopen(address, timeout=within).status
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_each_migration_that_is_done_shows_as_a_dot():
    shown = StringIO()
    migrate = OutputWrapper(Dots(OutputWrapper(shown)))

    migrate.write("Running migrations:")
    for name in ("courses.0001_btree_gist", "courses.0002_initial"):  # as the command writes it
        migrate.write(f"  Applying {name}...", ending="")
        migrate.write(" OK")

    assert shown.getvalue() == ".."


def test_another_host_is_refused_before_anything_is_written(db, settings):
    settings.DEMO = True

    with pytest.raises(CommandError, match=r"192\.0\.2\.7 is open to others"):
        call_command("demo", host="192.0.2.7")

    assert not User.objects.exists()


@pytest.mark.parametrize(("port", "why"), [("", "is in use already"), ("eight", "cannot be used"), ("99999", "cannot")])
def test_a_port_that_cannot_be_had_is_told_in_one_sentence_before_anything_is_written(db, settings, port, why):
    settings.DEMO = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = port or str(other.getsockname()[1])
        with pytest.raises(CommandError, match=rf"Port {port} {why}.*Choose another one: make run PORT=8001"):
            call_command("demo", host="127.0.0.1", port=port)

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
