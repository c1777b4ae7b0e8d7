from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .invoices import MONEY


class PaymentQuerySet(models.QuerySet):
    def standing(self):
        """Those that have not been taken back as recorded wrongly."""
        taken_back = Payment.objects.filter(corrects=OuterRef("pk"), amount__lt=0)
        return self.filter(~Exists(taken_back), amount__gt=0)

    def unplaced(self):
        """Those nobody knows yet what they are for: money that is recorded before it is understood."""
        return self.standing().filter(invoice=None, booking=None)


class Payment(models.Model):
    """Money that has come in, recorded first and understood after (design rule 2); never edited or deleted.

    `invoice` and `booking` may be filled in later, once. What was recorded wrongly is taken back by a row below nought
    that points at it, and where it should have stood by another one; so what stands anywhere is always the sum.
    """

    class Way(models.TextChoices):
        CARD = "card", _("Card")
        BANK = "bank", _("Bank")
        OTHER = "other", pgettext_lazy("way of payment", "Other")

    amount = models.DecimalField(_("amount in kroner"), **MONEY)
    way = models.CharField(_("way"), max_length=5, choices=Way)
    paid_at = models.DateTimeField(_("paid"))
    invoice = models.ForeignKey(
        "courses.Invoice", null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    booking = models.ForeignKey(
        "courses.Booking", null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    # What the bank or the card company calls it: the same payment told of twice is recorded once.
    external_reference = models.CharField(_("reference of the payment"), max_length=120, unique=True, null=True)
    kid = models.CharField(_("KID"), max_length=25, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("corrects")
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-paid_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(amount__lt=0, corrects__isnull=False), name="payment_in_or_taken_back"
            ),
            models.UniqueConstraint(fields=["corrects"], condition=Q(amount__lt=0), name="payment_taken_back_once"),
            models.UniqueConstraint(fields=["corrects"], condition=Q(amount__gt=0), name="payment_put_right_once"),
        ]

    def __str__(self):
        return f"{self.pk}"

    @property
    def is_taken_back(self) -> bool:
        """Whether it has been recorded wrongly and taken back."""
        return any(row.amount < 0 for row in self.corrections.all())

    @property
    def is_correctable(self) -> bool:
        """Whether it stands and can be corrected; what came by card is paid back instead."""
        return self.amount > 0 and self.way != self.Way.CARD and not self.is_taken_back

    @property
    def shown_reference(self) -> str:
        """What the bank calls it, without what keeps it apart from other payments here."""
        if self.way != self.Way.BANK:
            return ""
        parts = (self.external_reference or "").removeprefix("bank:").split(":", 3)
        return parts[3] if len(parts) == 4 else ":".join(parts)


class BankFile(models.Model):
    """A file of payments from the bank, shown before it counts; of what it says only what finds the invoice is kept."""

    name = models.CharField(_("name"), max_length=150)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    rows = models.JSONField(_("payments"), default=list)
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    unread = models.JSONField(_("what could not be recorded"), default=list, editable=False)
    put_away_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("file from the bank")
        verbose_name_plural = _("files from the bank")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.pk}"
