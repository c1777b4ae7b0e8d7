import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EvaluationRound(models.Model):
    """That the participants of a session are asked what they think of it, once at a time."""

    class Wave(models.TextChoices):
        AFTER = "after", _("Straight after")
        THREE_MONTHS = "three_months", _("After three months")
        SIX_MONTHS = "six_months", _("After six months")

    session = models.ForeignKey("courses.Session", on_delete=models.PROTECT, related_name="evaluation_rounds")
    wave = models.CharField(max_length=15, choices=Wave)
    asked_count = models.PositiveIntegerField(default=0)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "wave"], name="evaluation_round_once"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opens_at")), name="evaluation_round_closes_after_it_opens"
            ),
        ]

    def __str__(self):
        return f"{self.session_id} {self.wave}"

    @property
    def is_open(self) -> bool:
        return timezone.now() < self.closes_at

    @property
    def is_later(self) -> bool:
        """Whether enough time has passed to ask what came of it."""
        return self.wave != self.Wave.AFTER


class EvaluationTicket(models.Model):
    """The right to answer once. Drawn while a mail leaves; nothing says whose it is, nor when it was made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(EvaluationRound, on_delete=models.CASCADE, related_name="tickets")
    token_sha256 = models.CharField(max_length=64, unique=True)
    is_used = models.BooleanField(default=False)

    def __str__(self):
        return f"{self.round_id}"


def scale(label) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, validators=[MinValueValidator(1), MaxValueValidator(5)])


class EvaluationAnswer(models.Model):
    """What one participant thinks, we do not know who. Released for the results only with four others or more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(EvaluationRound, on_delete=models.PROTECT, related_name="answers")
    useful = scale(_("useful"))
    sure_to_ask = scale(_("sure to ask"))
    sure_to_act = scale(_("sure to act"))
    has_used = models.BooleanField(_("has used it"), null=True)
    text = models.TextField(_("text"), blank=True)
    is_released = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        indexes = [models.Index(fields=["round"], condition=Q(is_released=False), name="evaluation_not_released")]
        constraints = [
            models.CheckConstraint(
                condition=Q(useful__range=(1, 5), sure_to_ask__range=(1, 5), sure_to_act__range=(1, 5)),
                name="evaluation_scales_from_one_to_five",
            ),
        ]

    def __str__(self):
        return f"{self.round_id}"
