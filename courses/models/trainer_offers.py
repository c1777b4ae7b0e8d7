from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .assignments import Assignment


class TrainerOfferQuerySet(models.QuerySet):
    def standing(self):
        """Those that can still be answered, or passed on."""
        return self.filter(closed_at=None)

    def due(self, now=None):
        """Calls whose time is over, and offers somebody did not answer in time."""
        now = now or timezone.now()
        return self.standing().filter(Q(answer_by__lte=now) | Q(pk__in=Assignment.objects.due(now).values("offer")))


class TrainerOffer(models.Model):
    """That staff asks trainers for a session: some one after the other, or all whom it fits at once."""

    class Way(models.TextChoices):
        IN_TURN = "turn", _("One after the other")
        CALL = "call", _("All whom it fits")

    class Within(models.TextChoices):
        HOURS = "hours", _("Two hours")
        DAY = "day", _("One working day")
        TWO_DAYS = "two_days", _("Two working days")
        WEEK = "week", _("Five working days")

    class End(models.TextChoices):
        FILLED = "filled", _("Somebody said yes")
        NOBODY = "nobody", _("Nobody said yes")
        TAKEN_BACK = "taken_back", _("Taken back")
        OFF = "off", _("The session was called off")

    session = models.ForeignKey("courses.Session", on_delete=models.PROTECT, related_name="trainer_offers")
    kind = models.CharField(_("as"), max_length=6, choices=Assignment.Kind, default=Assignment.Kind.LEAD)
    way = models.CharField(max_length=4, choices=Way)
    within = models.CharField(_("time to answer"), max_length=8, choices=Within, default=Within.TWO_DAYS)
    answer_by = models.DateTimeField(null=True, blank=True, editable=False, help_text=_("When a call ends."))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    end = models.CharField(max_length=10, choices=End, blank=True)

    objects = TrainerOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer to trainers")
        verbose_name_plural = _("offers to trainers")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(closed_at=None), name="trainer_offer_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, end="") | Q(closed_at__isnull=False) & ~Q(end=""),
                name="trainer_offer_closed_for_a_cause",
            ),
            models.CheckConstraint(
                condition=~Q(way="call") | Q(answer_by__isnull=False), name="trainer_offer_call_has_an_end"
            ),
        ]

    def __str__(self):
        return f"{self.session_id} {self.way}"

    def get_absolute_url(self):
        return reverse("courses:trainer_offer", args=[self.pk])

    @property
    def is_call(self) -> bool:
        return self.way == self.Way.CALL

    @property
    def is_standing(self) -> bool:
        return self.closed_at is None
