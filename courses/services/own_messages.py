"""The mails that follow from what participants do to their own data on their own page."""

from django.utils import timezone

from courses.models import AddressChange, Booking, Participant
from taushet.models import Message
from taushet.services.links import placeholder

from .booking_mail import contacts_of, post, render, write
from .calendars import cancel_invitations
from .welcoming import welcome

PASSED_ON = "participant-passed-on"
ERASED = "participant-erased"
NAME_ERASED = "participant-name-erased"
PROVE_ADDRESS = "participant-prove-address"
ADDRESS_CHANGED = "participant-address-changed"


def tell_passed_on(participant: Participant, colleague: Participant) -> None:
    """Tell the contacts that a participant has given the seat to a colleague."""
    booking = participant.booking
    for email, purpose in contacts_of(booking):
        if email not in {participant.email, colleague.email}:
            page = placeholder(purpose, booking.pk)
            write(PASSED_ON, booking, email, participant=colleague, former=participant, page=page)


def ask_to_prove_address(change: AddressChange) -> Message:
    """Ask the owner of an address whether a participant may be reached there."""
    participant = change.participant
    page = placeholder("participant-address", participant.pk)
    return write(PROVE_ADDRESS, participant.booking, change.email, participant=participant, page=page)


def tell_address_changed(participant: Participant, *, former: str) -> None:
    """Tell the former address, take the meetings out of its calendar, and send the new one what it needs."""
    booking = participant.booking
    if former and former != booking.contact_email:
        subject, text = render(ADDRESS_CHANGED, booking, former)
        told = cancel_invitations(
            participant=participant, email=former, kind=ADDRESS_CHANGED, subject=subject, text=text
        )
        if not told:
            post(ADDRESS_CHANGED, booking, former, subject, text, participant=participant)
    planned = Message.objects.filter(
        state__in=[Message.State.QUEUED, Message.State.HELD], due_at__gt=timezone.now(), to_email=former, calendar=""
    )
    numbers = participant.messages.values("message")
    planned.filter(pk__in=numbers).exclude(kind=ADDRESS_CHANGED).update(to_email=participant.email)
    if participant.email != booking.contact_email:
        welcome(participant)


def tell_erased(participant: Participant, email: str) -> list[Message]:
    """Take the coming meetings out of the calendar of somebody who is being erased; the mails go once they have left.

    Nothing is written to somebody who holds none. They carry no name.
    """
    held = participant.invitations.filter(email=email, cancelled_at=None, meeting__ends_at__gt=timezone.now())
    left = held.exclude(message__state__in=[Message.State.CANCELLED, Message.State.FAILED]).select_related("meeting")
    subject, text = render(ERASED, participant.booking, email)
    told = []
    for invitation in left.order_by("meeting__starts_at", "pk"):
        told += cancel_invitations(
            meeting=invitation.meeting, participant=participant, kind=ERASED, subject=subject, text=text
        )
    return told


def tell_name_erased(booking: Booking) -> None:
    """Tell the contacts that a seat has no name any more, without saying whose it was."""
    for email, purpose in contacts_of(booking):
        write(NAME_ERASED, booking, email, page=placeholder(purpose, booking.pk))
