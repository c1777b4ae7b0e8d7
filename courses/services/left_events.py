"""What a trainer's calendar has to know of the sessions the trainer has left, and has been given again."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.db.models import BooleanField, F, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import AssignedMeeting, Assignment, Meeting, Trainer, TrainerInvitation
from taushet.ical.writer import Event

from .events import location, shown, trainer_event


@dataclass
class Lost:
    """How often a trainer's calendar has lost each meeting, and the sessions they have left, each with when."""

    times: Counter[int] = field(default_factory=Counter)
    left_at: dict[int, datetime] = field(default_factory=dict)

    def ahead(self, meeting: int) -> int:
        """Return by how much the trainer's number of a meeting is ahead of the meeting's own.

        Two each time, as what takes it out of the calendar has one of its own between them: numbers never fall, also
        when a trainer leaves, comes back, or chooses to have the calendar in another way (RFC 5545 section 3.8.7.4).
        """
        return 2 * self.times[meeting]


def lost_by(trainer: Trainer, meetings: Iterable[Meeting] | None = None) -> Lost:
    """Return what the calendar of a trainer has lost, of some meetings or of all, in one query.

    A meeting is lost when the trainer leaves its session, and when its invitation is cancelled; both at once is one.
    """
    left = AssignedMeeting.objects.filter(
        trainer=trainer, is_cancelled=True, assignment__state=Assignment.State.WITHDRAWN
    )
    invited = TrainerInvitation.objects.filter(trainer=trainer)
    if meetings is not None:
        numbers = [meeting.pk for meeting in meetings]
        left, invited = left.filter(meeting__in=numbers), invited.filter(meeting__in=numbers)
    moment = F("assignment__changed_at")
    rows = left.order_by().values_list("meeting_id", moment, moment, Value(True, BooleanField()))
    others = invited.order_by().values_list("meeting_id", "created_at", "cancelled_at", Value(False, BooleanField()))
    lost, held, leavings = Lost(), defaultdict(list), []
    for meeting, since, until, is_left in rows.union(others, all=True).order_by():
        if is_left:
            leavings.append((meeting, since))
            continue
        held[meeting].append((since, until))
        lost.times[meeting] += until is not None
    for meeting, moment in leavings:
        lost.left_at[meeting] = max(moment, lost.left_at.get(meeting, moment))
        lost.times[meeting] += not any(since <= moment <= (until or moment) for since, until in held[meeting])
    return lost


def left_by(trainer: Trainer, lost: Lost, *, since: datetime) -> list[Event]:
    """Return the meetings a trainer has left since a moment, as cancelled, unless they are the trainer's again."""
    lately = [meeting for meeting, moment in lost.left_at.items() if moment >= since]
    if not lately:
        return []
    rows = AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=True, meeting__in=lately)
    left = rows.filter(assignment__state=Assignment.State.WITHDRAWN)
    again = Assignment.objects.standing().filter(trainer=trainer)
    left = left.exclude(assignment__session__in=again.values("session")).select_related(
        "assignment", "meeting__session__course", "meeting__session__municipality"
    )
    newest = {row.meeting_id: row for row in left.order_by("assignment__changed_at", "pk")}
    return [
        left_event(row, ahead=lost.ahead(row.meeting_id) - 1)
        for row in sorted(newest.values(), key=lambda row: (row.meeting.starts_at, row.meeting_id))
    ]


def left_event(row: AssignedMeeting, *, ahead: int) -> Event:
    """Return a meeting as the trainer who has left it sees it: with the hours that were theirs, and without links."""
    event = trainer_event(shown(row.meeting))
    is_off = event.status == "CANCELLED"
    return replace(
        event,
        sequence=event.sequence + ahead,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        changed_at=max(event.changed_at, row.assignment.changed_at),
        summary=event.summary if is_off else _("NO LONGER YOURS: %(title)s") % {"title": event.summary},
        description="",
        location=location(row.meeting),
        url=settings.BASE_URL + reverse("courses:trainer_home"),
        join_url="",
        status="CANCELLED",
        is_busy=False,
    )
