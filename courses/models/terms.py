from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .bookings import Booking


class BookingFee(models.Model):
    """What is to be paid for seats that were given back late: a share of their price, by the terms of the booking."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="fees", verbose_name=_("booking"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    percent = models.PositiveSmallIntegerField(_("per cent"))
    amount = models.DecimalField(_("amount in kroner"), max_digits=9, decimal_places=2)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1, amount__gt=0), name="booking_fee_for_something"),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="booking_fee_is_a_percentage"),
        ]

    def __str__(self):
        return f"{self.booking_id} {self.pk}"


class ChangeRequestQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=ChangeRequest.State.WAITING).order_by("created_at", "pk")


class ChangeRequest(models.Model):
    """What a booker asks staff to do with a booking once its terms no longer let the booker do it alone."""

    class Kind(models.TextChoices):
        SEATS = "seats", _("Another number of seats")
        MOVE = "move", _("Another date")
        CANCEL = "cancel", _("Cancellation")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for an answer")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="change_requests", verbose_name=_("booking")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    session = models.ForeignKey(
        "courses.Session", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("new date")
    )
    words = models.TextField(_("what the booker wrote"), blank=True)
    # What the page said that seats given back may cost; empty for requests from before it was kept.
    most_percent = models.PositiveSmallIntegerField(_("highest fee in per cent"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    request_key = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField(_("answer"), blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to change a booking")
        verbose_name_plural = _("requests to change bookings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state="waiting"), name="change_request_one_waiting_per_booking"
            ),
            models.CheckConstraint(
                condition=~Q(kind="seats") | Q(seats__gte=1), name="change_request_says_how_many_seats"
            ),
            models.CheckConstraint(
                condition=~Q(kind="move") | Q(session__isnull=False), name="change_request_says_which_date"
            ),
        ]

    def __str__(self):
        return f"{self.booking_id} {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
