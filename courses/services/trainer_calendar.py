"""What a trainer's own calendar shows: sessions, offers, hours and busy time."""

from collections.abc import Collection

from django.db.models import F, QuerySet

from courses.models import Assignment, Meeting, Trainer

from .calendar_days import CalendarDay, Entry, Kind, lay_out
from .fitting import know_trainers
from .hours import Span
from .periods import Period

KINDS = {Assignment.State.ACCEPTED: Kind.TAUGHT, Assignment.State.OFFERED: Kind.OFFERED}


def trainer_days(trainer: Trainer, period: Period, *, within: Period | None = None) -> list[CalendarDay]:
    """Return the days of a period as a trainer sees them, in five queries whatever is in them."""
    known = know_trainers([trainer], [])[trainer.pk]
    return lay_out(period, trainer_entries(trainer, period.span), known=known, within=within)


def trainer_entries(trainer: Trainer, frame: Span) -> list[Entry]:
    """Return what a trainer teaches and is asked to teach in a span of time."""
    return [entry_of(meeting) for meeting in meetings_asked([trainer.pk], frame)]


def meetings_asked(trainers: Collection[int], frame: Span) -> QuerySet[Meeting]:
    """Return meetings in a span that trainers teach or are asked to, one row each (`trainer_id`, `standing`)."""
    return (
        Meeting.objects.filter(starts_at__lt=frame[1], ends_at__gt=frame[0])
        .filter(session__assignments__state__in=list(KINDS), session__assignments__trainer__in=trainers)
        .annotate(standing=F("session__assignments__state"), trainer_id=F("session__assignments__trainer"))
        .select_related("session__course", "session__municipality")
        .order_by("starts_at", "pk")
    )


def entry_of(meeting: Meeting) -> Entry:
    """Return a row of `meetings_asked` as an entry."""
    return Entry(KINDS[meeting.standing], meeting.starts_at, meeting.ends_at, meeting)
