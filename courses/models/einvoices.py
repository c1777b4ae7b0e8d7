import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EInvoiceQuerySet(models.QuerySet):
    def ready(self):
        """Those that have been checked and wait to leave."""
        return self.filter(state=EInvoice.State.CHECKED)

    def due(self, now=None):
        """Those of which the worker has something to do by now; no time means at once."""
        return self.filter(Q(due_at=None) | Q(due_at__lte=now or timezone.now()))

    def in_trouble(self):
        return self.filter(state__in=EInvoice.TROUBLE)


class EInvoice(models.Model):
    """One invoice or credit note as the file that goes to the payer's accounts system, and how it fares.

    `key` names it to the access point for life. A document that was refused for good and is sent anew goes as the next
    `round`, since an access point answers the same name with the same answer.
    """

    class Kind(models.TextChoices):
        INVOICE = "380", _("Invoice")
        CREDIT_NOTE = "381", _("Credit note")

    class State(models.TextChoices):
        MADE = "made", _("Made, not checked yet")
        CHECKED = "checked", _("Ready to be sent")
        FAULTY = "faulty", _("Has faults, not sent")
        HANDED_OVER = "handed_over", _("Downloaded")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted by the payer")
        REFUSED = "refused", _("Refused by the receiver")
        UNKNOWN = "unknown", _("Sent, answer unknown")
        REPLACED = "replaced", _("Replaced by a new invoice")

    TROUBLE = (State.FAULTY, State.REFUSED, State.UNKNOWN)
    GONE = (State.SENT, State.ACCEPTED, State.REFUSED)  # an access point or a person has told that it left

    kind = models.CharField(_("kind"), max_length=3, choices=Kind)
    number = models.CharField(_("number"), max_length=30)
    issued_on = models.DateField(_("issued"))
    buyer_name = models.CharField(_("payer"), max_length=200)
    buyer_number = models.CharField(_("organisation number"), max_length=20)
    total = models.DecimalField(_("amount in kroner"), max_digits=12, decimal_places=2)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.PositiveSmallIntegerField(default=1)
    file = models.ForeignKey("taushet.StoredFile", on_delete=models.PROTECT, related_name="+")
    checked_sha256 = models.CharField(max_length=64, blank=True)  # of the very bytes that were found good
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.MADE)
    state_reason = models.CharField(_("why"), max_length=300, blank=True)
    batch = models.ForeignKey(
        "courses.EInvoiceBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="einvoices"
    )
    access_point_id = models.CharField(max_length=200, blank=True)
    asked = models.PositiveSmallIntegerField(default=0)  # how often the access point was asked in this state
    due_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = EInvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-invoice")
        verbose_name_plural = _("e-invoices")
        ordering = ["-issued_on", "-pk"]
        indexes = [models.Index(fields=["state", "due_at"], name="einvoice_state_due")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="einvoice_once_per_document"),
            models.CheckConstraint(
                condition=Q(state__in=["made", "faulty", "replaced"]) | ~Q(checked_sha256=""),
                name="einvoice_leaves_only_checked",
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_over") | Q(batch__isnull=False), name="einvoice_downloaded_in_a_batch"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self):
        return reverse("courses:einvoice_detail", args=[self.pk])

    @property
    def delivery_id(self) -> str:
        """What this document is called at the access point, the same however often it is tried."""
        return str(self.key) if self.round == 1 else f"{self.key}-{self.round}"


class EInvoiceFaultQuerySet(models.QuerySet):
    def standing(self):
        """Those that keep an e-invoice from leaving."""
        return self.filter(is_remark=False, einvoice__state=EInvoice.State.FAULTY)

    def of_rule(self, rule):
        return self.filter(rule=rule).values("einvoice")


class EInvoiceFault(models.Model):
    """A rule that an e-invoice does not keep. A remark warns, and stops nothing."""

    einvoice = models.ForeignKey(EInvoice, on_delete=models.CASCADE, related_name="faults")
    rule = models.CharField(_("rule"), max_length=40)
    text = models.CharField(max_length=500)
    path = models.CharField(max_length=300, blank=True)
    is_remark = models.BooleanField(default=False)

    objects = EInvoiceFaultQuerySet.as_manager()

    class Meta:
        ordering = ["is_remark", "pk"]
        indexes = [models.Index(fields=["rule"], name="einvoice_fault_rule")]

    def __str__(self):
        return self.rule


class EInvoiceAttempt(models.Model):
    """One try to hand an e-invoice to the access point; committed before the access point is called."""

    class Outcome(models.TextChoices):
        STARTED = "started", _("Started")
        TAKEN = "taken", _("Taken by the access point")
        REFUSED = "refused", _("Refused for good")
        LATER = "later", _("To be tried again")
        UNKNOWN = "unknown", _("No answer")

    einvoice = models.ForeignKey(EInvoice, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    delivery_id = models.CharField(max_length=50)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.STARTED)
    detail = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["started_at"], condition=Q(outcome="started"), name="einvoice_attempt_under_way"),
            models.Index(fields=["-finished_at"], name="einvoice_attempt_latest"),
        ]
        constraints = [models.UniqueConstraint(fields=["einvoice", "number"], name="einvoice_attempt_number_once")]

    def __str__(self):
        return f"{self.einvoice_id}/{self.number}"


class EInvoiceBatch(models.Model):
    """E-invoices that somebody downloaded together, to upload them where they are sent from."""

    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("batch of e-invoices")
        verbose_name_plural = _("batches of e-invoices")
        ordering = ["-pk"]

    def __str__(self):
        return f"ehf-{self.pk}"

    def get_absolute_url(self):
        return reverse("courses:einvoice_batch", args=[self.pk])
