from django.db import models


class BookingMessage(models.Model):
    """That a message belongs to a booking, and to which participant of it if any."""

    booking = models.ForeignKey("courses.Booking", on_delete=models.PROTECT, related_name="messages")
    participant = models.ForeignKey(
        "courses.Participant", null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    message = models.OneToOneField("taushet.Message", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.booking_id} {self.message_id}"
