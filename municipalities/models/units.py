from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class UnitQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class Unit(models.Model):
    """Who books or pays: the municipality itself, a part of it, an inter-municipal company or a foundation."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("The municipality itself")
        CRISIS_CENTRE = "crisis_centre", _("Crisis centre")
        SCHOOL = "school", _("School or kindergarten")
        NAV = "nav", _("NAV office")
        HEALTH = "health", _("Health and care service")
        CHILD_WELFARE = "child_welfare", _("Child welfare service")
        COMPANY = "company", _("Inter-municipal company")
        FOUNDATION = "foundation", _("Foundation")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        on_delete=models.PROTECT,
        related_name="units",
        verbose_name=_("municipality"),
    )
    organisation_number = models.CharField(_("organisation number"), max_length=9, blank=True)
    reference_hint = models.CharField(_("hint for the invoice reference"), max_length=200, blank=True)
    reference_example = models.CharField(_("example of an invoice reference"), max_length=60, blank=True)
    # Masks in which # is a digit, ? a letter and * either; see `municipalities/services/references.py`.
    reference_masks = models.CharField(_("form of an invoice reference"), max_length=120, blank=True)
    collects_invoices = models.BooleanField(_("one invoice a month"), default=False)
    street = models.CharField(_("postal address"), max_length=150, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    city = models.CharField(_("post town"), max_length=60, blank=True)
    is_in_business_register = models.BooleanField(_("in Foretaksregisteret"), default=False)
    is_in_vat_register = models.BooleanField(_("in the VAT register"), default=False)
    looked_up_at = models.DateTimeField(_("looked up in Enhetsregisteret"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["municipality", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality"], condition=Q(kind="municipality"), name="unit_one_for_the_municipality_itself"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def awaits_register(self):
        """Whether its organisation number was typed by somebody and has not been looked up yet."""
        return bool(self.organisation_number) and not self.looked_up_at and self.kind != self.Kind.MUNICIPALITY
