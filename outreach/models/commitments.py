from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.named_days import last_day_named
from taushet.searches import holds


class CommitmentQuerySet(models.QuerySet):
    def waiting(self):
        """Those that a second person has to confirm or refuse."""
        return self.filter(confirmed_at=None, refused_at=None)

    def confirmed(self):
        """Those that two people have agreed on, also what has been taken off the public pages since."""
        return self.filter(confirmed_at__isnull=False)

    def standing(self):
        """Those that two people have agreed on and nobody has taken back: what everybody may read."""
        return self.confirmed().filter(hidden_at=None)

    def put_in(self):
        """Those that nobody has refused or taken back, whether confirmed yet or not; a reply stays what they need."""
        return self.filter(refused_at=None).exclude(status=Commitment.Status.WITHDRAWN)

    def open(self):
        """Those that may still be kept."""
        return self.standing().filter(status__in=Commitment.OPEN)

    def with_what_it_is_about(self):
        return self.select_related("municipality", "demand", "reply")

    def with_source(self):
        """Know whether the reply it stands in is published, and nothing else of that mail."""
        return self.annotate(source_published_at=F("reply__published_at"))

    def with_waiting_changes(self):
        """Know whether a change of each waits for a second person (`has_waiting_change`)."""
        return self.annotate(
            has_waiting_change=Exists(CommitmentChange.objects.waiting().filter(commitment=OuterRef("pk")))
        )

    def with_public_changes(self):
        """Know what everybody may read of how each goes (`public_changes`), the newest first."""
        return self.prefetch_related(
            Prefetch("changes", CommitmentChange.objects.public().by_day(), to_attr="public_changes")
        )

    def search(self, text):
        return self.filter(holds(text, "quote", "speaker", "municipality__name"))


class Commitment(models.Model):
    """A promise somebody in office has made in a reply: their words, entered by one person and confirmed by another.

    What it says is never changed; a wrong one is refused, or taken back once it is confirmed, and entered anew. How it
    goes is told by its changes.
    """

    class Status(models.TextChoices):
        PROMISED = "promised", _("Promised")
        IN_PROGRESS = "in_progress", _("In progress")
        KEPT = "kept", _("Kept")
        PARTLY = "partly", _("Partly kept")
        BROKEN = "broken", _("Broken")
        UNCHECKABLE = "uncheckable", _("Cannot be checked")
        REVIEW = "review", _("Needs review")
        WITHDRAWN = "withdrawn", _("Taken off the public pages")

    # Judgements, which count only when a second person agrees; so does taking a promise back.
    JUDGED = (Status.KEPT, Status.PARTLY, Status.BROKEN, Status.UNCHECKABLE, Status.WITHDRAWN)
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
    # Since when nobody but staff may read it: somebody wants it taken back, or two people have.
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Who answers for it since the speaker left office.
    successor = models.ForeignKey(
        "outreach.Mandate", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    handed_on_at = models.DateTimeField(null=True, blank=True, editable=False)

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

    @property
    def office(self):
        """Who is to be asked how it goes: the office whose holder promised, or the one it was handed on to."""
        return self.successor or self.mandate

    @property
    def last_day(self) -> date | None:
        """The day it is to be done by: as put in, else as the words name it when that lies after they were said."""
        named = None if self.due_on else last_day_named(self.quote, self.said_on)
        return self.due_on or (named if named and named > self.said_on else None)

    @property
    def is_taken_back(self) -> bool:
        """Whether whoever put it in has taken it back before anybody confirmed it."""
        return self.refused_at is not None and self.refused_by_id == self.entered_by_id

    def can_be_taken_back_by(self, user) -> bool:
        """Whether this person put it in and nobody has decided on it yet."""
        return self.confirmed_at is None and self.refused_at is None and user.pk == self.entered_by_id

    def can_be_confirmed_by(self, user) -> bool:
        """Whether this person may confirm or refuse it: somebody else than who entered it."""
        waits = self.confirmed_at is None and self.refused_at is None
        return waits and user.pk != self.entered_by_id and user.has_perm("outreach.confirm_commitment")


class CommitmentChangeQuerySet(models.QuerySet):
    def waiting(self):
        """Those that a second person has to confirm or refuse."""
        return self.filter(needs_second=True, confirmed_at=None, refused_at=None)

    def in_force(self):
        return self.filter(Q(needs_second=False) | Q(confirmed_at__isnull=False))

    def public(self):
        """Those whose reason and link everybody may read."""
        return self.in_force().filter(is_public=True)

    def by_day(self):
        """The newest first, each since it counts."""
        return self.order_by(Coalesce("confirmed_at", "changed_at").desc(), "-pk")


class CommitmentChange(models.Model):
    """How it stands with a commitment from a moment on, with what shows it. A row is never changed or taken away.

    A judgement counts once a second person has confirmed it; what the reason and the link say is public then.
    """

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
    # Whoever wrote it knew that everybody can read the reason and the link; older rows were written for staff.
    is_public = models.BooleanField(default=False, editable=False)
    needs_second = models.BooleanField(default=False, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_why = models.CharField(_("why it was refused"), max_length=300, blank=True)

    objects = CommitmentChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a commitment")
        verbose_name_plural = _("changes of commitments")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(evidence="")
                | ~Q(evidence_url="")
                | Q(evidence_file__isnull=False)
                | Q(status="withdrawn"),
                name="commitment_change_has_evidence",
            ),
            models.CheckConstraint(condition=~Q(status="broken") | ~Q(reason=""), name="commitment_broken_has_reason"),
            models.CheckConstraint(
                condition=Q(needs_second=False) | ~Q(reason=""), name="commitment_judgement_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, changed_by__isnull=False)
                & ~Q(confirmed_by=F("changed_by")),
                name="commitment_change_confirmed_by_someone_else",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(refused_at=None), name="commitment_change_confirmed_or_refused"
            ),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(needs_second=True, confirmed_at=None, refused_at=None) & ~Q(status="withdrawn"),
                name="commitment_one_judgement_waits",
            ),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(status="withdrawn", confirmed_at=None, refused_at=None),
                name="commitment_one_withdrawal_waits",
            ),
        ]

    def __str__(self):
        return f"{self.commitment_id} {self.status}"

    @property
    def since(self):
        """Since when it counts."""
        return self.confirmed_at or self.changed_at

    @property
    def is_waiting(self) -> bool:
        return self.needs_second and self.confirmed_at is None and self.refused_at is None

    @property
    def is_early(self) -> bool:
        """Whether it was called broken, or kept only in part, before the day of the promise was over."""
        last_day, said_on = self.commitment.last_day, timezone.localdate(self.changed_at)
        blames = self.status in (Commitment.Status.BROKEN, Commitment.Status.PARTLY)
        return blames and last_day is not None and last_day >= said_on

    def can_be_confirmed_by(self, user) -> bool:
        """Whether this person may agree: somebody else than who proposes it."""
        return self.is_waiting and user.pk != self.changed_by_id and user.has_perm("outreach.confirm_commitment")
