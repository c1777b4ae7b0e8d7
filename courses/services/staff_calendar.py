"""What staff's calendar shows: all sessions, and the trainers of a week beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from courses.models import Assignment, Meeting, Trainer

from .calendar_days import CalendarDay, Entry, Kind, lay_out
from .hours import Span
from .knowing import know_trainers
from .periods import Period
from .reasons import Reason
from .school_holidays import school_hints
from .trainer_calendar import entries_of


def staff_days(meetings: QuerySet[Meeting], period: Period, *, within: Period | None = None) -> list[CalendarDay]:
    """Return the days of a period with those of some meetings that lie in it, in three queries."""
    school = school_hints(period.span)
    return lay_out(period, staff_entries(meetings, period.span), within=within, school=school)


def staff_entries(meetings: QuerySet[Meeting], frame: Span) -> list[Entry]:
    """Return meetings in a span as staff see them: with who teaches and who is asked."""
    asked = Assignment.objects.filter(state__in=[Assignment.State.ACCEPTED, Assignment.State.OFFERED])
    rows = (
        meetings.filter(starts_at__lt=frame[1], ends_at__gt=frame[0])
        .select_related("session__course", "session__municipality")
        .prefetch_related(
            Prefetch("session__assignments", asked.select_related("trainer__user").order_by("pk"), to_attr="asked")
        )
        .order_by("starts_at", "pk")
    )
    return [_entry(meeting) for meeting in rows]


def _entry(meeting: Meeting) -> Entry:
    teaching, asked = [], []
    for one in meeting.session.asked:
        (teaching if one.state == Assignment.State.ACCEPTED else asked).append(str(one.trainer))
    return Entry(
        Kind.TAUGHT if teaching else Kind.OFFERED,
        meeting.starts_at,
        meeting.ends_at,
        meeting,
        trainers=tuple(teaching),
        asked=tuple(asked),
    )


@dataclass(frozen=True)
class TrainerRow:
    """A trainer's week; `unread` says that a calendar elsewhere is not read, so that nobody knows of all of it."""

    trainer: Trainer
    days: list[CalendarDay]
    unread: Reason | None = None


def trainers_beside(trainers: Sequence[Trainer], period: Period) -> list[TrainerRow]:
    """Return a period of some trainers beside each other, in five queries whatever their number; give their users."""
    known = know_trainers(trainers, [])
    entries = entries_of(known, period.span)
    return [
        TrainerRow(
            trainer,
            lay_out(period, entries.get(trainer.pk, ()), known=known[trainer.pk]),
            known[trainer.pk].unread,
        )
        for trainer in trainers
    ]
