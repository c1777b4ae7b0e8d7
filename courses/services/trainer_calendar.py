"""What a trainer's own calendar shows: sessions, offers, hours and busy time."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import F, QuerySet

from courses.models import Assignment, BusyPeriod, Meeting, Trainer

from .calendar_days import CalendarDay, Entry, Kind, busy_entries, lay_out
from .fitting import know_trainers
from .hours import Span
from .periods import Period

KINDS = {Assignment.State.ACCEPTED: Kind.TAUGHT, Assignment.State.OFFERED: Kind.OFFERED}


def trainer_days(trainer: Trainer, period: Period, *, within: Period | None = None) -> list[CalendarDay]:
    """Return the days of a period as a trainer sees them, in five queries whatever is in them."""
    known = know_trainers([trainer], [])[trainer.pk]
    return lay_out(period, entries_of([trainer.pk], period.span)[trainer.pk], known=known, within=within)


def entries_of(trainers: Collection[int], frame: Span) -> dict[int, list[Entry]]:
    """Return what trainers teach, are asked to teach and are busy with elsewhere in a span, in two queries."""
    found = defaultdict(list)
    for meeting in meetings_asked(trainers, frame):
        kind = KINDS[meeting.standing]
        offer = meeting.offer_id if kind == Kind.OFFERED else None
        found[meeting.trainer_id].append(Entry(kind, meeting.starts_at, meeting.ends_at, meeting, offer=offer))
    for pk, spans in busy_spans(trainers, frame).items():
        found[pk] += busy_entries(spans)
    return found


def busy_spans(trainers: Collection[int], frame: Span) -> dict[int, list[Span]]:
    """Return the hours that trainers' own calendars take of a span; what takes them is not known here."""
    rows = BusyPeriod.objects.filter(trainer__in=trainers, starts_at__lt=frame[1], ends_at__gt=frame[0])
    found = defaultdict(list)
    for pk, starts_at, ends_at in rows.order_by("starts_at").values_list("trainer_id", "starts_at", "ends_at"):
        found[pk].append((starts_at, ends_at))
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
