from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .bookings import Booking


class WaitingPlaceQuerySet(models.QuerySet):
    def in_line(self):
        """Those whose address has proved itself; only they are offered seats."""
        return self.filter(proved_at__isnull=False)

    def in_order(self, session):
        """In the order of the published rule: by arrival, with fair share those first who have had no course."""
        if not session.fair_share:
            return self.order_by("since", "pk")
        had = Booking.objects.filter(
            municipality=OuterRef("booking__municipality"), state=Booking.State.CONFIRMED
        ).exclude(session__state="cancelled")
        return self.annotate(has_had_course=Exists(had)).order_by("has_had_course", "since", "pk")


class WaitingPlace(models.Model):
    """A booking's place in the line for a full session: since when, for how many, and what it is offered.

    While an offer stands, `Booking.seats` is what is offered and held; `wanted` remembers what was asked for.
    """

    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, related_name="waiting_place", verbose_name=_("booking")
    )
    wanted = models.PositiveSmallIntegerField(_("seats asked for"))
    since = models.DateTimeField(_("waits since"), default=timezone.now)
    proved_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveSmallIntegerField(
        default=0, help_text=_("The most seats the group has been asked to make do with.")
    )
    offered_until = models.DateTimeField(_("offer stands until"), null=True, blank=True)

    objects = WaitingPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place on the waiting list")
        verbose_name_plural = _("places on the waiting list")
        indexes = [
            models.Index(
                fields=["offered_until"], condition=Q(offered_until__isnull=False), name="waiting_offered_until"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(wanted__gte=1), name="waiting_for_at_least_one_seat"),
            models.CheckConstraint(condition=Q(asked__lt=F("wanted")), name="waiting_asked_for_fewer_than_wanted"),
        ]

    def __str__(self):
        return f"{self.booking_id}"

    @property
    def is_for_fewer(self) -> bool:
        """Whether the offer that stands is for fewer seats than were asked for."""
        return self.booking.seats < self.wanted
