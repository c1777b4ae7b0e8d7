from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class LegalHook(models.Model):
    """What a demand leans on: a section of law, a convention, an official recommendation or report."""

    class Kind(models.TextChoices):
        LAW = "law", _("Law")
        CONVENTION = "convention", _("Convention")
        RECOMMENDATION = "recommendation", _("Recommendation, not a duty")
        REPORT = "report", _("Report")

    BINDING = (Kind.LAW, Kind.CONVENTION)

    key = models.SlugField(_("key"), unique=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    citation_nb = models.CharField(_("citation in bokmål"), max_length=250)
    citation_nn = models.CharField(_("citation in nynorsk"), max_length=250)
    meaning_nb = models.CharField(_("what it says, in bokmål"), max_length=400)
    meaning_nn = models.CharField(_("what it says, in nynorsk"), max_length=400)
    meaning_en = models.CharField(_("what it says, in English"), max_length=400, blank=True)
    url = models.URLField(_("address"), max_length=300)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("repealed from"), null=True, blank=True)
    checked_on = models.DateField(_("checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("legal hook")
        verbose_name_plural = _("legal hooks")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="legal_hook_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return self.citation_nb

    @property
    def citation(self) -> str:
        return in_language(self, "citation")

    @property
    def meaning(self) -> str:
        return in_language(self, "meaning")

    @property
    def is_binding(self) -> bool:
        return self.kind in self.BINDING

    def is_valid_on(self, day) -> bool:
        """Whether the hook holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or self.valid_to > day)


class DemandQuerySet(models.QuerySet):
    def public(self):
        """Those anybody may read: with a published text."""
        return self.filter(versions__published_at__isnull=False).distinct()


class Demand(models.Model):
    """Something the campaign asks of those who decide; numbered, and worded in versions."""

    class Level(models.TextChoices):
        LOCAL = "local", _("Local")
        NATIONAL = "national", _("National")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        MET = "met", _("Met")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    slug = models.SlugField(_("address"), unique=True)
    level = models.CharField(_("level"), max_length=8, choices=Level, default=Level.LOCAL)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ACTIVE)
    status_on = models.DateField(_("met or withdrawn on"), null=True, blank=True)
    status_reason_nb = models.CharField(_("why, in bokmål"), max_length=400, blank=True)
    status_reason_nn = models.CharField(_("why, in nynorsk"), max_length=400, blank=True)
    evidence = models.CharField(_("what shows that it is met"), max_length=300, blank=True)
    evidence_url = models.URLField(_("where that can be read"), max_length=300, blank=True)

    objects = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="active")
                | Q(status_on__isnull=False) & ~Q(status_reason_nb="") & ~Q(status_reason_nn=""),
                name="demand_that_ended_says_why",
            ),
            models.CheckConstraint(condition=~Q(status="met") | ~Q(evidence=""), name="demand_met_has_evidence"),
        ]

    def __str__(self):
        return f"{self.number} {self.slug}"

    def get_absolute_url(self):
        return reverse("outreach:demand_detail", args=[self.slug])

    @property
    def status_reason(self) -> str:
        return in_language(self, "status_reason")


class DemandVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)

    def current(self):
        """The newest published wording of each demand."""
        newest = DemandVersion.objects.published().filter(demand=models.OuterRef("demand")).order_by("-number")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))

    def sendable(self):
        """What a new mailing may use: the current wording of the demands that still stand."""
        return self.current().filter(demand__status=Demand.Status.ACTIVE)


class DemandVersion(models.Model):
    """One wording of a demand, in both forms of Norwegian. A published one is never edited; a new one follows it.

    The newest may be a draft. Its forms are confirmed to say the same, block by block, before it is published.

    The letter is a template with known variables; `services.templates` says which, and checks them when it is saved.
    """

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="versions", verbose_name=_("demand"))
    number = models.PositiveSmallIntegerField(_("version"))
    title_nb = models.CharField(_("title in bokmål"), max_length=150)
    title_nn = models.CharField(_("title in nynorsk"), max_length=150)
    title_en = models.CharField(_("title in English"), max_length=150, blank=True)
    title_se = models.CharField(_("title in Northern Sámi"), max_length=150, blank=True)
    summary_nb = models.CharField(_("in one sentence, in bokmål"), max_length=300)
    summary_nn = models.CharField(_("in one sentence, in nynorsk"), max_length=300)
    summary_en = models.CharField(_("in one sentence, in English"), max_length=300, blank=True)
    summary_se = models.CharField(_("in one sentence, in Northern Sámi"), max_length=300, blank=True)
    text_nb = models.TextField(_("text in bokmål"))
    text_nn = models.TextField(_("text in nynorsk"))
    text_en = models.TextField(_("text in English"), blank=True)
    text_se = models.TextField(_("text in Northern Sámi"), blank=True)
    subject_nb = models.CharField(_("subject of the letter in bokmål"), max_length=200)
    subject_nn = models.CharField(_("subject of the letter in nynorsk"), max_length=200)
    letter_nb = models.TextField(_("letter in bokmål"))
    letter_nn = models.TextField(_("letter in nynorsk"))
    hooks = models.ManyToManyField(
        LegalHook, through="CitedHook", related_name="demand_versions", verbose_name=_("legal hooks")
    )
    indicators = models.ManyToManyField(
        "municipalities.Indicator", through="NeededFact", related_name="+", verbose_name=_("facts it needs")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = DemandVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("wording of a demand")
        verbose_name_plural = _("wordings of demands")
        ordering = ["demand", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "number"], name="demand_version_once"),
            models.UniqueConstraint(fields=["demand"], condition=Q(published_at=None), name="demand_one_draft"),
        ]

    def __str__(self):
        return self.title_nb or self.title_nn

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def summary(self) -> str:
        return in_language(self, "summary")

    @property
    def text(self) -> str:
        return in_language(self, "text")

    @property
    def text_language(self) -> str:
        """The language `text` is in, for the `lang` attribute: a page in English may show a Norwegian text."""
        return "nn" if get_language() == "nn" else "en" if get_language() == "en" and self.text_en else "nb"


class CitedHook(models.Model):
    """That a wording leans on a legal hook; a hook that is cited cannot go away."""

    demandversion = models.ForeignKey(
        DemandVersion, on_delete=models.CASCADE, related_name="+", verbose_name=_("wording of a demand")
    )
    legalhook = models.ForeignKey(LegalHook, on_delete=models.PROTECT, related_name="+", verbose_name=_("legal hook"))

    class Meta:
        verbose_name = _("citation of a legal hook")
        verbose_name_plural = _("citations of legal hooks")
        db_table = "outreach_demandversion_hooks"
        unique_together = [("demandversion", "legalhook")]  # as the table was made

    def __str__(self):
        return f"{self.demandversion_id} {self.legalhook_id}"


class ConfirmedBlock(models.Model):
    """That somebody has read a block of a wording in all its languages side by side, and that they say the same.

    It keeps the texts it is about, so that it stands only as long as the block holds exactly these.
    """

    class Block(models.TextChoices):
        TITLE = "title", _("Title")
        SUMMARY = "summary", _("In one sentence")
        TEXT = "text", _("Text")
        SUBJECT = "subject", _("Subject of the letter")
        LETTER = "letter", _("Letter")

    version = models.ForeignKey(DemandVersion, on_delete=models.CASCADE, related_name="confirmed_blocks")
    block = models.CharField(_("block"), max_length=8, choices=Block)
    texts = models.JSONField(_("texts by language"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("confirmed by"),
        help_text=_("Nobody when both forms came with the project."),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), default=timezone.now)

    class Meta:
        verbose_name = _("confirmed block")
        verbose_name_plural = _("confirmed blocks")
        constraints = [models.UniqueConstraint(fields=["version", "block"], name="confirmed_block_once")]

    def __str__(self):
        return f"{self.version_id} {self.block}"


class NeededFact(models.Model):
    """That a letter with this wording needs a fact of the municipality it goes to."""

    version = models.ForeignKey(DemandVersion, on_delete=models.CASCADE, related_name="needed_facts")
    indicator = models.ForeignKey(
        "municipalities.Indicator", on_delete=models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("needed fact")
        verbose_name_plural = _("needed facts")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "indicator"], name="needed_fact_once")]

    def __str__(self):
        return str(self.indicator)


def in_language(row: models.Model, field: str) -> str:
    """Return a text in the language of the page; English may fall back to bokmål, nynorsk never does."""
    code = get_language() or "nb"
    return getattr(row, f"{field}_{code}", "") or getattr(row, f"{field}_nb")
