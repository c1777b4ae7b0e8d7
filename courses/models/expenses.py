from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ExpenseClaimQuerySet(models.QuerySet):
    def open(self):
        return self.filter(settled_at=None)

    def settled(self):
        return self.exclude(settled_at=None)


class ExpenseClaim(models.Model):
    """What an assignment has cost its trainer: kilometres by car and outlays. Fixed once staff has settled it."""

    assignment = models.OneToOneField("courses.Assignment", on_delete=models.PROTECT, related_name="expense_claim")
    kilometres = models.PositiveIntegerField(_("kilometres by own car"), default=0)
    note = models.CharField(_("note"), max_length=500, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ExpenseClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("travel expenses")
        verbose_name_plural = _("travel expenses")
        ordering = ["assignment__session__first_starts_at", "pk"]

    def __str__(self):
        return f"{self.assignment_id}"

    @property
    def outlay_total(self) -> Decimal:
        """The sum of the outlays in kroner."""
        return sum((outlay.amount for outlay in self.outlays.all()), Decimal(0))


class Outlay(models.Model):
    """One thing a trainer has paid for on the way."""

    claim = models.ForeignKey(ExpenseClaim, on_delete=models.CASCADE, related_name="outlays")
    what = models.CharField(_("what"), max_length=120)
    amount = models.DecimalField(
        _("amount in kroner"), max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="outlay_above_zero")]

    def __str__(self):
        return f"{self.claim_id} {self.amount}"
