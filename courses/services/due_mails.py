"""Writing the planned mails whose time has come: the worker's clock asks every minute, on any number of machines.

Some rows at a time, each locked; what another worker holds is left to it. Mails and rows change in one transaction, so
that a crash loses and doubles nothing, and the key of each mail lets the database refuse a second one.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from courses.models import Booking, BookingMessage, MailKind, MailText, Meeting, Participant, PlannedMail, Session
from taushet.exceptions import TaushetError
from taushet.models import Message
from taushet.services.links import placeholder

from .booking_mail import Texts, contacts_of, draft, post_all, render
from .once_only import SharedAddresses

logger = logging.getLogger(__name__)

AT_ONCE = 100
ASK_AGAIN_AFTER = timedelta(hours=1)
State = PlannedMail.State
PURPOSES = {"booking": "b", "booking-second": "s"}


@dataclass(frozen=True)
class Recipient:
    """Who gets a planned mail: a participant, or one of the contacts by the purpose of the own link."""

    email: str
    participant: Participant | None = None
    purpose: str = "participant"

    def name(self, booking: Booking) -> str:
        if self.participant:
            return self.participant.listed_name
        return booking.contact_name if self.purpose == "booking" else booking.second_name


def write_due_mails(now: datetime | None = None) -> int:
    """Write every planned mail that is due; returns how many rows were settled or put off."""
    now = now or timezone.now()
    settled = 0
    while count := _write_some(now):
        settled += count
    return settled


@transaction.atomic
def _write_some(now: datetime) -> int:
    due = PlannedMail.objects.due(now).select_for_update(of=("self",), skip_locked=True)
    rows = list(due.select_related("booking__municipality").order_by("due_at", "pk")[:AT_ONCE])
    if not rows:
        return 0
    batch = _Batch(rows)
    post_all(mail for row in rows for mail in batch.settle(row, now))
    for state in (State.WRITTEN, State.DROPPED):
        done = [row.pk for row in rows if row.state == state]
        PlannedMail.objects.filter(pk__in=done).update(state=state, settled_at=now)
    later = [row.pk for row in rows if row.state == State.PLANNED]
    PlannedMail.objects.filter(pk__in=later).update(due_at=now + ASK_AGAIN_AFTER)
    return len(rows)


class _Batch:
    """What some rows need to know, fetched together."""

    def __init__(self, rows: list[PlannedMail]) -> None:
        together = Session.objects.select_related("course", "municipality").prefetch_related("meetings")
        self._sessions = together.in_bulk({row.session_id for row in rows})
        self._people: dict[int, list[Participant]] = defaultdict(list)
        self._chosen: dict[tuple[int, str], bool] = {}  # who shows the course name, by booking and address
        people = Participant.objects.filter(booking__in={row.booking_id for row in rows})
        for participant in people.order_by("pk"):
            if participant.state == Participant.State.ACTIVE:
                self._people[participant.booking_id].append(participant)
            if participant.email and participant.shows_course_name is not None:
                self._chosen[participant.booking_id, participant.email] = participant.shows_course_name
        self._texts: dict[int, dict] = defaultdict(dict)
        courses = {session.course_id for session in self._sessions.values()}
        for text in MailText.objects.filter(course__in=courses):
            self._texts[text.course_id][MailKind(text.kind), text.language] = text.text
        addresses = {row.booking.contact_email for row in rows}
        addresses |= {one.email for people in self._people.values() for one in people}
        self._shared = SharedAddresses(rows, addresses - {""})

    def settle(self, row: PlannedMail, now: datetime) -> list[BookingMessage]:
        """Give a row its new state and return its mails, nothing saved yet. Still planned, it is looked at again."""
        session = self._sessions[row.session_id]
        row.booking.session = session
        meeting = next((one for one in session.meetings.all() if one.pk == row.meeting_id), None)
        people = self._people[row.booking_id]
        if is_pointless(row, session, meeting, now):
            row.state = State.DROPPED
            return []
        if lacks_place(row, session, now):
            return []
        try:
            drafts = list(self._draft(row, meeting, people))
        except TaushetError:
            logger.exception("the planned mail %s could not be written", row.pk)
            return []
        row.state = State.WRITTEN if drafts else State.DROPPED
        return drafts

    def _draft(self, row: PlannedMail, meeting: Meeting | None, people: list[Participant]) -> Iterator[BookingMessage]:
        booking, texts = row.booking, self._texts[row.booking.session.course_id]
        missing = max(booking.seats - len(people), 0)
        for recipient in recipients_of(MailKind(row.kind), booking, people, meeting):
            if self._shared.hears_elsewhere(row, recipient.email, is_participant=recipient.participant is not None):
                continue
            subject, text = write_planned(
                MailKind(row.kind),
                booking,
                recipient,
                meeting,
                missing=missing,
                texts=texts,
                shows_course=self._chosen.get((booking.pk, recipient.email), booking.shows_course_name),
            )
            whose = recipient.participant.pk if recipient.participant else PURPOSES[recipient.purpose]
            key = f"planned-{row.pk}-{row.due_at:%y%m%d%H%M}-{whose}"
            yield draft(
                row.kind,
                booking,
                recipient.email,
                subject,
                text,
                name=recipient.name(booking),
                participant=recipient.participant,
                priority=Message.Priority.BULK,
                planned=row,
                key=key,
            )


def is_pointless(row: PlannedMail, session: Session, meeting: Meeting | None, now: datetime) -> bool:
    """Whether a mail need not be written any more: called off, or what it would tell of has begun."""
    if row.booking.state != Booking.State.CONFIRMED or row.booking.erased_at:
        return True
    if session.state == Session.State.CANCELLED or (meeting and meeting.state == Meeting.State.CANCELLED):
        return True
    if row.kind == MailKind.MATERIAL:
        return False
    return (meeting.starts_at if meeting else session.first_starts_at) <= now


def lacks_place(row: PlannedMail, session: Session, now: datetime) -> bool:
    """Whether the place or link that a mail is to tell is not known yet."""
    if row.kind != MailKind.JOINING:
        return False
    coming = [one for one in session.meetings.all() if one.state == Meeting.State.PLANNED and one.starts_at > now]
    return any(not (one.place or one.address or one.join_url) for one in coming)


def recipients_of(
    kind: MailKind, booking: Booking, people: Iterable[Participant], meeting: Meeting | None
) -> list[Recipient]:
    """Return who gets a planned mail, each address once: participants, and the contact for those without an address."""
    people = list(people)
    contacts = [Recipient(email, purpose=purpose) for email, purpose in contacts_of(booking)]
    if kind == MailKind.NAMES_MISSING:
        return contacts if len(people) < booking.seats else []
    reached = [Recipient(one.email, one) for one in people if one.email]
    first_contact = [one for one in contacts[:1] if one.email not in {found.email for found in reached}]
    everybody_is_reached = len(reached) >= (len(people) if kind == MailKind.MATERIAL else booking.seats)
    if kind == MailKind.REMINDER:
        # The contact is reminded once, not before each of many meetings.
        wants_contact = meeting is not None and meeting.starts_at == booking.session.first_starts_at
    else:
        wants_contact = not everybody_is_reached
    return [*(first_contact if wants_contact else []), *reached]


def write_planned(
    kind: MailKind,
    booking: Booking,
    recipient: Recipient,
    meeting: Meeting | None,
    *,
    missing: int,
    texts: Texts,
    shows_course: bool,
) -> tuple[str, str]:
    """Return subject and text of a planned mail to one of its recipients."""
    subject_id = recipient.participant.pk if recipient.participant else booking.pk
    return render(
        kind,
        booking,
        own=kind,
        texts=texts,
        shows_course=shows_course,
        participant=recipient.participant,
        meeting=meeting,
        missing=missing,
        name=recipient.name(booking),
        page=placeholder(recipient.purpose, subject_id),
    )


def is_still_true(row: BookingMessage) -> bool:
    """Whether a planned mail that is about to leave still tells the truth: not begun, and not changed since."""
    planned = row.planned
    if planned is None:
        return True
    session = Session.objects.get(pk=planned.session_id)
    if session.state == Session.State.CANCELLED or row.booking.session_id != session.pk:
        return False
    if planned.kind == MailKind.MATERIAL:
        return True
    meetings = session.meetings.filter(pk=planned.meeting_id) if planned.meeting_id else session.meetings.all()
    told = list(meetings)
    if any(meeting.changed_at > row.message.created_at for meeting in told):
        return False
    standing = [meeting.starts_at for meeting in told if meeting.state == Meeting.State.PLANNED]
    return bool(standing) and min(standing) > timezone.now()
