from django.db import models
from django.utils import timezone


class DeliveryEvent(models.Model):
    """What the mail provider reported about a message: delivered, bounced, complained."""

    message = models.ForeignKey(
        "taushet.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="delivery_events"
    )
    provider = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)
    happened_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="delivery_event_once")]

    def __str__(self):
        return f"{self.provider} {self.kind}"
