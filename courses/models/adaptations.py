from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from .bookings import Booking
from .participants import Participant
from .sessions import Session


class AdaptationQuerySet(models.QuerySet):
    def of_session(self, session):
        """Those of the people who take part in a session, in the order of a list of names."""
        people = Participant.objects.expected_at(session)
        return self.filter(participant__in=people).select_related("participant__booking__municipality")

    def no_longer_needed(self, day_begins_at):
        """Those of courses whose last meeting was before a day began, and of people who do not take part."""
        takes_part = Q(participant__state=Participant.State.ACTIVE, participant__booking__state__in=Booking.SEAT_STATES)
        over = Q(participant__booking__session__last_ends_at__lt=day_begins_at)
        cancelled = Q(participant__booking__session__state=Session.State.CANCELLED)
        return self.filter(over | cancelled | ~takes_part)


class Adaptation(models.Model):
    """What has to be arranged so that a participant can take part, told with consent and deleted the day after."""

    YES_OR_NO = ("hearing_loop", "sign_language", "step_free", "large_print", "companion")
    WORDS = ("interpreter", "food", "other")

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="adaptation")
    hearing_loop = models.BooleanField(_("Hearing loop"), default=False)
    sign_language = models.BooleanField(_("Sign language interpreter"), default=False)
    step_free = models.BooleanField(_("Step-free access, for a wheelchair or the like"), default=False)
    large_print = models.BooleanField(_("Material in large print"), default=False)
    companion = models.BooleanField(_("Room for an assistant or a guide dog"), default=False)
    interpreter = models.CharField(_("Interpreter into which language?"), max_length=60, blank=True)
    food = models.CharField(_("Food you cannot eat"), max_length=100, blank=True)
    other = models.CharField(_("Something else we should arrange"), max_length=120, blank=True)
    consented_at = models.DateTimeField(default=timezone.now)

    objects = AdaptationQuerySet.as_manager()

    class Meta:
        verbose_name = _("adaptation")
        verbose_name_plural = _("adaptations")

    def __str__(self):
        return f"{self.pk}"

    @property
    def wishes(self) -> list[str]:
        """What is to be arranged, one thing after the other, as it stands on the list for those who arrange it."""
        named = [str(self._meta.get_field(name).verbose_name) for name in self.YES_OR_NO if getattr(self, name)]
        if self.interpreter:
            named.append(_now("Interpreter: %(language)s") % {"language": self.interpreter})
        if self.food:
            named.append(_now("Cannot eat: %(food)s") % {"food": self.food})
        return [*named, self.other] if self.other else named
