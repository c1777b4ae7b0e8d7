from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LanguageForm(models.TextChoices):
    """The form of Norwegian a council has asked for (språklova § 11)."""

    BOKMAL = "nb", _("Bokmål")
    NYNORSK = "nn", _("Nynorsk")
    NEUTRAL = "neutral", _("Neutral")


def joined_names(name: str, parallel_names: list[str]) -> str:
    """Return the Norwegian name and then the other official ones: Karasjok – Kárášjohka."""
    return " – ".join([name, *parallel_names])


class PlaceQuerySet(models.QuerySet):
    def current(self, on=None):
        """Those that exist on a day (Oslo date, today when none is given)."""
        day = on or timezone.localdate()
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day)).filter(Q(valid_to=None) | Q(valid_to__gt=day))


class County(models.Model):
    """A county (fylke), keyed by its official two-digit number."""

    number = models.CharField(_("number"), max_length=2, primary_key=True, validators=[RegexValidator(r"^\d{2}$")])
    name = models.CharField(_("name"), max_length=60)
    parallel_names = models.JSONField(_("parallel names"), default=list, blank=True)
    sort_key = models.CharField(max_length=80, editable=False)
    organisation_number = models.CharField(_("organisation number"), max_length=9, blank=True)
    language_form = models.CharField(_("language form"), max_length=8, choices=LanguageForm)
    website = models.CharField(_("web site"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("county")
        verbose_name_plural = _("counties")
        ordering = ["sort_key"]

    def __str__(self):
        return self.name

    @property
    def display_name(self) -> str:
        return joined_names(self.name, self.parallel_names)


class Municipality(models.Model):
    """A municipality (kommune), keyed by its official four-digit number; Herøy and Våler exist twice."""

    number = models.CharField(_("number"), max_length=4, primary_key=True, validators=[RegexValidator(r"^\d{4}$")])
    name = models.CharField(_("name"), max_length=60)
    parallel_names = models.JSONField(_("parallel names"), default=list, blank=True)
    official_name = models.CharField(_("official name"), max_length=120)
    # Filled by `telling_apart` when two municipalities share the name.
    county_in_name = models.CharField(
        _("county that tells it apart"), max_length=60, blank=True, default="", db_default="", editable=False
    )
    sort_key = models.CharField(max_length=80, editable=False)
    organisation_number = models.CharField(_("organisation number"), max_length=9, blank=True)
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, related_name="municipalities", verbose_name=_("county")
    )
    language_form = models.CharField(_("language form"), max_length=8, choices=LanguageForm)
    is_sami_area = models.BooleanField(_("in the Sami administrative area"), default=False)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(_("population counted 1 January"), null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    grid_column = models.PositiveSmallIntegerField(_("map column"), null=True, blank=True)
    grid_row = models.PositiveSmallIntegerField(_("map row"), null=True, blank=True)
    website = models.CharField(_("web site"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    corrected_fields = models.JSONField(
        _("corrected by hand"), default=list, blank=True, help_text=_("An import leaves these as they are.")
    )
    changed_at = models.DateTimeField(auto_now=True)
    successors = models.ManyToManyField(
        "self", through="Succession", symmetrical=False, related_name="predecessors", verbose_name=_("successors")
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["sort_key", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_number"],
                condition=~Q(organisation_number="") & Q(valid_to=None),
                name="municipality_organisation_number_once",
            ),
            models.UniqueConstraint(
                fields=["grid_column", "grid_row"],
                condition=Q(valid_to=None),
                name="municipality_map_cell_once",
            ),
        ]

    def __str__(self):
        return self.told_apart(self.name)

    def get_absolute_url(self):
        return reverse("municipalities:municipality_detail", args=[self.number])

    @property
    def display_name(self) -> str:
        """All its official names: Karasjok – Kárášjohka, Herøy (Nordland)."""
        return self.told_apart(joined_names(self.name, self.parallel_names))

    def told_apart(self, name: str) -> str:
        """Return a name of the municipality with the county after it when another one has the same."""
        return f"{name} ({self.county_in_name})" if self.county_in_name else name

    @property
    def has_ended(self) -> bool:
        return self.valid_to is not None and self.valid_to <= timezone.localdate()

    @property
    def letter_language(self) -> str:
        """The language form of a letter to the municipality: its own choice, bokmål when it is neutral."""
        return "nn" if self.language_form == LanguageForm.NYNORSK else "nb"


class Succession(models.Model):
    """One municipality continued by another after a merger, a split or a new number."""

    predecessor = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="succeeded_by")
    successor = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="preceded_by")
    on = models.DateField(_("on"))

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="succession_to_another"),
        ]

    def __str__(self):
        return f"{self.predecessor_id} → {self.successor_id}"
