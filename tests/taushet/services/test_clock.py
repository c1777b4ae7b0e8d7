import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django_tasks_db.models import DBTaskResult

from taushet.models import Tick
from taushet.registries import PeriodicTask
from taushet.services.clock import Clock, last_due
from tests.servers.kinds import tasks

NOON = datetime(2026, 12, 10, 12, 0, 0, tzinfo=UTC)


def every(seconds, enqueue=tasks.fail.enqueue):
    return [PeriodicTask("test", timedelta(seconds=seconds), enqueue)]


@pytest.mark.parametrize(
    ("every", "due"),
    [
        (timedelta(minutes=10), datetime(2026, 12, 10, 14, 30, tzinfo=UTC)),
        (timedelta(hours=6), datetime(2026, 12, 10, 12, 0, tzinfo=UTC)),
        (timedelta(days=1), datetime(2026, 12, 10, 0, 0, tzinfo=UTC)),
        (timedelta(days=7), datetime(2026, 12, 7, 0, 0, tzinfo=UTC)),
    ],
)
def test_due_times_count_from_midnight(every, due):
    assert last_due(every, datetime(2026, 12, 10, 14, 37, 5, tzinfo=UTC)) == due


def test_each_due_time_is_enqueued_once(db):
    clock = Clock(every(10))

    answers = [clock.tick(NOON + timedelta(seconds=second)) for second in range(25)]

    assert [len(answer) for answer in answers].count(1) == 3
    assert DBTaskResult.objects.count() == 3


def test_second_clock_adds_nothing(db):
    Clock(every(10)).tick(NOON)

    assert Clock(every(10)).tick(NOON + timedelta(seconds=5)) == []
    assert DBTaskResult.objects.count() == 1


def test_missed_due_times_are_made_up_for_once(db):
    clock = Clock(every(10))
    clock.tick(NOON)

    clock.tick(NOON + timedelta(hours=3))

    assert DBTaskResult.objects.count() == 2


def test_quiet_minute_costs_no_query(db, django_assert_num_queries):
    clock = Clock(every(60))
    clock.tick(NOON)

    with django_assert_num_queries(0):
        clock.tick(NOON + timedelta(seconds=30))


def test_failed_enqueueing_leaves_no_tick_and_is_tried_again(db):
    def broken():
        raise RuntimeError

    clock = Clock([*every(10, broken), PeriodicTask("other", timedelta(seconds=10), tasks.fail.enqueue)])

    assert clock.tick(NOON) == ["other"]

    clock._tasks = every(10)
    assert clock.tick(NOON + timedelta(seconds=1)) == ["test"]


def run_clock(start):
    clock = Clock(every(10))
    start.wait()
    for second in range(60):
        clock.tick(NOON + timedelta(seconds=second))


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_three_machines_double_nothing():
    connections.close_all()
    context = multiprocessing.get_context("fork")
    start = context.Barrier(3)
    machines = [context.Process(target=run_clock, args=[start]) for _number in range(3)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join(60)

    assert [machine.exitcode for machine in machines] == [0, 0, 0]
    assert Tick.objects.count() == 6
    assert DBTaskResult.objects.count() == 6
