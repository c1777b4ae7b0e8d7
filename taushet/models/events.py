from django.db import models
from django.db.models import Q
from django.utils import timezone


class DeliveryEvent(models.Model):
    """What the mail provider reported about a message: delivered, bounced, complained.

    `provider_id` is the provider's name for the message, `our_id` the Message-ID it was given; either finds it.
    """

    message = models.ForeignKey(
        "taushet.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="delivery_events"
    )
    provider = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=40, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    our_id = models.CharField(max_length=120, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    raw = models.TextField(blank=True)  # what the provider posted, as it came
    happened_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["received_at"], condition=Q(handled_at=None), name="delivery_event_waiting")]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="delivery_event_once")]

    def __str__(self):
        return f"{self.provider} {self.kind}"
