from datetime import timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.models import Import, ImportQuerySet


class OfficeImportQuerySet(ImportQuerySet):
    def being_written(self):
        """Those that the worker has in hand; what it has left lying for long waits again."""
        waiting = self.filter(written_at=None, emptied_at=None)
        return waiting.filter(ordered_at__gt=timezone.now() - OfficeImport.LONGEST)


class OfficeImport(Import):
    """A source of who holds office that somebody has put in: looked over first, then written, or left."""

    EMPTY = Import.EMPTY | {"decisions": {}, "plans": {}, "refusal": ""}
    UNDO = timedelta(days=7)
    LONGEST = timedelta(hours=1)

    class Kind(models.TextChoices):
        STORTING = "storting", _("The Storting and the government")
        COUNCILS = "councils", _("Councils")
        MAILBOXES = "mailboxes", _("Central mail-boxes")

    # The content of councils is rows as [line, cells ...], of the Storting the official lists by name.
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    source = models.CharField(_("source"), max_length=300)
    as_of = models.DateField(_("true on"))
    # Which column is what, whose council it is when no column says so, whether the list is whole.
    choices = models.JSONField(_("choices"), default=dict)
    # Line or number in the source -> "another", "skip" or the politician's key.
    decisions = models.JSONField(_("decisions"), default=dict)
    # A large list as it was last looked over, by language, so that each page of it need not work it out anew.
    plans = models.JSONField(_("as it was looked over"), default=dict)
    # A large list is written by the worker: since when, and why it was not, if it was not.
    ordered_at = models.DateTimeField(_("being written since"), null=True, blank=True, editable=False)
    refusal = models.CharField(_("why it was not written"), max_length=300, blank=True)
    # How many of its lines the worker has written, of how many.
    done = models.PositiveIntegerField(_("done"), default=0, editable=False)
    total = models.PositiveIntegerField(_("lines to write"), default=0, editable=False)

    objects = OfficeImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of offices")
        verbose_name_plural = _("imports of offices")
        ordering = ["-pk"]
        constraints = [Import.undone_once_written("office_import_undone_once_written")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.as_of}"

    def get_absolute_url(self):
        return reverse("outreach:office_import_detail", args=[self.pk])

    @property
    def is_being_written(self) -> bool:
        """Whether the worker has it in hand, as `OfficeImportQuerySet.being_written`."""
        return self.is_waiting and self.ordered_at is not None and self.ordered_at > timezone.now() - self.LONGEST

    @property
    def percent(self) -> int:
        """How much of it is written, of a hundred."""
        return min(100, self.done * 100 // self.total) if self.total else 0
