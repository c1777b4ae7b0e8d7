from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PriceKind(models.TextChoices):
    """What a price is paid for."""

    SEAT = "seat", _("Per seat")
    SESSION = "session", _("For the whole session, whatever the number of seats")
    TRAVEL = "travel", _("Travel costs only")
    FREE = "free", _("Free")


class VatTreatment(models.TextChoices):
    """How the price of a course stands to merverdiavgiftsloven."""

    EXEMPT = "exempt", _("Exempt teaching (merverdiavgiftsloven § 3-5)")
    STANDARD = "standard", _("VAT at the standard rate")
    NONE = "none", _("No payment, no VAT question")


class Priced:
    """The price of a session: its own, or that of its course."""

    @property
    def paid_for(self) -> str:
        """What its price is paid for, as a PriceKind."""
        return self.price_kind or self.course.price_kind

    @property
    def full_price(self):
        """Its price in kroner, of a seat or of the whole, as Decimal; nothing when it is free."""
        if self.paid_for == PriceKind.FREE:
            return Decimal(0)
        return self.course.price if self.price is None else self.price

    @property
    def seat_price(self):
        """Price of one seat in kroner, as Decimal; nothing when it is not paid by the seat."""
        return self.full_price if self.paid_for == PriceKind.SEAT else Decimal(0)

    @property
    def fixed_price(self):
        """What the whole session costs in kroner, or its travel, whatever the number of seats."""
        return self.full_price if self.paid_for in {PriceKind.SESSION, PriceKind.TRAVEL} else Decimal(0)


class VatRateQuerySet(models.QuerySet):
    def on(self, day):
        """Those that apply to what is delivered on a day; there is at most one."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day)).order_by("-valid_from")


class VatRate(models.Model):
    """The standard rate of VAT from one day through another, as Stortinget has set it."""

    percent = models.DecimalField(_("per cent"), max_digits=5, decimal_places=2)
    valid_from = models.DateField(_("valid from"), unique=True)
    valid_to = models.DateField(_("last day"), null=True, blank=True)

    objects = VatRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="vat_rate_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="vat_rate_ends_after_it_begins"
            ),
        ]

    def __str__(self):
        return f"{self.percent} {self.valid_from:%Y-%m-%d}"


class FundedSeats(models.Model):
    """Seats of a session that somebody else pays for, for one municipality or for all of one county."""

    session = models.ForeignKey(
        "courses.Session", on_delete=models.PROTECT, related_name="funded_seats", verbose_name=_("session")
    )
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
    seats = models.PositiveSmallIntegerField(_("seats"))

    class Meta:
        verbose_name = _("funded seats")
        verbose_name_plural = _("funded seats")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="funded_seats_at_least_one"),
            models.CheckConstraint(
                condition=Q(municipality__isnull=True, county__isnull=False)
                | Q(municipality__isnull=False, county__isnull=True),
                name="funded_seats_for_one_place",
            ),
            models.UniqueConstraint(fields=["session", "municipality"], name="funded_seats_once_a_municipality"),
            models.UniqueConstraint(fields=["session", "county"], name="funded_seats_once_a_county"),
        ]

    def __str__(self):
        return f"{self.session_id}: {self.seats}"

    @property
    def place(self):
        return self.municipality or self.county
