"""The meetings of a session: what they can be, and how they are written so that calendars hear of a change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import Meeting, Session
from taushet.ready_query import ReadyQuery

from . import trainer_invitations

MOST_MEETINGS = 40
CONTENT = ("starts_at", "ends_at", "place", "address", "join_url")


class MeetingRefused(CoursesError):
    """A meeting that cannot be: it ends before it starts, lies in the past or overlaps another."""


@dataclass(frozen=True)
class MeetingPlan:
    """What one meeting of a session shall be; without `pk` it is a new one."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    address: str = ""
    join_url: str = ""
    pk: int | None = None


def check_plan(plan: MeetingPlan, meeting: Meeting | None = None) -> None:
    """Raise MeetingRefused when a meeting cannot be as planned; one that keeps its time may lie in the past."""
    if plan.ends_at <= plan.starts_at:
        raise MeetingRefused(_("The meeting must end after it starts."), field="ends")
    is_moved = meeting is None or meeting.starts_at != plan.starts_at
    if is_moved and plan.starts_at <= timezone.now():
        raise MeetingRefused(_("This time has passed. Choose one that is still to come."), field="day")


def check_plans(plans: Sequence[MeetingPlan], standing: dict[int, Meeting] | None = None) -> None:
    """Raise MeetingRefused when the meetings of a session cannot be as planned, each or together."""
    standing = standing or {}
    kept = {plan.pk for plan in plans if plan.pk}
    if not plans:
        raise MeetingRefused(_("A session needs at least one meeting."))
    if len(plans) > MOST_MEETINGS:
        raise MeetingRefused(_("A session can have %(count)d meetings at most.") % {"count": MOST_MEETINGS})
    if not kept <= standing.keys():
        raise MeetingRefused(_("One of the meetings is no longer there. Open the page again and make the change anew."))
    if any(meeting.ends_at <= timezone.now() for pk, meeting in standing.items() if pk not in kept):
        raise MeetingRefused(_("A meeting that has been held cannot be taken out."))
    for plan in plans:
        check_plan(plan, standing.get(plan.pk))
    in_order = sorted(plans, key=lambda plan: plan.starts_at)
    if any(second.starts_at < first.ends_at for first, second in pairwise(in_order)):
        raise MeetingRefused(_("Two of the meetings overlap. Change the time of one of them."))


def meetings_in_order(session: Session) -> list[Meeting]:
    """Return the meetings of a session, each of which knows it."""
    meetings = MEETINGS.objects(session.pk)
    for meeting in meetings:
        meeting.session = session
    return meetings


MEETINGS = ReadyQuery(lambda number: Meeting.objects.filter(session=number).order_by("starts_at", "pk"), -1)


def set_span(session: Session, plans: Sequence[MeetingPlan]) -> None:
    """Let a session begin with the first of its meetings and end with the last."""
    session.first_starts_at = min(plan.starts_at for plan in plans)
    session.last_ends_at = max(plan.ends_at for plan in plans)


def new_meeting(session: Session, plan: MeetingPlan) -> Meeting:
    """Return a meeting as planned, not saved yet."""
    return Meeting(session=session, **{name: getattr(plan, name) for name in CONTENT})


def write_meetings(session: Session, plans: Sequence[MeetingPlan], standing: dict[int, Meeting]) -> list[Meeting]:
    """Store the meetings as planned and return those that are new, changed or cancelled."""
    wanted = {plan.pk: plan for plan in plans if plan.pk}
    touched = []
    for pk, meeting in standing.items():
        if pk not in wanted:
            touched += _take_out(session, meeting)
            continue
        changes = {
            name: getattr(wanted[pk], name) for name in CONTENT if getattr(wanted[pk], name) != getattr(meeting, name)
        }
        touched += touch([meeting], **changes) if changes else []
    added = [new_meeting(session, plan) for plan in plans if plan.pk is None]
    for meeting in added:
        meeting.save()
    return touched + added


def _take_out(session: Session, meeting: Meeting) -> list[Meeting]:
    """Cancel a meeting; of a draft nobody was told, so there it just goes."""
    if session.state == Session.State.DRAFT:
        meeting.assigned_meetings.all().delete()
        trainer_invitations.take_out(meeting)
        meeting.delete()
        return []
    return touch([meeting], state=Meeting.State.CANCELLED)


def touch(meetings: Iterable[Meeting], **changes) -> list[Meeting]:
    """Change meetings in a way that calendars have to hear of: their sequence rises by one."""
    touched = list(meetings)
    for meeting in touched:
        for name, value in changes.items():
            setattr(meeting, name, value)
        meeting.sequence += 1
        meeting.changed_at = timezone.now()
        meeting.save(update_fields=[*changes, "sequence", "changed_at"])
    return touched
