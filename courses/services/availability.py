"""What trainers say of when they can teach, and a week of it as they see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import Availability, AvailabilityException, Meeting, Session, Trainer
from taushet.models import User
from taushet.services import audit
from taushet.workdays import OSLO, holiday_name

from .fitting import open_hours
from .hours import ONE_DAY, Span, days_of, overlap, span_of, subtract, week_of, within
from .knowing import know_trainers, read_elsewhere
from .reasons import Reason
from .school_holidays import school_hints

MOST_ROWS = 60
BAR_STARTS, BAR_ENDS = time(6), time(22)
QUARTERS = (BAR_ENDS.hour - BAR_STARTS.hour) * 4


class HoursRefused(CoursesError):
    """Hours or days that cannot be as they were said."""


def check_hours(starts: time | None, ends: time | None) -> None:
    """Raise HoursRefused unless there are two times in order, or none."""
    if starts and not ends:
        raise HoursRefused(_("Write when it ends too, or leave both times empty."), field="ends")
    if ends and not starts:
        raise HoursRefused(_("Write when it begins too, or leave both times empty."), field="starts")
    if starts and ends and ends <= starts:
        raise HoursRefused(_("It must end after it begins."), field="ends")


def check_days(first_on: date | None, last_on: date | None, field: str) -> None:
    """Raise HoursRefused unless the last day comes after the first and is still to come."""
    if first_on and last_on and last_on < first_on:
        raise HoursRefused(_("The last day cannot be before the first."), field=field)
    if last_on and last_on < timezone.localdate():
        raise HoursRefused(_("This day has passed."), field=field)


def current_hours(trainer: Trainer) -> QuerySet[Availability]:
    """Return a trainer's weekly hours that are not over."""
    return trainer.availabilities.exclude(valid_to__lt=timezone.localdate())


def coming_exceptions(trainer: Trainer) -> QuerySet[AvailabilityException]:
    """Return a trainer's exceptions that are not over."""
    return trainer.availability_exceptions.filter(last_on__gte=timezone.localdate())


@transaction.atomic
def replace_hours(
    trainer: Trainer, *, rules: Sequence[Availability], exceptions: Sequence[AvailabilityException], by: User
) -> None:
    """Put weekly hours and coming exceptions in the place of those a trainer had; what is over stays as it was."""
    if len(rules) > MOST_ROWS or len(exceptions) > MOST_ROWS:
        raise HoursRefused(_("These are too many lines. Put some of them together."))
    current_hours(trainer).delete()
    coming_exceptions(trainer).delete()
    for row in (*rules, *exceptions):
        row.pk, row.trainer = None, trainer
        row.save()
    audit.record("trainer.hours_changed", trainer, by=by)


@transaction.atomic
def add_hours(trainer: Trainer, *, row: Availability | AvailabilityException, by: User) -> None:
    """Add weekly hours or an exception; raises HoursRefused when there are too many already."""
    if current_hours(trainer).count() + coming_exceptions(trainer).count() >= 2 * MOST_ROWS:
        raise HoursRefused(_("You have too many hours and days here. Take some out first."))
    row.trainer = trainer
    row.save()
    audit.record("trainer.hours_changed", trainer, by=by)


@transaction.atomic
def remove_exception(exception: AvailabilityException, *, by: User) -> None:
    """Take back an exception."""
    exception.delete()
    audit.record("trainer.hours_changed", exception.trainer, by=by)


def taught_while_away(trainer: Trainer, exceptions: Iterable[AvailabilityException]) -> list[Meeting]:
    """Return the coming meetings a trainer teaches on days they say to be away."""
    away = [one for one in exceptions if one.kind == AvailabilityException.Kind.AWAY]
    if not away:
        return []
    meetings = own_meetings(trainer).filter(ends_at__gt=timezone.now())
    return [meeting for meeting in meetings if any(covers(one, meeting) for one in away)]


