"""The mails of a booking: neutral in subject and text, in the booking's language (design rule 9).

Each is a row of the outbox and a BookingMessage. Mail to an address that has not proved itself repeats nothing that a
stranger may have typed into the form.
"""

from datetime import datetime, timedelta

from django.utils import timezone, translation

from courses.models import (
    Booking,
    BookingMessage,
    Certificate,
    CourseRequest,
    EvaluationRound,
    HandOver,
    Meeting,
    Participant,
    Session,
    WaitingPlace,
)
from taushet.models import Message
from taushet.services.links import placeholder
from taushet.services.outbox import render_mail, write_message

from .calendars import cancel_invitations, invite
from .events import location
from .guards import CONFIRM_ADDRESS

CONFIRMED = "booking-confirmed"
CHANGED = "booking-changed"
CANCELLED = "booking-cancelled"
WELCOME = "participant-welcome"
REMOVED = "participant-removed"
WITHDREW = "participant-withdrew"
OWN_LINK = "participant-link"
SECOND_CONTACT = "booking-second-contact"
HAND_OVER = "booking-hand-over"
HANDED_OVER = "booking-handed-over"
EVALUATION = "evaluation"
CERTIFICATE = "certificate-ready"
CERTIFICATES = "certificates-to-hand-out"
LOST_LINK = "booking-lost-link"
MOVED = "booking-moved"
WAITING = "waiting-list"
OFFERED = "waiting-offer"
OFFER_LAPSED = "waiting-offer-lapsed"
WAIT_ENDED = "waiting-ended"

REMIND_PAUSE = timedelta(hours=1)


def ask_for_confirmation(booking: Booking) -> Message:
    """Ask the owner of an address whether the booking is really theirs."""
    return _write(CONFIRM_ADDRESS, booking, booking.contact_email, page=placeholder("booking-confirm", booking.pk))


def tell_confirmed(booking: Booking) -> None:
    """Send contact and named participants the confirmation, each with the calendar entries."""
    send_confirmation(booking)
    for participant in booking.participants.active().exclude(email="").exclude(email=booking.contact_email):
        welcome(participant)


def send_confirmation(booking: Booking) -> list[Message]:
    """Send the contact the confirmation, with the calendar entries the address does not hold yet."""
    own = booking.participants.active().filter(email=booking.contact_email).first()
    subject, text = _render(
        CONFIRMED,
        booking,
        booking.contact_email,
        page=placeholder("booking", booking.pk),
        signup=placeholder("signup", booking.pk),
        own_page=placeholder("participant", own.pk) if own else "",
    )
    name = booking.contact_name
    return invite(booking, email=booking.contact_email, name=name, kind=CONFIRMED, subject=subject, text=text)


def welcome(participant: Participant) -> list[Message]:
    """Send a named participant place, time, calendar entries and the own page."""
    booking = participant.booking
    page = placeholder("participant", participant.pk)
    subject, text = _render(WELCOME, booking, participant.email, participant=participant, page=page)
    return invite(
        booking,
        email=participant.email,
        name=participant.listed_name,
        participant=participant,
        kind=WELCOME,
        subject=subject,
        text=text,
    )


def has_own_address(participant: Participant) -> bool:
    """Whether mail reaches the participant apart from the contact."""
    return participant.email not in {"", participant.booking.contact_email}


def tell_removed(participant: Participant) -> None:
    """Tell somebody that the name has been taken off, and take the meetings out of the calendar."""
    booking = participant.booking
    if not has_own_address(participant):
        return
    subject, text = _render(REMOVED, booking, participant.email, participant=participant)
    told = cancel_invitations(participant=participant, kind=REMOVED, subject=subject, text=text)
    if not told:
        name = participant.listed_name
        _post(REMOVED, booking, participant.email, subject, text, name=name, participant=participant)


