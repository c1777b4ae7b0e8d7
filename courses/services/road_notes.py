"""Notes to the next trainer: about place and way, kept with the municipality and about nobody by name."""

import re
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import Participant, RoadNote, Session
from taushet.models import User
from taushet.services import audit
from taushet.services.erasing import delete_in_turns

KEPT = timedelta(days=731)
SHOWN = 10
SHORTEST_NAME = 3
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
PHONE = re.compile(r"(?<!\d)(?<!\d\.)(?:(?:\+|00)47[\s\u00a0]?)?(?:\d[\s\u00a0]?){7}\d(?!\.?\d)")


class NoteRefused(CoursesError):
    """The session is nowhere a note could stay with."""


def what_tells_of_people(session: Session, text: str) -> list[str]:
    """Return what in a text looks as if it told of somebody: an address, a phone number, or a name from the session.

    Only names the trainer sees anyway are compared, so that nobody can find out a protected one by trying.
    """
    found = []
    if EMAIL.search(text):
        found.append(_("an e-mail address"))
    if PHONE.search(text):
        found.append(_("a phone number"))
    if any(_holds_name(text, name) for name in _names_of(session)):
        found.append(_("the name of a participant or contact"))
    return found


@transaction.atomic
def write_note(session: Session, text: str, *, by: User) -> RoadNote | None:
    """Leave a trainer's note of a session with its municipality; an empty text takes it away.

    Raises NoteRefused when the session is held in no municipality.
    """
    if session.municipality_id is None:
        raise NoteRefused(_("This session is online only, so there is no place to say something about."))
    if not text:
        deleted = RoadNote.objects.filter(session=session, written_by=by).delete()[0]
        if deleted:
            audit.record("road_note.removed", session, by=by)
        return None
    values = {"text": text, "municipality_id": session.municipality_id, "written_at": timezone.now()}
    note, _is_new = RoadNote.objects.update_or_create(session=session, written_by=by, defaults=values)
    audit.record("road_note.written", session, by=by, note=note.pk)
    return note


@transaction.atomic
def remove_note(note: RoadNote, *, by: User) -> None:
    """Delete a note; for staff."""
    audit.record("road_note.removed", note.session, by=by)
    note.delete()


def notes_for(session: Session) -> QuerySet[RoadNote]:
    """Return the notes the trainer of a session should read: the newest of the municipality it is held in."""
    if session.municipality_id is None:
        return RoadNote.objects.none()
    return RoadNote.objects.filter(municipality=session.municipality_id)[:SHOWN]


def forget_notes(now: datetime) -> int:
    """Delete notes two years after they were written (a RetentionRule); returns how many rows went."""
    return delete_in_turns(RoadNote.objects.filter(written_at__lt=now - KEPT))


def _names_of(session: Session) -> set[str]:
    people = {participant.listed_name for participant in Participant.objects.expected_at(session)}
    for booking in session.bookings.taking_seats():
        people |= {booking.contact_name, booking.second_name}
    return people - {""}


def _holds_name(text: str, name: str) -> bool:
    """Whether a text holds a whole name in any case, or one part of it written as a name."""
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
        return True
    parts = [part for part in re.split(r"[\s\-]+", name) if len(part) >= SHORTEST_NAME and part[0].isupper()]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?:s|’s)?(?!\w)", text) for part in parts)
