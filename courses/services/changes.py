"""What has happened to a booking since a page of it was opened, so that a second tab overwrites nothing unseen.

A page carries a `Seen`: the newest entry of the booking's log, and the stage of its terms, as they were when it was
shown. Whoever saves hands it in, and under the lock it is compared with what is true now.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import Booking, Participant, Session
from taushet.models import AuditEntry
from taushet.ready_query import ReadyQuery

from .catalogue import when_text
from .terms import Standing, standing_of_booking

TOLD = (
    "booking.held",
    "booking.confirmed",
    "booking.seats",
    "booking.moved",
    "booking.cancelled",
    "booking.offered",
    "booking.expired",
    "booking.wish_changed",
    "booking.offer_declined",
    "booking.offer_lapsed",
    "booking.discretion",
    "booking.hand_over",
    "booking.taken_over",
    "booking.second_contact",
    "booking.second_contact_removed",
    "booking.change_asked",
    "booking.change_withdrawn",
    "booking.change_refused",
    "booking.change_approved",
)
TOLD_OF_SESSIONS = ("session.changed", "session.cancelled")
TOLD_OF_NAMES = ("participant.named", "participant.replaced", "participant.withdrawn", "participant.corrected")


@dataclass(frozen=True)
class Seen:
    """What of a booking a page showed: everything up to a log entry, under a stage of the terms."""

    version: int
    stage: int

    @classmethod
    def read(cls, text: str) -> "Seen | None":
        """Return what a form carries; None when it carries nothing that makes sense."""
        version, _dash, stage = text.partition("-")
        if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (version, stage)):
            return None
        return cls(int(version), int(stage))

    def __str__(self) -> str:
        return f"{self.version}-{self.stage}"


@dataclass(frozen=True)
class Change:
    """One thing that happened to a booking: when, by whom, and what, with old and new."""

    at: datetime
    who: str
    what: str


class BookingChanged(CoursesError):
    """The booking, or the stage of its terms, is another than the page showed; nothing was done."""

    def __init__(self, changes: list[Change], seen: Seen) -> None:
        super().__init__(_("The booking has changed since you opened the page. Nothing of yours has been saved yet."))
        self.changes = changes
        self.seen = seen


def seen_now(booking: Booking, standing: Standing | None = None, everyone: Iterable[Participant] | None = None) -> Seen:
    """Return what a page that is shown now shows; `everyone` is all who have been named, where that is known."""
    # Counted here: asked for the greatest number, the database may look through the whole log from its end.
    if everyone is None or (everyone := list(everyone)):
        entries = _entries(booking, everyone).order_by().values_list("pk")
    else:
        entries = ENTRIES_WITHOUT_NAMES.rows(str(booking.pk), str(booking.session_id))
    newest = max((pk for (pk,) in entries), default=0)
    return Seen(newest, (standing or standing_of_booking(booking)).number)


def refuse_unseen(booking: Booking, seen: Seen | None) -> None:
    """Raise BookingChanged when a page showed something else; call it with the booking locked."""
    if seen is None:
        return
    changes = list(changes_since(booking, seen.version))
    standing = standing_of_booking(booking)
    if standing.number != seen.stage and standing.lines:
        line = standing.lines[standing.number]
        changes.append(Change(timezone.now(), _("The terms"), f"{line.may} {line.until}".strip()))
    if changes:
        raise BookingChanged(changes, seen_now(booking, standing))


def changes_since(booking: Booking, version: int) -> Iterator[Change]:
    """Say what has happened to a booking after a log entry, in order."""
    entries = _entries(booking).filter(pk__gt=version).select_related("actor").order_by("pk")
    people = {str(one.pk): one for one in booking.participants.all()}
    for entry in entries:
        if entry.object_type == "courses.session":
            yield Change(entry.at, _who(entry), _what_of_session(entry, booking.session))
        else:
            yield Change(entry.at, _who(entry), _what(entry, people) + _now_named(entry, booking))


def _entries(booking: Booking, everyone: Iterable[Participant] | None = None) -> QuerySet[AuditEntry]:
    # As a list, since a query inside an "or" keeps the database from using its index.
    people = [str(one.pk) for one in (booking.participants.order_by().only("pk") if everyone is None else everyone)]
    names = Q(object_type="courses.participant", object_id__in=people, action__in=TOLD_OF_NAMES)
    return AuditEntry.objects.filter(names | _of_booking(str(booking.pk), str(booking.session_id)))


def _of_booking(booking_id: str, session_id: str) -> Q:
    own = Q(object_type="courses.booking", object_id=booking_id, action__in=TOLD)
    session = Q(object_type="courses.session", object_id=session_id, action__in=TOLD_OF_SESSIONS)
    return own | (session & ~Q(action="session.changed", detail__meetings=[]))


ENTRIES_WITHOUT_NAMES = ReadyQuery(
    lambda *numbers: AuditEntry.objects.filter(_of_booking(*numbers)).order_by().values_list("pk"),
    "-booking",
    "-session",
)


def _who(entry: AuditEntry) -> str:
    if entry.actor:
        return _("We (%(name)s)") % {"name": entry.actor}
    if entry.actor_kind == "participant":
        return _("The participant")
    return _("By itself") if entry.actor_kind == "clock" else _("Written by the one who booked")


def _what(entry: AuditEntry, people: dict[str, Participant]) -> str:
    detail, subject = entry.detail, entry.action.partition(".")[2]
    if entry.object_type == "courses.participant":
        return _what_of_name(subject, people[entry.object_id], people.get(str(detail.get("replaced_by"))))
    if subject == "seats":
        return _("Seats: %(before)s before, %(after)s now") % detail
    if subject == "moved":
        return _("Date: %(before)s before, %(after)s now") % {
            "before": date_of(detail["before"]),
            "after": date_of(detail["after"]),
        }
    if subject == "wish_changed":
        return _("Seats you wait for: %(before)s before, %(seats)s now") % ({"before": "–"} | detail)
    return {
        "held": _("The seats are held"),
        "confirmed": _("The booking is confirmed"),
        "cancelled": _("The booking is cancelled"),
        "offered": _("Seats are offered"),
        "expired": _("The booking has run out"),
        "offer_declined": _("The offer is declined"),
        "offer_lapsed": _("The time to answer the offer is over"),
        "discretion": _("It is chosen anew whether e-mail and calendar name the course"),
        "hand_over": _("A colleague has been asked to take over"),
        "taken_over": _("A colleague has taken over as contact"),
        "second_contact": _("There is another second contact"),
        "second_contact_removed": _("There is no second contact any more"),
        "change_asked": _("We have been asked to change the booking"),
        "change_withdrawn": _("The request to change the booking is withdrawn"),
        "change_refused": _("The request to change the booking is refused"),
        "change_approved": _("The request to change the booking is approved"),
    }[subject]


def _now_named(entry: AuditEntry, booking: Booking) -> str:
    """Return who it is now, where somebody else has been named; the log itself holds no names."""
    if entry.action == "booking.second_contact":
        name = booking.second_name
    elif entry.action == "booking.taken_over":
        name = booking.contact_name
    elif entry.action == "booking.hand_over":
        name = booking.hand_overs.filter(ended_at=None).values_list("name", flat=True).first()
    else:
        name = ""
    return f": {name}" if name else ""


def _what_of_session(entry: AuditEntry, session: Session) -> str:
    if entry.action == "session.cancelled":
        return _("The course is cancelled")
    return _("Time or place of the course is changed. Now: %(when)s") % {"when": date_of(session.pk)}


def _what_of_name(subject: str, person: Participant, new: Participant | None) -> str:
    if subject == "replaced" and new:
        return _("Name: %(before)s before, %(after)s now") % {"before": person.listed_name, "after": new.listed_name}
    sentence = {
        "named": _("%(name)s is on the list"),
        "corrected": _("The name was put right: %(name)s"),
        "withdrawn": _("%(name)s is taken off the list"),
        "replaced": _("%(name)s is replaced"),
    }[subject]
    return sentence % {"name": person.listed_name}


def date_of(session_id: int) -> str:
    """Say when a session is, as it stands now; nothing when it is gone."""
    session = Session.objects.filter(pk=session_id).first()
    return when_text(session.first_starts_at, session.last_ends_at) if session else ""
