"""The first mail to a named participant: time, place, calendar entries and the own page, once for each.

A few are written with the names themselves. A long list is left to the worker, since each mail takes some
milliseconds: the task is queued in the transaction that saves the names, and may run twice or stop in the middle.
"""

from collections.abc import Iterable
from itertools import batched

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from courses.models import Booking, BookingMessage, MailKind, Participant, Session
from taushet.models import Message
from taushet.services.links import placeholder

from .booking_mail import render
from .calendars import invite

WELCOME = "participant-welcome"
AT_ONCE = 10


def welcome_all(booking: Booking, participants: Iterable[Participant]) -> None:
    """Welcome participants of a confirmed booking; called in the transaction that made them take part.

    Those without an address get nothing, nor does the contact, who has the confirmation.
    """
    told = [one for one in participants if one.email and one.email != booking.contact_email]
    if len(told) > AT_ONCE:
        welcome_later.enqueue(booking.pk, [participant.pk for participant in told])
        return
    for participant in told:
        participant.booking = booking
        welcome(participant, key=f"welcome-{participant.pk}")


@task()
def welcome_later(booking_id: int, numbers: list[int]) -> int:
    """Welcome participants a few in each transaction; returns how many. Whoever has been welcomed is left out."""
    told = BookingMessage.objects.filter(message__kind=WELCOME, participant__in=numbers)
    done = set(told.values_list("participant", flat=True))
    waiting = [number for number in numbers if number not in done]
    return sum(_welcome_some(booking_id, some) for some in batched(waiting, AT_ONCE, strict=False))


@transaction.atomic
def _welcome_some(booking_id: int, numbers: Iterable[int]) -> int:
    """Welcome some under the session's lock, so that nobody is sent a meeting that is just being moved."""
    session_id = Booking.objects.values_list("session", flat=True).get(pk=booking_id)
    Session.objects.select_for_update(no_key=True).get(pk=session_id)
    together = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "municipality", "session__course", "session__municipality"
    )
    booking = together.get(pk=booking_id)
    session = booking.session
    is_off = session.state == Session.State.CANCELLED or session.last_ends_at <= timezone.now()
    if booking.state != Booking.State.CONFIRMED or is_off:
        return 0
    told = BookingMessage.objects.filter(message__kind=WELCOME, participant__in=numbers)
    people = booking.participants.active().filter(pk__in=numbers).exclude(email="")
    waiting = list(people.exclude(pk__in=told.values("participant")).order_by("pk"))
    for participant in waiting:
        participant.booking = booking
        welcome(participant, key=f"welcome-{participant.pk}")
    return len(waiting)


def welcome(participant: Participant, *, key: str | None = None) -> list[Message]:
    """Send a named participant place, time, calendar entries and the own page; a key lets it be written once."""
    booking = participant.booking
    page = placeholder("participant", participant.pk)
    subject, text = render(
        WELCOME, booking, participant.email, own=MailKind.WELCOME, participant=participant, page=page
    )
    return invite(
        booking,
        email=participant.email,
        name=participant.listed_name,
        participant=participant,
        kind=WELCOME,
        subject=subject,
        text=text,
        key=key,
    )


def was_told(participant: Participant) -> bool:
    """Whether a participant has been written to at all."""
    return BookingMessage.objects.filter(participant=participant).exists()
