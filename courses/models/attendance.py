from django.conf import settings
from django.db import models
from django.utils import timezone


class AttendanceMarkQuerySet(models.QuerySet):
    def in_order(self):
        """From the first to the one that counts: the latest moment wins, and of two at one moment the higher key."""
        return self.order_by("made_at", "client_key")


class AttendanceMark(models.Model):
    """That somebody was or was not at a meeting, as one person saw it at one moment.

    Marks are only ever added, so the history stays; which of them counts follows from themselves, not from the order
    in which they reached us (`in_order`). The retention rule empties them of people.
    """

    meeting = models.ForeignKey("courses.Meeting", on_delete=models.PROTECT, related_name="attendance_marks")
    participant = models.ForeignKey(
        "courses.Participant", null=True, on_delete=models.PROTECT, related_name="attendance_marks"
    )
    is_present = models.BooleanField()
    made_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=64, unique=True)

    objects = AttendanceMarkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["participant", "meeting"], name="attendance_of_participant"),
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.participant_id}"
