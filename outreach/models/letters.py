from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .departures import OBJECTED
from .hold_words import hold_sentence


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
        asked = LetterDemand.objects.filter(letter__in=self.received().order_by()).order_by()
        counted = asked.values_list("demand_version__demand")
        return dict(counted.annotate(number=Count("letter__municipality", distinct=True)))

    def received_places(self, demand):
        """The municipalities that have received a demand, each with its newest letter."""
        return (
            self.received()
            .filter(letter_demands__demand_version__demand=demand)
            .exclude(municipality=None)
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
        UNKNOWN = "unknown", _("May have been sent")
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
        "municipalities.Municipality",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("municipality"),
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
    # The codes of the reasons with a space around each, which a list can be narrowed by.
    held_codes = models.CharField(max_length=300, blank=True, editable=False)
    # Which paragraphs the letter has: alike for letters that differ in names and numbers only.
    variant = models.CharField(max_length=12, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("edited by hand by"),
    )
    edited_at = models.DateTimeField(_("edited by hand"), null=True, blank=True, editable=False)
    # What the letter says without the editing; empty when nobody has edited it.
    drafted_subject = models.CharField(max_length=200, blank=True, editable=False)
    drafted_text = models.TextField(blank=True, editable=False)
    is_demonstration = models.BooleanField(_("demonstration"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    # Who held which office when it was written, as a fingerprint; empty for letters older than this field.
    holder = models.CharField(max_length=64, blank=True, editable=False)
    # What the message says beside the letter itself, as it was put in the outbox; empty as above.
    message_hash = models.CharField(max_length=64, blank=True, editable=False)
    message = models.OneToOneField(
        "taushet.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)
    pdf = models.ForeignKey(
        "taushet.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    pdf_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # When it is its turn: at the receiving mail system, in the mailing, and among all letters.
    system_slot_at = models.DateTimeField(null=True, blank=True, editable=False)
    total_slot_at = models.DateTimeField(null=True, blank=True, editable=False)
    slot_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["municipality__sort_key", "municipality_id", "pk"]
        constraints = [
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
        indexes = [
            models.Index(fields=["mailing", "status"], name="letter_of_mailing_by_status"),
            models.Index(fields=["mandate", "settled_at"], name="letter_of_office_by_day"),
        ]
        permissions = [("test_letter", "Can send test copies to oneself")]

    def __str__(self):
        return self.subject or f"{self.municipality_id}"

    def get_absolute_url(self):
        return reverse("outreach:letter_detail", args=[self.mailing_id, self.pk])

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None

    @property
    def can_be_edited(self) -> bool:
        """Whether somebody may write it by hand: it can go, or is held only because it was edited before."""
        only_outdated = self.is_edited and [reason["why"] for reason in self.held_for] == ["edit_outdated"]
        return self.status in (self.Status.READY, self.Status.QUEUED) or only_outdated

    @property
    def place_name(self) -> str:
        """Where it goes, as staff read it: the municipality, or the body of a national office."""
        return self.municipality.display_name if self.municipality else str(self.mandate.body if self.mandate else "–")

    @property
    def held_reasons(self) -> list[str]:
        """Why the letter is held, a sentence for each reason."""
        return [hold_sentence(reason) for reason in self.held_for]

    @property
    def is_objected(self) -> bool:
        """Whether it is held since its recipient wants no letters, so that nothing is to be decided."""
        is_held = self.status == self.Status.STOPPED and self.message is not None
        return is_held and self.message.state_reason == OBJECTED

    @property
    def stop_reason(self) -> str:
        """What the outbox says about the message, such as why it was stopped."""
        return gettext(self.message.state_reason) if self.message and self.message.state_reason else ""


class LetterDemand(models.Model):
    """That a letter puts a demand to an office, and whether the office has had it or may get it still.

    The database keeps everything but `position` in step with the letter (`triggers.py`), and makes the row of the
    letter's first demand, so that no path can send an office the same twice.
    """

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="letter_demands")
    demand_version = models.ForeignKey("outreach.DemandVersion", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    mandate = models.ForeignKey("outreach.Mandate", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, default=Letter.Channel.EMAIL)
    occasion = models.CharField(max_length=8)
    is_taken = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("demand of a letter")
        verbose_name_plural = _("demands of letters")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "demand_version"], name="letter_demand_once"),
            models.UniqueConstraint(
                fields=["demand_version", "mandate", "channel", "occasion"],
                condition=Q(is_taken=True),
                name="letter_once_per_office_and_occasion",
            ),
        ]

    def __str__(self):
        return f"{self.letter_id} {self.demand_version_id}"
