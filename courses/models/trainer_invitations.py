from django.db import models
from django.db.models import Q
from django.utils import timezone


class TrainerInvitationQuerySet(models.QuerySet):
    def live(self):
        """Those that stand in the trainer's calendar."""
        return self.filter(cancelled_at=None)


class TrainerInvitation(models.Model):
    """That a trainer was sent one meeting as a calendar entry by mail, and with which number the last time."""

    meeting = models.ForeignKey("courses.Meeting", on_delete=models.CASCADE, related_name="trainer_invitations")
    trainer = models.ForeignKey("courses.Trainer", on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    sequence = models.PositiveIntegerField()
    message = models.ForeignKey("taushet.Message", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = TrainerInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "trainer"], condition=Q(cancelled_at=None), name="trainer_invitation_one_live"
            ),
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.trainer_id}"
