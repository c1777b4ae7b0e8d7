"""Periodic work, shared by any number of machines: the one that writes the row of a due time enqueues the task."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from taushet.models import Tick
from taushet.registries import PeriodicTask, periodic_tasks

logger = logging.getLogger(__name__)

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)  # whole days and weeks count from a Monday's midnight


def last_due(every: timedelta, now: datetime) -> datetime:
    """Return the latest due time that has passed, the same on every machine."""
    return now - (now - MONDAY) % every


class Clock:
    """Remembers what it has seen enqueued, so that a quiet minute costs no query."""

    def __init__(self, tasks: Iterable[PeriodicTask] = periodic_tasks):
        self._tasks = tasks
        self._seen: dict[str, datetime] = {}

    def tick(self, now: datetime | None = None) -> list[str]:
        """Enqueue what is due and nobody has enqueued; returns the keys. What was missed is made up for once."""
        now = now or timezone.now()
        due = {task: last_due(task.every, now) for task in self._tasks}
        return [task.key for task, at in due.items() if self._seen.get(task.key) != at and self._enqueue(task, at)]

    def _enqueue(self, task: PeriodicTask, due_at: datetime) -> bool:
        try:
            if not Tick.objects.filter(name=task.key, due_at__gte=due_at).exists():
                with transaction.atomic():
                    Tick.objects.create(name=task.key, due_at=due_at)
                    task.enqueue()
                self._seen[task.key] = due_at
                return True
        except IntegrityError:
            logger.debug("%s of %s was enqueued by another machine", task.key, due_at)
            return False
        except DatabaseError:
            raise
        except Exception:
            logger.exception("the periodic task %s could not be enqueued", task.key)
            return False
        self._seen[task.key] = due_at
        return False
