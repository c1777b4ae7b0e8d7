from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.models import User


class Mailing(models.Model):
    """A demand to chosen municipalities, drafted, submitted and approved as a whole."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        CANCELLED = "cancelled", _("Cancelled")

    class Recipient(models.TextChoices):
        MAILBOX = "mailbox", _("The central mail-box")
        MAYOR = "mayor", _("The mayor")

    class Senders(models.TextChoices):
        KSS = "kss", _("Krisesentersekretariatet")
        BOTH = "both", _("Krisesentersekretariatet and the Equality and Anti-Discrimination Ombud")

    class Occasion(models.TextChoices):
        FIRST = "first", _("First letter")

    title = models.CharField(_("working title"), max_length=120)
    demand_version = models.ForeignKey(
        "outreach.DemandVersion", on_delete=models.PROTECT, related_name="mailings", verbose_name=_("demand")
    )
    municipalities = models.ManyToManyField(
        "municipalities.Municipality", related_name="+", verbose_name=_("municipalities")
    )
    recipient = models.CharField(_("goes to"), max_length=8, choices=Recipient, default=Recipient.MAILBOX)
    senders = models.CharField(_("sent by"), max_length=4, choices=Senders, default=Senders.KSS)
    occasion = models.CharField(_("occasion"), max_length=8, choices=Occasion, default=Occasion.FIRST)
    send_at = models.DateTimeField(_("not before"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    last_editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("last changed by")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    request_key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    return_note = models.CharField(_("what the approver wants changed"), max_length=500, blank=True)
    drafted_at = models.DateTimeField(_("letters drafted"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "approved"])
                | ~Q(content_hash="") & Q(submitted_at__isnull=False),
                name="mailing_submitted_is_frozen",
            ),
        ]
        permissions = [("approve_mailing", "Can approve mailings of others")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("outreach:mailing_detail", args=[self.pk])

    @property
    def approving_houses(self) -> list[str]:
        """Who has to approve: each house when both send, otherwise anybody, written as no house."""
        return list(User.House.values) if self.senders == self.Senders.BOTH else [""]

    @property
    def houses_left(self) -> list[str]:
        """Those that have not approved it as it stands."""
        approved = set(
            self.approvals.filter(voided_at=None, content_hash=self.content_hash).values_list("house", flat=True)
        )
        return [house for house in self.approving_houses if house not in approved]

    def house_of(self, user) -> str:
        """For which house this person would approve."""
        return user.house if self.senders == self.Senders.BOTH else ""

    def can_be_approved_by(self, user) -> bool:
        """Whether this person may release it: somebody else than those who wrote and last changed it, and when both
        houses send, somebody of a house that has not approved yet.
        """
        return (
            self.status == self.Status.SUBMITTED
            and user.pk not in {self.author_id, self.last_editor_id}
            and user.has_perm("outreach.approve_mailing")
            and self.house_of(user) in self.houses_left
        )
