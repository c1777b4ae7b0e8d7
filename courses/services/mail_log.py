"""What a booking has been sent and what is planned next: for its contact, and for staff, who may send once more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import Booking, BookingMessage, Invitation, PlannedMail
from taushet.exceptions import TaushetError
from taushet.models import Message, User
from taushet.registries import message_kinds
from taushet.services import audit, outbox

from .booking_mail import post
from .guards import lock_booking

# Between us and the participant: the contact need not know that it was asked for, or what was asked.
PARTICIPANTS_OWN = ("participant-link", "evaluation")
AGAIN_PAUSE = timedelta(minutes=10)
ANEW = {Message.State.UNKNOWN, Message.State.FAILED, Message.State.STAYED}
State = Message.State


@dataclass(frozen=True)
class LogRow:
    """One mail of a booking as a page shows it."""

    number: int
    kind: str
    recipient: str
    email: str
    message: Message
    written_at: datetime
    can_be_sent_again: bool


def log_of(booking: Booking) -> list[LogRow]:
    """Return the mails of a booking for staff, newest first."""
    return [_row(booking, row) for row in _messages(booking)[:100]]


def log_for_contact(booking: Booking) -> list[LogRow]:
    """Return the mails of a booking for its contact: to whom and when, and nothing that is the participant's own."""
    return [_row(booking, row) for row in shown_to_contact(booking)[:50]]


def shown_to_contact(booking: Booking) -> QuerySet[BookingMessage]:
    """Return the mails of a booking that its contact may know of, newest first."""
    return _messages(booking).exclude(message__kind__in=PARTICIPANTS_OWN)


def planned_of(booking: Booking) -> QuerySet[PlannedMail]:
    """Return what is planned for a booking, and what staff has stopped, soonest first."""
    is_open = Q(state=PlannedMail.State.PLANNED) | Q(
        state=PlannedMail.State.STOPPED, due_at__gt=timezone.now() - AGAIN_PAUSE
    )
    return booking.planned_mails.filter(is_open).select_related("meeting").order_by("due_at", "pk")


def _messages(booking: Booking) -> QuerySet[BookingMessage]:
    later = Q(message__due_at__gt=timezone.now(), message__kind="evaluation")
    return booking.messages.exclude(later).select_related("message", "participant").order_by("-pk")


def _row(booking: Booking, row: BookingMessage) -> LogRow:
    message = row.message
    kind = message_kinds.get(message.kind)
    return LogRow(
        number=row.pk,
        kind=str(kind.label) if kind else message.kind,
        recipient=_recipient(booking, row),
        email="" if row.participant and row.participant.is_protected else message.to_email,
        message=message,
        written_at=message.created_at,
        can_be_sent_again=can_be_sent_again(message),
    )


def _recipient(booking: Booking, row: BookingMessage) -> str:
    if row.participant:
        return row.participant.listed_name or _("(erased)")
    if row.message.to_email and row.message.to_email == booking.second_email:
        return booking.second_name
    if row.message.to_email == booking.contact_email:
        return booking.contact_name
    return row.message.to_name or _("(erased)")


def can_be_sent_again(message: Message) -> bool:
    """Whether staff may send a mail once more. One that asks for an evaluation would let somebody answer twice."""
    return message.state in {State.SENT, *ANEW} and message.erased_at is None and message.kind != "evaluation"


@transaction.atomic
def send_again(row: BookingMessage, *, by: User) -> Message:
    """Send a mail of a booking once more: the same, or a copy where the first has arrived somewhere.

    Raises WrongState when it waits to leave, was taken back or erased, was followed by a change, or when a copy was
    sent some minutes ago.
    """
    booking = lock_booking(row.booking)
    message = Message.objects.select_for_update().get(pk=row.message_id)
    if not can_be_sent_again(message):
        raise WrongState(_("This e-mail cannot be sent again."))
    if message.state in ANEW:
        try:
            outbox.send_message_again(message, by=by)
        except TaushetError as error:
            raise WrongState(str(error)) from error
        return message
    recently = timezone.now() - AGAIN_PAUSE
    alike = booking.messages.filter(message__to_email=message.to_email, message__subject=message.subject)
    if alike.filter(message__kind=message.kind, message__created_at__gt=recently).exists():
        raise WrongState(_("It was sent only some minutes ago. Wait a little before you send it again."))
    if message.calendar and not _applies_still(message):
        raise WrongState(_("A later e-mail has changed what this one says. Send that one instead."))
    copy = post(
        message.kind,
        booking,
        message.to_email,
        message.subject,
        message.text,
        name=message.to_name,
        participant=row.participant,
        calendar=(message.calendar, message.calendar_method),
        planned=row.planned,
    )
    Invitation.objects.filter(message=message).update(message=copy)
    audit.record("booking.message_sent_again", booking, by=by, message=message.pk, copy=copy.pk)
    return copy


def _applies_still(message: Message) -> bool:
    """Whether the calendar entry of a mail is the last that its address got of the meeting."""
    return Invitation.objects.filter(message=message).exists()
