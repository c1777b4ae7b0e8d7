"""What trainers' calendar programs answer to invitations (iTIP METHOD:REPLY in iMIP, RFC 5546 3.2.3 and RFC 6047).

Whoever knows an address can forge such a mail. So an answer is written down and shown; a no becomes a task for staff,
and no answer ever changes an assignment.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from icalendar import Calendar, Component

from courses.models import CalendarAnswer, Invitation, TrainerInvitation
from taushet.models import InboundMail, User
from taushet.services import audit
from taushet.services.erasing import delete_in_turns
from taushet.services.inbound import parts_of

logger = logging.getLogger(__name__)

KINDS = ("text/calendar", "application/ics")
MOST_BYTES = 256 * 1024  # an answer has some two kilobytes; the library takes a second for this much at worst
MOST_CALENDARS = 3  # programs send it twice at most, inline and attached
MOST_PEOPLE = 50
MOST_SEQUENCE = 2**31 - 1
KEPT = timedelta(days=90)
Answer = CalendarAnswer.Answer
ANSWERS = {"ACCEPTED": Answer.ACCEPTED, "DECLINED": Answer.DECLINED, "TENTATIVE": Answer.TENTATIVE}


@dataclass(frozen=True)
class Reply:
    """What one answer says, as far as it could be read."""

    uid: str
    email: str
    answer: Answer
    sequence: int | None
    answered_at: datetime | None
    comment: str


def take_answer(inbound: InboundMail, mail: EmailMessage) -> bool:
    """Write down the answer a mail carries (an InboundKind); returns whether it carried one.

    An answer of somebody else we have invited, such as a participant, is nothing anybody has to look at.
    """
    calendars = parts_of(mail, *KINDS, most_bytes=MOST_BYTES)[:MOST_CALENDARS]
    reply = next(filter(None, map(read_reply, calendars)), None)
    if reply is None:
        return False
    invitation = _invitation_of(reply)
    if invitation is None and Invitation.objects.filter(meeting__uid=reply.uid, email__iexact=reply.email).exists():
        return True
    _record(inbound, reply, invitation)
    return True


def read_reply(content: bytes) -> Reply | None:
    """Return the answer in the bytes of a calendar, or None when it is no answer or cannot be read."""
    try:
        calendar = Calendar.from_ical(content)
        if str(calendar.get("method", "")).upper() != "REPLY":
            return None
        event = next(iter(calendar.walk("VEVENT")), None)
        return None if event is None else _reply_of(event)
    except Exception as error:  # noqa: BLE001  an outer edge: what strangers write ends here, read or not
        # What comes in can break its reader in any way there is, and the error may hold what stands in it.
        logger.warning("A calendar answer could not be read: %s", type(error).__name__)
        return None


def _reply_of(event: Component) -> Reply | None:
    people = event.get("attendee", [])
    people = (people if isinstance(people, list) else [people])[:MOST_PEOPLE]
    if not people:
        return None
    person = people[0]  # there is to be one only, the one who answers
    said = str(person.params.get("PARTSTAT", "")).upper()
    return Reply(
        uid=_line(event.get("uid"), 255),
        email=_line(person, 260).removeprefix("mailto:").removeprefix("MAILTO:")[:254].strip(),
        answer=ANSWERS.get(said, Answer.OTHER),
        sequence=_sequence(event),
        answered_at=_stamp(event),
        comment=_line(event.get("comment"), 300),
    )


def _record(inbound: InboundMail, reply: Reply, invitation: TrainerInvitation | None) -> CalendarAnswer:
    received_at = inbound.received_at
    answer = CalendarAnswer(
        inbound=inbound,
        trainer=invitation and invitation.trainer,
        meeting=invitation and invitation.meeting,
        answer=reply.answer,
        email=reply.email,
        sender=inbound.from_email,
        uid=reply.uid,
        sequence=reply.sequence,
        comment=reply.comment,
        answered_at=min(reply.answered_at or received_at, received_at),  # nobody answers tomorrow
        received_at=received_at,
    )
    if invitation:
        if reply.answer == Answer.DECLINED:  # the same no again is the same task; a yes, which may be forged, ends none
            before = CalendarAnswer.objects.filter(trainer=answer.trainer, meeting=answer.meeting, settled_at=None)
            before.update(settled_at=timezone.now())
        else:
            answer.settled_at = timezone.now()
    answer.save()
    audit.record("calendar_answer.received", answer, kind="mail", answer=reply.answer, trainer=answer.trainer_id)
    return answer


@transaction.atomic
def settle_answer(answer: CalendarAnswer, *, by: User) -> None:
    """Put down that somebody has looked into an answer. Doing it twice changes nothing."""
    changed = CalendarAnswer.objects.filter(pk=answer.pk, settled_at=None).update(
        settled_at=timezone.now(), settled_by=by
    )
    if changed:
        audit.record("calendar_answer.settled", answer, by=by)


def forget_answers(now: datetime) -> int:
    """Delete answers 90 days after the meeting, or after they came when they belong to none (a RetentionRule)."""
    over = Q(meeting__ends_at__lt=now - KEPT) | Q(meeting=None, received_at__lt=now - KEPT)
    return delete_in_turns(CalendarAnswer.objects.filter(over))


def forget_trainer_invitations(now: datetime) -> int:
    """Delete which trainer was sent what, 90 days after the meeting (a RetentionRule); returns how many rows went."""
    return delete_in_turns(TrainerInvitation.objects.filter(meeting__ends_at__lt=now - KEPT))


def _invitation_of(reply: Reply) -> TrainerInvitation | None:
    found = TrainerInvitation.objects.filter(meeting__uid=reply.uid, email__iexact=reply.email)
    return found.select_related("trainer", "meeting").order_by("-pk").first()


def _line(value, longest: int) -> str:
    text = str(value[0] if isinstance(value, list) and value else value or "")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:longest]


def _sequence(event: Component) -> int | None:
    try:
        number = int(event.get("sequence"))
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= MOST_SEQUENCE else None


def _stamp(event: Component) -> datetime | None:
    """Return DTSTAMP, which says when the answer was given (RFC 5546 2.1.5); None when it has none that can be used."""
    try:
        stamp = event["dtstamp"].dt
    except (KeyError, AttributeError, ValueError):
        return None
    if not isinstance(stamp, datetime) or stamp.tzinfo is None:
        return None
    return stamp.astimezone(UTC) if stamp.year > 2000 else None
