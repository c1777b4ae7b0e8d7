from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .invoices import MONEY


class PaymentQuerySet(models.QuerySet):
    def unplaced(self):
        """Those nobody knows yet what they are for: money that is recorded before it is understood."""
        return self.filter(invoice=None, booking=None)


class Payment(models.Model):
    """Money that has come in, recorded first and understood after (design rule 2); never edited or deleted.

    `invoice` and `booking` may be filled in later, once.
    """

    class Way(models.TextChoices):
        CARD = "card", _("Card")
        BANK = "bank", _("Bank")
        OTHER = "other", _("Other")

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
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-paid_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something")]

    def __str__(self):
        return f"{self.pk}"


class BankFile(models.Model):
    """A file of payments from the bank, shown before it counts; of what it says only what finds the invoice is kept."""

    name = models.CharField(_("name"), max_length=150)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    rows = models.JSONField(_("payments"), default=list)
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("file from the bank")
        verbose_name_plural = _("files from the bank")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.pk}"
