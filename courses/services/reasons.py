"""What can speak against a trainer, and what has to be known of them and of what they are wanted for."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from courses.models import Availability, AvailabilityException

from .hours import Span
from .travel import Place


class Why(StrEnum):
    """What can speak against a trainer, the heaviest first."""

    TAKEN = "taken"
    COURSE = "course"
    INVITED = "invited"
    NEVER_HERE = "never_here"
    IMPARTIAL = "impartial"
    AWAY = "away"
    BUSY = "busy"
    NO_HOURS = "no_hours"
    UNREAD = "unread"
    TRAVEL = "travel"
    WEEK = "week"
    MONTH = "month"
    LANGUAGE = "language"
    COUNTY = "county"
    SECOND = "second"
    BEYOND = "beyond"
    UNKNOWN = "unknown"
    HOLIDAY = "holiday"


REFUSALS = frozenset({Why.TAKEN, Why.COURSE})
HINTS = frozenset({Why.BEYOND, Why.UNKNOWN, Why.HOLIDAY})


@dataclass(frozen=True)
class Reason:
    """One thing that speaks against a trainer, as data: when, which session, how many, since or until when."""

    why: Why
    span: Span | None = None
    session: int | None = None
    number: int | None = None
    minutes: int | None = None
    name: str = ""
    at: datetime | None = None

    @property
    def refuses(self) -> bool:
        """Whether it cannot be overridden."""
        return self.why in REFUSALS

    @property
    def warns(self) -> bool:
        """Whether it takes a reason to override; the rest are hints."""
        return self.why not in REFUSALS and self.why not in HINTS


@dataclass(frozen=True)
class Taken:
    """Hours in which a trainer teaches."""

    starts_at: datetime
    ends_at: datetime
    session: int
    place: Place | None

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at


@dataclass(frozen=True)
class Wanted:
    """What a trainer is wanted for; without a place it is online, without spans no time is meant yet."""

    course: str
    language: str
    spans: tuple[Span, ...] = ()
    place: Place | None = None
    municipalities: frozenset[str] = frozenset()
    session: int | None = None
    has_lead: bool = False


@dataclass(frozen=True)
class ReadCalendar:
    """How well a calendar that a trainer keeps elsewhere is known: since when, until when, and is that too long ago.

    Both moments are None for one that has never been read.
    """

    since: datetime | None
    until: datetime | None
    is_stale: bool


@dataclass
class Known:
    """What is known of a trainer: what they said, and what takes their time around the days in question."""

    languages: set[str] = field(default_factory=set)
    leads: set[str] = field(default_factory=set)
    seconds: set[str] = field(default_factory=set)
    counties: set[str] = field(default_factory=set)
    impartial_in: set[str] = field(default_factory=set)
    home: Place | None = None
    is_invited: bool = False
    was_here: bool = True
    most_a_week: int | None = None
    most_a_month: int | None = None
    weekly: list[Availability] = field(default_factory=list)
    exceptions: list[AvailabilityException] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    busy: list[Span] = field(default_factory=list)
    calendars: list[ReadCalendar] = field(default_factory=list)

    @property
    def unread(self) -> Reason | None:
        """That a calendar elsewhere is not read, and since when; that is never the same as free."""
        stale = [one.since for one in self.calendars if one.is_stale]
        return Reason(Why.UNREAD, at=None if None in stale else min(stale)) if stale else None

    @property
    def has_said_hours(self) -> bool:
        return bool(self.weekly) or any(one.kind == AvailabilityException.Kind.FREE for one in self.exceptions)
