"""Whether mail and calendar name the course (design rule 9): neutral unless the booker chose otherwise.

A participant's own choice beats the booker's, in both directions. It decides on the text of mails, the title in
calendars, the own page and the paper. Subject, sender, file names, page titles and the host of private pages are read
over shoulders and on locked screens: they never tell, whatever is chosen.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import Booking, Invitation, Participant
from taushet.models import Message, User
from taushet.services import audit
from taushet.services.mail_html import make_html

from .calendars import retitle_invitations
from .changes import Seen, refuse_unseen
from .guards import lock_with_session

WAITING = (Message.State.QUEUED, Message.State.HELD)


@transaction.atomic
def choose_for_booking(
    booking: Booking, *, shows_course: bool, by: User | None = None, seen: Seen | None = None
) -> Booking:
    """Let mail and calendars of a booking name the course or not; what is in calendars already changes its title.

    Participants who have chosen for themselves keep what they chose. The same choice again changes nothing. Raises
    BookingChanged when `seen` is no longer how things stand.
    """
    booking = lock_with_session(booking)
    if booking.shows_course_name == shows_course:
        return booking
    refuse_unseen(booking, seen)
    before = _shown_to(booking)
    booking.shows_course_name = shows_course
    booking.save(update_fields=["shows_course_name"])
    _follow(booking, before)
    audit.record("booking.discretion", booking, by=by, kind="" if by else "booker", shows_course=shows_course)
    return booking


@transaction.atomic
def choose_for_participant(participant: Participant, *, shows_course: bool | None) -> Participant:
    """Let a participant's own mail and calendar name the course or not; None leaves it to the booker again."""
    booking = lock_with_session(participant.booking)
    participant = booking.participants.get(pk=participant.pk)
    if participant.shows_course_name == shows_course:
        return participant
    before = {email: shown for email, shown in _shown_to(booking).items() if email == participant.email}
    participant.shows_course_name = shows_course
    participant.save(update_fields=["shows_course_name"])
    _follow(booking, before)
    audit.record("participant.discretion", participant, kind="participant", shows_course=shows_course)
    return participant


def invoice_line(booking: Booking) -> str:
    """Return what an invoice calls the course: it passes through hands that need not know which one it was."""
    with translation.override(booking.language):
        return booking.session.course.title if booking.shows_course_name else _("Course in the municipality")


def _shown_to(booking: Booking) -> dict[str, bool]:
    """Tell whether the course is named, by address that holds an entry or for which a mail waits."""
    holders = Invitation.objects.filter(booking=booking, cancelled_at=None).values_list("email", flat=True)
    waiting = booking.messages.filter(message__state__in=WAITING).values_list("message__to_email", flat=True)
    return {email: booking.shows_course_to(email) for email in {*holders, *waiting}}


def _follow(booking: Booking, before: dict[str, bool]) -> None:
    changed = {email for email, shown in before.items() if booking.shows_course_to(email) != shown}
    _hide_in_waiting(booking, {email for email in changed if before[email]})
    retitle_invitations(booking, emails=changed)


def _hide_in_waiting(booking: Booking, emails: Iterable[str]) -> None:
    """Take the name of the course out of mails that have still to leave."""
    with translation.override(booking.language):
        title = booking.session.course.title
        line = _("Course: %(course)s") % {"course": title}
        neutral = booking.session.discreet_title
    waiting = Message.objects.filter(state__in=WAITING, to_email__in=emails)
    for message in waiting.filter(pk__in=booking.messages.values("message")).exclude(text=""):
        text = message.text.replace(f"{line}\n", "").replace(title, neutral)
        html = make_html(text, subject=message.subject, language=message.language)
        waiting.filter(pk=message.pk).update(text=text, html=html)
