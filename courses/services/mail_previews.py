"""What a mail of a course looks like with a real booking, before anybody saves or sends anything."""

import copy

from courses.models import Booking, MailKind, Meeting, Participant, Session
from taushet.services.links import placeholder

from .booking_mail import Texts, render
from .due_mails import Recipient, write_planned
from .invitation_mail import mail_of
from .messages import CERTIFICATE, CONFIRMED, EVALUATION, WELCOME

SOMEBODY = "Kari Nordmann"
TEMPLATES = {
    MailKind.CONFIRMATION: CONFIRMED,
    MailKind.WELCOME: WELCOME,
    MailKind.CERTIFICATE: CERTIFICATE,
    MailKind.EVALUATION: EVALUATION,
}


def preview_mail(kind: MailKind, booking: Booking, *, language: str, texts: Texts) -> tuple[str, str]:
    """Return subject and text of one kind of mail as somebody of this booking would get it, links not filled in.

    Nothing is stored. Where the booking has no name yet, an invented one stands in. Raises BrokenTemplate.
    """
    booking = copy.copy(booking)
    booking.session = copy.copy(booking.session)
    booking.language = language
    meetings = [one for one in booking.session.meetings.all() if one.state == Meeting.State.PLANNED]
    meeting = copy.copy(meetings[0]) if meetings else Meeting(session=booking.session)
    participant = booking.participants.active().first() or Participant(pk=0, booking=booking, name=SOMEBODY)
    if kind in TEMPLATES:
        return _render(kind, booking, participant, texts)
    if kind in {MailKind.CHANGE, MailKind.CANCELLATION}:
        return _calendar_mail(kind, booking, meeting, participant, texts)
    missing = max(booking.seats - booking.participants.active().count(), 1)
    to_contact = kind == MailKind.NAMES_MISSING
    purpose = "booking" if to_contact else "participant"
    recipient = Recipient(booking.contact_email, None if to_contact else participant, purpose)
    shows_course = booking.shows_course_to(recipient.email)
    return write_planned(kind, booking, recipient, meeting, missing=missing, texts=texts, shows_course=shows_course)


def _render(kind: MailKind, booking: Booking, participant: Participant, texts: Texts) -> tuple[str, str]:
    to_contact = kind == MailKind.CONFIRMATION
    context = {
        "participant": None if to_contact else participant,
        "page": placeholder("booking", booking.pk) if to_contact else placeholder("participant", participant.pk),
        "signup": placeholder("signup", booking.pk),
        "is_later": False,
    }
    email = booking.contact_email if to_contact else participant.email
    return render(TEMPLATES[kind], booking, email, own=kind, texts=texts, **context)


def _calendar_mail(
    kind: MailKind, booking: Booking, meeting: Meeting, participant: Participant, texts: Texts
) -> tuple[str, str]:
    meeting.session = booking.session
    template = "invitation_change"
    if kind == MailKind.CANCELLATION:
        template = "invitation_cancellation"
        meeting.state, booking.session.state = Meeting.State.CANCELLED, Session.State.CANCELLED
    return mail_of(template, meeting, booking, participant, participant.email, texts)
