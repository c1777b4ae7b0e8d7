"""What stays for a while in the calendar of a trainer who has left a session: that it is no longer theirs."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import AssignedMeeting, Assignment, Trainer
from taushet.ical.writer import Event

from .events import location, shown, trainer_event


def left_by(trainer: Trainer, *, since: datetime) -> list[Event]:
    """Return the meetings a trainer has left since a moment, as cancelled, unless they are the trainer's again."""
    rows = AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=True)
    left = rows.filter(assignment__state=Assignment.State.WITHDRAWN, assignment__changed_at__gte=since)
    again = Assignment.objects.standing().filter(trainer=trainer)
    left = left.exclude(assignment__session__in=again.values("session")).select_related(
        "assignment", "meeting__session__course", "meeting__session__municipality"
    )
    newest = {row.meeting_id: row for row in left.order_by("assignment__changed_at", "pk")}
    return [left_event(row) for row in sorted(newest.values(), key=lambda row: (row.meeting.starts_at, row.meeting_id))]


def left_event(row: AssignedMeeting) -> Event:
    """Return a meeting as the trainer who has left it sees it: with the hours that were theirs, and without links."""
    event = trainer_event(shown(row.meeting))
    is_off = event.status == "CANCELLED"
    return replace(
        event,
        sequence=event.sequence + 1,
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
