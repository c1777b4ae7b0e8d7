from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SchoolHoliday(models.Model):
    """Days on which the schools of a county are closed, as staff have read them. Each county decides its own."""

    class Kind(models.TextChoices):
        AUTUMN = "autumn", _("Autumn holiday")
        CHRISTMAS = "christmas", _("Christmas holiday")
        WINTER = "winter", _("Winter holiday")
        EASTER = "easter", _("Easter holiday")
        SUMMER = "summer", _("Summer holiday")
        OTHER = "other", _("Schools are closed")

    county = models.ForeignKey(
        "municipalities.County", on_delete=models.PROTECT, related_name="+", verbose_name=_("county")
    )
    kind = models.CharField(_("which holiday"), max_length=9, choices=Kind)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    source = models.URLField(_("source"), max_length=500)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("school holiday")
        verbose_name_plural = _("school holidays")
        ordering = ["first_on", "county__sort_key", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="school_holiday_days_in_order"),
            models.UniqueConstraint(fields=["county", "kind", "first_on"], name="school_holiday_once"),
        ]

    def __str__(self):
        return f"{self.county_id} {self.kind} {self.first_on:%Y-%m-%d}"
