"""How a mail of a booking is put together and into the outbox, whatever it is about.

Neutral in subject and text, in the booking's language (design rule 9). Each mail is a row of the outbox and a
BookingMessage.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import translation

from courses.models import Booking, BookingMessage, MailKind, Meeting, Participant, PlannedMail, Session
from taushet.models import Message
from taushet.services.links import PLACEHOLDER
from taushet.services.outbox import draft_message, render_mail, write_messages

from . import mail_texts
from .events import location
from .guards import CONFIRM_ADDRESS

Texts = Mapping[tuple[str, str], str]
# Whose a private link is: only that address may get it.
OWNERS = {
    "booking": (Booking, "contact_email"),
    "booking-second": (Booking, "second_email"),
    "participant": (Participant, "email"),
}


def contacts_of(booking: Booking) -> list[tuple[str, str]]:
    """Return the addresses that answer for a booking, each with the purpose of its link."""
    contacts = [(booking.contact_email, "booking"), (booking.second_email, "booking-second")]
    return [(email, purpose) for email, purpose in contacts if email]


def opens_what_is_not_theirs(message: Message) -> bool:
    """Whether a mail carries a private link that belongs to another address by now, such as after a hand-over."""
    found = {(purpose, number) for purpose, number in PLACEHOLDER.findall(message.text) if purpose in OWNERS}
    for purpose, number in found:
        model, field = OWNERS[purpose]
        if not model.objects.filter(**{"pk": number, field: message.to_email}).exists():
            return True
    return False


def template_of(kind: str) -> str:
    return kind.replace("-", "_")


def render(
    kind: str,
    booking: Booking,
    *emails: str,
    own: str = "",
    texts: Texts | None = None,
    participant: Participant | None = None,
    meeting: Meeting | None = None,
    missing: int = 0,
    shows_course: bool | None = None,
    meetings: Iterable[Meeting] | None = None,
    **context,
) -> tuple[str, str]:
    """Return subject and text of a mail to some addresses; it names the course when each of them wants it named.

    Without an address the booking decides: nobody can have chosen for themselves before the address has proved itself.
    `own` names the kind whose paragraphs the course may have written itself. `texts`, `shows_course` and `meetings` are
    what the caller knows already.
    """
    if shows_course is None:
        shows_course = all([booking.shows_course_to(email) for email in emails] or [booking.shows_course_name])
    session = booking.session
    is_off = session.state == Session.State.CANCELLED
    meetings = session.meetings.all() if meetings is None else meetings
    meetings = [one for one in meetings if is_off or one.state == Meeting.State.PLANNED]
    for one in meetings:
        one.session = session
    context |= {
        "booking": booking,
        "session": session,
        "participant": participant,
        "meeting": meeting,
        "missing": missing,
        "meetings": [(one, location(one)) for one in meetings],
    }
    with translation.override(booking.language):
        context["course"] = session.course.title if shows_course else ""
    if own:
        about = meeting or next(iter(meetings), None)
        context["own_text"] = own_text(
            own, booking, texts, shows_course=shows_course, participant=participant, meeting=about, missing=missing
        )
    return render_mail(template_of(kind), context, booking.language)


def own_text(
    kind: str,
    booking: Booking,
    texts: Texts | None,
    *,
    shows_course: bool,
    participant: Participant | None,
    meeting: Meeting | None,
    missing: int = 0,
) -> str:
    """Return the course's own paragraphs of a kind of mail with their values, empty where it has none."""
    if texts is None:
        texts = mail_texts.texts_of(booking.session.course_id)
    text = texts.get((MailKind(kind), booking.language), "")
    if not text:
        return ""
    place = location(meeting) if meeting else ""
    return mail_texts.fill(
        text,
        booking,
        shows_course=shows_course,
        participant=participant,
        meeting=meeting,
        missing=missing,
        place=place,
    )


def write(
    kind: str,
    booking: Booking,
    email: str,
    *,
    name: str = "",
    participant: Participant | None = None,
    priority: int = Message.Priority.BOOKING,
    due_at: datetime | None = None,
    **context,
) -> Message:
    """Render a mail and put it in the outbox."""
    chosen_by = () if kind == CONFIRM_ADDRESS else (email,)
    subject, text = render(kind, booking, *chosen_by, participant=participant, **context)
    return post(
        kind, booking, email, subject, text, name=name, participant=participant, priority=priority, due_at=due_at
    )


def post(kind: str, booking: Booking, email: str, subject: str, text: str, **details) -> Message:
    """Put a mail of a booking in the outbox; `details` are those of `draft`."""
    row = draft(kind, booking, email, subject, text, **details)
    row.message.save(force_insert=True)
    row.save(force_insert=True)
    return row.message


def post_all(drafts: Iterable[BookingMessage]) -> list[BookingMessage]:
    """Put many mails in the outbox together."""
    drafts = list(drafts)
    write_messages(row.message for row in drafts)
    return BookingMessage.objects.bulk_create(drafts)


def draft(
    kind: str,
    booking: Booking,
    email: str,
    subject: str,
    text: str,
    *,
    name: str = "",
    participant: Participant | None = None,
    priority: int = Message.Priority.BOOKING,
    due_at: datetime | None = None,
    calendar: tuple[str, str] = ("", ""),
    planned: PlannedMail | None = None,
    key: str | None = None,
) -> BookingMessage:
    """Return a mail of a booking that may be put in the outbox, with the row that says whose it is.

    `key` names the occasion where there must be one mail only.
    """
    message = draft_message(
        kind=kind,
        to_email=email,
        to_name=name,
        subject=subject,
        text=text,
        language=booking.language,
        priority=priority,
        calendar=calendar[0],
        calendar_method=calendar[1],
        due_at=due_at,
        is_demonstration=booking.is_demonstration,
    )
    return BookingMessage(booking=booking, participant=participant, message=message, planned=planned, key=key)
