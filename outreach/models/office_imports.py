from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OfficeImport(models.Model):
    """A source of who holds office that somebody has put in: looked over first, then written, or left.

    What was read stays until it is written or has waited too long; what was written stays as numbers.
    """

    class Kind(models.TextChoices):
        STORTING = "storting", _("The Storting and the government")
        COUNCILS = "councils", _("Councils")
        MAILBOXES = "mailboxes", _("Central mail-boxes")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    source = models.CharField(_("source"), max_length=300)
    as_of = models.DateField(_("true on"))
    # Councils: rows as [line, cells ...]. The Storting: the official lists by name.
    content = models.JSONField(_("what was read"), default=list)
    notes = models.JSONField(_("notes"), default=list)
    # Which column is what, whose council it is when no column says so, whether the list is whole.
    choices = models.JSONField(_("choices"), default=dict)
    # Line or number in the source -> "another", "skip" or the politician's key.
    decisions = models.JSONField(_("decisions"), default=dict)
    counts = models.JSONField(_("what was written"), default=dict)
    # A large list as it was last looked over, by language, so that each page of it need not work it out anew.
    plans = models.JSONField(_("as it was looked over"), default=dict)
    # What is needed to take it back.
    written = models.JSONField(_("rows that were written"), default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("put in by")
    )
    created_at = models.DateTimeField(_("put in"), default=timezone.now, editable=False)
    written_at = models.DateTimeField(_("written"), null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)
    # A large list is written by the worker: since when, and why it was not, if it was not.
    ordered_at = models.DateTimeField(_("being written since"), null=True, blank=True, editable=False)
    refusal = models.CharField(_("why it was not written"), max_length=300, blank=True)
    emptied_at = models.DateTimeField(_("emptied"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("import of offices")
        verbose_name_plural = _("imports of offices")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(written_at__isnull=False), name="office_import_undone_once_written"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.as_of}"

    def get_absolute_url(self):
        return reverse("outreach:office_import_detail", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be written."""
        return self.written_at is None and self.emptied_at is None

    @property
    def is_being_written(self) -> bool:
        return self.is_waiting and self.ordered_at is not None
