"""Which trainers a session wants, which it has, and which it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import ngettext

from courses.models import Assignment, Session

Kind = Assignment.Kind


@dataclass(frozen=True)
class Need:
    """How many trainers of one kind a session wants, and how many it has."""

    kind: str
    wanted: int
    has: int

    @property
    def lacks(self) -> int:
        return max(self.wanted - self.has, 0)

    @property
    def label(self) -> str:
        return Kind(self.kind).label


def lock_session(session_id: int) -> Session:
    """Return a session as it is now, locked, so that what is decided about its trainers is decided once."""
    rows = Session.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "course", "municipality", "closed_to"
    )
    return rows.get(pk=session_id)


def needs_of(session: Session, teaching: Iterable[Assignment] | None = None) -> list[Need]:
    """Return what a session needs, kind by kind; `teaching` are its assignments that count, when they are known."""
    rows = Assignment.objects.counting().filter(session=session) if teaching is None else teaching
    kinds = [row.kind for row in rows]
    wanted = {Kind.LEAD: session.leads_wanted, Kind.SECOND: session.seconds_wanted}
    return [Need(kind, count, kinds.count(kind)) for kind, count in wanted.items() if count or kind in kinds]


def lacks(session: Session, kind: str) -> int:
    """Return how many trainers of a kind a session lacks; one that is over or cancelled lacks none."""
    if not session.takes_trainers:
        return 0
    return next((need.lacks for need in needs_of(session) if need.kind == kind), 0)


def say_lacking(needs: Iterable[Need]) -> list[str]:
    """Say what is lacking in words, a phrase for each kind."""
    words = []
    for need in needs:
        if need.lacks and need.kind == Kind.LEAD:
            words.append(
                ngettext("Lacks %(count)d lead trainer", "Lacks %(count)d lead trainers", need.lacks)
                % {"count": need.lacks}
            )
        elif need.lacks:
            words.append(
                ngettext("Lacks %(count)d second trainer", "Lacks %(count)d second trainers", need.lacks)
                % {"count": need.lacks}
            )
    return words


def lacking(now: datetime | None = None) -> QuerySet[Session]:
    """Return the sessions that are not over and lack trainers, soonest first."""
    return (
        Session.objects.filter(
            state__in=[Session.State.DRAFT, *Session.OPEN_STATES], last_ends_at__gt=now or timezone.now()
        )
        .annotate(leads=_counting(Kind.LEAD), seconds=_counting(Kind.SECOND))
        .filter(Q(leads__lt=F("leads_wanted")) | Q(seconds__lt=F("seconds_wanted")))
        .select_related("course", "municipality")
        .order_by("first_starts_at", "pk")
    )


def _counting(kind: str):
    rows = Assignment.objects.counting().filter(session=OuterRef("pk"), kind=kind)
    count = rows.order_by().values("session").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)
