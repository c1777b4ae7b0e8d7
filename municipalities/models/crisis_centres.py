from django.db import models
from django.utils.translation import gettext_lazy as _


class CrisisCentre(models.Model):
    """A crisis centre: public phone and web site only. There is no address field, since some are secret."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    host = models.ForeignKey(
        "municipalities.Municipality",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hosted_crisis_centres",
        verbose_name=_("host municipality"),
    )
    municipalities = models.ManyToManyField(
        "municipalities.Municipality", blank=True, related_name="crisis_centres", verbose_name=_("municipalities")
    )
    organisation_number = models.CharField(_("organisation number"), max_length=9, blank=True)
    website = models.CharField(_("web site"), max_length=120, blank=True)
    website_checked_on = models.DateField(_("web site checked"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    phone_checked_on = models.DateField(_("phone checked"), null=True, blank=True)
    source = models.TextField(_("source"), blank=True)
    source_year = models.PositiveSmallIntegerField(_("year of the source"), null=True, blank=True)

    class Meta:
        verbose_name = _("crisis centre")
        verbose_name_plural = _("crisis centres")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def public_phone(self) -> str:
        """The number as the public may see it: only one that somebody has checked."""
        return self.phone if self.phone_checked_on else ""

    @property
    def public_website(self) -> str:
        """The address as the public may see it: an old domain may have a new owner."""
        return f"https://{self.website}" if self.website and self.website_checked_on else ""
