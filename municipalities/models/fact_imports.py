from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from taushet.models import Import, ImportQuerySet


class FactImport(Import):
    """A table of facts of many municipalities that somebody has put in: looked over first, then saved, or left."""

    EMPTY = Import.EMPTY | {"chosen": []}
    UNDO = None

    # The content is rows as [line, cells ...]. Source and day hold for rows that say no others.
    source = models.CharField(_("source"), max_length=300, blank=True)
    observed_on = models.DateField(_("true on"))
    # Which column is what, and whether the first row is a heading.
    choices = models.JSONField(_("choices"), default=dict)
    # The doubtful values that are to be used, as line and indicator.
    chosen = models.JSONField(_("doubtful values that are used"), default=list)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of facts")
        verbose_name_plural = _("imports of facts")
        ordering = ["-pk"]
        constraints = [Import.undone_once_written("fact_import_undone_once_written")]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self):
        return reverse("municipalities:fact_import_detail", args=[self.pk])
