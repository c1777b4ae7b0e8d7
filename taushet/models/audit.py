from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.registries import logged_actions


class AuditEntryQuerySet(models.QuerySet):
    def about(self, subject):
        return self.filter(object_type=subject._meta.label_lower, object_id=str(subject.pk))


class AuditEntry(models.Model):
    """Who did or saw what, and when; written by the services in the same transaction as the change."""

    KINDS = {
        "booker": _("by the booker’s link"),
        "participant": _("by the participant’s link"),
        "visitor": _("by a visitor"),
        "clock": _("by itself"),
        "import": _("by an import"),
        "provider": _("by the mail provider"),
        "access_point": _("by the access point"),
    }

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        "taushet.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    actor_kind = models.CharField(_("as"), max_length=20, blank=True)
    action = models.CharField(_("action"), max_length=60)
    object_type = models.CharField(_("object"), max_length=60)
    object_id = models.CharField(_("number"), max_length=40)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object")]
        permissions = [("read_audit", "Can read the log of who did what")]

    def __str__(self):
        return f"{self.action} {self.object_type} {self.object_id}"

    @property
    def words(self):
        """What was done, as a reader calls it; the code itself when nobody has named it."""
        known = logged_actions.get(self.action)
        return known.label if known else self.action

    @property
    def capacity(self):
        """In what capacity, when there is no user."""
        return self.KINDS.get(self.actor_kind, self.actor_kind)

    @property
    def particulars(self):
        """What else was written down, lists as people write them."""
        return [(name, written(value)) for name, value in self.detail.items()]


def written(value):
    """Return a detail of the log as people write it."""
    if isinstance(value, dict):
        value = [f"{key} {count}" for key, count in value.items()]
    return ", ".join(map(str, value)) if isinstance(value, list) else value
