from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.searches import holds

MONEY = {"max_digits": 11, "decimal_places": 2}
NOUGHT = Decimal("0.00")


class NumberSeries(models.Model):
    """The next number of a kind of document; whoever issues one locks the row, so that no number is lost or twice."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoices")
        CREDIT_NOTE = "credit_note", _("Credit notes")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, unique=True)
    next_number = models.PositiveIntegerField(_("next number"), default=10001)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")

    def __str__(self):
        return f"{self.kind} {self.next_number}"


class ClosedPeriod(models.Model):
    """That the books are closed through a day: nothing can be issued with such a date any more."""

    until = models.DateField(_("closed through"), unique=True)
    closed_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["-until"]

    def __str__(self):
        return f"{self.until:%Y-%m-%d}"


class IssuedDocument(models.Model):
    """What invoices and credit notes have in common: a number, and a copy of everything they say, frozen.

    The database guards it (`courses/money_guards.py`). Only `file` is filled in later, and what may tell of a person,
    `buyer_contact` and the references, is emptied when its keep-until has come (design rule 14).
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    issued_on = models.DateField(_("issued"))
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    buyer_contact = models.CharField(_("contact"), max_length=120, blank=True)
    buyer_reference = models.CharField(_("reference"), max_length=60, blank=True)
    order_reference = models.CharField(_("order number"), max_length=60, blank=True)
    account = models.CharField(_("account"), max_length=34)
    kid = models.CharField(_("KID"), max_length=25)
    language = models.CharField(_("language"), max_length=2)
    vat = models.JSONField(_("VAT by treatment"))
    net = models.DecimalField(_("without VAT"), **MONEY)
    vat_total = models.DecimalField(_("VAT"), **MONEY)
    total = models.DecimalField(_("total"), **MONEY)
    note = models.TextField(_("note"), blank=True)
    file = models.OneToOneField("taushet.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self):
        return self.shown_number


class DocumentLineRow(models.Model):
    """One line of an invoice or credit note, frozen with it. Kroner without VAT."""

    place = models.PositiveSmallIntegerField(_("line"))
    name = models.CharField(_("what"), max_length=150)
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=2)
    unit_price = models.DecimalField(_("price each"), **MONEY)
    net = models.DecimalField(_("amount without VAT"), **MONEY)
    vat_category = models.CharField(_("VAT category"), max_length=1)
    vat_percent = models.DecimalField(_("VAT in per cent"), max_digits=5, decimal_places=2)
    account_code = models.CharField(_("account in the books"), max_length=10)
    vat_code = models.CharField(_("VAT code in the books"), max_length=5)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.pk}"


def sum_of(model: type[models.Model], field: str) -> Coalesce:
    """Return the sum of a column of the rows that point at an invoice, as an expression."""
    rows = model.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice")
    return Coalesce(Subquery(rows.annotate(sum=Sum(field)).values("sum")), NOUGHT, output_field=models.DecimalField())


