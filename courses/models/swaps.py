from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .assignments import Assignment


class SwapQuerySet(models.QuerySet):
    def live(self, now=None):
        """Those that can still come to something: the session has not begun and is still the asker's."""
        return self.filter(
            state__in=Swap.UNDECIDED,
            assignment__state=Assignment.State.ACCEPTED,
            assignment__session__first_starts_at__gt=now or timezone.now(),
        ).exclude(assignment__session__state="cancelled")

    def agreed(self):
        return self.live().filter(state=Swap.State.AGREED)


class Swap(models.Model):
    """That a trainer asks a colleague to take over a session; nothing changes before staff says yes too."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for the colleague")
        AGREED = "agreed", _("Waits for the campaign staff")
        DECLINED = "declined", _("The colleague cannot")
        APPROVED = "approved", _("Taken over")
        REFUSED = "refused", _("Refused by the campaign staff")
        WITHDRAWN = "withdrawn", _("Taken back")

    UNDECIDED = (State.ASKED, State.AGREED)

    assignment = models.ForeignKey("courses.Assignment", on_delete=models.PROTECT, related_name="swaps")
    colleague = models.ForeignKey("courses.Trainer", on_delete=models.PROTECT, related_name="swaps_asked")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    note = models.CharField(_("message"), max_length=300, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = _("swap")
        verbose_name_plural = _("swaps")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(state__in=["asked", "agreed"]), name="swap_one_undecided"
            ),
        ]

    def __str__(self):
        return f"{self.assignment_id} {self.colleague_id} {self.state}"
