from django.db import models
from django.utils import timezone


class Mark(models.Model):
    """A lasting statement about this database, such as that it is a demonstration."""

    DEMONSTRATION = "demonstration"

    name = models.CharField(max_length=40, unique=True)
    set_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.name
