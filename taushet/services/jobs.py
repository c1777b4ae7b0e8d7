"""Running the tasks of `django.tasks` on the database, with what the package lacks.

It brings the table and the enqueueing. Added here: trying again by cause, revival after a crash, and an idle
worker that only reads. Delivery is at least once, so every task must be one that can run twice.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from traceback import format_exception

import requests
from django.db import InterfaceError, OperationalError, transaction
from django.tasks import TaskContext, TaskResultStatus, task_backends
from django.tasks.signals import task_finished, task_started
from django.utils import timezone
from django.utils.json import normalize_json
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

PASSING = (OperationalError, InterfaceError, ConnectionError, TimeoutError, requests.ConnectionError, requests.Timeout)
MAX_ATTEMPTS = 12
MAX_DEATHS = 3  # a task that keeps killing its worker is stopped
DIED = " died"


class TryLater(Exception):
    """Raised by a task that cannot do its work yet; it is run again after a while."""

    def __init__(self, reason: str = "", *, after: timedelta | None = None):
        super().__init__(reason)
        self.after = after


class WorkerDied(Exception):
    """The worker process ended while it ran this task, several times."""


def run_next_job(worker: str) -> bool:
    """Run the first task that is due; False when there is none."""
    ready = DBTaskResult.objects.ready().filter(backend_name="default")
    if not ready.exists():
        return False
    with transaction.atomic():
        job = ready.get_locked()
        if job is None:
            return False
        job.claim(worker)
    _run(job)
    return True


def run_all_due_jobs(worker: str = "drain") -> int:
    """Run tasks until none is due and return how many ran; for tests and small jobs, not for the worker."""
    count = 0
    while run_next_job(worker):
        count += 1
    return count


def _run(job: DBTaskResult) -> None:
    try:
        value = _call(job)
    except Exception as error:  # noqa: BLE001  an outer edge: it is judged, logged and stored
        _fail(job, error)
    else:
        _finish(job, TaskResultStatus.SUCCESSFUL, return_value=value, exception_class_path="", traceback="")


def _fail(job: DBTaskResult, error: Exception) -> None:
    wait = wait_before_next(error, len(job.worker_ids))
    if wait is None:
        logger.error("task %s %s failed", job.task_path, job.pk, exc_info=error)
        _finish(job, TaskResultStatus.FAILED, **_as_failure(error))
    else:
        logger.info("task %s %s waits: %s", job.task_path, job.pk, type(error).__name__)
        _finish(job, TaskResultStatus.READY, run_after=timezone.now() + wait, **_as_failure(error))


def _call(job: DBTaskResult):
    try:
        task = job.task
    except ImportError as error:
        raise TryLater("This worker does not have the task; one with newer code may.") from error
    sender = type(task_backends["default"])
    task_started.send(sender=sender, task_result=job.task_result)
    context = [TaskContext(task_result=job.task_result)] if task.takes_context else []
    return normalize_json(task.call(*context, *job.args_kwargs["args"], **job.args_kwargs["kwargs"]))


def _finish(job: DBTaskResult, status: str, **fields) -> None:
    """Record the end, unless the task has been revived and runs elsewhere since."""
    fields["finished_at"] = None if status == TaskResultStatus.READY else timezone.now()
    mine = DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.RUNNING, started_at=job.started_at)
    if not mine.update(status=status, **fields):
        logger.warning("task %s ended after it had been given to another worker", job.pk)
        return
    if fields["finished_at"]:
        job.refresh_from_db()
        task_finished.send(sender=type(task_backends["default"]), task_result=job.task_result)


def _as_failure(error: Exception) -> dict:
    return {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": "".join(format_exception(error))[-20_000:],
        "return_value": None,
    }


def wait_before_next(error: Exception, attempts: int) -> timedelta | None:
    """Return how long to wait before trying again: by cause, since a programming error does not pass."""
    if not isinstance(error, (TryLater, *PASSING)) or attempts >= MAX_ATTEMPTS:
        return None
    if isinstance(error, TryLater) and error.after is not None:
        return error.after
    return timedelta(seconds=min(5 * 2 ** (attempts - 1), 3600) * random.uniform(0.9, 1.2))  # noqa: S311


def will_run_again(error: Exception, context: TaskContext) -> bool:
    """Whether a task that ends with an error is tried again after a while."""
    return wait_before_next(error, context.attempt) is not None


def revive_jobs(is_dead: Callable[[str], bool], *, started_before: datetime | None = None) -> int:
    """Let tasks run again whose worker is dead; the condition on `started_at` lets only one reviver win."""
    running = DBTaskResult.objects.running()
    if started_before:
        running = running.filter(started_at__lt=started_before)
    revived = 0
    for job in running.only("status", "started_at", "worker_ids", "task_path"):
        if job.worker_ids and is_dead(job.worker_ids[-1]):
            revived += _revive(job)
    return revived


def _revive(job: DBTaskResult) -> int:
    workers = [*job.worker_ids[:-1], job.worker_ids[-1] + DIED]
    deaths = sum(worker.endswith(DIED) for worker in workers)
    logger.warning("task %s %s lost its worker (%s)", job.task_path, job.pk, deaths)
    changes = {"status": TaskResultStatus.READY, "run_after": timezone.now() + timedelta(seconds=10 * (deaths - 1))}
    if deaths >= MAX_DEATHS:
        changes = {"status": TaskResultStatus.FAILED, "finished_at": timezone.now(), **_as_failure(WorkerDied())}
    mine = DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.RUNNING, started_at=job.started_at)
    return mine.update(worker_ids=workers, **changes)
