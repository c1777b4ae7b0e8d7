"""Local time, and the two nights a year when it jumps."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


class NoSuchTime(ValueError):
    """The clocks jump over this time."""


def local_moment(day: date, clock: time) -> datetime:
    """Return a local time as a moment; of an hour that comes twice, the first.

    Raises NoSuchTime for the hour that is left out in March.
    """
    naive = datetime.combine(day, clock)
    moment = naive.replace(tzinfo=timezone.get_default_timezone())
    if moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) != naive:
        raise NoSuchTime(f"{naive:%Y-%m-%d %H:%M}")
    return moment


def comes_twice(moment: datetime) -> bool:
    """Whether the clocks are put back over this local time, so that it happens once more."""
    return moment.replace(fold=1).utcoffset() != moment.replace(fold=0).utcoffset()


def days_from(moment: datetime, days: int) -> datetime:
    """Return the same local time some days later or earlier, in UTC.

    Of an hour that comes twice it is the first; one that the clocks jump over comes after the jump.
    """
    local = timezone.localtime(moment, timezone.get_default_timezone())
    naive = local.replace(tzinfo=None, fold=0) + timedelta(days=days)
    return naive.replace(tzinfo=local.tzinfo).astimezone(UTC)
