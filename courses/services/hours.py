"""Hours that people say in local time, as spans of moments, and what can be done with spans. Nothing here asks the
database.

Two nights a year the clocks jump. The rule: hours begin at the first moment a clock shows their start and end at the
last one it shows their end. What lies in the hour that is left out moves to the jump, so that 01.00–02.30 ends there
and 02.00–03.00 is nothing; of the hour that comes twice, 02.00–03.00 is both. A day lasts from midnight to midnight,
which always exists.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from taushet.workdays import OSLO

ONE_DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def first_moment(day: date, clock: time) -> datetime:
    """Return the first moment a clock in Oslo shows a time, or the jump when it skips it, in UTC."""
    return _moment(day, clock, fold=0)


def last_moment(day: date, clock: time) -> datetime:
    """Return the last moment a clock in Oslo shows a time, or the jump when it skips it, in UTC."""
    return _moment(day, clock, fold=1)


def _moment(day: date, clock: time, fold: int) -> datetime:
    naive = datetime.combine(day, clock)
    moment = naive.replace(tzinfo=OSLO, fold=fold).astimezone(UTC)
    if moment.astimezone(OSLO).replace(tzinfo=None) != naive:
        return _jump(day)
    return moment


def _jump(day: date) -> datetime:
    """Return the moment of a day at which the clocks are put forward."""
    jumped = datetime.combine(day, time(12), OSLO).utcoffset()
    moment = datetime.combine(day, time(), OSLO).astimezone(UTC)
    while moment.astimezone(OSLO).utcoffset() != jumped:
        moment += timedelta(minutes=30)
    return moment


def span_of(day: date, starts: time | None = None, ends: time | None = None) -> Span:
    """Return the span of a day between two local times, or the whole day; it may be empty on a night in March."""
    if starts is None or ends is None:
        return first_moment(day, time()), first_moment(day + ONE_DAY, time())
    return first_moment(day, starts), last_moment(day, ends)


def days_of(span: Span) -> list[date]:
    """Return the local days a span touches."""
    first = span[0].astimezone(OSLO).date()
    last = (span[1] - timedelta(microseconds=1)).astimezone(OSLO).date()
    return [first + ONE_DAY * number for number in range((last - first).days + 1)]


def week_of(day: date) -> Span:
    """Return the span of the week, Monday first, that holds a day."""
    monday = day - ONE_DAY * day.weekday()
    return span_of(monday)[0], span_of(monday + ONE_DAY * 6)[1]


def month_of(day: date) -> Span:
    """Return the span of the month that holds a day."""
    first = day.replace(day=1)
    following = (first + ONE_DAY * 31).replace(day=1)
    return span_of(first)[0], span_of(following)[0]


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as spans that neither touch nor overlap, in order; empty ones are left out."""
    joined: list[Span] = []
    for starts, ends in sorted(span for span in spans if span[0] < span[1]):
        if joined and starts <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((starts, ends))
    return joined


def subtract(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return what is left of spans without those that are taken, in order."""
    left = union(spans)
    for starts, ends in union(taken):
        left = [
            part
            for one in left
            for part in ((one[0], min(one[1], starts)), (max(one[0], ends), one[1]))
            if part[0] < part[1]
        ]
    return left


def within(spans: Iterable[Span], frame: Span) -> list[Span]:
    """Return the parts of spans that lie in a frame, in order."""
    return union((max(starts, frame[0]), min(ends, frame[1])) for starts, ends in spans)


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share any time; touching is not sharing."""
    return one[0] < other[1] and other[0] < one[1]
