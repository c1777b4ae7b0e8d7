"""A meeting as a calendar shows it, to each kind of reader (design rules 4 and 9)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import Meeting, Session
from taushet.ical.writer import Event

A_NUMBER, A_NAME = 7_000_000_007, "any-course"


@dataclass(slots=True)
class Shown:
    """What a calendar reads of a meeting, its session and its course; feeds make thousands without their models."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    place: str
    address: str
    join_url: str
    is_cancelled: bool
    is_draft: bool
    meeting: int
    session: int
    neutral_title: str
    municipality: str
    title: str
    slug: str


def shown(meeting: Meeting) -> Shown:
    """Return what a calendar reads of a meeting."""
    session = meeting.session
    return Shown(
        uid=meeting.uid,
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        changed_at=meeting.changed_at,
        place=meeting.place,
        address=meeting.address,
        join_url=meeting.join_url,
        is_cancelled=is_cancelled(meeting),
        is_draft=session.state == Session.State.DRAFT,
        meeting=meeting.pk,
        session=session.pk,
        neutral_title=session.discreet_title,
        municipality=session.municipality.name if session.municipality else "",
        title=session.course.title,
        slug=session.course.slug,
    )


def invited_event(row: Shown, *, shows_course: bool, sequence: int | None = None, is_busy: bool = True) -> Event:
    """Return a meeting as the people of a booking see it: without the course name unless they chose it."""
    return _event(
        row,
        title=row.title if shows_course else row.neutral_title,
        url=page_address(row) if shows_course else "",
        join_url=row.join_url,
        sequence=sequence,
        is_busy=is_busy,
    )


def municipality_event(row: Shown) -> Event:
    """Return a meeting as an overview for a municipality: no course name, no page, no link to join."""
    return _event(row, title=row.neutral_title, is_busy=False)


def staff_event(row: Shown) -> Event:
    """Return a meeting as campaign staff see it: with the course name and the page of the session."""
    url = _address_of("courses:staff_session_detail", row.session)
    return _event(row, title=row.title, url=url, is_busy=False)


def public_event(row: Shown) -> Event:
    """Return a meeting as anybody may see it: with the course name and without the link to join."""
    return _event(row, title=row.title, url=page_address(row), is_busy=False)


def trainer_event(row: Shown, *, sequence: int | None = None) -> Event:
    """Return a meeting as its trainer sees it; a draft is only tentative."""
    url = trainer_page_address(row.session)
    return _event(row, title=row.title, url=url, join_url=row.join_url, sequence=sequence)


def page_address(row: Shown) -> str:
    """Return the address of the public page of a meeting's session."""
    path = _pattern("courses:session_detail", A_NAME, A_NUMBER)
    return settings.BASE_URL + path.replace(A_NAME, row.slug).replace(str(A_NUMBER), str(row.session))


def trainer_page_address(session_id: int) -> str:
    return _address_of("courses:trainer_session", session_id)


def _address_of(name: str, session_id: int) -> str:
    return settings.BASE_URL + _pattern(name, A_NUMBER).replace(str(A_NUMBER), str(session_id))


@cache
def _pattern(name: str, *arguments: object) -> str:
    """Return a path with stand-ins, since finding it anew for each of a thousand meetings costs more than the rest."""
    return reverse(name, args=arguments)


def place_name(meeting: Meeting) -> str:
    """Return where it is in a word: the municipality, or the place when the session belongs to none."""
    municipality = meeting.session.municipality
    return municipality.name if municipality else meeting.place


def location(meeting: Meeting) -> str:
    """Return place, address and municipality, each once."""
    return _each_once(meeting.place, meeting.address, place_name(meeting))


def _each_once(place: str, address: str, name: str) -> str:
    parts = [part for part in (place, address) if part]
    if name and not any(name.lower() in part.lower() for part in parts):
        parts.append(name)
    return ", ".join(parts)


def is_cancelled(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.CANCELLED or meeting.session.state == Session.State.CANCELLED


def _event(row: Shown, *, title, url="", join_url="", is_busy=True, sequence=None) -> Event:
    place = row.municipality or row.place
    summary = f"{title} – {place}" if place else title
    lines = []
    if join_url:
        lines.append(_("Join here: %(address)s") % {"address": join_url})
    if url:
        lines.append(_("Read more: %(address)s") % {"address": url})
    return Event(
        uid=row.uid,
        sequence=row.sequence if sequence is None else sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        changed_at=row.changed_at,
        summary=_("CANCELLED: %(title)s") % {"title": summary} if row.is_cancelled else summary,
        description="\n".join(lines),
        location=_each_once(row.place, row.address, place) or join_url,
        url=url,
        join_url=join_url,
        join_label=_("Join the meeting") if join_url else "",
        status="CANCELLED" if row.is_cancelled else "TENTATIVE" if row.is_draft else "CONFIRMED",
        is_busy=is_busy and not row.is_cancelled,
    )
