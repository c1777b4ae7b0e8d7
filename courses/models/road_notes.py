from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RoadNote(models.Model):
    """What the next trainer in a municipality should know of place and way; about nobody by name."""

    municipality = models.ForeignKey("municipalities.Municipality", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey("courses.Session", on_delete=models.PROTECT, related_name="road_notes")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note to the next trainer")
        verbose_name_plural = _("notes to the next trainer")
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["municipality", "-written_at"], name="road_note_of_place")]
        constraints = [
            models.UniqueConstraint(fields=["session", "written_by"], name="road_note_once_per_trainer"),
            models.CheckConstraint(condition=~Q(text=""), name="road_note_is_not_empty"),
        ]

    def __str__(self):
        return f"{self.municipality_id} {self.written_at:%Y-%m-%d}"
