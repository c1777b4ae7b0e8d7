"""What staff write to those concerned when they cancel a session: checked, and shown as each role gets to read it.

The words stand in the one mail each gets, in its language form. They are kept with the session, since the worker writes
to many people later.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.models import Assignment, Booking, Course, Invitation, Meeting, Participant, Session
from taushet.services.outbox import render_mail

from .booking_mail import render
from .catalogue import when_text
from .events import location, trainer_page_address
from .invitation_mail import mail_of
from .mail_texts import LANGUAGES, TextRefused
from .waiting_messages import WAIT_ENDED

# Of many sessions that are cancelled together; in the others only day and place are different.
LOOKED_INTO = 10


@dataclass(frozen=True)
class Sample:
    """The mail somebody in one role gets."""

    role: str
    language: str
    subject: str
    text: str


def check_words(courses: Iterable[Course], text: str) -> None:
    """Raise TextRefused when words name a course, which not everybody wants in their mail, or hold a variable."""
    titles = {title.casefold() for course in courses for title in _titles(course)} - {""}
    if any(title in text.casefold() for title in titles):
        raise TextRefused(_("Leave out the name of the course. Not everybody wants it in their e-mail."))
    if "{{" in text or "{%" in text:
        raise TextRefused(_("Write plain text here, without {{ }}. Time and place stand in the e-mail already."))


def _titles(course: Course) -> list[str]:
    return [getattr(course, f"title_{language}") for language in LANGUAGES]


def samples(sessions: Sequence[Session], words: Mapping[str, str], bookings: QuerySet[Booking]) -> list[Sample]:
    """Return one mail for each role and language form that the people of some bookings and the trainers read.

    Nothing is stored: the sessions are cancelled in a copy only. The number of queries does not grow with the people,
    and of very many sessions only the first are looked into.
    """
    found: dict[tuple[str, str], Sample] = {}
    for session in sessions[:LOOKED_INTO]:
        for sample in _of_session(session, words, bookings):
            found.setdefault((sample.role, sample.language), sample)
    return list(found.values())


def _of_session(session: Session, words: Mapping[str, str], bookings: QuerySet[Booking]) -> list[Sample]:
    session = copy.copy(session)
    session.state, session.cancel_words = Session.State.CANCELLED, dict(words)
    meetings = [copy.copy(one) for one in session.meetings.all() if one.ends_at > timezone.now()]
    meetings = [one for one in meetings if one.state == Meeting.State.PLANNED]
    for one in meetings:
        one.session, one.state = session, Meeting.State.CANCELLED
    if not meetings:
        return []
    theirs = bookings.filter(session=session).select_related("municipality").order_by("pk")
    found = []
    for language in LANGUAGES:
        found += _of_bookings(session, meetings, theirs.filter(language=language))
    return found + list(_of_trainers(session, meetings))


def _of_bookings(session: Session, meetings: list[Meeting], theirs: QuerySet[Booking]) -> Iterator[Sample]:
    confirmed = theirs.filter(state=Booking.State.CONFIRMED)
    if booking := confirmed.first():
        yield _calendar_mail(_("Contacts"), session, meetings, booking, booking.contact_email)
    if booking := confirmed.exclude(second_email="").first():
        yield _calendar_mail(_("Second contacts"), session, meetings, booking, booking.second_email)
    people = Participant.objects.active().filter(booking__in=confirmed).exclude(email="")
    if participant := people.select_related("booking__municipality").order_by("pk").first():
        yield _calendar_mail(
            _("Participants"), session, meetings, participant.booking, participant.email, participant=participant
        )
    if booking := theirs.filter(state__in=[Booking.State.WAITING, Booking.State.OFFERED]).first():
        booking.session = session
        yield Sample(_("On the waiting list"), booking.language, *render(WAIT_ENDED, booking, booking.contact_email))


def _calendar_mail(
    role: str,
    session: Session,
    meetings: list[Meeting],
    booking: Booking,
    email: str,
    participant: Participant | None = None,
) -> Sample:
    booking.session = session
    first, *others = meetings
    holds = Invitation.objects.filter(meeting__session=session, email=email, cancelled_at=None).exists()
    mail = mail_of("invitation_cancellation", first, booking, participant, email, others=others, has_calendar=holds)
    return Sample(role, booking.language, *mail)


def _of_trainers(session: Session, meetings: list[Meeting]) -> Iterator[Sample]:
    standing = Assignment.objects.standing().filter(session=session).select_related("trainer__user")
    languages = {assignment.trainer.user.language for assignment in standing}
    for language in sorted(languages):
        context = {
            "session": session,
            "meetings": [(meeting, location(meeting), True) for meeting in meetings],
            "page": trainer_page_address(session.pk),
        }
        with translation.override(language):
            context["course"] = session.course.title
            context["when"] = when_text(session.first_starts_at, session.last_ends_at)
        yield Sample(_("Trainers"), language, *render_mail("trainer_cancelled", context, language))
