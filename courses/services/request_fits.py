"""Which trainers and days fit a request: course, form of Norwegian, county, and that they are free."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import AssignedMeeting, CourseRequest, Format, PartOfDay, RequestOffer, RequestWindow, Trainer
from taushet.workdays import is_workday

HOURS = {
    PartOfDay.ANY: (time(8), time(16)),
    PartOfDay.MORNING: (time(8), time(12)),
    PartOfDay.AFTERNOON: (time(12), time(16)),
    PartOfDay.EVENING: (time(16), time(21)),
}
USUAL_LENGTH = timedelta(hours=3)
ONE_DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass
class FitDay:
    """A day of a window, with who is free then; `offered` are those whom others have been offered that day."""

    on: date
    part: str
    free: list[Trainer] = field(default_factory=list)
    offered: set[int] = field(default_factory=set)

    @property
    def starts(self) -> time:
        return HOURS[PartOfDay(self.part)][0]


def is_busy(trainer: Trainer, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a trainer teaches at any time of a span."""
    taken = AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=False)
    return taken.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists()


def trainers_for(request: CourseRequest):
    """Return the active trainers of a request's course, with whether language and county fit."""
    anywhere = Q(counties=None) | Q(counties=request.host.county_id)
    travels = Exists(Trainer.objects.filter(anywhere, pk=OuterRef("pk")))
    language = Exists(Trainer.objects.filter(**{f"teaches_{request.taught_in}": True}, pk=OuterRef("pk")))
    return (
        Trainer.objects.active()
        .filter(courses=request.course_id)
        .annotate(teaches_language=language, travels_there=travels)
        .select_related("user")
        .order_by("user__name", "pk")
    )


def remarks(request: CourseRequest, trainer: Trainer) -> list[str]:
    """Say what speaks against one of `trainers_for`, whatever the day."""
    found = []
    if not trainer.teaches_language:
        found.append(_("does not teach in this form of Norwegian"))
    if not trainer.travels_there and request.format != Format.ONLINE:
        found.append(_("does not travel to this county"))
    return found


def fitting_days(request: CourseRequest, trainers: Iterable[Trainer]) -> list[tuple[RequestWindow, list[FitDay]]]:
    """Return for each window the days still to come, with those of the trainers who are free long enough."""
    windows = list(request.windows.all())
    trainers = [trainer for trainer in trainers if not remarks(request, trainer)]
    if not windows:
        return []
    span = (moment(windows[0].first_on, time(0)), moment(max(one.last_on for one in windows) + ONE_DAY, time(0)))
    ids = [trainer.pk for trainer in trainers]
    taken = spans(AssignedMeeting.objects.filter(is_cancelled=False), ids, span)
    offered = spans(RequestOffer.objects.standing().exclude(request=request), ids, span)
    length = timedelta(hours=float(request.course.length_hours)) if request.course.length_hours else USUAL_LENGTH
    return [
        (window, [fit_day(day, window.part, trainers, taken, offered, length) for day in days_of(window)])
        for window in windows
    ]


def days_of(window: RequestWindow) -> Iterator[date]:
    """Return the working days of a window that are still to come, or all of them when none is a working day."""
    first = max(window.first_on, timezone.localdate() + ONE_DAY)
    days = [first + timedelta(days=number) for number in range((window.last_on - first).days + 1)]
    return iter([day for day in days if is_workday(day)] or days)


def fit_day(day, part, trainers, taken, offered, length) -> FitDay:
    opens, closes = (moment(day, clock) for clock in HOURS[PartOfDay(part)])
    needed = min(length, closes - opens)
    fit = FitDay(day, part)
    for trainer in trainers:
        if longest_gap(taken[trainer.pk], opens, closes) >= needed:
            fit.free.append(trainer)
            if any(starts < closes and ends > opens for starts, ends in offered[trainer.pk]):
                fit.offered.add(trainer.pk)
    return fit


def spans(rows, trainers: list[int], span: Span) -> dict[int, list[Span]]:
    """Return what takes the time of trainers within a span, in order."""
    found = defaultdict(list)
    taken = rows.filter(trainer__in=trainers, starts_at__lt=span[1], ends_at__gt=span[0]).order_by("starts_at")
    for trainer, starts_at, ends_at in taken.values_list("trainer", "starts_at", "ends_at"):
        found[trainer].append((starts_at, ends_at))
    return found


def longest_gap(taken: Iterable[Span], opens: datetime, closes: datetime) -> timedelta:
    """Return the longest time between two moments that nothing of what is taken, in order, touches."""
    longest, free_from = timedelta(0), opens
    for starts, ends in taken:
        longest = max(longest, min(starts, closes) - free_from)
        free_from = max(free_from, min(ends, closes))
    return max(longest, closes - free_from)


def moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
