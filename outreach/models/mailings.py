from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .approvals import Approvable


class Mailing(Approvable):
    """Demands to an audience, drafted, submitted and approved as a whole.

    `audience` is the filter as `services.audiences` writes it; `picks` are the offices put in or taken out by hand.
    `demand_version` is the first of its demands, the one it is listed under; `demands` are all of them.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        CANCELLED = "cancelled", _("Cancelled")

    class LanguageRule(models.TextChoices):
        MUNICIPALITY = "municipality", _("The language form of each municipality")
        ONE = "one", _("One form for all")

    class Language(models.TextChoices):
        BOKMAL = "nb", _("Bokmål")
        NYNORSK = "nn", _("Nynorsk")

    class Occasion(models.TextChoices):
        FIRST = "first", _("First letter")
        REMINDER = "reminder", _("Reminder")
        ERRATUM = "erratum", _("Correction")
        PROMISE = "promise", _("Question about a promise")

    title = models.CharField(_("working title"), max_length=120)
    demand_version = models.ForeignKey(
        "outreach.DemandVersion", on_delete=models.PROTECT, related_name="mailings", verbose_name=_("demand")
    )
    demands = models.ManyToManyField(
        "outreach.DemandVersion", through="MailingDemand", related_name="+", verbose_name=_("demands")
    )
    audience = models.JSONField(_("audience"), default=dict, blank=True)
    language_rule = models.CharField(
        _("language form"), max_length=12, choices=LanguageRule, default=LanguageRule.MUNICIPALITY
    )
    language = models.CharField(
        _("form where none is asked for"), max_length=2, choices=Language, default=Language.BOKMAL
    )
    subject_nb = models.CharField(_("subject in bokmål"), max_length=200, blank=True)
    subject_nn = models.CharField(_("subject in nynorsk"), max_length=200, blank=True)
    opening_nb = models.TextField(_("opening in bokmål"), blank=True)
    opening_nn = models.TextField(_("opening in nynorsk"), blank=True)
    closing_nb = models.TextField(_("closing in bokmål"), blank=True)
    closing_nn = models.TextField(_("closing in nynorsk"), blank=True)
    senders = models.CharField(_("sent by"), max_length=4, choices=Approvable.Senders, default=Approvable.Senders.KSS)
    occasion = models.CharField(_("occasion"), max_length=8, choices=Occasion, default=Occasion.FIRST)
    origin = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="followers",
        verbose_name=_("follows"),
        editable=False,
    )
    send_at = models.DateTimeField(_("not before"), null=True, blank=True)
    embargo_until = models.DateTimeField(_("embargo until"), null=True, blank=True)
    rate = models.PositiveIntegerField(_("letters an hour at most"), null=True, blank=True)
    attach_pdf = models.BooleanField(_("attach the letter as PDF"), default=False)
    # How it goes now, which whoever steers it decides; what is approved stays.
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True, editable=False)
    rate_now = models.PositiveIntegerField(null=True, blank=True, editable=False)
    run = models.PositiveSmallIntegerField(default=1, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    last_editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("last changed by")
    )
    # Who has changed, edited or submitted it since it was last approved: none of them approves it.
    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("changed by"), editable=False
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
            models.CheckConstraint(
                condition=~Q(senders="both") | Q(language_rule="municipality"),
                name="mailing_of_both_follows_the_municipality",
            ),
            models.CheckConstraint(
                condition=Q(occasion="first", origin=None) | ~Q(occasion="first") & Q(origin__isnull=False),
                name="mailing_follows_unless_first",
            ),
            models.CheckConstraint(
                condition=(Q(rate=None) | Q(rate__gte=1)) & (Q(rate_now=None) | Q(rate_now__gte=1)),
                name="mailing_rate_is_positive",
            ),
        ]
        permissions = [("approve_mailing", "Can approve mailings of others")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("outreach:mailing_detail", args=[self.pk])

    @property
    def versions(self) -> list:
        """The wordings it sends, in the order of the letter."""
        rows = self.mailing_demands.select_related("demand_version__demand").order_by("position", "pk")
        return [row.demand_version for row in rows]

    @property
    def titles(self) -> str:
        """The titles of its demands, in the order of the letter."""
        return " · ".join(row.demand_version.title for row in self.mailing_demands.all())

    @property
    def current_run(self) -> "DraftRun | None":
        """The drafting that is under way, or None."""
        return self.draft_runs.filter(finished_at=None).first()

    @property
    def leaves_after(self):
        """The moment before which nothing leaves, None when there is none."""
        moments = [moment for moment in (self.send_at, self.embargo_until) if moment]
        return max(moments) if moments else None

    @property
    def hands(self) -> set[int]:
        """Who had a hand in it as it stands, also whoever changed it before somebody else did, or submitted it."""
        return super().hands | set(self.editors.values_list("pk", flat=True))


class MailingDemand(models.Model):
    """That a mailing puts a demand, and where in the letter."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="mailing_demands")
    demand_version = models.ForeignKey("outreach.DemandVersion", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("demand of a mailing")
        verbose_name_plural = _("demands of mailings")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "demand_version"], name="mailing_demand_once"),
        ]

    def __str__(self):
        return f"{self.mailing_id} {self.demand_version_id}"


class MailingPick(models.Model):
    """An office that somebody put in or took out by hand, whatever the filter of the mailing says."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="picks")
    mandate = models.ForeignKey("outreach.Mandate", on_delete=models.PROTECT, related_name="+")
    is_added = models.BooleanField(_("put in"))

    class Meta:
        verbose_name = _("recipient chosen by hand")
        verbose_name_plural = _("recipients chosen by hand")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["mailing", "mandate"], name="mailing_pick_once")]

    def __str__(self):
        return f"{self.mailing_id} {self.mandate_id}"


class DraftRun(models.Model):
    """One making of all letters of a large mailing in the background, with how far it has come."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="draft_runs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    keeps_edits = models.BooleanField(default=True)
    # What the person saw who submits; empty when it is drafted only.
    seen_hash = models.CharField(max_length=64, blank=True)
    total = models.PositiveIntegerField(_("letters"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("drafting")
        verbose_name_plural = _("draftings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mailing"], condition=Q(finished_at=None), name="draft_run_one_at_a_time"),
        ]

    def __str__(self):
        return f"{self.mailing_id} {self.done}/{self.total}"

    @property
    def percent(self) -> int:
        """How much is done, of a hundred."""
        return min(100, self.done * 100 // self.total) if self.total else 0
