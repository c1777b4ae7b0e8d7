from django.db import models
from django.db.models import Q
from django.utils import timezone


class SecretLink(models.Model):
    """The right to open one private page or feed without signing in; revocable, never stored in clear.

    The token is HMAC-SHA256(link key, purpose | subject | generation), made when it is needed; only its
    SHA-256 is kept here. A new generation revokes the one before.
    """

    purpose = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    generation = models.PositiveIntegerField(default=1)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "subject_id", "generation"], name="link_generation_once"),
            models.UniqueConstraint(
                fields=["purpose", "subject_id"], condition=Q(revoked_at=None), name="link_one_live_per_subject"
            ),
        ]

    def __str__(self):
        return f"{self.purpose} {self.subject_id}/{self.generation}"