class InvoiceQuerySet(models.QuerySet):
    def with_balance(self):
        """Add what has been credited and paid, less what has gone back, and what is left to pay, in kroner."""
        from .card_payments import CardRefund
        from .payments import Payment

        refunds = CardRefund.objects.standing().filter(payment__invoice=OuterRef("pk")).order_by()
        went = Subquery(refunds.values("payment__invoice").annotate(sum=Sum("amount")).values("sum"))
        back = Coalesce(went, NOUGHT, output_field=models.DecimalField())
        return self.annotate(credited=sum_of(CreditNote, "total"), paid=sum_of(Payment, "amount") - back).annotate(
            left=Round(F("total") - F("credited") - F("paid"), 2)  # SQLite counts in floating point
        )

    def open(self):
        return self.with_balance().filter(left__gt=0)

    def overdue(self, today=None):
        return self.open().filter(due_on__lt=today or timezone.localdate())

    def telling(self, text):
        """Those that a number, one of their credit notes, a KID or a part of the payer's name tells of."""
        found = holds(text, "payer__name") | Q(kid=text)
        if text.isascii() and text.isdecimal() and len(text) < 10:
            found |= Q(number=int(text))
        note = text[1:].strip()
        if text[:1] in {"K", "k"} and note.isascii() and note.isdecimal() and len(note) < 10:
            found |= Q(pk__in=CreditNote.objects.filter(number=int(note)).values("invoice"))
        return self.filter(found)

    def visible_to_member(self, user):
        """Those a person may read as a confirmed member of the municipality, or of the unit, that pays.

        Companies and foundations that lie in a municipality are bodies of their own.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        places = user.memberships.confirmed().filter(unit=None).values("municipality")
        units = user.memberships.confirmed().filter(unit__isnull=False).values("unit")
        own = Q(municipality__in=places) & ~Q(payer__kind__in=["company", "foundation", "other"])
        return self.filter(own | Q(payer__in=units))


class Invoice(IssuedDocument):
    """A demand for payment for bookings of one payer, issued once and never edited."""

    due_on = models.DateField(_("due"))
    delivered_on = models.DateField(_("delivered"), null=True, blank=True)
    delivery_place = models.CharField(_("place of delivery"), max_length=120, blank=True)
    terms = models.CharField(_("terms"), max_length=300, blank=True)
    prepaid = models.DecimalField(_("paid before it was issued"), default=NOUGHT, **MONEY)
    is_collective = models.BooleanField(_("collective"), default=False)
    replaces = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
        verbose_name=_("takes the place of"),
    )
    payer = models.ForeignKey("municipalities.Unit", on_delete=models.PROTECT, related_name="+")
    municipality = models.ForeignKey("municipalities.Municipality", on_delete=models.PROTECT, related_name="+")

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-number"]
        indexes = [models.Index(fields=["due_on"], name="invoice_by_due_date")]
        constraints = [
            models.UniqueConstraint(fields=["kid"], name="invoice_kid_once"),
            models.CheckConstraint(condition=Q(total=Round(F("net") + F("vat_total"), 2)), name="invoice_adds_up"),
            models.CheckConstraint(condition=Q(net__gt=0, vat_total__gte=0), name="invoice_for_something"),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due_after_it_is_issued"),
            models.CheckConstraint(
                condition=Q(prepaid__gte=0, prepaid__lte=F("total")), name="invoice_prepaid_within_its_total"
            ),
        ]

    @property
    def shown_number(self) -> str:
        return str(self.number)

    @property
    def is_overdue(self) -> bool:
        """Whether it is due and not paid; of rows of `with_balance`."""
        return self.left > 0 and self.due_on < timezone.localdate()


class InvoiceLine(DocumentLineRow):
    """One line of an invoice: seats, a session or a fee of one booking."""

    class What(models.TextChoices):
        SEATS = "seats", _("Seats")
        FIXED = "fixed", _("The whole session, or its travel costs")
        FEE = "fee", _("Seats given back late")

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    booking = models.ForeignKey("courses.Booking", on_delete=models.PROTECT, related_name="invoice_lines")
    fee = models.ForeignKey(
        "courses.BookingFee", null=True, blank=True, on_delete=models.PROTECT, related_name="invoice_lines"
    )
    what = models.CharField(max_length=5, choices=What)

    class Meta:
        ordering = ["invoice", "place"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "place"], name="invoice_line_place_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price__gt=0, net__gt=0), name="invoice_line_for_something"
            ),
            models.CheckConstraint(
                condition=Q(what="fee", fee__isnull=False) | (~Q(what="fee") & Q(fee__isnull=True)),
                name="invoice_line_of_a_fee_names_it",
            ),
        ]


class CreditNote(IssuedDocument):
    """That an invoice, or a part of it, is taken back; the credit notes of an invoice never exceed it."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=Q(total=Round(F("net") + F("vat_total"), 2)), name="credit_note_adds_up"),
            models.CheckConstraint(condition=Q(net__gt=0, vat_total__gte=0), name="credit_note_for_something"),
        ]

    @property
    def shown_number(self) -> str:
        """With a letter, so that nobody takes it for the invoice of the same number."""
        return f"K{self.number}"


class CreditNoteLine(DocumentLineRow):
    """What of one line of the invoice is taken back."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    invoice_line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="credits")
    # Whether what is taken back is no longer owed, or owed on a new invoice; otherwise it is let off for good.
    releases = models.BooleanField(default=True)

    class Meta:
        ordering = ["credit_note", "place"]
        constraints = [
            models.UniqueConstraint(fields=["credit_note", "place"], name="credit_note_line_place_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price__gt=0, net__gt=0), name="credit_note_line_for_something"
            ),
        ]


class InvoiceReminder(models.Model):
    """That the contact of an invoice has been reminded that it is due, or asked for its reference before it is made."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reminders")
    number = models.PositiveSmallIntegerField(_("number"))
    sent_on = models.DateField(_("sent"), default=timezone.localdate)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["invoice", "number"]
        constraints = [models.UniqueConstraint(fields=["invoice", "number"], name="invoice_reminder_number_once")]

    def __str__(self):
        return f"{self.invoice_id} {self.number}"
