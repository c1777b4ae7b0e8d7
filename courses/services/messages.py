"""The mails of a booking: neutral in subject and text, in the booking's language (design rule 9).

Each is a row of the outbox and a BookingMessage. Mail to an address that has not proved itself repeats nothing that a
stranger may have typed into the form.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from courses.models import (
    Booking,
    BookingFee,
    BookingMessage,
    Certificate,
    ChangeRequest,
    EvaluationRound,
    MailKind,
    Meeting,
    Participant,
    Session,
)
from taushet.models import Message
from taushet.services.links import placeholder

from . import planned_mails
from .booking_mail import contacts_of, post, render, write
from .calendars import cancel_invitations, invite
from .guards import CONFIRM_ADDRESS
from .invitation_mail import told_by_contact
from .welcoming import WELCOME, was_told, welcome_all

CONFIRMED = "booking-confirmed"
CHANGED = "booking-changed"
CANCELLED = "booking-cancelled"
REMOVED = "participant-removed"
WITHDREW = "participant-withdrew"
OWN_LINK = "participant-link"
EVALUATION = "evaluation"
CERTIFICATE = "certificate-ready"
CERTIFICATES = "certificates-to-hand-out"
MOVED = "booking-moved"
CHANGE_REFUSED = "booking-change-refused"

REMIND_PAUSE = timedelta(hours=1)


def ask_for_confirmation(booking: Booking, *, meetings: Iterable[Meeting] | None = None) -> Message:
    """Ask the owner of an address whether the booking is really theirs; `meetings` where they are known already."""
    page = placeholder("booking-confirm", booking.pk)
    return write(CONFIRM_ADDRESS, booking, booking.contact_email, page=page, meetings=meetings)


def tell_confirmed(booking: Booking) -> None:
    """Send contact and named participants the confirmation, each with the calendar entries, and plan what comes."""
    send_confirmation(booking)
    welcome_all(booking, booking.participants.active())
    planned_mails.follow_booking(booking)


def send_confirmation(booking: Booking) -> list[Message]:
    """Send the contact the confirmation, with the calendar entries the address does not hold yet."""
    own = booking.participants.active().filter(email=booking.contact_email).first()
    subject, text = render(
        CONFIRMED,
        booking,
        booking.contact_email,
        own=MailKind.CONFIRMATION,
        page=placeholder("booking", booking.pk),
        signup=placeholder("signup", booking.pk),
        own_page=placeholder("participant", own.pk) if own else "",
    )
    name = booking.contact_name
    return invite(booking, email=booking.contact_email, name=name, kind=CONFIRMED, subject=subject, text=text)


def has_own_address(participant: Participant) -> bool:
    """Whether mail reaches the participant apart from the contact."""
    return participant.email not in {"", participant.booking.contact_email}


def tell_removed(participant: Participant) -> None:
    """Tell somebody that the name has been taken off, and take the meetings out of the calendar."""
    booking = participant.booking
    if not has_own_address(participant) or not was_told(participant):
        return
    subject, text = render(REMOVED, booking, participant.email, participant=participant)
    told = cancel_invitations(participant=participant, kind=REMOVED, subject=subject, text=text)
    if not told:
        name = participant.listed_name
        post(REMOVED, booking, participant.email, subject, text, name=name, participant=participant)


def tell_withdrew(participant: Participant) -> None:
    """Tell the contacts that somebody cannot come, so that a colleague can take the seat."""
    booking = participant.booking
    for email, purpose in contacts_of(booking):
        if email != participant.email:
            write(WITHDREW, booking, email, participant=participant, page=placeholder(purpose, booking.pk))


def was_reminded(participant: Participant) -> bool:
    """Whether the own link was sent within the last hour already."""
    recently = timezone.now() - REMIND_PAUSE
    return BookingMessage.objects.filter(
        participant=participant, message__kind__in=[OWN_LINK, WELCOME], message__created_at__gt=recently
    ).exists()


def send_own_link(participant: Participant) -> Message:
    """Send a participant the link to the own page once more."""
    page = placeholder("participant", participant.pk)
    return write(OWN_LINK, participant.booking, participant.email, participant=participant, page=page)


def tell_certificate(certificate: Certificate) -> None:
    """Tell a participant that the certificate is ready; of those without an address the contact is told, once.

    A protected participant without an address fetches it alone, on the own page.
    """
    participant = certificate.participant
    booking = participant.booking
    hears = booking.contact_email and not participant.is_protected
    if participant.email:
        page = placeholder("participant", participant.pk)
        write(
            CERTIFICATE,
            booking,
            participant.email,
            participant=participant,
            own=MailKind.CERTIFICATE,
            page=page,
            priority=Message.Priority.BULK,
        )
    elif hears and not booking.messages.filter(message__kind=CERTIFICATES).exists():
        page = placeholder("booking", booking.pk)
        write(CERTIFICATES, booking, booking.contact_email, page=page, priority=Message.Priority.BULK)


def ask_for_evaluation(participant: Participant, round_: EvaluationRound) -> Message:
    """Ask a participant what came of the course, when the round opens; the link is drawn while the mail leaves."""
    return write(
        EVALUATION,
        participant.booking,
        participant.email,
        participant=participant,
        own=MailKind.EVALUATION,
        page=placeholder("evaluation", round_.pk),
        is_later=round_.is_later,
        priority=Message.Priority.BULK,
        due_at=round_.opens_at,
    )


def tell_changed(
    booking: Booking, *, seats_before: int, fee: BookingFee | None = None, is_answer: bool = False
) -> None:
    """Tell the contacts that the booking has another number of seats, what that costs, and whether they asked."""
    said = {"seats_before": seats_before, "fee": fee, "is_answer": is_answer, "is_less": booking.seats < seats_before}
    for email, purpose in contacts_of(booking):
        write(CHANGED, booking, email, page=placeholder(purpose, booking.pk), **said)


def tell_cancelled(booking: Booking, *, fee: BookingFee | None = None, is_answer: bool = False) -> None:
    """Tell contacts and participants that the booking is cancelled; their calendars and what is planned follow.

    The contacts are also told what it costs, and whether it answers what they asked for.
    """
    planned_mails.drop_plans(booking)
    for participant in booking.participants.active():
        tell_removed(participant)
    told = set()
    for email, purpose in contacts_of(booking):
        without_mail = told_by_contact(booking) if purpose == "booking" else 0
        said = {"fee": fee, "is_answer": is_answer, "is_less": True, "without_mail": without_mail}
        subject, text = render(CANCELLED, booking, email, **said)
        ends = cancel_invitations(booking=booking, email=email, kind=CANCELLED, subject=subject, text=text)
        if not ends and email not in told:
            post(CANCELLED, booking, email, subject, text)
        told.add(email)
    cancel_invitations(booking=booking)  # of those who are no longer with it


def tell_moved(booking: Booking, former: Session, *, is_answer: bool = False) -> None:
    """Tell everybody of a booking that it is on another date; calendars and what is planned move along.

    Each in the own role: the contact hears who can be told on paper only, and a second contact who does not take part
    gets no calendar entry.
    """
    planned_mails.follow_booking(booking)
    people = {email: (purpose, None) for email, purpose in contacts_of(booking)}
    for participant in booking.participants.active().exclude(email=""):
        purpose, _nobody = people.get(participant.email, ("participant", None))
        people[participant.email] = (purpose, None if purpose == "booking" else participant)
    for email, (purpose, participant) in people.items():
        is_contact = purpose != "participant"
        is_invited = purpose == "booking" or participant is not None
        name = participant.listed_name if participant else _name_of(booking, purpose)
        subject, text = render(
            MOVED,
            booking,
            email,
            name=name,
            is_answer=is_answer and is_contact,
            is_contact=is_contact,
            is_invited=is_invited,
            without_mail=told_by_contact(booking) if purpose == "booking" else 0,
            page=placeholder(purpose, booking.pk) if is_contact else placeholder(purpose, participant.pk),
        )
        told = cancel_invitations(session=former, booking=booking, email=email, kind=MOVED, subject=subject, text=text)
        if not told:
            post(MOVED, booking, email, subject, text, name=name, participant=participant)
        if is_invited:
            invite(booking, email=email, name=name, participant=participant)
    cancel_invitations(session=former, booking=booking)  # of those who are no longer with it


def _name_of(booking: Booking, purpose: str) -> str:
    return booking.second_name if purpose == "booking-second" else booking.contact_name


def tell_change_refused(request: ChangeRequest) -> None:
    """Tell the contacts that what they asked for is not done, and why; when it is, the change itself tells them."""
    booking = request.booking
    for email, purpose in contacts_of(booking):
        write(CHANGE_REFUSED, booking, email, asked=request, page=placeholder(purpose, booking.pk))
