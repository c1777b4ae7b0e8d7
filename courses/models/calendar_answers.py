from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .trainer_invitations import TrainerInvitation


class CalendarAnswerQuerySet(models.QuerySet):
    def declined(self, now=None):
        """Those by which a trainer has said no to a coming meeting they still hold, and nobody has looked into."""
        held = TrainerInvitation.objects.live().filter(meeting=OuterRef("meeting"), trainer=OuterRef("trainer"))
        coming = self.filter(answer=CalendarAnswer.Answer.DECLINED, meeting__ends_at__gt=now or timezone.now())
        return coming.filter(Exists(held), settled_at=None)

    def unplaced(self):
        """Those that belong to no invitation we know of, and nobody has looked into."""
        return self.filter(trainer=None, settled_at=None)


class CalendarAnswer(models.Model):
    """What a calendar program answered to a trainer's invitation. Anybody can forge one, so it changes nothing."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Yes")
        DECLINED = "declined", _("No")
        TENTATIVE = "tentative", _("Maybe")
        OTHER = "other", _("Something else")

    inbound = models.ForeignKey(
        "taushet.InboundMail", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    trainer = models.ForeignKey(
        "courses.Trainer", null=True, blank=True, on_delete=models.PROTECT, related_name="calendar_answers"
    )
    meeting = models.ForeignKey("courses.Meeting", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)
    email = models.CharField(max_length=254, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    uid = models.CharField(max_length=255, blank=True)
    sequence = models.PositiveIntegerField(null=True, blank=True)
    comment = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CalendarAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar answer")
        verbose_name_plural = _("calendar answers")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["-received_at"], condition=Q(settled_at=None), name="calendar_answer_open"),
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.answer}"

    @property
    def is_from_another(self) -> bool:
        """Whether the mail came from another address than the one that was invited."""
        return bool(self.sender) and self.sender.lower() != self.email.lower()
