from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Body(models.Model):
    """A place where people hold office: the Storting, a ministry, a municipality, its council or a group in it."""

    class Kind(models.TextChoices):
        STORTING = "storting", _("The Storting")
        COMMITTEE = "committee", _("Storting committee")
        MINISTRY = "ministry", _("Ministry")
        SAMETINGET = "sametinget", _("The Sámi Parliament")
        STATE_ADMINISTRATION = "statsforvalter", _("State administrator’s office")
        MUNICIPALITY = "municipality", _("Municipality")
        COUNTY = "county", _("County authority")
        COUNCIL = "council", _("Council")
        EXECUTIVE = "executive", _("Executive board")
        COUNCIL_COMMITTEE = "council_committee", _("Committee of a council")
        PARTY_GROUP = "party_group", _("Party group")

    # Bodies of one municipality or one county; a party group may also sit in the Storting or the Sámi Parliament.
    LOCAL = (Kind.COUNCIL, Kind.EXECUTIVE, Kind.COUNCIL_COMMITTEE)

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("municipality"),
    )
    county = models.ForeignKey(
        "municipalities.County",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("county"),
    )
    external_id = models.CharField(_("number in the source"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name="body_external_id_once"),
            models.UniqueConstraint(
                fields=["municipality"], condition=Q(kind="municipality"), name="body_one_per_municipality"
            ),
            models.UniqueConstraint(fields=["county"], condition=Q(kind="county"), name="body_one_per_county"),
            models.UniqueConstraint(
                fields=["kind", "municipality", "name"],
                condition=Q(municipality__isnull=False),
                name="body_name_once_in_municipality",
            ),
            models.UniqueConstraint(
                fields=["kind", "county", "name"], condition=Q(county__isnull=False), name="body_name_once_in_county"
            ),
            models.CheckConstraint(
                condition=Q(kind="municipality", municipality__isnull=False, county=None)
                | Q(kind="county", municipality=None, county__isnull=False)
                | Q(kind__in=["council", "executive", "council_committee"], municipality__isnull=False, county=None)
                | Q(kind__in=["council", "executive", "council_committee"], municipality=None, county__isnull=False)
                | Q(kind="party_group", municipality=None)
                | Q(kind="party_group", county=None)
                | Q(kind="statsforvalter", municipality=None)
                | Q(kind__in=["storting", "committee", "ministry", "sametinget"], municipality=None, county=None),
                name="body_local_has_municipality",
            ),
        ]

    def __str__(self):
        return self.name
