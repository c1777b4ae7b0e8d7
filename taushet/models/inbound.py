from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

GIVEN_UP_AFTER = timedelta(hours=2)  # mail that waits to be dealt with for so long never will be by itself


class InboundMailQuerySet(models.QuerySet):
    def left_over(self):
        """Those that nothing in the house knew what to do with, or could not deal with, and nobody has looked into."""
        came_to_nothing = Q(handled_at__isnull=False) | Q(received_at__lt=timezone.now() - GIVEN_UP_AFTER)
        return self.filter(came_to_nothing, kind="", settled_at=None)


class InboundMail(models.Model):
    """One e-mail that came in, kept as it came until it has been dealt with for a while."""

    provider = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, blank=True, help_text=_("Which part of the house took it."))
    from_email = models.CharField(_("from"), max_length=254, blank=True)
    to_email = models.CharField(_("to"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    raw = models.BinaryField(null=True, editable=False)
    size = models.PositiveIntegerField()
    is_cut = models.BooleanField(default=False)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail that came in")
        verbose_name_plural = _("mail that came in")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["-received_at"], condition=Q(kind="", settled_at=None), name="inbound_left_over"),
        ]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="inbound_mail_once")]

    def __str__(self):
        return f"{self.provider} {self.pk}"


class MailboxMark(models.Model):
    """How far a mailbox has been read, by the numbers its server gives (RFC 9051, UIDVALIDITY and UID)."""

    name = models.CharField(max_length=200, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    reading_since = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return f"{self.pk}"
