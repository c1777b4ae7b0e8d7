from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from taushet.models import Mark
from taushet.services.jobs import MAX_DEATHS, TryLater, revive_jobs, run_all_due_jobs, run_next_job, wait_before_next
from tests.servers.kinds import tasks

HOUR_AGO = timedelta(hours=1)


def make_due():
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())


def test_passing_failure_is_tried_again(db):
    tasks.succeed_third_time.enqueue("third")

    for _round in range(3):
        make_due()
        assert run_next_job("worker")

    job = DBTaskResult.objects.get()
    assert (job.status, len(job.worker_ids)) == ("SUCCESSFUL", 3)
    assert Mark.objects.get().name == "third"


def test_failed_try_waits_before_the_next(db):
    tasks.succeed_third_time.enqueue("third")

    assert run_all_due_jobs() == 1

    job = DBTaskResult.objects.get()
    assert job.status == "READY"
    assert job.run_after > timezone.now()
    assert "ConnectionError" in job.exception_class_path


def test_programming_error_is_not_repeated(db):
    tasks.fail.enqueue()

    run_all_due_jobs()

    job = DBTaskResult.objects.get()
    assert (job.status, job.exception_class_path) == ("FAILED", "builtins.ValueError")
    assert "a programming error" in job.traceback


@pytest.mark.parametrize(
    ("error", "attempts", "least", "most"),
    [
        (ConnectionError(), 1, 4, 6),
        (ConnectionError(), 3, 18, 24),
        (ConnectionError(), 11, 3200, 4400),
        (TryLater(after=timedelta(seconds=7)), 5, 7, 7),
    ],
)
def test_pauses_grow_by_cause(error, attempts, least, most):
    assert least <= wait_before_next(error, attempts).total_seconds() <= most


@pytest.mark.parametrize(("error", "attempts"), [(ValueError(), 1), (ConnectionError(), 12), (TryLater(), 12)])
def test_there_is_an_end_to_trying(error, attempts):
    assert wait_before_next(error, attempts) is None


def run_on(worker):
    make_due()
    job = DBTaskResult.objects.ready().get()
    job.claim(worker)
    return job


def test_task_of_a_dead_worker_runs_again_once(db):
    tasks.leave_mark.enqueue("again")
    run_on("dead")
    DBTaskResult.objects.update(started_at=timezone.now() - HOUR_AGO)

    assert revive_jobs(lambda worker: worker == "dead") == 1
    assert revive_jobs(lambda worker: worker == "dead") == 0
    assert run_all_due_jobs("alive") == 1

    assert DBTaskResult.objects.get().worker_ids == ["dead died", "alive"]


def test_task_that_keeps_killing_its_worker_is_stopped(db):
    tasks.leave_mark.enqueue("never")

    for number in range(MAX_DEATHS):
        run_on(f"worker-{number}")
        revive_jobs(lambda worker: True)

    assert DBTaskResult.objects.get().status == "FAILED"


def test_ghost_cannot_end_a_task_that_runs_elsewhere(db):
    tasks.fail.enqueue()
    from taushet.services import jobs

    ghost = run_on("ghost")
    revive_jobs(lambda worker: worker == "ghost")
    second = run_on("alive")

    jobs._run(ghost)

    job = DBTaskResult.objects.get()
    assert (job.status, job.started_at) == ("RUNNING", second.started_at)


def test_task_that_this_worker_does_not_have_waits_for_newer_code(db):
    tasks.leave_mark.enqueue("x")
    DBTaskResult.objects.update(task_path="taushet.tasks.not_yet_written")

    run_all_due_jobs()

    assert DBTaskResult.objects.get().status == "READY"


def test_idle_look_is_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not run_next_job("worker")
