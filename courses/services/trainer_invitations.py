"""A trainer's calendar kept by invitations instead of a feed: never by both, since every entry would stand twice.

What stands in the calendar is a `TrainerInvitation`. `write_about` compares it with what the trainer teaches and
writes what is missing: an invitation, an update or a cancellation. So whatever happens to an assignment or a meeting,
the caller only says which session it was about. UID and number are those of the feed (design rule 4), except where a
trainer was taken off and comes back: programs ignore what is not above the number of the cancellation they have seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from courses.models import Assignment, Meeting, Session, Trainer, TrainerInvitation
from taushet.ical import itip
from taushet.ical.writer import Person
from taushet.models import Message, User
from taushet.services import audit
from taushet.services.outbox import render_mail

from . import feeds
from .catalogue import when_text
from .events import is_cancelled, location, shown, trainer_event, trainer_page_address
from .left_events import lost_by
from .trainer_mail import page, post

CalendarBy = Trainer.CalendarBy


@dataclass(frozen=True)
class Entry:
    """What a trainer's calendar has to hear of one meeting."""

    meeting: Meeting
    sequence: int
    is_end: bool = False
    held: TrainerInvitation | None = None


@transaction.atomic
def write_about(trainer: Trainer, session: Session, *, subject: str, text: str) -> list[Message]:
    """Write to a trainer about a session, in the transaction of the change, and bring the calendar up to date.

    One mail carries one meeting: the first has the caller's words, the others only the calendar. Of a trainer who
    follows a feed the words are all there is.
    """
    trainer = _locked(trainer)
    entries = _entries(trainer, session)
    first = entries[0] if entries else None
    messages = [_send(trainer, session, subject, text, first)]
    return messages + _write_calendars(trainer, session, entries[1:])


@transaction.atomic
def follow_session(session: Session) -> list[Message]:
    """Bring the calendars of a session's trainers up to date, without words; for changes only calendars show."""
    messages = []
    for trainer in _invited_trainers(Assignment.objects.standing().filter(session=session)):
        messages += _write_calendars(trainer, session, _entries(trainer, session))
    return messages


@transaction.atomic
def take_out(meeting: Meeting) -> list[Message]:
    """Take a meeting that is about to be deleted out of the calendars it stands in."""
    messages = []
    for held in _held().filter(meeting=meeting).order_by("trainer_id", "pk"):
        entry = _end(held.trainer, meeting, held)
        if entry:
            messages += _write_calendars(held.trainer, meeting.session, [entry])
    return messages


@transaction.atomic
def choose_calendar(trainer: Trainer, way: str, *, by: User) -> Trainer:
    """Let a trainer have the calendar by feed or by invitations. Choosing what is chosen changes nothing.

    Invitations close the feed and bring all coming meetings; the feed takes those out again and gets a new address.
    """
    trainer = _locked(trainer)
    if trainer.calendar_by == way:
        return trainer
    trainer.calendar_by = CalendarBy(way)
    trainer.save(update_fields=["calendar_by"])
    if trainer.calendar_by == CalendarBy.INVITATIONS:
        feeds.close_feed(trainer)
    else:
        feeds.renew_feed(trainer, by=by)
    mine = Session.objects.for_trainer(trainer).filter(last_ends_at__gt=timezone.now())
    for session in mine.select_related("course", "municipality").order_by("first_starts_at", "pk"):
        _write_calendars(trainer, session, _entries(trainer, session))
    audit.record("trainer.calendar_chosen", trainer, by=by, way=way)
    return trainer


def is_invited(trainer: Trainer) -> bool:
    """Whether a trainer gets invitations instead of following a feed."""
    return trainer.calendar_by == CalendarBy.INVITATIONS


def mails_of_choice(trainer: Trainer) -> int:
    """Return how many mails it takes to change a trainer's calendar to the other way: one for each coming meeting."""
    now = timezone.now()
    if is_invited(trainer):
        held = TrainerInvitation.objects.live().filter(trainer=trainer, meeting__ends_at__gt=now)
        never_left = [Message.State.CANCELLED, Message.State.FAILED]
        return held.filter(email=trainer.user.email).exclude(message__state__in=never_left).count()
    coming = Meeting.objects.filter(session__in=Session.objects.for_trainer(trainer), ends_at__gt=now)
    return sum(not is_cancelled(one) for one in coming.select_related("session"))


def _locked(trainer: Trainer) -> Trainer:
    return Trainer.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=trainer.pk)


