"""Reading what is known of trainers, in the same few queries for one or for two hundred."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from courses.models import AssignedMeeting, Availability, AvailabilityException, Trainer
from municipalities.models import Municipality

from .hours import Span, days_of, month_of, union, week_of
from .reasons import Known, Taken
from .travel import Place

ONE_WEEK = timedelta(weeks=1)


def know_trainers(trainers: Sequence[Trainer], spans: Iterable[Span]) -> dict[int, Known]:
    """Read what is known of trainers around some spans, in five queries; give them with their home."""
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
    hours = rows.order_by("starts_at", "pk").values_list(
        "trainer_id", "starts_at", "ends_at", "assignment__session_id", "assignment__session__municipality_id"
    )
    hours = list(hours)
    places = Municipality.objects.in_bulk({row[-1] for row in hours})
    places = {pk: Place.of(place) for pk, place in places.items()}
    for pk, starts_at, ends_at, session, number in hours:
        found[pk].append(Taken(starts_at, ends_at, session, places.get(number)))
    return found
