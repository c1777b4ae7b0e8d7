"""Where nobody can teach: a picture of counties and weeks, with the reasons, in the same few queries for any number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course, Trainer
from municipalities.models import County
from taushet.workdays import OSLO

from .fitting import AWAY, open_hours, sessions_in
from .hours import ONE_DAY, Span, overlap, span_of, subtract
from .knowing import know_trainers
from .periods import Period, week_from
from .reasons import Known, Reason
from .staffing import lacking

WORKDAYS = 5
NEEDED = timedelta(hours=3)  # the shortest course
WEEKS = 8


class State(StrEnum):
    """How it stands with a trainer and a week, the best first."""

    FREE = "free"
    UNSAID = "unsaid"
    UNREAD = "unread"
    TAUGHT = "taught"
    BUSY = "busy"
    LIMIT = "limit"
    AWAY = "away"
    NO_HOURS = "no_hours"


@dataclass(frozen=True)
class Cell:
    """A county in a week: how many of the trainers who travel there stand how, and what waits for one."""

    period: Period
    states: Counter = field(default_factory=Counter)
    waiting: int = 0

    @property
    def free(self) -> int:
        return self.states[State.FREE]

    @property
    def unsaid(self) -> int:
        return self.states[State.UNSAID]

    @property
    def unread(self) -> int:
        """How many may be free, if a calendar elsewhere that is not read says nothing else."""
        return self.states[State.UNREAD]

    @property
    def is_lacking(self) -> bool:
        return not self.free and not self.unsaid

    @property
    def reasons(self) -> list[str]:
        """Why the others cannot, in words; nobody who travels here is a reason of its own."""
        if not self.states.total():
            return [_("nobody travels here")]
        return [say_state(state, self.states[state]) for state in list(State)[3:] if self.states[state]]


@dataclass(frozen=True)
class CountyRow:
    """A county, and its weeks."""

    county: County
    cells: list[Cell]

    @property
    def waiting(self) -> int:
        return sum(cell.waiting for cell in self.cells)

    @property
    def lacks(self) -> bool:
        """Whether there is a week in which nobody can, or a session that waits."""
        return bool(self.waiting) or any(cell.is_lacking for cell in self.cells)

    @property
    def weeks_without(self) -> str:
        """The weeks in which nobody can, as 49–51, 2."""
        runs = [list(run) for lacking, run in groupby(self.cells, key=lambda cell: cell.is_lacking) if lacking]
        weeks = [(run[0].period.week, run[-1].period.week) for run in runs]
        return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in weeks)


@dataclass(frozen=True)
class Picture:
    """Counties and weeks, and the trainers with a calendar elsewhere that is not read, each with since when."""

    rows: list[CountyRow]
    unread: list[tuple[Trainer, Reason]]


def say_state(state: State, count: int) -> str:
    """Say how many cannot, and why."""
    sentences = {
        State.TAUGHT: ngettext("%(count)d teaches already", "%(count)d teach already", count),
        State.BUSY: ngettext("%(count)d is busy elsewhere", "%(count)d are busy elsewhere", count),
        State.LIMIT: ngettext("%(count)d has the most they want", "%(count)d have the most they want", count),
        State.AWAY: ngettext("%(count)d is away", "%(count)d are away", count),
        State.NO_HOURS: ngettext("%(count)d has no hours", "%(count)d have no hours", count),
    }
    return sentences[state] % {"count": count}


def weeks_ahead(monday: date, count: int = WEEKS) -> list[Period]:
    """Return the weeks from a Monday on."""
    return [week_from(monday + number * 7 * ONE_DAY) for number in range(count)]


def picture(periods: Sequence[Period], *, course: Course | None = None, language: str = "") -> Picture:
    """Return who can teach where, county by county and week by week, for a course and a form of Norwegian if given.

    Whoever has three hours in a row free from Monday to Friday can teach in a week. Costs eight queries.
    """
    trainers = _trainers(course, language)
    frame = (periods[0].span[0], periods[-1].span[1])
    known = know_trainers(trainers, [frame])
    weeks = {pk: [state_of(one, period) for period in periods] for pk, one in known.items()}
    waiting = _waiting(periods, course, language)
    rows = []
    for county in County.objects.current():
        here = [pk for pk, one in known.items() if not one.counties or county.pk in one.counties]
        cells = [
            Cell(period, Counter(weeks[pk][number] for pk in here), waiting[county.pk, period.name])
            for number, period in enumerate(periods)
        ]
        rows.append(CountyRow(county, cells))
    unread = [(trainer, reason) for trainer in trainers if (reason := known[trainer.pk].unread)]
    return Picture(rows, sorted(unread, key=lambda one: str(one[0])))


def state_of(known: Known, period: Period) -> State:
    """Return how it stands with a trainer in a week: the first thing that leaves no three hours in a row."""
    frame = workdays_of(period)
    said = open_hours(known, frame)
    if not has_room(said):
        return State.AWAY if is_away(known, frame) else State.NO_HOURS
    if known.most_a_week and len(sessions_in(known, period.span)) >= known.most_a_week:
        return State.LIMIT
    left = subtract(said, (one.span for one in known.taken if overlap(one.span, frame)))
    if not has_room(left):
        return State.TAUGHT
    if not has_room(subtract(left, (span for span in known.busy if overlap(span, frame)))):
        return State.BUSY
    if known.unread:
        return State.UNREAD
    return State.FREE if known.has_said_hours else State.UNSAID


def workdays_of(period: Period) -> Span:
    """Return Monday to Friday of a week."""
    return span_of(period.first)[0], span_of(period.first + (WORKDAYS - 1) * ONE_DAY)[1]


def has_room(spans: Iterable[Span]) -> bool:
    return any(ends_at - starts_at >= NEEDED for starts_at, ends_at in spans)


def is_away(known: Known, frame: Span) -> bool:
    """Whether it is days away that leave no room, and not the hours that were said."""
    without_away = [one for one in known.exceptions if one.kind != AWAY]
    return has_room(open_hours(replace(known, exceptions=without_away), frame))


def _trainers(course: Course | None, language: str) -> list[Trainer]:
    # Whoever has not been here to say yes can be counted on nowhere.
    trainers = Trainer.objects.active().joined().select_related("user", "home").order_by("pk")
    if course:
        trainers = trainers.filter(courses=course)
    if language in {"nb", "nn"}:
        trainers = trainers.filter(**{f"teaches_{language}": True})
    return list(trainers)


def _waiting(periods: Sequence[Period], course: Course | None, language: str) -> defaultdict:
    """Return how many sessions wait for a trainer, by county and week."""
    rows = lacking().filter(first_starts_at__lt=periods[-1].span[1])
    if course:
        rows = rows.filter(course=course)
    if language:
        rows = rows.filter(language=language)
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for county, starts_at in rows.values_list("municipality__county", "first_starts_at"):
        found[county, week_of_moment(starts_at)] += 1
    return found


def week_of_moment(moment: datetime) -> str:
    day = moment.astimezone(OSLO).date()
    return week_from(day - ONE_DAY * day.weekday()).name
