"""The mails about who answers for a booking: second contact, hand-over, lost links."""

from django.utils import translation

from courses.models import Booking, CourseRequest, HandOver
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
    takes_part = booking.participants.active().filter(email=former_email).exists()
    told = []
    if not takes_part:
        told = cancel_invitations(booking=booking, email=former_email, kind=HANDED_OVER, subject=subject, text=text)
    if not told:
        post(HANDED_OVER, booking, former_email, subject, text, name=former_name)
    send_confirmation(booking)


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
