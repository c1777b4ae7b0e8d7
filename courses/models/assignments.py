from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AssignmentQuerySet(models.QuerySet):
    def standing(self):
        """Those that take the trainer's time."""
        return self.filter(state=Assignment.State.ACCEPTED)


class Assignment(models.Model):
    """That a trainer teaches a session."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    session = models.ForeignKey(
        "courses.Session", on_delete=models.PROTECT, related_name="assignments", verbose_name=_("session")
    )
    trainer = models.ForeignKey(
        "courses.Trainer", on_delete=models.PROTECT, related_name="assignments", verbose_name=_("trainer")
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
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
                condition=Q(state__in=["offered", "accepted"]),
                name="assignment_once_per_session",
            ),
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