def tell_withdrew(participant: Participant) -> None:
    """Tell the contacts that somebody cannot come, so that a colleague can take the seat."""
    booking = participant.booking
    for email, purpose in _contacts(booking):
        if email != participant.email:
            _write(WITHDREW, booking, email, participant=participant, page=placeholder(purpose, booking.pk))


def was_reminded(participant: Participant) -> bool:
    """Whether the own link was sent within the last hour already."""
    recently = timezone.now() - REMIND_PAUSE
    return BookingMessage.objects.filter(
        participant=participant, message__kind__in=[OWN_LINK, WELCOME], message__created_at__gt=recently
    ).exists()


def send_own_link(participant: Participant) -> Message:
    """Send a participant the link to the own page once more."""
    page = placeholder("participant", participant.pk)
    return _write(OWN_LINK, participant.booking, participant.email, participant=participant, page=page)


def tell_certificate(certificate: Certificate) -> None:
    """Tell a participant that the certificate is ready; of those without an address the contact is told, once.

    A protected participant without an address fetches it alone, on the own page.
    """
    participant = certificate.participant
    booking = participant.booking
    hears = booking.contact_email and not participant.is_protected
    if participant.email:
        page = placeholder("participant", participant.pk)
        _write(
            CERTIFICATE, booking, participant.email, participant=participant, page=page, priority=Message.Priority.BULK
        )
    elif hears and not booking.messages.filter(message__kind=CERTIFICATES).exists():
        page = placeholder("booking", booking.pk)
        _write(CERTIFICATES, booking, booking.contact_email, page=page, priority=Message.Priority.BULK)


def ask_for_evaluation(participant: Participant, round_: EvaluationRound) -> Message:
    """Ask a participant what came of the course, when the round opens; the link is drawn while the mail leaves."""
    return _write(
        EVALUATION,
        participant.booking,
        participant.email,
        participant=participant,
        page=placeholder("evaluation", round_.pk),
        is_later=round_.is_later,
        priority=Message.Priority.BULK,
        due_at=round_.opens_at,
    )


def tell_changed(booking: Booking, *, seats_before: int) -> None:
    """Tell the contacts that the booking has another number of seats."""
    for email, purpose in _contacts(booking):
        _write(CHANGED, booking, email, seats_before=seats_before, page=placeholder(purpose, booking.pk))


def tell_cancelled(booking: Booking) -> None:
    """Tell contacts and participants that the booking is cancelled, and empty their calendars of it."""
    for participant in booking.participants.active():
        tell_removed(participant)
    subject, text = _render(CANCELLED, booking, booking.contact_email, booking.second_email)
    told = {
        message.to_email for message in cancel_invitations(booking=booking, kind=CANCELLED, subject=subject, text=text)
    }
    for email, _purpose in _contacts(booking):
        if email not in told:
            _post(CANCELLED, booking, email, subject, text)


def tell_moved(booking: Booking, former: Session) -> None:
    """Tell everybody of a booking that it is on another date, and move their calendar entries along."""
    people = {booking.contact_email: (booking.contact_name, None), booking.second_email: (booking.second_name, None)}
    for participant in booking.participants.active():
        people.setdefault(participant.email, (participant.listed_name, participant))
    people.pop("", None)
    subject, text = _render(MOVED, booking, *people)
    told = {
        message.to_email
        for message in cancel_invitations(session=former, booking=booking, kind=MOVED, subject=subject, text=text)
    }
    for email, (name, participant) in people.items():
        if email not in told:
            _post(MOVED, booking, email, subject, text, name=name, participant=participant)
        if email != booking.second_email:
            invite(booking, email=email, name=name, participant=participant)


def tell_waiting(booking: Booking, place: WaitingPlace) -> Message:
    """Tell a contact that the group stands in line, and where the page is."""
    return _write(WAITING, booking, booking.contact_email, place=place, page=placeholder("booking", booking.pk))


def tell_offered(booking: Booking, place: WaitingPlace) -> Message:
    """Offer a waiting group its seats, or fewer, until a stated time."""
    return _write(OFFERED, booking, booking.contact_email, place=place, page=placeholder("booking", booking.pk))


