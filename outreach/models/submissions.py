from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .approvals import Approvable, GivenApproval, approval_constraints


class Submission(Approvable):
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
    senders = models.CharField(_("sent by"), max_length=4, choices=Approvable.Senders, default=Approvable.Senders.KSS)
    demand_versions = models.ManyToManyField("outreach.DemandVersion", related_name="+", verbose_name=_("demands"))
    # To whom and in which case, as the consultation says it; a change there is a change of what is approved.
    addressee = models.CharField(_("committee or ministry"), max_length=160, blank=True, editable=False)
    reference = models.CharField(_("case"), max_length=200, blank=True, editable=False)
    case_title = models.CharField(_("title of the case"), max_length=300, blank=True, editable=False)
    # Which figures it cites, and what was counted when the text was written or last checked.
    grounds = models.JSONField(default=dict, blank=True, editable=False)
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
    def hands(self) -> set[int]:
        """Who had a hand in it as it stands: the author, and all who saved it since a text of it was approved whole."""
        saved = self.revisions.order_by()
        if approved_at := self._approved_whole_at():
            saved = saved.filter(saved_at__gte=approved_at)
        return super().hands | set(saved.values_list("saved_by", flat=True))

    def _approved_whole_at(self) -> datetime | None:
        """Return when the newest text that has been changed since was approved by every house that had to."""
        houses, newest = defaultdict(set), {}
        for approval in self.approvals.exclude(voided_at=None).order_by("approved_at"):
            houses[approval.content_hash].add(approval.house)
            newest[approval.content_hash] = approval.approved_at
        whole = [newest[text] for text, found in houses.items() if found == {""} or len(found - {""}) > 1]
        return max(whole, default=None)


class SubmissionRevision(models.Model):
    """A submission as somebody saved it; what differs from the one before is what the log shows."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    senders = models.CharField(_("sent by"), max_length=4, choices=Approvable.Senders)
    blocks = models.JSONField(_("text blocks"), default=list)
    sources = models.JSONField(_("sources"), default=list)
    addressee = models.CharField(_("committee or ministry"), max_length=160, blank=True)
    reference = models.CharField(_("case"), max_length=200, blank=True)
    case_title = models.CharField(_("title of the case"), max_length=300, blank=True)
    demands = models.JSONField(_("demands"), default=list, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("revision of a submission")
        verbose_name_plural = _("revisions of submissions")
        ordering = ["submission", "-number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="submission_revision_once")]

    def __str__(self):
        return f"{self.submission_id} {self.number}"


class DeliveryChange(models.Model):
    """That the day or the address of a delivery was wrong, or that nothing had been delivered, and why. Never changed.

    Without a day the delivery was taken back.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="delivery_changes")
    delivered_on = models.DateField(_("delivered"), null=True, blank=True)
    delivered_url = models.URLField(_("where it can be read"), max_length=300, blank=True)
    reason = models.CharField(_("why"), max_length=300)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of a delivery")
        verbose_name_plural = _("changes of deliveries")
        ordering = ["submission", "-pk"]

    def __str__(self):
        return f"{self.submission_id} {self.delivered_on}"


class SubmissionApproval(GivenApproval):
    """That a colleague read a submission and found it ready, exactly as it stood. Any change makes it void."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("approval of a submission")
        verbose_name_plural = _("approvals of submissions")
        ordering = ["-approved_at", "-pk"]
        constraints = approval_constraints("submission", "submission_approval")

    def __str__(self):
        return f"{self.submission_id} {self.content_hash[:12]}"
