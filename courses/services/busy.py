"""The calendars that trainers keep elsewhere: what they give us, and what they see of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import BusyCalendar, BusyPeriod, Trainer
from taushet.models import User
from taushet.services import audit

from .busy_access import CalendarRefused, access_from, open_access
from .busy_reading import is_stale, read_later

Failure = BusyCalendar.Failure
MOST_CALENDARS = 5
KEPT_AFTER = timedelta(days=30)
NOT_AGAIN_BEFORE = timedelta(minutes=1)


@transaction.atomic
def add_calendar(
    trainer: Trainer, *, kind: str, address: str, user: str = "", password: str = "", by: User
) -> BusyCalendar:
    """Take in a calendar that a trainer keeps elsewhere, and let it be read at once. Raises CalendarRefused."""
    access = access_from(kind, address, user, password)
    trainer = Trainer.objects.select_for_update(no_key=True).get(pk=trainer.pk)
    mine = list(trainer.busy_calendars.all())
    if len(mine) >= MOST_CALENDARS:
        raise CalendarRefused(_("You have as many calendars here as there is room for. Remove one first."))
    if any(open_access(one) == access for one in mine):
        raise CalendarRefused(_("You have put in this calendar already."), field="address")
    calendar = BusyCalendar.objects.create(trainer=trainer, kind=kind, sealed_access=access.sealed())
    audit.record("trainer.calendar_added", trainer, by=by, calendar=calendar.pk, calendar_kind=kind)
    read_later.enqueue(calendar.pk)
    return calendar


@transaction.atomic
def remove_calendar(calendar: BusyCalendar, *, by: User) -> None:
    """Forget a calendar, what opens it and all hours read from it."""
    audit.record("trainer.calendar_removed", calendar.trainer, by=by, calendar=calendar.pk)
    calendar.delete()


@transaction.atomic
def ask_to_read(calendar: BusyCalendar) -> bool:
    """Let a calendar be read as soon as may be; False when that was tried a moment ago."""
    now = timezone.now()
    waits = Q(last_tried_at=None) | Q(last_tried_at__lt=now - NOT_AGAIN_BEFORE)
    is_asked = bool(BusyCalendar.objects.filter(waits, pk=calendar.pk).update(next_try_at=now))
    if is_asked:
        read_later.enqueue(calendar.pk)
    return is_asked


def advice_for(failure: str) -> str:
    """Say what a trainer can do about a calendar that cannot be read."""
    match Failure(failure):
        case Failure.SIGN_IN:
            return _("Has the password been changed? Then remove the calendar and put it in again.")
        case Failure.UNREACHABLE | Failure.SLOW | Failure.SERVER:
            return _("We try again by ourselves.")
        case Failure.TOO_LARGE | Failure.TOO_MUCH | Failure.UNREADABLE:
            return _("Put in a smaller calendar with what takes your time, or write to us.")
    return _("Copy the address once more, remove this calendar and put it in again.")


@dataclass(frozen=True)
class Shown:
    """A calendar elsewhere as its trainer sees it."""

    calendar: BusyCalendar
    host: str
    periods: int

    @property
    def is_stale(self) -> bool:
        return is_stale(self.calendar.last_good_at, timezone.now())

    @property
    def advice(self) -> str:
        return advice_for(self.calendar.failure)

    @property
    def is_being_read(self) -> bool:
        return self.calendar.last_tried_at is None or self.calendar.next_try_at <= timezone.now()


def is_full(trainer: Trainer) -> bool:
    """Whether a trainer has as many calendars here as there is room for."""
    return trainer.busy_calendars.count() >= MOST_CALENDARS


def shown_calendars(trainer: Trainer) -> list[Shown]:
    """Return a trainer's calendars elsewhere, with the host and how many coming periods each has."""
    coming = Count("periods", filter=Q(periods__ends_at__gt=timezone.now()))
    found = trainer.busy_calendars.annotate(coming=coming).order_by("pk")
    return [Shown(one, access.host if (access := open_access(one)) else "", one.coming) for one in found]


def erase_busy(now: datetime) -> int:
    """Delete calendars elsewhere of those who no longer teach, and periods a month after they have passed."""
    over = BusyPeriod.objects.filter(ends_at__lt=now - KEPT_AFTER).delete()[0]
    return over + BusyCalendar.objects.filter(trainer__is_active=False).delete()[0]
