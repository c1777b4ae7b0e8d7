"""Days of a calendar with what stands on each, in Oslo time; the same for a trainer's own and for staff's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.utils import timezone

from courses.models import Meeting
from taushet.workdays import OSLO, holiday_name

from .availability import Bar, DayRow
from .events import is_cancelled
from .fitting import open_hours
from .hours import Span, days_of, overlap, span_of, subtract, union
from .periods import Period, week_name
from .reasons import Known


class Kind(StrEnum):
    """What takes hours in a calendar."""

    TAUGHT = "taught"
    OFFERED = "offered"
    BUSY = "busy"


@dataclass(frozen=True)
class Entry:
    """Something that takes hours: a meeting, asked or taught, or time a trainer is busy elsewhere."""

    kind: Kind
    starts_at: datetime
    ends_at: datetime
    meeting: Meeting | None = None
    trainers: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    offer: int | None = None

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at

    @property
    def is_cancelled(self) -> bool:
        return self.meeting is not None and is_cancelled(self.meeting)

    @property
    def takes_time(self) -> bool:
        """Whether nothing else fits in its hours; an offer leaves them open."""
        return self.kind != Kind.OFFERED and not self.is_cancelled

    @property
    def is_movable(self) -> bool:
        """Whether staff may still give it another time."""
        meeting = self.meeting
        return meeting is not None and can_move(meeting)

    @property
    def place(self) -> str:
        """Where it is in a word: the municipality, or the format of what has none."""
        session = self.meeting.session
        return str(session.municipality or session.get_format_display())


def can_move(meeting: Meeting) -> bool:
    """Whether a meeting may be given another time: it is planned, still to come, and its session can be changed."""
    is_planned = meeting.state == Meeting.State.PLANNED and meeting.session.is_changeable
    return is_planned and meeting.starts_at > timezone.now()


@dataclass(frozen=True)
class Part:
    """What of an entry lies on one day."""

    entry: Entry
    starts_at: datetime
    ends_at: datetime
    is_whole_day: bool


@dataclass(frozen=True)
class CalendarDay(DayRow):
    """A day of a calendar: when somebody can teach, and what stands in it."""

    parts: list[Part] = field(default_factory=list)
    is_today: bool = False
    is_outside: bool = False
    has_hours: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.parts or self.free or self.exceptions)

    @property
    def away(self) -> list:
        return [one for one in self.exceptions if one.kind == one.Kind.AWAY]

    @property
    def clock_change(self) -> str:
        """What happens to the clocks that night: "forward", "back" or nothing."""
        before, after = (moment.astimezone(OSLO).utcoffset() for moment in span_of(self.on))
        return "" if before == after else "forward" if after > before else "back"

    @property
    def bars(self) -> list[Bar]:
        """The day as a strip from 6 to 22; where a calendar elsewhere is not read, nobody knows what is free."""
        spans = [("unsure" if self.unread else "free", span) for span in self.free]
        spans += [(part.entry.kind.value, part.entry.span) for part in self.parts if not part.entry.is_cancelled]
        return [bar for kind, span in spans if (bar := self.bar(kind, span)).width > 0]


def lay_out(
    period: Period,
    entries: Iterable[Entry],
    *,
    known: Known | None = None,
    within: Period | None = None,
    school: Mapping[date, list[str]] | None = None,
) -> list[CalendarDay]:
    """Return the days of a period; what lasts over midnight stands on both days, each with its own part.

    `known` adds when a trainer can teach, and `school` which schools are closed. Days that are not `within` another
    period are marked as outside. Asks the database nothing.
    """
    by_day = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.starts_at, one.ends_at)):
        for day in days_of(entry.span):
            by_day[day].append(entry)
    school = school or {}
    return [_day(day, by_day[day], known, within, school.get(day, [])) for day in days_of(period.span)]


def _day(day: date, entries: list[Entry], known: Known | None, within: Period | None, school: list[str]) -> CalendarDay:
    span = span_of(day)
    today = timezone.localdate()
    taken = [entry.span for entry in entries if entry.takes_time]
    exceptions = [one for one in known.exceptions if one.first_on <= day <= one.last_on] if known else []
    return CalendarDay(
        on=day,
        is_over=day < today,
        is_today=day == today,
        is_outside=within is not None and not within.first <= day <= within.last,
        holiday=holiday_name(day),
        school=school,
        has_hours=known is not None and known.has_said_hours,
        free=subtract(open_hours(known, span), taken) if known and known.has_said_hours else [],
        exceptions=exceptions,
        unread=known.unread if known else None,
        parts=[_part(entry, span) for entry in entries if overlap(entry.span, span)],
    )


def _part(entry: Entry, day: Span) -> Part:
    starts_at, ends_at = max(entry.starts_at, day[0]), min(entry.ends_at, day[1])
    return Part(entry, starts_at, ends_at, is_whole_day=(starts_at, ends_at) == day)


def busy_entries(spans: Iterable[Span]) -> list[Entry]:
    """Return busy time as entries without a title; what touches is one."""
    return [Entry(Kind.BUSY, starts_at, ends_at) for starts_at, ends_at in union(spans)]


def weeks_of(days: list[CalendarDay]) -> list[tuple[str, int, list[CalendarDay]]]:
    """Return days as the rows of a month, seven each, with the name and the number of their week."""
    weeks = [days[start : start + 7] for start in range(0, len(days), 7)]
    return [(week_name(week[0].on), week[0].on.isocalendar().week, week) for week in weeks]
