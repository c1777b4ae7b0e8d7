from django.db import models


class Tick(models.Model):
    """One due time of one periodic task; the unique row lets exactly one machine enqueue it."""

    name = models.CharField(max_length=60)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="tick_once")]

    def __str__(self):
        return f"{self.name} {self.due_at:%Y-%m-%d %H:%M:%S}"