def tell_offer_lapsed(booking: Booking, place: WaitingPlace) -> Message:
    """Tell a group that it has not answered in time, and what that means."""
    page = placeholder("booking", booking.pk)
    return _write(OFFER_LAPSED, booking, booking.contact_email, place=place, page=page)


def tell_wait_ended(booking: Booking) -> Message:
    """Tell a group that no seat became free before the session began or was cancelled."""
    return _write(WAIT_ENDED, booking, booking.contact_email)


def tell_second_contact(booking: Booking) -> Message:
    """Tell a colleague of being second contact, with a link of the own."""
    page = placeholder("booking-second", booking.pk)
    return _write(SECOND_CONTACT, booking, booking.second_email, name=booking.second_name, page=page)


def ask_to_take_over(hand_over: HandOver) -> Message:
    """Ask a colleague to take over a booking."""
    booking = hand_over.booking
    page = placeholder("booking-handover", booking.pk)
    return _write(HAND_OVER, booking, hand_over.email, name=hand_over.name, hand_over=hand_over, page=page)


def tell_handed_over(booking: Booking, *, former_email: str, former_name: str) -> None:
    """Tell the former contact that a colleague has taken over, and move the calendar entries along."""
    subject, text = _render(HANDED_OVER, booking, former_email)
    takes_part = booking.participants.active().filter(email=former_email).exists()
    told = []
    if not takes_part:
        told = cancel_invitations(booking=booking, email=former_email, kind=HANDED_OVER, subject=subject, text=text)
    if not told:
        _post(HANDED_OVER, booking, former_email, subject, text, name=former_name)
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
        subject, text = render_mail(_template(LOST_LINK), {"rows": rows, "asked": asked}, language)
    return write_message(kind=LOST_LINK, to_email=email, subject=subject, text=text, language=language)


def _contacts(booking: Booking) -> list[tuple[str, str]]:
    contacts = [(booking.contact_email, "booking"), (booking.second_email, "booking-second")]
    return [(email, purpose) for email, purpose in contacts if email]


def _template(kind: str) -> str:
    return kind.replace("-", "_")


def _render(kind: str, booking: Booking, *emails: str, **context) -> tuple[str, str]:
    """Return subject and text of a mail to some addresses; it names the course when each of them wants it named.

    Without an address the booking decides: nobody can have chosen for themselves before the address has proved itself.
    """
    session = booking.session
    meetings = [meeting for meeting in session.meetings.all() if meeting.state == Meeting.State.PLANNED]
    for meeting in meetings:
        meeting.session = session
    context |= {
        "booking": booking,
        "session": session,
        "meetings": [(meeting, location(meeting)) for meeting in meetings],
    }
    with translation.override(booking.language):
        shows_course = all([booking.shows_course_to(email) for email in emails] or [booking.shows_course_name])
        context["course"] = session.course.title if shows_course else ""
    return render_mail(_template(kind), context, booking.language)


def _write(
    kind: str,
    booking: Booking,
    email: str,
    *,
    name: str = "",
    participant=None,
    priority: int = Message.Priority.BOOKING,
    due_at: datetime | None = None,
    **context,
) -> Message:
    chosen_by = () if kind == CONFIRM_ADDRESS else (email,)
    subject, text = _render(kind, booking, *chosen_by, participant=participant, **context)
    return _post(
        kind, booking, email, subject, text, name=name, participant=participant, priority=priority, due_at=due_at
    )


def _post(
    kind, booking, email, subject, text, *, name="", participant=None, priority=Message.Priority.BOOKING, due_at=None
) -> Message:
    message = write_message(
        kind=kind,
        to_email=email,
        to_name=name,
        subject=subject,
        text=text,
        language=booking.language,
        priority=priority,
        due_at=due_at,
        is_demonstration=booking.is_demonstration,
    )
    BookingMessage.objects.create(booking=booking, participant=participant, message=message)
    return message
