from django.db import models
from django.db.models import Q
from django.utils import timezone


class Invitation(models.Model):
    """That one address was sent one meeting; tells who must get the change or the cancellation (design rule 4)."""

    meeting = models.ForeignKey("courses.Meeting", on_delete=models.PROTECT, related_name="invitations")
    booking = models.ForeignKey("courses.Booking", on_delete=models.PROTECT, related_name="invitations")
    participant = models.ForeignKey(
        "courses.Participant", null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField()
    sequence = models.PositiveIntegerField()
    # How far it is ahead of the meeting, since the address alone got another title.
    ahead = models.PositiveIntegerField(default=0)
    message = models.ForeignKey("taushet.Message", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "email"], condition=Q(cancelled_at=None), name="invitation_one_live_per_address"
            ),
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.pk}"
