from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from .trainers import Trainer


class Availability(models.Model):
    """Hours of a weekday in which a trainer can teach, in local time, every week from a day to another."""

    trainer = models.ForeignKey(Trainer, on_delete=models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")
        ordering = ["weekday", "starts", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="availability_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="availability_days_in_order",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="availability_on_a_weekday"),
        ]

    def __str__(self):
        return f"{self.trainer_id} {self.weekday} {self.starts:%H:%M}"


class AvailabilityException(models.Model):
    """Days on which a trainer can teach more than usual, or not at all; without hours, the whole of them."""

    class Kind(models.TextChoices):
        FREE = "free", _("I can teach")
        AWAY = "away", _("I am away")

    trainer = models.ForeignKey(Trainer, on_delete=models.CASCADE, related_name="availability_exceptions")
    kind = models.CharField(_("what"), max_length=4, choices=Kind)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["first_on", "starts", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="exception_days_in_order"),
            models.CheckConstraint(
                condition=Q(starts=None, ends=None) | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                name="exception_hours_both_or_none",
            ),
        ]

    def __str__(self):
        return f"{self.trainer_id} {self.kind} {self.first_on:%Y-%m-%d}"
