"""Which trainers and days fit a request, by the one answer that assigning builds on too (`fitting`)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from courses.models import AssignedMeeting, CourseRequest, Format, PartOfDay, RequestOffer, RequestWindow, Trainer
from taushet.workdays import is_workday

from .candidates import say_reason
from .fitting import free_spans, reasons_for, speaks_against
from .hours import ONE_DAY, Span, overlap, span_of
from .knowing import know_trainers
from .reasons import Known, Reason, Wanted
from .travel import Place

HOURS = {
    PartOfDay.ANY: (time(8), time(16)),
    PartOfDay.MORNING: (time(8), time(12)),
    PartOfDay.AFTERNOON: (time(12), time(16)),
    PartOfDay.EVENING: (time(16), time(21)),
}
USUAL_LENGTH = timedelta(hours=3)
QUARTER = 15 * 60


@dataclass(frozen=True)
class Free:
    """A trainer who could teach on a day, from when, and what staff should know."""

    trainer: Trainer
    starts_at: datetime
    is_offered: bool
    has_said_hours: bool


@dataclass
class FitDay:
    """A day of a window, with who is free then."""

    on: date
    part: str
    free: list[Free] = field(default_factory=list)


@dataclass(frozen=True)
class Fits:
    """What a request's page says of trainers: who is free on each day, and what speaks against the others any day."""

    windows: list[tuple[RequestWindow, list[FitDay]]]
    unfit: list[tuple[Trainer, list[str]]]


def is_busy(trainer: Trainer, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a trainer teaches at any time of a span."""
    taken = AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=False)
    return taken.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists()


def trainers_for(request: CourseRequest) -> QuerySet[Trainer]:
    """Return the active trainers of a request's course."""
    return (
        Trainer.objects.active()
        .filter(courses=request.course_id)
        .select_related("user", "home")
        .order_by("user__name", "pk")
    )


def wanted_by(request: CourseRequest) -> Wanted:
    """Return what a request wants of a trainer, apart from the time."""
    is_online = request.format == Format.ONLINE
    return Wanted(
        course=str(request.course_id),
        language=request.taught_in,
        place=None if is_online else Place.of(request.host),
        municipalities=frozenset(party.municipality_id for party in request.parties.all()),
    )


def remarks_about(request: CourseRequest, trainers: Sequence[Trainer]) -> Mapping[int, list[str]]:
    """Say what speaks against each of `trainers_for`, whatever the day."""
    wanted, known = wanted_by(request), know_trainers(trainers, [])
    return {pk: [say_reason(reason) for reason in speaks_against(one, wanted)] for pk, one in known.items()}


def warnings_about(request: CourseRequest, trainer: Trainer, starts_at: datetime, ends_at: datetime) -> list[Reason]:
    """Return what takes a reason to offer a trainer for some hours."""
    wanted = replace(wanted_by(request), spans=((starts_at, ends_at),))
    return [reason for reason in reasons_for(trainer, wanted) if reason.warns]


def find_fits(request: CourseRequest, trainers: Sequence[Trainer]) -> Fits:
    """Return for each window the days still to come, with who is free long enough, and who does not fit at all."""
    windows = list(request.windows.all())
    wanted = wanted_by(request)
    frames = [(span_of(one.first_on)[0], span_of(one.last_on)[1]) for one in windows]
    known = know_trainers(trainers, frames)
    unfit = {
        trainer.pk: [say_reason(reason) for reason in found]
        for trainer in trainers
        if (found := speaks_against(known[trainer.pk], wanted))
    }
    fit = [(trainer, known[trainer.pk]) for trainer in trainers if trainer.pk not in unfit]
    offered = offered_elsewhere(request, fit, frames)
    length = timedelta(hours=float(request.course.length_hours)) if request.course.length_hours else USUAL_LENGTH
    return Fits(
        windows=[
            (one, [fit_day(day, one.part, fit, wanted, offered, length) for day in days_of(one)]) for one in windows
        ],
        unfit=[(trainer, unfit[trainer.pk]) for trainer in trainers if trainer.pk in unfit],
    )


def days_of(window: RequestWindow) -> Iterator[date]:
    """Return the working days of a window that are still to come, or all of them when none is a working day."""
    first = max(window.first_on, timezone.localdate() + ONE_DAY)
    days = [first + timedelta(days=number) for number in range((window.last_on - first).days + 1)]
    return iter([day for day in days if is_workday(day)] or days)


def fit_day(
    day: date,
    part: str,
    trainers: Iterable[tuple[Trainer, Known]],
    wanted: Wanted,
    offered: Mapping[int, list[Span]],
    length: timedelta,
) -> FitDay:
    """Say who could teach so long in a part of a day, the time to get there and all limits counted."""
    frame = span_of(day, *HOURS[PartOfDay(part)])
    needed = min(length, frame[1] - frame[0])
    fit = FitDay(day, part)
    for trainer, known in trainers:
        starts_at = first_fit(known, wanted, frame, needed)
        if starts_at:
            is_offered = any(overlap(span, frame) for span in offered[trainer.pk])
            fit.free.append(Free(trainer, starts_at, is_offered, known.has_said_hours))
    return fit


def first_fit(known: Known, wanted: Wanted, frame: Span, needed: timedelta) -> datetime | None:
    """Return when a trainer could begin at the earliest, at a quarter of an hour, without anything against it."""
    for opens, closes in free_spans(known, wanted, frame):
        starts_at = opens + timedelta(seconds=-opens.timestamp() % QUARTER)
        if starts_at + needed <= closes:
            against = speaks_against(known, replace(wanted, spans=((starts_at, starts_at + needed),)))
            if not any(reason.warns or reason.refuses for reason in against):
                return starts_at
    return None


def offered_elsewhere(
    request: CourseRequest, trainers: Iterable[tuple[Trainer, Known]], frames: Sequence[Span]
) -> Mapping[int, list[Span]]:
    """Return the hours that others have been offered of some trainers, in the days of a request."""
    found = defaultdict(list)
    if frames:
        first, last = min(frame[0] for frame in frames), max(frame[1] for frame in frames)
        rows = (
            RequestOffer.objects.standing()
            .exclude(request=request)
            .filter(trainer__in=[trainer.pk for trainer, _known in trainers], starts_at__lt=last, ends_at__gt=first)
        )
        for trainer, starts_at, ends_at in rows.values_list("trainer", "starts_at", "ends_at"):
            found[trainer].append((starts_at, ends_at))
    return found


def moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
