"""A meeting as a calendar shows it, to each kind of reader (design rules 4 and 9)."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import Meeting, Session
from taushet.ical.writer import Event


def invited_event(meeting: Meeting, *, shows_course: bool, sequence: int | None = None, is_busy: bool = True) -> Event:
    """Return a meeting as the people of a booking see it: without the course name unless they chose it."""
    session = meeting.session
    return _event(
        meeting,
        title=session.course.title if shows_course else session.discreet_title,
        url=page_address(session) if shows_course else "",
        join_url=meeting.join_url,
        sequence=sequence,
        is_busy=is_busy,
    )


def municipality_event(meeting: Meeting) -> Event:
    """Return a meeting as an overview for a municipality: no course name, no page, no link to join."""
    return _event(meeting, title=meeting.session.discreet_title, is_busy=False)


def staff_event(meeting: Meeting) -> Event:
    """Return a meeting as campaign staff see it: with the course name and the page of the session."""
    session = meeting.session
    return _event(meeting, title=session.course.title, url=settings.BASE_URL + session.get_staff_url(), is_busy=False)


def public_event(meeting: Meeting) -> Event:
    """Return a meeting as anybody may see it: with the course name and without the link to join."""
    session = meeting.session
    return _event(meeting, title=session.course.title, url=page_address(session), is_busy=False)


def trainer_event(meeting: Meeting, *, sequence: int | None = None) -> Event:
    """Return a meeting as its trainer sees it; a draft is only tentative."""
    url = trainer_page_address(meeting.session_id)
    return _event(meeting, title=meeting.session.course.title, url=url, join_url=meeting.join_url, sequence=sequence)


def page_address(session: Session) -> str:
    return settings.BASE_URL + session.get_absolute_url()


def trainer_page_address(session_id: int) -> str:
    return settings.BASE_URL + reverse("courses:trainer_session", args=[session_id])


def place_name(meeting: Meeting) -> str:
    """Return where it is in a word: the municipality, or the place when the session belongs to none."""
    municipality = meeting.session.municipality
    return municipality.name if municipality else meeting.place


def location(meeting: Meeting) -> str:
    """Return place, address and municipality, each once."""
    parts = [part for part in (meeting.place, meeting.address) if part]
    name = place_name(meeting)
    if name and not any(name.lower() in part.lower() for part in parts):
        parts.append(name)
    return ", ".join(parts)


def is_cancelled(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.CANCELLED or meeting.session.state == Session.State.CANCELLED


def _event(meeting, *, title, url="", join_url="", is_busy=True, sequence=None) -> Event:
    cancelled = is_cancelled(meeting)
    place = place_name(meeting)
    summary = f"{title} – {place}" if place else title
    lines = []
    if join_url:
        lines.append(_("Join here: %(address)s") % {"address": join_url})
    if url:
        lines.append(_("Read more: %(address)s") % {"address": url})
    tentative = meeting.session.state == Session.State.DRAFT
    return Event(
        uid=meeting.uid,
        sequence=meeting.sequence if sequence is None else sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        changed_at=meeting.changed_at,
        summary=_("CANCELLED: %(title)s") % {"title": summary} if cancelled else summary,
        description="\n".join(lines),
        location=location(meeting) or join_url,
        url=url,
        join_url=join_url,
        join_label=_("Join the meeting") if join_url else "",
        status="CANCELLED" if cancelled else "TENTATIVE" if tentative else "CONFIRMED",
        is_busy=is_busy and not cancelled,
    )
