from datetime import UTC, datetime

from django.db import models
from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

NEVER = datetime(1900, 1, 1, tzinfo=UTC)
SOME_DAY = datetime(2200, 1, 1, tzinfo=UTC)
MOMENTS = ("speak_by", "answer_by", "starts_at")


class ConsultationQuerySet(models.QuerySet):
    def open(self):
        """Those we may still do something about: planned, or in a state we do not know, and not put aside."""
        states = [Consultation.State.PLANNED, Consultation.State.UNKNOWN]
        return self.filter(state__in=states).exclude(plan=Consultation.Plan.PASS)

    def by_deadline(self):
        """What comes next first, then those without a day, and last those whose days have all passed."""
        now, moment = timezone.now(), DateTimeField()
        coming = (
            Case(When(**{f"{name}__gte": now}, then=name), default=Value(SOME_DAY), output_field=moment)
            for name in MOMENTS
        )
        last = Greatest(*(Coalesce(name, Value(NEVER), output_field=moment) for name in MOMENTS))
        over = Case(
            When(state__in=[Consultation.State.HELD, Consultation.State.CANCELLED], then=Value(1)),
            When(last_moment__gt=NEVER, last_moment__lt=now, then=Value(1)),
            default=Value(0),
        )
        return self.annotate(next_moment=Least(*coming), last_moment=last, is_behind=over).order_by(
            "is_behind", "next_moment", F("last_moment").desc(), "pk"
        )


class Consultation(models.Model):
    """A hearing in a committee of the Storting, or a consultation of a ministry, with deadlines in Oslo time."""

    class Origin(models.TextChoices):
        STORTING = "storting", _("The Storting")
        MINISTRY = "ministry", _("Ministry")

    class State(models.TextChoices):
        PLANNED = "planned", _("Open or planned")
        HELD = "held", _("Over")
        CANCELLED = "cancelled", _("Cancelled")
        UNKNOWN = "unknown", _("Unknown to us")

    class Plan(models.TextChoices):
        UNDECIDED = "undecided", _("Not decided yet")
        ANSWER = "answer", _("We answer")
        PASS = "pass", _("Not for us")

    origin = models.CharField(_("from"), max_length=8, choices=Origin)
    external_id = models.CharField(_("number in the source"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=300)
    reference = models.CharField(_("case"), max_length=200, blank=True)
    held_by = models.CharField(_("committee or ministry"), max_length=160)
    url = models.URLField(_("address"), max_length=300, blank=True)
    state = models.CharField(_("status"), max_length=9, choices=State, default=State.PLANNED)
    source_status = models.CharField(_("status as the source says it"), max_length=60, blank=True)
    plan = models.CharField(_("what we do"), max_length=9, choices=Plan, default=Plan.UNDECIDED)
    is_written = models.BooleanField(_("written only"), default=False)
    speak_by = models.DateTimeField(_("deadline to ask to speak"), null=True, blank=True)
    speak_by_is_day = models.BooleanField(_("any time that day"), default=False)
    answer_by = models.DateTimeField(_("deadline for written input"), null=True, blank=True)
    answer_by_is_day = models.BooleanField(_("any time that day"), default=False)
    starts_at = models.DateTimeField(_("hearing begins"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=160, blank=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "external_id"], condition=~Q(external_id=""), name="consultation_once_per_source"
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("outreach:consultation_detail", args=[self.pk])

    @property
    def has_passed(self) -> bool:
        """Whether every day it has lies behind us, whatever the source still says of it."""
        moments = [moment for name in MOMENTS if (moment := getattr(self, name))]
        return bool(moments) and max(moments) < timezone.now()
