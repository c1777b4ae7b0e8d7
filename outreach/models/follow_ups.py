from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FollowUpQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None)

    def settled(self):
        """The latest first."""
        return self.exclude(settled_at=None).order_by("-settled_at", "-pk")


class FollowUp(models.Model):
    """What staff should do now about a letter nobody answers or a promise whose day has come; once for each rule.

    It holds a draft that a person may use, or make into a mailing. Nothing is ever sent by it.
    """

    class Rule(models.TextChoices):
        NO_ANSWER = "no_answer", _("No answer has come")
        DUE_SOON = "due_soon", _("The day of a promise is near")
        OVERDUE = "overdue", _("The day of a promise is over")

    class Outcome(models.TextChoices):
        WRITTEN = "written", _("Somebody wrote or called")
        CALLED = "called", _("By phone")
        POSTED = "posted", _("By letter")
        DROPPED = "dropped", _("Nothing to do")
        BY_ITSELF = "by_itself", _("No longer needed")

    # What comes of talking to somebody, so that it has to be told what was said.
    TOLD = (Outcome.CALLED, Outcome.POSTED)

    rule = models.CharField(_("rule"), max_length=10, choices=Rule)
    letter = models.ForeignKey(
        "outreach.Letter", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    commitment = models.ForeignKey(
        "outreach.Commitment", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    draft = models.TextField(_("draft"), blank=True)
    # The draft as a mailing, once somebody has made it one.
    mailing = models.ForeignKey(
        "outreach.Mailing", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups", editable=False
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    note = models.TextField(_("what was said"), blank=True, max_length=1000)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["opened_at"], condition=Q(settled_at=None), name="follow_up_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "letter"], condition=Q(letter__isnull=False), name="follow_up_once_per_letter"
            ),
            models.UniqueConstraint(
                fields=["rule", "commitment"],
                condition=Q(commitment__isnull=False),
                name="follow_up_once_per_commitment",
            ),
            models.CheckConstraint(
                condition=Q(rule="no_answer", letter__isnull=False, commitment=None)
                | Q(rule__in=["due_soon", "overdue"], letter=None, commitment__isnull=False),
                name="follow_up_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="") | Q(settled_at__isnull=False) & ~Q(outcome=""),
                name="follow_up_settled_has_outcome",
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.pk}"

    def get_absolute_url(self):
        return reverse("outreach:follow_up_detail", args=[self.pk])

    @property
    def is_mailed(self) -> bool:
        """Whether it has become a mailing that stands."""
        return self.mailing is not None and self.mailing.status != "cancelled"

    @property
    def mandate(self):
        """The office it is about: that of the letter, or the one that answers for the promise."""
        return self.letter.mandate if self.letter else self.commitment.office

    @property
    def home(self) -> tuple:
        """Where the office is at home: a municipality, a county, or a body of the whole country."""
        body = self.mandate.body
        county = body.county_id if body.kind != body.Kind.STATE_ADMINISTRATION else None
        return body.municipality_id, county, None if body.municipality_id or county else body.pk

    @property
    def place_name(self) -> str:
        """The same as staff read it."""
        body, place = self.mandate.body, self.municipality
        if place or body.municipality_id:
            return (place or body.municipality).display_name
        return body.county.name if self.home[1] else body.name

    @property
    def group(self) -> tuple:
        """What those have in common that one letter to each can remind of the same: rule, mailing and place."""
        return self.rule, self.letter and self.letter.mailing_id, self.home

    @property
    def name(self) -> str:
        """Whom the letter went to, or who has promised, as staff read it."""
        return self.letter.to_name if self.letter else self.commitment.speaker

    @property
    def language(self) -> str:
        """The language form to write in."""
        if self.letter:
            return self.letter.language
        return self.municipality.letter_language if self.municipality else "nb"

    @property
    def municipality(self):
        """Whom it is about, or nobody for a promise to the whole country."""
        return self.letter.municipality if self.letter else self.commitment.municipality
