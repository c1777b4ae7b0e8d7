"""What calendar mail says and carries: one meeting to one address, in words and as an entry (design rule 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone, translation

from courses.models import Booking, Invitation, MailKind, Meeting, Participant, Session
from taushet.ical import itip
from taushet.ical.writer import Event, Person
from taushet.models import Message
from taushet.services.links import placeholder
from taushet.services.outbox import render_mail

from .booking_mail import Texts, own_text, post
from .events import invited_event, is_cancelled, location, shown

INVITATION = "invitation"
CHANGE = "invitation-change"
CANCELLATION = "invitation-cancellation"
OWN_TEXTS = {"invitation_change": MailKind.CHANGE, "invitation_cancellation": MailKind.CANCELLATION}


@dataclass(frozen=True)
class News:
    """What one address has to hear of a meeting it holds: that it is changed, or no longer the person's."""

    invitation: Invitation
    meeting: Meeting
    sequence: int
    is_end: bool = False


def seen_ahead(meeting: Meeting, email: str) -> int:
    """Return by how much an address is ahead of the meeting.

    Who was taken off and invited again has seen a cancellation with a number of its own, and whoever chose another
    title has seen that; programs ignore anything that is not above it.
    """
    seen = Invitation.objects.filter(meeting=meeting, email=email)
    ended = Count("pk", filter=Q(cancelled_at__isnull=False))
    figures = seen.aggregate(ended=ended, ahead=Coalesce(Sum("ahead"), 0))
    return 2 * figures["ended"] + figures["ahead"]


def write_invitation(meeting, booking, *, email, name, participant, kind=INVITATION, mail=None, key=None) -> Message:
    """Invite one address to one meeting, in the caller's words or the usual ones."""
    sequence = meeting.sequence + seen_ahead(meeting, email)
    event = _event(meeting, booking, email, sequence)
    mail = mail or mail_of("invitation", meeting, booking, participant, email)
    calendar = itip.write_request(event, **_people(email))
    message = post(
        kind, booking, email, *mail, name=name, participant=participant, calendar=(calendar, itip.REQUEST), key=key
    )
    Invitation.objects.create(
        meeting=meeting, booking=booking, participant=participant, email=email, sequence=sequence, message=message
    )
    return message


def write_all_news(news: list[News], *, kind: str = CANCELLATION, mail: tuple[str, str] | None = None) -> list[Message]:
    """Write what one address has to hear: one mail of words, then the calendars of the further meetings.

    Programs take one meeting out of one mail, so each meeting has a mail of its own; the words come once.
    """
    first, *further = sorted(news, key=lambda one: one.is_end)  # what is held weighs more than what is not
    messages = [write_news(first, kind=kind if first.is_end else CHANGE, mail=mail, further=further)]
    return messages + [write_news(one, kind=CANCELLATION if one.is_end else CHANGE, is_bare=True) for one in further]


def write_news(
    news: News,
    *,
    kind: str,
    template: str = "",
    mail: tuple[str, str] | None = None,
    further: Sequence[News] = (),
    is_bare: bool = False,
) -> Message:
    invitation, meeting, sequence = news.invitation, news.meeting, news.sequence
    booking, participant, email = invitation.booking, invitation.participant, invitation.email
    template = template or ("invitation_cancellation" if news.is_end else "invitation_change")
    event = _event(meeting, booking, email, sequence)
    write_entry, method = (itip.write_cancel, itip.CANCEL) if news.is_end else (itip.write_request, itip.REQUEST)
    others = [one.meeting for one in further]
    message = post(
        kind,
        booking,
        email,
        *(mail or mail_of(template, meeting, booking, participant, email, others=others, is_bare=is_bare)),
        name=name_of(invitation),
        participant=participant,
        calendar=(write_entry(event, **_people(email)), method),
    )
    invitation.sequence, invitation.message = sequence, message
    invitation.save(update_fields=["sequence", "message"])
    return message


def _event(meeting: Meeting, booking: Booking, email: str, sequence: int) -> Event:
    with translation.override(booking.language):
        return invited_event(shown(meeting), shows_course=booking.shows_course_to(email), sequence=sequence)


def _people(email: str) -> dict:
    """Return who invites and who is invited; by address alone, since names of people stand in no calendar file."""
    return {
        "organizer": Person(settings.MAIL_FROM, settings.MAIL_FROM_NAME),
        "attendee": Person(email),
        "made_at": timezone.now(),
    }


def name_of(invitation: Invitation) -> str:
    booking = invitation.booking
    if invitation.participant:
        return "" if invitation.participant.erased_at else invitation.participant.listed_name
    return booking.second_name if invitation.email == booking.second_email else booking.contact_name


def mail_of(
    template: str,
    meeting: Meeting,
    booking: Booking,
    participant: Participant | None,
    email: str,
    texts: Texts | None = None,
    *,
    others: Sequence[Meeting] = (),
    is_bare: bool = False,
    has_calendar: bool = True,
) -> tuple[str, str]:
    """Return subject and text of a mail about a meeting, to somebody of a booking.

    `others` are further meetings the same words are about, each of whose calendars follows in a mail without words
    of its own (`is_bare`), unless the address holds no calendar entry.
    """
    if participant:
        page = placeholder("participant", participant.pk)
    else:
        page = placeholder("booking-second" if email == booking.second_email else "booking", booking.pk)
    context = {
        "meeting": meeting,
        "location": location(meeting),
        "others": [(one, location(one), is_cancelled(one)) for one in others],
        "count": len(others) + 1,
        "follow": len(others) if has_calendar else 0,
        "has_calendar": has_calendar,
        "is_bare": is_bare,
        "is_whole_course": meeting.session.state == Session.State.CANCELLED,
        "is_cancelled": is_cancelled(meeting),
        "page": page,
        "without_mail": told_by_contact(booking) if email == booking.contact_email else 0,
    }
    if template in OWN_TEXTS and not is_bare:
        context["own_text"] = own_text(
            OWN_TEXTS[template],
            booking,
            texts,
            shows_course=booking.shows_course_to(email),
            participant=participant,
            meeting=meeting,
        )
    return render_mail(template, context, booking.language)


def told_by_contact(booking: Booking) -> int:
    """Return how many of a booking have no e-mail, so that only the contact can tell them."""
    return booking.participants.active().filter(email="").count()
