"""When offices in Norway are open: workdays without public holidays, and business hours in Oslo."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

OSLO = ZoneInfo("Europe/Oslo")
OPENS_AT = time(8)
CLOSES_AT = time(15, 30)
ONE_DAY = timedelta(days=1)
FIXED = {
    (1, 1): _("New Year's Day"),
    (5, 1): _("1 May, Labour Day"),
    (5, 17): _("17 May, Constitution Day"),
    (12, 25): _("Christmas Day"),
    (12, 26): _("Boxing Day"),
}
FROM_EASTER = {
    -3: _("Maundy Thursday"),
    -2: _("Good Friday"),
    0: _("Easter Sunday"),
    1: _("Easter Monday"),
    39: _("Ascension Day"),
    49: _("Whit Sunday"),
    50: _("Whit Monday"),
}


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of a year in the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leaps - correction + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=32)
def named_holidays(year: int) -> Mapping[date, str]:
    """Return the public holidays of a year with their names; of two on one day, the fixed one gives the name."""
    easter = easter_sunday(year)
    moving = {easter + timedelta(days=days): name for days, name in FROM_EASTER.items()}
    return MappingProxyType(moving | {date(year, month, day): name for (month, day), name in FIXED.items()})


def holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year."""
    return frozenset(named_holidays(year))


def holiday_name(day: date) -> str:
    """Return what a public holiday is called, or nothing on another day."""
    return str(named_holidays(day.year).get(day, ""))


def is_workday(day: date) -> bool:
    """Whether offices are open on a day: Monday to Friday and no public holiday."""
    return day.weekday() < 5 and day not in named_holidays(day.year)


def add_workdays(day: date, count: int) -> date:
    """Return the workday that comes `count` workdays after a day."""
    while count > 0:
        day += ONE_DAY
        count -= is_workday(day)
    return day


def workdays_before(day: date, count: int) -> date:
    """Return the last day from which `count` workdays have been over when a day begins."""
    while count > 0:
        day -= ONE_DAY
        count -= is_workday(day)
    return day - ONE_DAY


def workdays_between(first: date, last: date) -> int:
    """Return how many workdays come after a day, to another one and with it; none when that is no later."""
    return sum(is_workday(first + ONE_DAY * number) for number in range(1, (last - first).days + 1))


def is_business_time(moment: datetime) -> bool:
    """Whether a moment lies in the business hours of a workday in Oslo."""
    local = moment.astimezone(OSLO)
    return is_workday(local.date()) and OPENS_AT <= local.time() < CLOSES_AT


def next_business_time(moment: datetime) -> datetime:
    """Return the moment itself when offices are open, else when they open next."""
    if is_business_time(moment):
        return moment
    local = moment.astimezone(OSLO)
    day = local.date() if local.time() < OPENS_AT else local.date() + ONE_DAY
    while not is_workday(day):
        day += ONE_DAY
    return datetime.combine(day, OPENS_AT, OSLO)
