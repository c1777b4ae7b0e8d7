from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FollowUpQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None)


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
        DROPPED = "dropped", _("Nothing to do")
        BY_ITSELF = "by_itself", _("No longer needed")

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
    def mandate(self):
        """The office it is about: that of the letter, or the one that answers for the promise."""
        return self.letter.mandate if self.letter else self.commitment.office

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
