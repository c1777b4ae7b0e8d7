"""Erasing one participant, as the person asks for it: from every list, search, mail, export and history.

What cannot tell of anybody stays: that the seat was taken, what was sent when, who had attended how many hours.
"""

import re

from django.db import transaction
from django.db.models import CASCADE, Q
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext_noop

from courses.models import Booking, BookingMessage, Participant, Session
from taushet.models import Message, Suppression
from taushet.services import audit
from taushet.services.erasing import empty_messages, withdraw_messages
from taushet.services.links import revoke_link

from . import own_messages
from .erasing import erase_address_changes, erase_certificates
from .guards import lock_booking

ASKED_TO = gettext_noop("The person has erased what was kept about them.")
NO_NAME = frozenset({"workplace", "role"})  # words that may stand in a mail about others
TEXTS = ("subject", "text", "html", "calendar")
LINKS = ("participant", "participant-address")
ERASED = "(slettet)"
AT_ONCE = 500


@transaction.atomic
def erase_participant(participant: Participant) -> None:
    """Erase what is kept about a participant. Doing it twice changes nothing.

    Before the session begins the seat loses its name and stays with the booking, whose contacts are told; once it has
    begun the seat is counted as before. Whoever holds calendar entries gets one last mail that takes them back.
    """
    booking = lock_booking(participant.booking)
    participant = booking.participants.select_for_update(no_key=True).get(pk=participant.pk)
    if participant.erased_at:
        return
    email = participant.email
    names = {getattr(participant, field) for field in Participant.PERSONAL if field not in NO_NAME}
    gives_up = participant.state == Participant.State.ACTIVE and is_ahead(booking.session)
    _empty(participant, gives_up=gives_up)
    one = Participant.objects.filter(pk=participant.pk)
    for purpose in LINKS:
        revoke_link(purpose, participant.pk)
    erase_certificates(one, participant.erased_at)
    erase_address_changes(one)
    withdraw_messages(list(participant.messages.values_list("message", flat=True)), ASKED_TO)
    _redact(booking, names - _contacts(booking) - {""})
    if email:
        own_messages.tell_erased(participant, email)
        Suppression.objects.filter(email=email.lower(), cause=Suppression.Cause.BOUNCE).delete()
    participant.invitations.all().delete()
    if gives_up and booking.state == Booking.State.CONFIRMED:
        own_messages.tell_name_erased(booking)
    audit.record("participant.erased", participant, kind="participant", booking=booking.pk)


def is_ahead(session: Session) -> bool:
    """Whether a session has still to begin, so that a seat in it can be given to somebody else."""
    return session.first_starts_at > timezone.now()


def empty_if_erased(message: Message) -> None:
    """Empty the last mail to a participant who has been erased, once it has come to rest."""
    if message.state in {Message.State.SENDING, Message.State.QUEUED}:
        return
    if Participant.objects.filter(messages__message=message, erased_at__isnull=False).exists():
        empty_messages([message.pk])


def empty_left_over() -> int:
    """Empty the mails of participants who have been erased by whatever way, and cancel what waits; returns how many."""
    left = BookingMessage.objects.filter(participant__erased_at__isnull=False).exclude(message__to_email="")
    leaving = Q(message__state=Message.State.SENDING)
    last_mail = Q(message__state=Message.State.QUEUED, message__kind=own_messages.ERASED)
    due = left.exclude(leaving | last_mail).order_by("message_id")
    emptied = 0
    while numbers := list(due.values_list("message", flat=True)[:AT_ONCE]):
        emptied += withdraw_messages(numbers, ASKED_TO)
    return emptied


def _empty(participant: Participant, *, gives_up: bool) -> None:
    now = timezone.now()
    for relation in Participant._meta.related_objects:
        if relation.on_delete is CASCADE:  # what is about this person alone
            relation.related_model._base_manager.filter(**{relation.field.name: participant}).delete()
    for field in Participant.PERSONAL:
        setattr(participant, field, "")
    participant.erased_at = now
    if gives_up:
        participant.state, participant.ended_at = Participant.State.WITHDRAWN, now
    participant.save(update_fields=[*Participant.PERSONAL, "erased_at", "state", "ended_at"])


def _contacts(booking: Booking) -> set[str]:
    """Return what is known of the contacts, and stays: they answer for the booking, also when they took part."""
    return {booking.contact_name, booking.contact_email, booking.second_name, booking.second_email}


def _redact(booking: Booking, words: set[str]) -> None:
    """Take words out of what is about others too: mail of a booking, as to its contacts, and what staff was asked."""
    words |= {escape(word) for word in words}
    if not words:
        return
    naming = Q()
    for word in words:
        for field in TEXTS:
            naming |= Q(**{f"{field}__contains": word})
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest_first))
    for asked in booking.change_requests.exclude(words="", answer=""):
        asked.words, asked.answer = pattern.sub(ERASED, asked.words), pattern.sub(ERASED, asked.answer)
        asked.save(update_fields=["words", "answer"])
    found = Message.objects.filter(naming, pk__in=booking.messages.values("message"))
    for message in found.exclude(state=Message.State.SENDING).select_for_update().order_by("pk"):
        for field in TEXTS:
            setattr(message, field, pattern.sub(ERASED, getattr(message, field)))
        message.save(update_fields=TEXTS)
