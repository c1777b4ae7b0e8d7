from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .trainers import Trainer


class BusyCalendar(models.Model):
    """A calendar of a trainer's own, kept elsewhere, of which only the taken hours are read.

    Its address is as good as a password, and is sealed with what else opens it; what the trainer calls it is not
    asked. `last_good_at` is when it was last known to be as stored here: what is older is stale, and never reads as
    free.
    """

    class Kind(models.TextChoices):
        ICS = "ics", _("Address of a calendar file (ICS)")
        CALDAV = "caldav", _("Calendar server (CalDAV)")

    class Failure(models.TextChoices):
        ADDRESS = "address", _("The address cannot be used.")
        REFUSED = "refused", _("The address leads to a place that we do not read from.")
        REDIRECTS = "redirects", _("The address sends us on too many times.")
        UNREACHABLE = "unreachable", _("The server could not be reached.")
        SLOW = "slow", _("The server took too long to answer.")
        SIGN_IN = "sign_in", _("The server does not let us in.")
        MISSING = "missing", _("There is no calendar at the address.")
        SERVER = "server", _("The server answered with an error.")
        TOO_LARGE = "too_large", _("The calendar is too large.")
        NO_CALENDAR = "no_calendar", _("What we got is not a calendar.")
        TOO_MUCH = "too_much", _("The calendar repeats so often that we cannot read it.")
        UNREADABLE = "unreadable", _("The calendar could not be read.")

    trainer = models.ForeignKey(Trainer, on_delete=models.CASCADE, related_name="busy_calendars")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    sealed_access = models.BinaryField(editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    last_tried_at = models.DateTimeField(null=True, editable=False)
    last_good_at = models.DateTimeField(null=True, editable=False)
    expanded_at = models.DateTimeField(null=True, editable=False)
    next_try_at = models.DateTimeField(default=timezone.now, editable=False)
    failure = models.CharField(max_length=11, choices=Failure, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    skipped = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("calendar elsewhere")
        verbose_name_plural = _("calendars elsewhere")
        ordering = ["pk"]
        indexes = [models.Index(fields=["next_try_at"], name="busy_calendar_next_try")]

    def __str__(self):
        return f"{self.trainer_id} {self.kind} {self.pk}"


class BusyPeriod(models.Model):
    """Hours in which a trainer is taken, by a calendar of their own; what takes them is not stored."""

    trainer = models.ForeignKey(Trainer, on_delete=models.CASCADE, related_name="busy_periods")
    calendar = models.ForeignKey(BusyCalendar, on_delete=models.CASCADE, related_name="periods")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("busy period")
        verbose_name_plural = _("busy periods")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["trainer", "ends_at", "starts_at"], name="busy_period_of_trainer")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_period_ends_after_it_starts")
        ]

    def __str__(self):
        return f"{self.trainer_id} {self.starts_at:%Y-%m-%d %H:%M}"
