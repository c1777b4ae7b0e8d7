"""Dates and spans as people here write them: «fredag 12. mars 2027 kl. 09.00–12.00»."""

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language


def day_text(day: date) -> str:
    """Return a day with its weekday, in the reader's language."""
    return date_format(day, "l j F Y" if get_language() == "en" else "l j. F Y")


def when_text(starts_at: datetime, ends_at: datetime) -> str:
    """Return when something lasts, in Oslo's time: day and hours within one day, else the days only."""
    return _when_text(starts_at, ends_at, get_language())


# Lists show the same hours again and again, and formatting a date costs more than fetching its row.
@lru_cache(maxsize=8192)
def _when_text(starts_at, ends_at, language):
    first, last = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if first.date() == last.date():
        return f"{day_text(first.date())} {hours_text(first, last)}"
    return days_text(first.date(), last.date())


def hours_text(first: datetime, last: datetime) -> str:
    """Return the hours of two local moments: «kl. 09.00–12.00»."""
    if get_language() == "en":
        return f"{first:%H:%M}–{last:%H:%M}"
    return f"kl. {first:%H.%M}–{last:%H.%M}"


def days_text(first: date, last: date) -> str:
    """Return a span of days, naming month and year once where they are the same: «12.–13. mars 2027»."""
    dot = "" if get_language() == "en" else "."
    end = date_format(last, f"j{dot} F Y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{dot}–{end}"
    return f"{date_format(first, f'j{dot} F' if first.year == last.year else f'j{dot} F Y')}–{end}"
