"""Reading what is known of trainers, in the same few queries for one or for two hundred."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import BooleanField, CharField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from courses.models import (
    AssignedMeeting,
    Availability,
    AvailabilityException,
    BusyCalendar,
    BusyPeriod,
    Trainer,
)

from .busy_reading import LOOKS_AHEAD, is_stale
from .hours import Span, days_of, month_of, union, week_of
from .reasons import Known, ReadCalendar, Taken
from .travel import Place

ONE_WEEK = timedelta(weeks=1)


def know_trainers(trainers: Sequence[Trainer], spans: Iterable[Span]) -> dict[int, Known]:
    """Read what is known of trainers around some spans, in five queries; give them with home and person."""
    spans = list(spans)
    ids = [trainer.pk for trainer in trainers]
    known = {trainer.pk: _profile(trainer) for trainer in trainers}
    for pk, name, value in _links(ids):
        getattr(known[pk], name).add(value)
    for rule in Availability.objects.filter(trainer__in=ids):
        known[rule.trainer_id].weekly.append(rule)
    for one in AvailabilityException.objects.filter(trainer__in=ids):
        known[one.trainer_id].exceptions.append(one)
    for pk, found in _taken_around(ids, spans).items():
        known[pk].taken = found
    read_elsewhere(known, spans)
    return known


def _links(ids: list[int]) -> QuerySet:
    """Return what trainers are tied to, in one query: who, as what, to which."""
    parts = [
        relation.through.objects.filter(trainer__in=ids).values_list(
            "trainer_id", Value(name), Cast(column, CharField())
        )
        for relation, column, name in (
            (Trainer.courses, "course_id", "leads"),
            (Trainer.second_courses, "course_id", "seconds"),
            (Trainer.counties, "county_id", "counties"),
            (Trainer.impartial_in, "municipality_id", "impartial_in"),
        )
    ]
    return parts[0].union(*parts[1:], all=True)


def _profile(trainer: Trainer) -> Known:
    return Known(
        languages={form for form in ("nb", "nn") if getattr(trainer, f"teaches_{form}")},
        home=Place.of(trainer.home),
        is_invited=trainer.is_new,
        was_here=trainer.has_been_here,
        most_a_week=trainer.most_a_week,
        most_a_month=trainer.most_a_month,
    )


def _taken_around(ids: list[int], spans: Iterable[Span]) -> dict[int, list[Taken]]:
    """Return what trainers teach in the whole weeks and months that spans touch, and a week on either side."""
    days = [day for span in spans for day in days_of(span)]
    found = defaultdict(list)
    if not days:
        return found
    frames = union(frame for day in (min(days), max(days)) for frame in (week_of(day), month_of(day)))
    rows: QuerySet = AssignedMeeting.objects.filter(
        trainer__in=ids,
        is_cancelled=False,
        starts_at__lt=frames[-1][1] + ONE_WEEK,
        ends_at__gt=frames[0][0] - ONE_WEEK,
    )
    there = [f"assignment__session__municipality__{name}" for name in ("pk", "county_id", "latitude", "longitude")]
    hours = rows.order_by("starts_at", "pk").values_list(
        "trainer_id", "starts_at", "ends_at", "assignment__session_id", *there
    )
    places: dict[str | None, Place | None] = {None: None}
    for pk, starts_at, ends_at, session, number, *where in hours:
        if number not in places:
            places[number] = Place.at(number, *where)
        found[pk].append(Taken(starts_at, ends_at, session, places[number]))
    return found


def read_elsewhere(known: dict[int, Known], spans: Iterable[Span]) -> None:
    """Add what calendars elsewhere say between the first span and the last, and how well they are known."""
    spans = list(spans)
    if not spans:
        return
    starts_at, ends_at = min(span[0] for span in spans), max(span[1] for span in spans)
    periods = BusyPeriod.objects.filter(trainer__in=known, starts_at__lt=ends_at, ends_at__gt=starts_at)
    calendars = BusyCalendar.objects.filter(trainer__in=known)
    rows = periods.order_by().values_list("trainer_id", "starts_at", "ends_at", Value(True, BooleanField()))
    others = calendars.order_by().values_list("trainer_id", "last_good_at", "expanded_at", Value(False, BooleanField()))
    now = timezone.now()
    for pk, first, second, is_period in rows.union(others, all=True).order_by():
        if is_period:
            known[pk].busy.append((first, second))
        else:
            until = second and second + LOOKS_AHEAD
            known[pk].calendars.append(ReadCalendar(first, until, is_stale(first, now)))
