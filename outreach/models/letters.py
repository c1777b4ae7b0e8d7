from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _


class LetterQuerySet(models.QuerySet):
    def held(self):
        return self.filter(status=Letter.Status.HELD)

    def going(self):
        """Those that leave when the mailing is approved."""
        return self.exclude(status__in=[Letter.Status.HELD, Letter.Status.CANCELLED])

    def in_trouble(self):
        return self.filter(status__in=Letter.TROUBLE)

    def received(self):
        """Those that have left for the municipality; in a demonstration those that would have."""
        left = [Letter.Status.SENT] + ([Letter.Status.STAYED] if settings.DEMO else [])
        return self.filter(status__in=left)

    def received_by_demand(self) -> dict[int, int]:
        """Return how many municipalities have received each demand, in any wording."""
        counted = self.received().order_by().values_list("demand_version__demand")
        return dict(counted.annotate(number=Count("municipality", distinct=True)))

    def received_places(self, demand):
        """The municipalities that have received a demand, each with its newest letter."""
        return (
            self.received()
            .filter(demand_version__demand=demand)
            .select_related("municipality__county")
            .order_by("municipality__county__sort_key", "municipality__sort_key", "-settled_at")
        )

    def counts(self) -> dict[str, int]:
        """Return how many letters there are in each status."""
        return dict(self.order_by().values_list("status").annotate(number=Count("pk")))


class Letter(models.Model):
    """One text to one office holder: drafted from a demand, frozen when submitted, sent exactly so."""

    class Status(models.TextChoices):
        READY = "ready", _("Ready")
        HELD = "held", _("Held back")
        QUEUED = "queued", _("In the outbox")
        SENT = "sent", _("Sent")
        STAYED = "stayed", _("Stayed here, outgoing mail is off")
        UNKNOWN = "unknown", _("Sent, answer unknown")
        FAILED = "failed", _("Not delivered")
        STOPPED = "stopped", _("Stopped on the way out")
        CANCELLED = "cancelled", _("Cancelled")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")

    DRAFTED = (Status.READY, Status.HELD)
    # The office holder has had it, or may get it still: then nobody else may send the same.
    TAKEN = (Status.QUEUED, Status.SENT, Status.STAYED, Status.UNKNOWN, Status.FAILED, Status.STOPPED)
    TROUBLE = (Status.UNKNOWN, Status.FAILED, Status.STOPPED)

    mailing = models.ForeignKey(
        "outreach.Mailing", on_delete=models.PROTECT, related_name="letters", verbose_name=_("mailing")
    )
    demand_version = models.ForeignKey(
        "outreach.DemandVersion", on_delete=models.PROTECT, related_name="letters", verbose_name=_("demand")
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality", on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    mandate = models.ForeignKey(
        "outreach.Mandate",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="letters",
        verbose_name=_("office"),
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    occasion = models.CharField(_("occasion"), max_length=8)
    language = models.CharField(_("language form"), max_length=2)
    to_name = models.CharField(_("to"), max_length=120, blank=True)
    to_email = models.EmailField(_("address"), blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    held_for = models.JSONField(_("held because"), default=list, blank=True)
    is_demonstration = models.BooleanField(_("demonstration"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    message = models.OneToOneField(
        "taushet.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["municipality__sort_key", "municipality_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand_version", "mandate", "channel", "occasion"],
                condition=Q(status__in=["queued", "sent", "stayed", "unknown", "failed", "stopped"]),
                name="letter_once_per_office_and_occasion",
            ),
            models.UniqueConstraint(
                fields=["mailing", "mandate"], condition=~Q(status="cancelled"), name="letter_once_per_mailing"
            ),
            models.UniqueConstraint(
                fields=["mailing", "municipality"],
                condition=Q(mandate=None) & ~Q(status="cancelled"),
                name="letter_without_office_once_per_mailing",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["held", "cancelled"])
                | Q(mandate__isnull=False) & ~Q(to_email="") & ~Q(subject="") & ~Q(text=""),
                name="letter_going_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["held", "cancelled"]) | Exact(Length(F("content_hash")), 64),
                name="letter_going_has_hash",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ready", "held"], message=None)
                | Q(status="cancelled")
                | ~Q(status__in=["ready", "held"]) & Q(message__isnull=False),
                name="letter_under_way_has_message",
            ),
        ]
        permissions = [("test_letter", "Can send test copies to oneself")]

    def __str__(self):
        return self.subject or f"{self.municipality_id}"

    def get_absolute_url(self):
        return reverse("outreach:letter_detail", args=[self.mailing_id, self.pk])

    @property
    def held_reasons(self) -> list[str]:
        """Why the letter is held, a sentence for each reason."""
        return [hold_sentence(reason) for reason in self.held_for]

    @property
    def stop_reason(self) -> str:
        """What the outbox says about the message, such as why it was stopped."""
        return gettext(self.message.state_reason) if self.message and self.message.state_reason else ""


HOLD_SENTENCES = {
    "fact_missing": _("Unknown: %(name)s."),
    "fact_stale": _("Too old: %(name)s, last seen %(detail)s."),
    "hook_lapsed": _("No longer in force on the day it leaves: %(name)s."),
    "no_address": {
        "mailbox": _("No address: the central mail-box."),
        "mayor": _("No address: the mayor."),
    },
    "suppressed": _("The address gets no mail from us: %(detail)s."),
    "already_sent": _("This office has had this demand before."),
    "municipality_ended": _("The municipality no longer exists on the day it leaves."),
    "demand_ended": _("The demand is met or withdrawn."),
    "not_confirmed": _("Nobody has confirmed that the demand says the same in bokmål and nynorsk."),
    "broken_text": _("The wording of the demand is broken: %(detail)s"),
}


def hold_sentence(reason: dict) -> str:
    sentence = HOLD_SENTENCES[reason["why"]]
    if isinstance(sentence, dict):
        sentence = sentence[reason["field"]]
    names = reason["names"]
    name = names.get(get_language() or "nb") or names.get("nb") or reason["field"]
    return sentence % {"name": name, "field": reason["field"], "detail": shown_detail(reason["detail"])}


def shown_detail(detail: str) -> str:
    """Show a date as people write it, anything else as it is."""
    try:
        return date_format(date.fromisoformat(detail), "j. F Y")
    except ValueError:
        return detail
