"""The mails about who answers for a booking: second contact, hand-over, lost links."""

from django.utils import translation

from courses.models import Booking, CourseRequest, HandOver, Invitation, Participant
from taushet.models import Message
from taushet.services.links import placeholder
from taushet.services.outbox import render_mail, write_message

from .booking_mail import post, render, template_of, write
from .calendars import cancel_invitations
from .messages import send_confirmation

SECOND_CONTACT = "booking-second-contact"
HAND_OVER = "booking-hand-over"
HANDED_OVER = "booking-handed-over"
LOST_LINK = "booking-lost-link"


def tell_second_contact(booking: Booking) -> Message:
    """Tell a colleague of being second contact, with a link of the own."""
    page = placeholder("booking-second", booking.pk)
    return write(SECOND_CONTACT, booking, booking.second_email, name=booking.second_name, page=page)


def ask_to_take_over(hand_over: HandOver) -> Message:
    """Ask a colleague to take over a booking."""
    booking = hand_over.booking
    page = placeholder("booking-handover", booking.pk)
    return write(HAND_OVER, booking, hand_over.email, name=hand_over.name, hand_over=hand_over, page=page)


def tell_handed_over(booking: Booking, *, former_email: str, former_name: str) -> None:
    """Tell the former contact that a colleague has taken over, and move the calendar entries along."""
    subject, text = render(HANDED_OVER, booking, former_email)
    participant = booking.participants.active().filter(email=former_email).first()
    told = []
    if participant:
        keep_as_participant(participant)
    else:
        told = cancel_invitations(booking=booking, email=former_email, kind=HANDED_OVER, subject=subject, text=text)
    if not told:
        post(HANDED_OVER, booking, former_email, subject, text, name=former_name)
    send_confirmation(booking)


def keep_as_participant(participant: Participant) -> None:
    """Let what a former contact holds in the calendar be a participant’s, whose mails lead to the own page only."""
    booking, email = participant.booking, participant.email
    Invitation.objects.filter(booking=booking, email=email, cancelled_at=None).update(participant=participant)
    contacts_page, own_page = placeholder("booking", booking.pk), placeholder("participant", participant.pk)
    waiting = Message.objects.filter(state__in=[Message.State.QUEUED, Message.State.HELD], to_email=email)
    for message in waiting.filter(pk__in=booking.messages.values("message")).exclude(calendar=""):
        text, html = (part.replace(contacts_page, own_page) for part in (message.text, message.html))
        waiting.filter(pk=message.pk).update(text=text, html=html)


def send_links(
    bookings: list[tuple[Booking, str]], requests: list[tuple[CourseRequest, str]] = (), *, email: str, language: str
) -> Message:
    """Send an address the links to its bookings and requests, each given with the purpose that suits this address."""
    with translation.override(language):
        rows = [
            {"booking": booking, "session": booking.session, "page": placeholder(purpose, booking.pk)}
            for booking, purpose in bookings
        ]
        asked = [{"request": one, "page": placeholder(purpose, one.pk)} for one, purpose in requests]
        subject, text = render_mail(template_of(LOST_LINK), {"rows": rows, "asked": asked}, language)
    return write_message(kind=LOST_LINK, to_email=email, subject=subject, text=text, language=language)
