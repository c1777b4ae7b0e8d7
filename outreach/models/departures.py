from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# Why a letter to somebody who objected is held; its message says so.
OBJECTED = gettext_noop("The recipient has asked not to get letters from us.")


class MailSystem(models.Model):
    """Which mail system takes the mail of a domain: what its MX record said last, or the domain itself."""

    domain = models.CharField(max_length=254, unique=True)
    system = models.CharField(max_length=254)
    is_found = models.BooleanField(default=False)
    looked_up_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.domain}: {self.system}"


class Pace(models.Model):
    """When the next letter may leave, for a mailing or to a mail system; the row is the lock all workers share."""

    key = models.CharField(max_length=280, unique=True)
    next_at = models.DateTimeField()

    def __str__(self):
        return self.key


class Redelivery(models.Model):
    """The same letter to the same office at another address, since the first one did not work.

    Text and letter stay as they were approved; the address is approved by somebody else than who put it in.
    """

    letter = models.ForeignKey("outreach.Letter", on_delete=models.PROTECT, related_name="redeliveries")
    to_email = models.EmailField(_("address"))
    content_hash = models.CharField(max_length=64)
    message_hash = models.CharField(max_length=64, blank=True, editable=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    message = models.OneToOneField(
        "taushet.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("letter to a corrected address")
        verbose_name_plural = _("letters to corrected addresses")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="redelivery_by_someone_else"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None, message=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False, message__isnull=False, withdrawn_at=None),
                name="redelivery_leaves_when_approved",
            ),
            models.UniqueConstraint(
                fields=["letter"],
                condition=Q(approved_at=None, withdrawn_at=None),
                name="redelivery_one_waiting_per_letter",
            ),
            models.UniqueConstraint(
                fields=["letter", "to_email"], condition=Q(withdrawn_at=None), name="redelivery_once_per_address"
            ),
        ]

    def __str__(self):
        return f"{self.letter_id} {self.proposed_at:%Y-%m-%d}"


class Objection(models.Model):
    """That a politician does not want letters from us (GDPR article 21). It is about the person, in any office."""

    class Source(models.TextChoices):
        ONE_CLICK = "one-click", _("The link in a letter")
        STAFF = "staff", _("Put in by staff")
        PROVIDER = "provider", _("Reported by the mail provider")

    politician = models.ForeignKey("outreach.Politician", on_delete=models.PROTECT, related_name="objections")
    source = models.CharField(_("how it came"), max_length=10, choices=Source)
    note = models.CharField(_("what was said"), max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["politician"], condition=Q(withdrawn_at=None), name="objection_one_standing_per_person"
            ),
            models.CheckConstraint(
                condition=Q(source__in=["one-click", "provider"], recorded_by=None)
                | Q(source="staff", recorded_by__isnull=False),
                name="objection_by_staff_has_name",
            ),
        ]

    def __str__(self):
        return f"{self.politician_id} {self.made_at:%Y-%m-%d}"
