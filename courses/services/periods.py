"""The days a calendar page shows: a week, or a month; and the way to those before and after."""

from dataclasses import dataclass
from datetime import date, timedelta

from .hours import ONE_DAY, Span, span_of


@dataclass(frozen=True)
class Period:
    """Whole local days from `first` to `last`, both included, with the name it has in addresses."""

    first: date
    last: date
    name: str
    previous: str
    next: str

    @property
    def span(self) -> Span:
        """The moments between which it lies."""
        return span_of(self.first)[0], span_of(self.last)[1]

    @property
    def week(self) -> int:
        return self.first.isocalendar().week

    def day_for(self, today: date) -> date:
        """Return the day another period should open at: today when it is shown, or else the first."""
        return today if self.first <= today <= self.last else self.first


def week_name(day: date) -> str:
    """Return the week of a day as addresses have it: 2026-W44."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def month_name(day: date) -> str:
    """Return the month of a day as addresses have it: 2026-10."""
    return f"{day:%Y-%m}"


def week_from(monday: date) -> Period:
    """Return the week that begins on a Monday."""
    before, after = monday - 7 * ONE_DAY, monday + 7 * ONE_DAY
    return Period(monday, monday + 6 * ONE_DAY, week_name(monday), week_name(before), week_name(after))


def month_from(first: date) -> Period:
    """Return the month that begins on a day."""
    following = (first + timedelta(days=31)).replace(day=1)
    before = first - ONE_DAY
    return Period(first, following - ONE_DAY, month_name(first), month_name(before), month_name(following))


def whole_weeks(period: Period) -> Period:
    """Return a period stretched to whole weeks, Monday first."""
    first = period.first - ONE_DAY * period.first.weekday()
    last = period.last + ONE_DAY * (6 - period.last.weekday())
    return Period(first, last, period.name, period.previous, period.next)
