"""The worker as it really runs: several processes, a real mail server, and SIGKILL at bad moments."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from taushet.models import Attempt, Mark, Message, Tick, WorkerProcess
from tests.factories.outbox import write
from tests.servers.kinds import tasks
from tests.servers.workers import environment, is_running, nursery, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

State = Message.State


@pytest.fixture(scope="module")
def worker(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), nursery() as worker:
        yield worker


def count(state):
    return Message.objects.filter(state=state).count()


def test_command_starts_a_process_for_each_thing_and_stops_whole(db):
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=django_settings.BASE_DIR, env=environment())
    wait_until(lambda: Tick.objects.exists() and WorkerProcess.objects.count() == 4)

    roles = set(WorkerProcess.objects.alive().values_list("role", flat=True))
    process.terminate()

    assert process.wait(20) == 0
    assert roles == {"sign-in", "mail-1", "tasks-1", "clock"}
    assert not WorkerProcess.objects.exists()


def test_worker_sends_and_runs_tasks(mailbox, worker):
    message = write()
    tasks.leave_mark.enqueue("done")

    with worker():
        wait_until(lambda: count(State.SENT) and Mark.objects.exists())

    assert mailbox.identities == [message.message_id]


def test_two_workers_with_many_senders_send_each_message_once(mailbox, worker):
    written = {write().message_id for _number in range(120)}

    with worker(senders=3), worker(senders=3):
        wait_until(lambda: count(State.SENT) == 120, 60)

    assert len(mailbox.identities) == 120
    assert set(mailbox.identities) == written
    assert Attempt.objects.count() == 120


def test_sigkill_of_senders_loses_nothing_and_doubles_nothing(mailbox, worker):
    written = {write(to_email=f"slow{number}@x.example").message_id for number in range(24)}

    with worker(senders=2) as running:
        for _round in range(4):
            wait_until(lambda: count(State.SENDING))
            time.sleep(0.2)
            for pid in running.children:
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not count(State.QUEUED) and not count(State.SENDING), 90)

    sent = set(Message.objects.filter(state=State.SENT).values_list("message_id", flat=True))
    unknown = set(Message.objects.filter(state=State.UNKNOWN).values_list("message_id", flat=True))
    assert len(mailbox.identities) == len(set(mailbox.identities))
    assert sent <= set(mailbox.identities) <= sent | unknown == written
    assert unknown


def test_power_cut_is_mended_by_the_next_worker(mailbox, worker):
    written = {write(to_email=f"slow{number}@x.example").message_id for number in range(3)}
    with worker() as running:
        wait_until(lambda: count(State.SENDING))
        running.kill()
    WorkerProcess.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=2))

    with worker():
        wait_until(lambda: count(State.SENT) + count(State.UNKNOWN) == 3)

    assert len(mailbox.identities) == len(set(mailbox.identities))
    assert set(Message.objects.values_list("message_id", flat=True)) == written


def test_children_do_not_outlive_their_parent(mailbox, worker):
    with worker() as running:
        pids = wait_until(lambda: len(running.children) == 4 and running.children)
        os.kill(running.pid, signal.SIGKILL)

        wait_until(lambda: not any(is_running(pid) for pid in pids), 10)


def test_stopping_finishes_the_message_at_hand(mailbox, worker):
    write(to_email="slow@x.example")

    with worker() as running:
        wait_until(lambda: count(State.SENDING))
        running.stop()
        wait_until(lambda: not running.is_running, 10)

    assert count(State.SENT) == 1


def test_sign_in_mail_leaves_within_five_seconds_beside_a_thousand_slow_ones(mailbox, worker):
    for number in range(1000):
        write(to_email=f"slow{number}@x.example", priority=Message.Priority.BULK)
    with worker():
        wait_until(lambda: count(State.SENDING))
        started = time.monotonic()
        code = write(kind="test-sealed", priority=Message.Priority.SIGN_IN)

        wait_until(lambda: code.message_id in mailbox.identities)

        assert time.monotonic() - started < 5
        assert count(State.QUEUED) > 900


def test_clocks_of_two_workers_enqueue_each_due_time_once(worker):
    ticks = Tick.objects.filter(name="every-second")

    with worker(ticks=True) as first, worker(ticks=True):
        wait_until(lambda: ticks.count() >= 3)
        for pid in first.children:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: ticks.count() >= 6)

    jobs = DBTaskResult.objects.filter(task_path="tests.servers.kinds.tasks.do_nothing")
    assert jobs.count() == ticks.count() == ticks.values("due_at").distinct().count()


def test_task_that_kills_its_worker_runs_again(mailbox, worker):
    job = tasks.die_once.enqueue("after all")

    with worker():
        wait_until(lambda: DBTaskResult.objects.get(pk=job.id).status == "SUCCESSFUL")

    first, second = DBTaskResult.objects.get(pk=job.id).worker_ids
    assert Mark.objects.get().name == "after all"
    assert first.endswith(" died")
    assert first.removesuffix(" died") != second
