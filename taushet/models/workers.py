from datetime import timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils import timezone

DEAD_AFTER = timedelta(seconds=45)


class WorkerProcessQuerySet(models.QuerySet):
    def alive(self):
        """Those with a fresh sign of life, by the database's clock, since machines need not agree on the time."""
        return self.filter(beat_at__gte=Now() - DEAD_AFTER)

    def dead(self):
        return self.filter(beat_at__lt=Now() - DEAD_AFTER)

    def youngest_by_role(self):
        """The age of the freshest sign of life of each role that has one."""
        age = ExpressionWrapper(Now() - F("beat_at"), output_field=models.DurationField())
        return dict(self.alive().order_by().values("role").annotate(age=models.Min(age)).values_list("role", "age"))

    def beat(self):
        return self.update(beat_at=Now())


class WorkerProcess(models.Model):
    """One process of the worker on some machine, and when it last gave a sign of life."""

    name = models.CharField(max_length=80, unique=True)
    role = models.CharField(max_length=20)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(db_default=Now())

    objects = WorkerProcessQuerySet.as_manager()

    def __str__(self):
        return self.name
