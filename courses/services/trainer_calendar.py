"""What a trainer's own calendar shows: sessions, offers, hours and busy time."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import F, QuerySet

from courses.models import Assignment, Meeting, Trainer

from .calendar_days import CalendarDay, Entry, Kind, busy_entries, lay_out
from .hours import Span
from .knowing import know_trainers, read_elsewhere
from .periods import Period
from .reasons import Known
from .school_holidays import school_hints

KINDS = {Assignment.State.ACCEPTED: Kind.TAUGHT, Assignment.State.OFFERED: Kind.OFFERED}


def trainer_days(trainer: Trainer, period: Period, *, within: Period | None = None) -> list[CalendarDay]:
    """Return the days of a period as a trainer sees them, in six queries whatever is in them."""
    known = know_trainers([trainer], [])
    entries = entries_of(known, period.span)
    school = school_hints(period.span, known[trainer.pk].counties)
    return lay_out(period, entries[trainer.pk], known=known[trainer.pk], within=within, school=school)


def entries_of(known: dict[int, Known], frame: Span) -> dict[int, list[Entry]]:
    """Return what trainers teach, are asked to teach and are busy with elsewhere in a span, in two queries.

    What their calendars elsewhere say of it is added to what is known of them.
    """
    read_elsewhere(known, [frame])
    found = defaultdict(list)
    for meeting in meetings_asked(known, frame):
        kind = KINDS[meeting.standing]
        offer = meeting.offer_id if kind == Kind.OFFERED else None
        found[meeting.trainer_id].append(Entry(kind, meeting.starts_at, meeting.ends_at, meeting, offer=offer))
    for pk, one in known.items():
        found[pk] += busy_entries(one.busy)
    return found


def meetings_asked(trainers: Collection[int], frame: Span) -> QuerySet[Meeting]:
    """Return meetings in a span that trainers teach or are asked to: `trainer_id`, `standing`, `offer_id`."""
    return (
        Meeting.objects.filter(starts_at__lt=frame[1], ends_at__gt=frame[0])
        .filter(session__assignments__state__in=list(KINDS), session__assignments__trainer__in=trainers)
        .annotate(
            standing=F("session__assignments__state"),
            trainer_id=F("session__assignments__trainer"),
            offer_id=F("session__assignments__offer"),
        )
        .select_related("session__course", "session__municipality")
        .order_by("starts_at", "pk")
    )
