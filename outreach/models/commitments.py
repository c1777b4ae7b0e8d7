from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.searches import holds


class CommitmentQuerySet(models.QuerySet):
    def waiting(self):
        """Those that a second person has to confirm or refuse."""
        return self.filter(confirmed_at=None, refused_at=None)

    def standing(self):
        """Those that two people have agreed on: what everybody may read."""
        return self.filter(confirmed_at__isnull=False)

    def open(self):
        """Those that may still be kept."""
        return self.standing().filter(status__in=Commitment.OPEN)

    def with_what_it_is_about(self):
        return self.select_related("municipality", "demand", "reply")

    def with_source(self):
        """Know whether the reply it stands in is published, and nothing else of that mail."""
        return self.annotate(source_published_at=F("reply__published_at"))

    def search(self, text):
        return self.filter(holds(text, "quote", "speaker", "municipality__name"))


class Commitment(models.Model):
    """A promise somebody in office has made in a reply: their words, entered by one person and confirmed by another.

    What it says is never changed; a wrong one is refused and entered anew. How it goes is told by its changes.
    """

    class Status(models.TextChoices):
        PROMISED = "promised", _("Promised")
        IN_PROGRESS = "in_progress", _("In progress")
        KEPT = "kept", _("Kept")
        PARTLY = "partly", _("Partly kept")
        BROKEN = "broken", _("Broken")
        UNCHECKABLE = "uncheckable", _("Cannot be checked")
        REVIEW = "review", _("Needs review")

    OPEN = (Status.PROMISED, Status.IN_PROGRESS, Status.PARTLY, Status.REVIEW)

    reply = models.ForeignKey("outreach.Reply", on_delete=models.PROTECT, related_name="commitments")
    quote = models.TextField(_("what was promised, word for word"))
    mandate = models.ForeignKey("outreach.Mandate", on_delete=models.PROTECT, related_name="+")
    speaker = models.CharField(_("who promised"), max_length=300)
    said_on = models.DateField(_("promised"))
    demand = models.ForeignKey("outreach.Demand", on_delete=models.PROTECT, related_name="+", verbose_name=_("demand"))
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("municipality"),
    )
    due_on = models.DateField(_("to be done by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.PROMISED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_why = models.CharField(_("why it was refused"), max_length=300, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        indexes = [models.Index(fields=["status", "due_on"], name="commitment_status_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("entered_by")),
                name="commitment_confirmed_by_someone_else",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(refused_at=None), name="commitment_confirmed_or_refused"
            ),
            models.CheckConstraint(condition=~Q(quote=""), name="commitment_has_a_quote"),
        ]
        permissions = [("confirm_commitment", "Can confirm commitments that others have entered")]

    def __str__(self):
        return f"{self.pk}"

    def get_absolute_url(self):
        return reverse("outreach:commitment_detail", args=[self.pk])

    def can_be_confirmed_by(self, user) -> bool:
        """Whether this person may confirm or refuse it: somebody else than who entered it."""
        waits = self.confirmed_at is None and self.refused_at is None
        return waits and user.pk != self.entered_by_id and user.has_perm("outreach.confirm_commitment")


class CommitmentChange(models.Model):
    """How it stands with a commitment from a moment on, with what shows it. A row is never changed or taken away."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="changes")
    status = models.CharField(_("status"), max_length=11, choices=Commitment.Status)
    reason = models.CharField(_("why"), max_length=500, blank=True)
    evidence = models.TextField(_("what shows it"), blank=True)
    evidence_url = models.URLField(_("link to what shows it"), max_length=500, blank=True)
    evidence_file = models.ForeignKey(
        "taushet.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of a commitment")
        verbose_name_plural = _("changes of commitments")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(evidence="") | ~Q(evidence_url="") | Q(evidence_file__isnull=False),
                name="commitment_change_has_evidence",
            ),
            models.CheckConstraint(condition=~Q(status="broken") | ~Q(reason=""), name="commitment_broken_has_reason"),
        ]

    def __str__(self):
        return f"{self.commitment_id} {self.status}"
