from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailKind(models.TextChoices):
    """A sort of mail of a course, as staff word and time it."""

    CONFIRMATION = "confirmation", _("Confirmation to the booker")
    WELCOME = "welcome", _("Confirmation to a participant")
    NAMES_MISSING = "names-missing", _("Names are missing")
    JOINING = "joining", _("Time, place and link")
    REMINDER = "reminder", _("Reminder")
    CHANGE = "change", _("A meeting is changed")
    CANCELLATION = "cancellation", _("The course or a meeting is cancelled")
    MATERIAL = "material", _("Material afterwards")
    CERTIFICATE = "certificate", _("Course certificate")
    EVALUATION = "evaluation", _("Evaluation")


class MailRule(models.Model):
    """Whether a course sends one kind of mail, and how long before or after the meeting; without one, the usual."""

    class Unit(models.TextChoices):
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="mail_rules")
    kind = models.CharField(max_length=20, choices=MailKind)
    is_on = models.BooleanField(default=True)
    amounts = models.JSONField(default=list)  # such as [14, 3]: two mails, the first one fourteen units before
    unit = models.CharField(max_length=5, choices=Unit, default=Unit.DAYS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "kind"], name="mail_rule_once_per_course_and_kind")]

    def __str__(self):
        return f"{self.course_id} {self.kind}"


class MailText(models.Model):
    """A course's own paragraphs of one kind of mail in one language, in place of the usual ones."""

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="mail_texts")
    kind = models.CharField(max_length=20, choices=MailKind)
    language = models.CharField(max_length=2)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "kind", "language"], name="mail_text_once_per_language"),
            models.CheckConstraint(condition=~Q(text=""), name="mail_text_is_not_empty"),
        ]

    def __str__(self):
        return f"{self.course_id} {self.kind} {self.language}"


class Material(models.Model):
    """What the participants of a session get to read afterwards: texts and links, by the trainer or staff."""

    session = models.OneToOneField("courses.Session", on_delete=models.PROTECT, related_name="material")
    text = models.TextField(_("material"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("material")

    def __str__(self):
        return f"{self.session_id}"


class PlannedMailQuerySet(models.QuerySet):
    def planned(self):
        return self.filter(state=PlannedMail.State.PLANNED)

    def due(self, now=None):
        return self.planned().filter(due_at__lte=now or timezone.now())


class PlannedMail(models.Model):
    """That one booking is to get one kind of mail at a time that follows from a meeting or from the whole session.

    Who gets it is decided when it is due, so that it follows every change of the names by itself.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        WRITTEN = "written", _("Written")
        DROPPED = "dropped", _("Not needed any more")
        STOPPED = "stopped", _("Stopped by staff")

    kind = models.CharField(max_length=20, choices=MailKind)
    booking = models.ForeignKey("courses.Booking", on_delete=models.PROTECT, related_name="planned_mails")
    session = models.ForeignKey("courses.Session", on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(
        "courses.Meeting", null=True, blank=True, on_delete=models.CASCADE, related_name="planned_mails"
    )
    step = models.PositiveSmallIntegerField(default=0)  # which of several times of the same kind
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = PlannedMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned e-mail")
        verbose_name_plural = _("planned e-mails")
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="planned"), name="planned_mail_due"),
            models.Index(fields=["session", "booking"], name="planned_mail_of_session"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "kind", "meeting", "step"],
                condition=Q(meeting__isnull=False),
                name="planned_mail_once_per_meeting",
            ),
            models.UniqueConstraint(
                fields=["booking", "session", "kind", "step"],
                condition=Q(meeting=None),
                name="planned_mail_once_per_session",
            ),
        ]

    def __str__(self):
        return f"{self.booking_id} {self.kind} {self.state}"


class BookingMessage(models.Model):
    """That a message belongs to a booking, and to which participant of it if any.

    `key` says which occasion it was written for, where there must be only one mail for it.
    """

    booking = models.ForeignKey("courses.Booking", on_delete=models.PROTECT, related_name="messages")
    participant = models.ForeignKey(
        "courses.Participant", null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    message = models.OneToOneField("taushet.Message", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80, null=True, blank=True, unique=True, editable=False)
    planned = models.ForeignKey(PlannedMail, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.booking_id} {self.message_id}"
