from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.models import User

from .mailings import Mailing


class Submission(models.Model):
    """What we answer to a consultation: text blocks with sources, approved as a whole, delivered by a person."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for approval")
        APPROVED = "approved", _("Approved")

    class Language(models.TextChoices):
        BOKMAL = "nb", _("Bokmål")
        NYNORSK = "nn", _("Nynorsk")

    consultation = models.ForeignKey(
        "outreach.Consultation", on_delete=models.PROTECT, related_name="submissions", verbose_name=_("consultation")
    )
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language form"), max_length=2, choices=Language, default=Language.BOKMAL)
    senders = models.CharField(_("sent by"), max_length=4, choices=Mailing.Senders, default=Mailing.Senders.KSS)
    demand_versions = models.ManyToManyField("outreach.DemandVersion", related_name="+", verbose_name=_("demands"))
    blocks = models.JSONField(_("text blocks"), default=list)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    last_editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("last changed by")
    )
    content_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    request_key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    return_note = models.CharField(_("what the approver wants changed"), max_length=500, blank=True)
    delivered_on = models.DateField(_("delivered"), null=True, blank=True)
    delivered_url = models.URLField(_("where it can be read"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-created_at", "-pk"]
        permissions = [("approve_submission", "Can approve submissions of others")]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_on=None) | Q(status="approved"), name="submission_delivered_as_approved"
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("outreach:submission_detail", args=[self.pk])

    @property
    def approving_houses(self) -> list[str]:
        """Who has to approve: each house when both send, otherwise anybody, written as no house."""
        return list(User.House.values) if self.senders == Mailing.Senders.BOTH else [""]

    @property
    def houses_left(self) -> list[str]:
        """Those that have not approved it as it stands."""
        standing = self.approvals.filter(voided_at=None, content_hash=self.content_hash)
        approved = set(standing.values_list("house", flat=True))
        return [house for house in self.approving_houses if house not in approved]

    def house_of(self, user) -> str:
        """For which house this person would approve."""
        return user.house if self.senders == Mailing.Senders.BOTH else ""

    def can_be_approved_by(self, user) -> bool:
        """Whether this person may approve it: somebody else than who wrote and last changed it, of a house left."""
        return (
            self.status == self.Status.SUBMITTED
            and user.pk not in {self.author_id, self.last_editor_id}
            and user.has_perm("outreach.approve_submission")
            and self.house_of(user) in self.houses_left
        )


class SubmissionRevision(models.Model):
    """A submission as somebody saved it; what differs from the one before is what the log shows."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    senders = models.CharField(_("sent by"), max_length=4, choices=Mailing.Senders)
    blocks = models.JSONField(_("text blocks"), default=list)
    sources = models.JSONField(_("sources"), default=list)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("revision of a submission")
        verbose_name_plural = _("revisions of submissions")
        ordering = ["submission", "-number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="submission_revision_once")]

    def __str__(self):
        return f"{self.submission_id} {self.number}"


class SubmissionApproval(models.Model):
    """That a colleague read a submission and found it ready, exactly as it stood. Any change makes it void."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    house = models.CharField(_("on behalf of"), max_length=3, choices=User.House, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    last_editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(_("fingerprint"), max_length=64)
    is_public_confirmed = models.BooleanField(_("becomes public, no names of persons exposed"))
    approved_at = models.DateTimeField(_("approved"), default=timezone.now)
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval of a submission")
        verbose_name_plural = _("approvals of submissions")
        ordering = ["-approved_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length(F("content_hash")), 64), name="submission_approval_has_hash"),
            models.CheckConstraint(condition=Q(is_public_confirmed=True), name="submission_approval_confirms_public"),
            models.CheckConstraint(
                condition=~Q(approver=F("author")) & ~Q(approver=F("last_editor")),
                name="submission_approval_by_someone_else",
            ),
            models.UniqueConstraint(
                fields=["submission", "house"],
                condition=Q(voided_at=None),
                name="submission_approval_one_standing_per_house",
            ),
        ]

    def __str__(self):
        return f"{self.submission_id} {self.content_hash[:12]}"
