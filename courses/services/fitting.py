"""Is a trainer free for this, and if not, why: the one answer that assigning, requests and offers build on.

`know_trainers` reads what there is to know in the same few queries for one trainer or two hundred; `speaks_against`
compares it with what is wanted and asks the database nothing.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from courses.models import Availability, AvailabilityException, Format, Meeting, Session, Trainer
from taushet.workdays import OSLO, holiday_name

from .hours import Span, days_of, month_of, overlap, span_of, subtract, week_of, within
from .knowing import know_trainers
from .reasons import Known, Reason, Wanted, Why
from .travel import Place, travel_time

AWAY, FREE = AvailabilityException.Kind.AWAY, AvailabilityException.Kind.FREE


def speaks_against(known: Known, wanted: Wanted) -> list[Reason]:
    """Return all that speaks against a trainer, the heaviest first; an empty list is a trainer who fits."""
    found = [*_always(known, wanted)]
    for span in wanted.spans:
        found += _taken(known, wanted, span)
        found += _hours(known, span)
        found += _busy(known, span)
        found += _travel(known, wanted, span)
        found += [Reason(Why.HOLIDAY, span, name=name) for day in days_of(span) if (name := holiday_name(day))]
    if wanted.spans and not known.has_said_hours:
        found.append(Reason(Why.UNKNOWN))
    found += _limits(known, wanted)
    order = list(Why)
    return sorted(dict.fromkeys(found), key=lambda reason: order.index(reason.why))


def _always(known: Known, wanted: Wanted) -> Iterable[Reason]:
    """What speaks against a trainer whatever the day."""
    if wanted.course not in known.leads:
        if wanted.course not in known.seconds:
            yield Reason(Why.COURSE)
        elif not wanted.has_lead:
            yield Reason(Why.SECOND)
    if known.is_invited:
        yield Reason(Why.INVITED)
    elif not known.was_here:
        yield Reason(Why.NEVER_HERE)
    if known.impartial_in & wanted.municipalities:
        yield Reason(Why.IMPARTIAL)
    if wanted.language not in known.languages:
        yield Reason(Why.LANGUAGE)
    if wanted.place and known.counties and wanted.place.county not in known.counties:
        yield Reason(Why.COUNTY)


def _taken(known: Known, wanted: Wanted, span: Span) -> Iterable[Reason]:
    for one in known.taken:
        if one.session != wanted.session and overlap(one.span, span):
            yield Reason(Why.TAKEN, one.span, one.session)


def _hours(known: Known, span: Span) -> Iterable[Reason]:
    away = within(_away(known, days_of(span)), span)
    if away:
        yield Reason(Why.AWAY, away[0])
        return
    outside = subtract([span], open_hours(known, span))
    if outside:
        yield Reason(Why.NO_HOURS, outside[0])


def _busy(known: Known, span: Span) -> Iterable[Reason]:
    """What calendars elsewhere say: taken hours, and that one is not read, which is never the same as free."""
    if taken := within(known.busy, span):
        yield Reason(Why.BUSY, taken[0])
    if known.unread:
        yield known.unread
    ends = [one.until for one in known.calendars if one.until]
    if ends and min(ends) < span[1]:
        yield Reason(Why.BEYOND, at=min(ends))


def _travel(known: Known, wanted: Wanted, span: Span) -> Iterable[Reason]:
    """Whether there is time to come from the meeting before, and to reach the one after."""
    if wanted.place is None:
        return
    others = [one for one in known.taken if one.place and one.session != wanted.session]
    before = max((one for one in others if one.ends_at <= span[0]), key=lambda one: one.ends_at, default=None)
    after = min((one for one in others if one.starts_at >= span[1]), key=lambda one: one.starts_at, default=None)
    for one, gap in ((before, before and span[0] - before.ends_at), (after, after and after.starts_at - span[1])):
        if one and gap < (needed := travel_time(one.place, wanted.place)):
            yield Reason(Why.TRAVEL, one.span, one.session, minutes=needed // timedelta(minutes=1))


def _limits(known: Known, wanted: Wanted) -> Iterable[Reason]:
    days = sorted({span[0].astimezone(OSLO).date() for span in wanted.spans})
    for why, limit, frame_of in (
        (Why.WEEK, known.most_a_week, week_of),
        (Why.MONTH, known.most_a_month, month_of),
    ):
        for frame in dict.fromkeys(frame_of(day) for day in days):
            count = len(sessions_in(known, frame) - {wanted.session})
            if limit and count >= limit:
                yield Reason(why, frame, number=count)


def sessions_in(known: Known, frame: Span) -> set[int]:
    """Return the sessions a trainer teaches that begin in a span, or go on in it."""
    return {one.session for one in known.taken if overlap(one.span, frame)}


def open_hours(known: Known, frame: Span) -> list[Span]:
    """Return when in a span a trainer can teach, by what they said.

    Weekly hours and extra days count together, and away takes from both. Who has said no hours at all could be asked
    for any, apart from the days away.
    """
    days = days_of(frame)
    if known.has_said_hours:
        said = [
            span_of(day, rule.starts, rule.ends)
            for day in days
            for rule in known.weekly
            if rule.weekday == day.weekday() and is_valid(rule, day)
        ]
        said += _of_exceptions(known, days, FREE)
    else:
        said = [frame]
    return within(subtract(said, _away(known, days)), frame)


def is_valid(rule: Availability, day: date) -> bool:
    """Whether weekly hours count on a day."""
    return (rule.valid_from is None or rule.valid_from <= day) and (rule.valid_to is None or day <= rule.valid_to)


def _away(known: Known, days: Iterable[date]) -> list[Span]:
    return _of_exceptions(known, days, AWAY)


def _of_exceptions(known: Known, days: Iterable[date], kind: str) -> list[Span]:
    return [
        span_of(day, one.starts, one.ends)
        for day in days
        for one in known.exceptions
        if one.kind == kind and one.first_on <= day <= one.last_on
    ]


def free_spans(known: Known, wanted: Wanted, frame: Span) -> list[Span]:
    """Return when in a span a trainer could be at the wanted place and teach: open, not taken, busy or on the way."""
    taken = list(known.busy)
    for one in known.taken:
        if one.session != wanted.session:
            way = travel_time(one.place, wanted.place)
            taken.append((one.starts_at - way, one.ends_at + way))
    return within(subtract(open_hours(known, frame), taken), frame)


def wanted_of(session: Session) -> Wanted:
    """Return what a session wants of a trainer. Costs three queries."""
    meetings = session.meetings.exclude(state=Meeting.State.CANCELLED).order_by("starts_at", "pk")
    guests = {place.pk for place in session.guests()}
    leads = session.assignments.standing().filter(trainer__courses=session.course_id)
    return Wanted(
        course=str(session.course_id),
        language=session.language,
        spans=tuple(meetings.values_list("starts_at", "ends_at")),
        place=None if session.format == Format.ONLINE else Place.of(session.municipality),
        municipalities=frozenset(guests | {session.municipality_id} - {None}),
        session=session.pk,
        has_lead=leads.exists(),
    )


def reasons_for(trainer: Trainer, wanted: Wanted) -> list[Reason]:
    """Return all that speaks against one trainer."""
    return speaks_against(know_trainers([trainer], wanted.spans)[trainer.pk], wanted)
