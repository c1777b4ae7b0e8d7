from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AddressChange(models.Model):
    """A participant's wish to be reached at another address, which proves itself by opening the link sent to it."""

    participant = models.ForeignKey(
        "courses.Participant", on_delete=models.PROTECT, related_name="address_changes", verbose_name=_("participant")
    )
    email = models.EmailField(_("work e-mail"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    proved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")
        constraints = [
            models.UniqueConstraint(
                fields=["participant"], condition=Q(ended_at=None), name="address_change_one_waiting_per_participant"
            ),
        ]

    def __str__(self):
        return f"{self.participant_id} {self.pk}"
