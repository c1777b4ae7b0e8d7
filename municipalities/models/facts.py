from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Indicator(models.Model):
    """Something measured for every municipality, such as whether it has an action plan."""

    class Kind(models.TextChoices):
        YES_NO = "yes_no", _("Yes or no")
        NUMBER = "number", _("A number")
        TEXT = "text", _("A text")
        DATE = "date", _("A date")

    key = models.SlugField(_("key"), unique=True)
    name_nb = models.CharField(_("name in bokmål"), max_length=150)
    name_nn = models.CharField(_("name in nynorsk"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    fresh_days = models.PositiveSmallIntegerField(
        _("days a value stays fresh"), null=True, blank=True, help_text=_("Empty when a value never goes stale.")
    )
    knowledge_key = models.CharField(
        _("known by the platform as"),
        max_length=40,
        blank=True,
        help_text=_("Filled when the platform counts this by itself; then nobody enters values."),
    )

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["key"]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The name in the visitor's language."""
        return getattr(self, f"name_{get_language() or 'nb'}", self.name_nb)

    @property
    def is_counted_by_us(self) -> bool:
        """Whether the platform knows the value by itself, so that nobody enters it."""
        return bool(self.knowledge_key)

    def show(self, value: str) -> str:
        """Return a stored value as it is read in the visitor's language."""
        match self.kind:
            case self.Kind.YES_NO:
                return str(_("Yes") if value == "yes" else _("No"))
            case self.Kind.NUMBER:
                return f"{self.show_number(value)} {self.unit}".strip()
            case self.Kind.DATE:
                return date_format(date.fromisoformat(value), "DATE_FORMAT")
        return value

    def show_number(self, value: str) -> str:
        """Return a stored number as it is read in the visitor's language, without its unit."""
        return number_format(Decimal(value), use_l10n=True, force_grouping=True)


class FactQuerySet(models.QuerySet):
    def current(self):
        return self.filter(replaced_at=None)


class Fact(models.Model):
    """The value of an indicator for one municipality, with date and source. Unknown is the absence of a fact."""

    municipality = models.ForeignKey(
        "municipalities.Municipality", on_delete=models.PROTECT, related_name="facts", verbose_name=_("municipality")
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="facts", verbose_name=_("indicator")
    )
    value = models.CharField(
        _("value"), max_length=300, help_text=_("yes or no, a number with a point, a date as 2026-11-22, or text")
    )
    observed_on = models.DateField(_("true on"))
    source = models.CharField(_("source"), max_length=300)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("entered by"),
    )
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    put_in_by = models.ForeignKey(
        "municipalities.FactImport",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="facts",
        verbose_name=_("put in by the table"),
    )
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    is_demonstration = models.BooleanField(_("demonstration value"), default=False)

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["municipality", "indicator", "-observed_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "indicator"],
                condition=Q(replaced_at=None),
                name="fact_one_current_per_indicator",
            ),
        ]

    def __str__(self):
        return f"{self.municipality_id} {self.indicator_id}: {self.value}"

    @property
    def shown_value(self) -> str:
        return self.indicator.show(self.value)

    @property
    def stale_on(self) -> date | None:
        """The first day the value is too old to be used, or None when it never is."""
        days = self.indicator.fresh_days
        return self.observed_on + timedelta(days=days) if days is not None else None

    def is_fresh(self, on: date | None = None) -> bool:
        return self.stale_on is None or (on or timezone.localdate()) < self.stale_on
