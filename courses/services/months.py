"""A month of meetings as the weeks of a wall calendar."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from courses.models import Meeting


@dataclass(frozen=True)
class Day:
    """One square of the month."""

    on: date
    is_in_month: bool
    is_today: bool
    meetings: list[Meeting] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """Whole weeks, Monday first, that hold a month."""

    first: date
    weeks: list[list[Day]]

    @property
    def meetings(self) -> list[Meeting]:
        """The meetings of the month itself, in order and each once."""
        days = [day for week in self.weeks for day in week if day.is_in_month]
        return list({meeting.pk: meeting for day in days for meeting in day.meetings}.values())

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)


def span_of(first: date) -> tuple[datetime, datetime]:
    """Return the points in time between which a month's weeks lie."""
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    start, end = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    return tuple(timezone.make_aware(datetime.combine(day, time())) for day in (start, end))


def make_month(first: date, meetings: Iterable[Meeting]) -> Month:
    """Lay meetings out in the month that begins on a day; one that lasts over midnight stands on both days."""
    by_day = defaultdict(list)
    for meeting in meetings:
        day = timezone.localdate(meeting.starts_at)
        while day <= timezone.localdate(meeting.ends_at - timedelta(microseconds=1)):
            by_day[day].append(meeting)
            day += timedelta(days=1)
    today = timezone.localdate()
    weeks = [
        [Day(day, day.month == first.month, day == today, by_day[day]) for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    return Month(first, weeks)
