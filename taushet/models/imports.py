from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=14)


class ImportQuerySet(models.QuerySet):
    def empty(self, now: datetime) -> int:
        """Forget what nobody wrote within two weeks, and what takes back that for which the time is over."""
        stale = self.filter(written_at=None, emptied_at=None, created_at__lt=now - KEPT)
        emptied = stale.update(**self.model.EMPTY, written={}, emptied_at=now)
        if self.model.UNDO is None:
            return emptied
        done = self.filter(written_at__lt=now - self.model.UNDO, emptied_at=None)
        return emptied + done.update(**self.model.EMPTY, written={}, emptied_at=now)


class Import(models.Model):
    """A file that somebody has put in: looked over first, then written, or left; taken back when it was wrong.

    What was read stays until it is written or has waited too long; what was written stays as numbers.
    """

    # What holds nothing any more once it is written or thrown away.
    EMPTY = {"content": [], "notes": []}
    # How long it can be taken back; None as long as nothing newer stands on what it wrote.
    UNDO: timedelta | None = timedelta(days=7)

    content = models.JSONField(_("what was read"), default=list)
    notes = models.JSONField(_("notes"), default=list)
    counts = models.JSONField(_("what was written"), default=dict)
    # What is needed to take it back.
    written = models.JSONField(_("rows that were written"), default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("put in by")
    )
    created_at = models.DateTimeField(_("put in"), default=timezone.now, editable=False)
    written_at = models.DateTimeField(_("written"), null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)
    emptied_at = models.DateTimeField(_("emptied"), null=True, blank=True, editable=False)

    is_being_written = False  # unless a worker writes it

    class Meta:
        abstract = True

    @staticmethod
    def undone_once_written(name: str) -> models.CheckConstraint:
        """Return the constraint that only what was written is taken back."""
        return models.CheckConstraint(condition=Q(undone_at=None) | Q(written_at__isnull=False), name=name)

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be written."""
        return self.written_at is None and self.emptied_at is None

    @property
    def can_be_undone(self) -> bool:
        """Whether it may still be taken back, unless something newer stands on what it wrote."""
        if not self.written or self.written_at is None or self.undone_at:
            return False
        return self.UNDO is None or self.written_at > timezone.now() - self.UNDO

    def drop_content(self) -> list[str]:
        """Forget what was read; returns the fields to be saved."""
        for name, value in self.EMPTY.items():
            setattr(self, name, type(value)())
        return list(self.EMPTY)
