"""Invitations by mail: who got which meeting, and who must hear of its change or end (design rule 4).

One message carries one meeting to one address, since programs do not take several out of one mail. When one change is
about several meetings, the first message says it all in words and the others only bring the calendar up to date. What
an address has seen of a meeting is an `Invitation`; its sequence number never falls, whatever happened in between.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from courses.models import Booking, BookingMessage, Invitation, Meeting, Participant, Session
from taushet.models import Message
from taushet.services.erasing import delete_in_turns

from .booking_mail import post
from .events import is_cancelled
from .invitation_mail import (
    CANCELLATION,
    CHANGE,
    INVITATION,
    News,
    name_of,
    seen_ahead,
    write_all_news,
    write_invitation,
    write_news,
)

KEPT_AFTER_END = timedelta(days=90)


@transaction.atomic
def invite(
    booking: Booking,
    *,
    email: str,
    name: str = "",
    participant: Participant | None = None,
    kind: str = INVITATION,
    subject: str = "",
    text: str = "",
    key: str | None = None,
) -> list[Message]:
    """Write the invitations of one address to the coming meetings of a booking's session, one message a meeting.

    The first carries the caller's subject and text (such as the confirmation) under the caller's kind; the others
    have a text of their own. A meeting the address holds already is not sent again. When a text is given, a
    message is always written, without a calendar when there is nothing to invite to.
    """
    session = Session.objects.select_related("course", "municipality").get(pk=booking.session_id)
    held = Invitation.objects.filter(meeting__session=session, email=email, cancelled_at=None)
    meetings = [
        _with(meeting, session)
        for meeting in session.meetings.exclude(pk__in=held.values("meeting")).order_by("starts_at", "pk")
        if meeting.ends_at > timezone.now() and not is_cancelled(_with(meeting, session))
    ]
    messages = []
    for meeting in meetings:
        first = not messages
        message = write_invitation(
            meeting,
            booking,
            email=email,
            name=name,
            participant=participant,
            kind=kind if first and text else INVITATION,
            mail=(subject, text) if first and text else None,
            key=key if first and text else None,
        )
        messages.append(message)
    if text and not messages:
        messages.append(post(kind, booking, email, subject, text, name=name, participant=participant, key=key))
    return messages


@transaction.atomic
def update_invitations(*meetings: Meeting, emails: Collection[str] | None = None) -> list[Message]:
    """Tell everybody who holds meetings of one session what has become of them; call it after the change.

    A meeting that was cancelled is taken back. A meeting that is new reaches those who hold another one of the
    same session. Each address gets one mail of words about all of them, and for each further meeting one that only
    brings the calendar up to date. Calling twice for one change writes nothing more; `emails` narrows down whom.
    """
    chosen = {} if emails is None else {"email__in": list(emails)}
    news: dict[str, list[News]] = {}
    fresh = [_fresh(meeting) for meeting in meetings]
    for meeting in fresh:
        for invitation in _live(meeting=meeting, **chosen):
            if found := _news_of(invitation, _with(meeting, meeting.session)):
                news.setdefault(invitation.email, []).append(found)
    messages = [message for some in news.values() for message in write_all_news(some)]
    for meeting in fresh:
        if not is_cancelled(meeting):
            messages += _invite_the_others(meeting, **chosen)
    return messages


@transaction.atomic
def retitle_invitations(booking: Booking, *, emails: Iterable[str]) -> list[Message]:
    """Give the coming meetings in the calendars of some addresses the title they now choose, each by a mail.

    The title is theirs alone, so the meeting keeps its sequence number and theirs rises: a program takes an entry
    whose number has not risen for one it knows already. Calling it for a title that is not new is the caller's fault.
    """
    told = []
    for invitation in _live(booking=booking, email__in=list(emails)).filter(meeting__ends_at__gt=timezone.now()):
        meeting = _with(invitation.meeting, invitation.meeting.session)
        if is_cancelled(meeting):
            continue
        invitation.ahead += 1
        invitation.save(update_fields=["ahead"])
        sequence = max(meeting.sequence + seen_ahead(meeting, invitation.email), invitation.sequence + 1)
        news = News(invitation, meeting, sequence)
        told.append(write_news(news, kind=CHANGE, template="invitation_title"))
    return told


@transaction.atomic
def cancel_invitations(
    *,
    meeting: Meeting | None = None,
    session: Session | None = None,
    booking: Booking | None = None,
    participant: Participant | None = None,
    email: str = "",
    emails: Collection[str] | None = None,
    kind: str = CANCELLATION,
    subject: str = "",
    text: str = "",
) -> list[Message]:
    """Take meetings out of the calendars of exactly those who got them; the arguments narrow down whose and which.

    The text says that the course or the meeting is cancelled when it is, else that the person no longer takes
    part. A caller's subject and text go with the first message of each address instead; when nobody holds
    anything, no message is written. Meetings that are over stay in the calendars.
    """
    wanted = {
        "meeting": meeting,
        "meeting__session": session,
        "booking": booking,
        "participant": participant,
        "email": email,
    }
    chosen = {field: value for field, value in wanted.items() if value}
    if not chosen:
        raise ValueError("Say whose invitations to cancel.")
    if emails is not None:
        chosen["email__in"] = list(emails)
    news: dict[str, list[News]] = {}
    for invitation in _live(**chosen).filter(meeting__ends_at__gt=timezone.now()):
        has_words = bool(text) and invitation.email not in news
        if ended := _end(invitation, is_told_anyway=has_words):
            news.setdefault(invitation.email, []).append(ended)
    mail = (subject, text) if text else None
    return [message for some in news.values() for message in write_all_news(some, kind=kind, mail=mail)]


def is_superseded(message: Message) -> bool:
    """Whether a later change or a cancellation has been written for the invitation a message carries."""
    return not Invitation.objects.filter(message=message, cancelled_at=None).exists()


def waits_for_earlier(message: Message) -> bool:
    """Whether calendar mail to the same address about the same session was written before and has still to leave.

    A cancellation that overtakes its invitation, which the recipient's server has asked to wait, would be lost on
    the recipient's calendar.
    """
    if not message.calendar:
        return False
    sessions = BookingMessage.objects.filter(message=message).values("booking__session")
    alike = BookingMessage.objects.filter(booking__session__in=sessions, message__to_email=message.to_email)
    under_way = Message.objects.filter(state__in=[Message.State.QUEUED, Message.State.SENDING], pk__lt=message.pk)
    return under_way.exclude(calendar="").filter(pk__in=alike.values("message")).exists()


def forget_invitations(now: datetime) -> int:
    """Delete who was invited to what, once it is long over (a RetentionRule); returns how many rows went."""
    return delete_in_turns(Invitation.objects.filter(meeting__ends_at__lt=now - KEPT_AFTER_END))


def _fresh(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_related("session__course", "session__municipality").get(pk=meeting.pk)


def _with(meeting: Meeting, session: Session) -> Meeting:
    meeting.session = session
    return meeting


def _live(**chosen) -> QuerySet[Invitation]:
    return (
        Invitation.objects.filter(cancelled_at=None, **chosen)
        .select_for_update(of=("self",))
        .select_related(
            "meeting__session__course", "meeting__session__municipality", "booking", "participant", "message"
        )
        .order_by("meeting__starts_at", "meeting_id", "pk")
    )


def _invite_the_others(meeting: Meeting, **chosen) -> list[Message]:
    if meeting.ends_at <= timezone.now():
        return []
    seen = Invitation.objects.filter(meeting=meeting).values("email")
    others = _live(meeting__session=meeting.session_id, **chosen).exclude(meeting=meeting).exclude(email__in=seen)
    by_email = {invitation.email: invitation for invitation in others}
    return [
        write_invitation(meeting, other.booking, email=email, name=name_of(other), participant=other.participant)
        for email, other in by_email.items()
    ]


def _news_of(invitation: Invitation, meeting: Meeting) -> News | None:
    """Return what an address has to hear of a meeting it holds, if anything."""
    if is_cancelled(meeting):
        return _end(invitation) if meeting.ends_at > timezone.now() else None
    sequence = meeting.sequence + seen_ahead(meeting, invitation.email)
    return News(invitation, meeting, sequence) if sequence > invitation.sequence else None


def _end(invitation: Invitation, *, is_told_anyway: bool = False) -> News | None:
    """Close an invitation and return its cancellation, which the caller writes.

    Nothing is to be written when the invitation itself never left, unless there are words that have to go, or when
    the address stays invited by another booking, which then takes it over.
    """
    meeting = invitation.meeting
    if _is_taken_over(invitation):
        return None
    never_left = invitation.message.state in {Message.State.CANCELLED, Message.State.FAILED}
    sequence = max(meeting.sequence + seen_ahead(meeting, invitation.email), invitation.sequence + 1)
    invitation.cancelled_at = timezone.now()
    invitation.save(update_fields=["cancelled_at"])
    return News(invitation, meeting, sequence, is_end=True) if is_told_anyway or not never_left else None


def _is_taken_over(invitation: Invitation) -> bool:
    """Give an invitation to another booking of the same session that has the address too, if there is one."""
    meeting = invitation.meeting
    if is_cancelled(meeting):
        return False
    others = Booking.objects.filter(session=meeting.session_id, state=Booking.State.CONFIRMED)
    others = others.exclude(pk=invitation.booking_id)
    participant = Participant.objects.active().filter(booking__in=others, email=invitation.email).first()
    booking = participant.booking if participant else others.filter(contact_email=invitation.email).first()
    if booking is None:
        return False
    invitation.booking, invitation.participant = booking, participant
    invitation.save(update_fields=["booking", "participant"])
    return True
