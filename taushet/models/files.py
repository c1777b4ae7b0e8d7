from django.db import models
from django.db.models import Q
from django.utils import timezone


class StoredFile(models.Model):
    """An uploaded or made file, kept as a row with its bytes since machines share no disk."""

    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey("taushet.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__lte=10 * 1024 * 1024), name="stored_file_at_most_10_mib"),
        ]

    def __str__(self):
        return self.name
