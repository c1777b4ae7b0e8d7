from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .invoices import MONEY


class StripeEvent(models.Model):
    """Something Stripe told us, kept as it came and handled afterwards; what counts is what Stripe then answers."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be handled")
        HANDLED = "handled", _("Handled")
        IGNORED = "ignored", _("Not about anything here")

    event_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=80)
    body = models.TextField()  # emptied when its time has come: it may name who paid
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    payment_intent = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("event from Stripe")
        verbose_name_plural = _("events from Stripe")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="waiting"), name="stripe_event_waiting"),
            models.Index(fields=["payment_intent"], condition=~Q(payment_intent=""), name="stripe_event_of_payment"),
        ]

    def __str__(self):
        return self.event_id


class CardCheckoutQuerySet(models.QuerySet):
    def unsettled(self):
        """Those that may still be paid: their booking keeps its seats until Stripe says that they may not."""
        return self.filter(state__in=CardCheckout.UNSETTLED)


class CardCheckout(models.Model):
    """An offer to pay for a booking by card, open for half an hour on a page at Stripe."""

    class State(models.TextChoices):
        NEW = "new", _("Being made")
        OPEN = "open", _("Can be paid")
        CLOSING = "closing", _("Being closed")
        PAID = "paid", _("Paid")
        EXPIRED = "expired", _("Not paid")
        FAILED = "failed", _("Not taken by Stripe")

    class Outcome(models.TextChoices):
        """What the money was for once it had come."""

        CONFIRMED = "confirmed", _("The booking was confirmed by it")
        PAID = "paid", _("It pays for the booking")
        SURPLUS = "surplus", _("It is more than the booking costs")
        LATE = "late", _("It came when the seats were gone")
        RETURNED = "returned", _("It was given back before it was used")

    UNSETTLED = (State.NEW, State.OPEN, State.CLOSING)

    booking = models.ForeignKey("courses.Booking", on_delete=models.PROTECT, related_name="card_checkouts")
    amount = models.DecimalField(_("amount in kroner"), **MONEY)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    key = models.CharField(max_length=64, unique=True, editable=False)  # idempotency key, and our name at Stripe
    stripe_id = models.CharField(max_length=120, unique=True, null=True, editable=False)
    payment_intent = models.CharField(max_length=120, blank=True, editable=False)
    url = models.TextField(blank=True, editable=False)  # as long as it can be paid
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)

    objects = CardCheckoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("card payment begun")
        verbose_name_plural = _("card payments begun")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["payment_intent"], name="card_checkout_by_intent")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="card_checkout_of_something"),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state__in=["new", "open"]), name="card_checkout_one_open_per_booking"
            ),
        ]

    def __str__(self):
        return f"{self.booking_id} {self.pk}"

    @property
    def is_paid(self) -> bool:
        return self.state == self.State.PAID


class CardRefundQuerySet(models.QuerySet):
    def standing(self):
        """Those that have gone back, or are on their way."""
        return self.exclude(state=CardRefund.State.FAILED)


class CardRefund(models.Model):
    """Money that goes back to the card it came from: the whole payment or a part of it."""

    class State(models.TextChoices):
        ASKED = "asked", _("On its way to Stripe")
        PENDING = "pending", _("On its way to the card")
        SUCCEEDED = "succeeded", _("Paid back")
        FAILED = "failed", _("Failed")

    payment = models.ForeignKey("courses.Payment", on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(_("amount in kroner"), **MONEY)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    key = models.CharField(max_length=64, unique=True, editable=False)
    stripe_id = models.CharField(max_length=120, unique=True, null=True, editable=False)
    failure = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = CardRefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="card_refund_of_something")]

    def __str__(self):
        return f"{self.payment_id} {self.pk}"


class PaymentCaseQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None).order_by("opened_at", "pk")


class PaymentCase(models.Model):
    """Something about money that came by card which a person has to look at."""

    class Kind(models.TextChoices):
        LATE = "late", _("Paid when the seats were gone")
        SURPLUS = "surplus", _("Paid more than it costs")
        DISPUTE = "dispute", _("The payer disputes the payment")
        REFUND_FAILED = "refund", _("A refund failed")
        DIFFERENCE = "difference", _("Stripe says otherwise")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    reference = models.CharField(max_length=150, editable=False)
    payment = models.ForeignKey(
        "courses.Payment", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    booking = models.ForeignKey(
        "courses.Booking", null=True, blank=True, on_delete=models.PROTECT, related_name="payment_cases"
    )
    amount = models.DecimalField(_("amount in kroner"), null=True, blank=True, **MONEY)
    detail = models.JSONField(default=dict, blank=True)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PaymentCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment to look at")
        verbose_name_plural = _("payments to look at")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "reference"], name="payment_case_opened_once")]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def payment_address(self) -> str:
        """Where staff looks at it."""
        if self.payment_id:
            return reverse("courses:card_payment_detail", args=[self.payment_id])
        return reverse("courses:card_payment_list")