def _invited_trainers(assignments: QuerySet[Assignment]) -> Iterable[Trainer]:
    """Return the trainers of some assignments who get invitations, locked in one order."""
    trainers = Trainer.objects.filter(pk__in=assignments.values("trainer"), calendar_by=CalendarBy.INVITATIONS)
    return trainers.select_for_update(no_key=True, of=("self",)).select_related("user").order_by("pk")


def _held() -> QuerySet[TrainerInvitation]:
    return (
        TrainerInvitation.objects.live()
        .select_for_update(no_key=True, of=("self",))
        .select_related("trainer__user", "message")
    )


def _entries(trainer: Trainer, session: Session) -> list[Entry]:
    """Compare what a trainer's calendar holds of a session with what the trainer teaches; what is held comes first."""
    held = {row.meeting_id: row for row in _held().filter(trainer=trainer, meeting__session=session)}
    if not held and not is_invited(trainer):
        return []
    teaches = is_invited(trainer) and session.assignments.standing().filter(trainer=trainer).exists()
    found = []
    meetings = Meeting.objects.filter(session=session, ends_at__gt=timezone.now())
    for meeting in meetings.select_related("session__course", "session__municipality").order_by("starts_at", "pk"):
        row = held.get(meeting.pk)
        if teaches and not is_cancelled(meeting):
            found.append(_invite(trainer, meeting, row))
        elif row:
            found.append(_end(trainer, meeting, row))
    return sorted(filter(None, found), key=lambda entry: entry.is_end)


def _invite(trainer: Trainer, meeting: Meeting, held: TrainerInvitation | None) -> Entry | None:
    if held and held.email != trainer.user.email:  # what stands in the mailbox of before is left to its owner
        _close(held)
        held = None
    sequence = meeting.sequence + _offset(trainer, meeting)
    return Entry(meeting, sequence, held=held) if held is None or sequence > held.sequence else None


def _end(trainer: Trainer, meeting: Meeting, held: TrainerInvitation) -> Entry | None:
    """Close an invitation and return its cancellation; nothing when it never left or went to another address."""
    sequence = max(meeting.sequence + _offset(trainer, meeting), held.sequence + 1)
    _close(held)
    never_left = held.message.state in {Message.State.CANCELLED, Message.State.FAILED}
    is_elsewhere = held.email != trainer.user.email
    return None if never_left or is_elsewhere else Entry(meeting, sequence, is_end=True, held=held)


def _close(held: TrainerInvitation) -> None:
    held.cancelled_at = timezone.now()
    held.save(update_fields=["cancelled_at"])


def _offset(trainer: Trainer, meeting: Meeting) -> int:
    """Return by how much a trainer who was taken off before is ahead of the meeting's own number."""
    return lost_by(trainer, [meeting]).ahead(meeting.pk)


def _write_calendars(trainer: Trainer, session: Session, entries: Iterable[Entry]) -> list[Message]:
    return [_send(trainer, session, *_bare_mail(trainer, session, entry), entry) for entry in entries]


def _send(trainer: Trainer, session: Session, subject: str, text: str, entry: Entry | None) -> Message:
    if entry is None:
        return post(trainer, subject, text, is_demonstration=session.is_demonstration)
    write, method = (itip.write_cancel, itip.CANCEL) if entry.is_end else (itip.write_request, itip.REQUEST)
    with translation.override(trainer.user.language):
        event = trainer_event(shown(entry.meeting), sequence=entry.sequence)
    calendar = write(
        event,
        organizer=Person(settings.MAIL_FROM, settings.MAIL_FROM_NAME),
        attendee=Person(trainer.user.email, is_asked=not entry.is_end),
        made_at=timezone.now(),
    )
    message = post(trainer, subject, text, calendar=(calendar, method), is_demonstration=session.is_demonstration)
    if entry.held:
        entry.held.sequence, entry.held.message = entry.sequence, message
        entry.held.save(update_fields=["sequence", "message"])
    else:
        TrainerInvitation.objects.create(
            trainer=trainer,
            meeting=entry.meeting,
            email=trainer.user.email,
            sequence=entry.sequence,
            message=message,
        )
    return message


def _bare_mail(trainer: Trainer, session: Session, entry: Entry) -> tuple[str, str]:
    """Return a mail that only brings the calendar up to date."""
    context = {
        "course": session.course,
        "meetings": [(entry.meeting, location(entry.meeting), is_cancelled(entry.meeting))],
        "is_end": entry.is_end,
        "by_invitation": is_invited(trainer),
        "page": page("trainer_feed") if entry.is_end else trainer_page_address(session.pk),
    }
    with translation.override(trainer.user.language):
        context["when"] = when_text(entry.meeting.starts_at, entry.meeting.ends_at)
        context["course"] = session.course.title
    return render_mail("trainer_calendar", context, trainer.user.language)