def covers(exception: AvailabilityException, meeting: Meeting) -> bool:
    """Whether an exception touches a meeting."""
    span = (meeting.starts_at, meeting.ends_at)
    days = [day for day in days_of(span) if exception.first_on <= day <= exception.last_on]
    return any(overlap(span, span_of(day, exception.starts, exception.ends)) for day in days)


def own_meetings(trainer: Trainer) -> QuerySet[Meeting]:
    """Return the meetings a trainer teaches, without those that are cancelled."""
    return (
        Meeting.objects.filter(session__in=Session.objects.for_trainer(trainer))
        .exclude(state=Meeting.State.CANCELLED)
        .exclude(session__state=Session.State.CANCELLED)
        .select_related("session__course", "session__municipality")
        .order_by("starts_at", "pk")
    )


@dataclass(frozen=True)
class Bar:
    """A part of the strip that shows a day from 6 to 22, in quarters of an hour."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True)
class DayRow:
    """A day of the week view."""

    on: date
    is_over: bool
    holiday: str
    school: list[str] = field(default_factory=list)
    free: list[Span] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    exceptions: list[AvailabilityException] = field(default_factory=list)
    busy: list[Span] = field(default_factory=list)
    unread: Reason | None = None

    @property
    def is_busy_all_day(self) -> bool:
        return self.busy == [span_of(self.on)]

    @property
    def is_away(self) -> bool:
        return any(one.kind == AvailabilityException.Kind.AWAY and one.starts is None for one in self.exceptions)

    @property
    def bars(self) -> list[Bar]:
        """The day as a strip: when the trainer can teach, when they do, and when they are busy elsewhere."""
        taught = [(meeting.starts_at, meeting.ends_at) for meeting in self.meetings]
        spans = [("unsure" if self.unread else "free", span) for span in self.free]
        spans += [("busy", span) for span in self.busy] + [("taught", span) for span in taught]
        return [bar for kind, span in spans if (bar := self.bar(kind, span)).width > 0]

    def bar(self, kind: str, span: Span) -> Bar:
        start, end = (self.quarter(moment) for moment in span)
        return Bar(kind, start, end - start)

    def quarter(self, moment: datetime) -> int:
        local = moment.astimezone(OSLO)
        days = (local.date() - self.on).days
        quarters = days * 96 + (local.hour - BAR_STARTS.hour) * 4 + local.minute // 15
        return max(0, min(QUARTERS, quarters))


@dataclass(frozen=True)
class Week:
    """A week of a trainer's own hours, Monday first."""

    monday: date
    days: list[DayRow]

    @property
    def sunday(self) -> date:
        return self.monday + 6 * ONE_DAY

    @property
    def previous(self) -> date:
        return self.monday - 7 * ONE_DAY

    @property
    def next(self) -> date:
        return self.monday + 7 * ONE_DAY


def make_week(trainer: Trainer, monday: date) -> Week:
    """Return a week as a trainer has said it to be, with what they teach in it and what their own calendars say."""
    frame = week_of(monday)
    everybody = know_trainers([trainer], [])
    read_elsewhere(everybody, [frame])
    known = everybody[trainer.pk]
    meetings = list(own_meetings(trainer).filter(starts_at__lt=frame[1], ends_at__gt=frame[0]))
    school = school_hints(frame, known.counties)
    rows = []
    for day in days_of(frame):
        span = span_of(day)
        rows.append(
            DayRow(
                on=day,
                is_over=day < timezone.localdate(),
                holiday=holiday_name(day),
                school=school.get(day, []),
                free=subtract(open_hours(known, span), known.busy) if known.has_said_hours else [],
                busy=within(known.busy, span),
                unread=known.unread,
                meetings=[one for one in meetings if overlap((one.starts_at, one.ends_at), span)],
                exceptions=[one for one in known.exceptions if one.first_on <= day <= one.last_on],
            )
        )
    return Week(monday, rows)
