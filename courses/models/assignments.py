from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .trainers import Trainer


class AssignmentQuerySet(models.QuerySet):
    def standing(self):
        """Those that take the trainer's time."""
        return self.filter(state=Assignment.State.ACCEPTED)

    def counting(self):
        """Those that meet a need of their session: they stand, and the trainer is still active."""
        return self.standing().filter(trainer__in=Trainer.objects.active())

    def with_activity(self):
        """Add whether the trainer is still active, as `counts`."""
        return self.annotate(counts=Exists(Trainer.objects.active().filter(pk=OuterRef("trainer"))))

    def unanswered(self):
        """Those a trainer has been asked for and has not answered."""
        return self.filter(state=Assignment.State.OFFERED)

    def waiting(self):
        """Those that are answered, or shall be asked for once others have said no."""
        return self.filter(state__in=[Assignment.State.NEXT, Assignment.State.OFFERED])

    def due(self, now=None):
        """Those nobody answered in time."""
        return self.unanswered().filter(answer_by__lte=now or timezone.now())


class Assignment(models.Model):
    """That a trainer teaches a session, or has been asked to."""

    class State(models.TextChoices):
        NEXT = "next", _("In line")
        OFFERED = "offered", _("Has not answered yet")
        ACCEPTED = "accepted", _("Said yes")
        DECLINED = "declined", _("Said no")
        LAPSED = "lapsed", _("Did not answer in time")
        PASSED = "passed", _("Others were first")
        UNFIT = "unfit", _("Was no longer free")
        TAKEN_BACK = "taken_back", _("Taken back")
        WITHDRAWN = "withdrawn", _("No longer teaches")

    class Kind(models.TextChoices):
        LEAD = "lead", _("Lead trainer")
        SECOND = "second", _("Second trainer")

    session = models.ForeignKey(
        "courses.Session", on_delete=models.PROTECT, related_name="assignments", verbose_name=_("session")
    )
    trainer = models.ForeignKey(
        "courses.Trainer", on_delete=models.PROTECT, related_name="assignments", verbose_name=_("trainer")
    )
    kind = models.CharField(_("as"), max_length=6, choices=Kind, default=Kind.LEAD)
    state = models.CharField(_("state"), max_length=10, choices=State)
    offer = models.ForeignKey(
        "courses.TrainerOffer", null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    place_in_line = models.PositiveSmallIntegerField(default=0, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer_by = models.DateTimeField(_("answer before"), null=True, blank=True, editable=False)
    # The mail that asks, which must not leave once there is nothing to answer.
    message = models.ForeignKey(
        "taushet.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    leaving_word = models.CharField(_("word on leaving"), max_length=300, blank=True)
    overridden = models.JSONField(default=list, blank=True, editable=False)
    override_reason = models.CharField(_("why even so"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "trainer"],
                condition=Q(state__in=["next", "offered", "accepted"]),
                name="assignment_once_per_session",
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(answer_by__isnull=False), name="assignment_offer_has_an_end"
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(state="offered"), name="assignment_answer_by"),
        ]

    def __str__(self):
        return f"{self.session_id} {self.trainer_id}"


class TsTzRange(Func):
    """PostgreSQL's range of two points in time."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class PostgresExclusionConstraint(ExclusionConstraint):
    """An exclusion constraint that other databases skip; SQLite gets triggers instead (`courses.triggers`)."""

    def constraint_sql(self, model, schema_editor):
        return super().constraint_sql(model, schema_editor) if is_postgres(schema_editor) else None

    def create_sql(self, model, schema_editor):
        return super().create_sql(model, schema_editor) if is_postgres(schema_editor) else None

    def remove_sql(self, model, schema_editor):
        return super().remove_sql(model, schema_editor) if is_postgres(schema_editor) else None

    def validate(self, *args, **kwargs):
        """The database decides at once and under its own lock; a check beforehand could only be out of date."""


def is_postgres(schema_editor) -> bool:
    return schema_editor.connection.vendor == "postgresql"


class AssignedMeeting(models.Model):
    """The hours an assignment takes of a trainer: one row a meeting. Two rows of a trainer never overlap."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="assigned_meetings")
    meeting = models.ForeignKey("courses.Meeting", on_delete=models.PROTECT, related_name="assigned_meetings")
    trainer = models.ForeignKey("courses.Trainer", on_delete=models.PROTECT, related_name="assigned_meetings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_cancelled = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0, help_text=_("The meeting's number when the trainer was told."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "meeting"], name="assigned_meeting_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="assigned_meeting_ends_after_it_starts"
            ),
            PostgresExclusionConstraint(
                name="trainer_in_one_place",
                expressions=[
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                    ("trainer", RangeOperators.EQUAL),
                ],
                condition=Q(is_cancelled=False),
            ),
        ]

    def __str__(self):
        return f"{self.trainer_id} {self.starts_at:%Y-%m-%d %H:%M}"
