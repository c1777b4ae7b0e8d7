"""Calendar files to fetch once: the meetings of a session, as a participant, a booker or anybody may see them."""

from courses.models import Booking, Invitation, Meeting, Participant, Session, Trainer
from taushet.ical.writer import write_calendar

from .events import invited_event, public_event, shown, trainer_event
from .left_events import lost_by


def session_file(session: Session) -> bytes:
    return write_calendar(public_event(shown(meeting)) for meeting in _meetings(session))


def trainer_file(session: Session, trainer: Trainer) -> bytes:
    """Return the meetings as their trainer sees them, with the numbers of the trainer's own calendar."""
    meetings = _meetings(session)
    lost = lost_by(trainer, meetings)
    return write_calendar(
        trainer_event(shown(meeting), sequence=meeting.sequence + lost.ahead(meeting.pk)) for meeting in meetings
    )


def participant_file(participant: Participant) -> bytes:
    return _invited_file(participant.booking, {"participant": participant}, shows_course=participant.shows_course)


def booking_file(booking: Booking) -> bytes:
    shows_course = booking.shows_course_to(booking.contact_email)
    return _invited_file(booking, {"booking": booking, "participant": None}, shows_course=shows_course)


def _invited_file(booking: Booking, whose: dict, *, shows_course: bool) -> bytes:
    """Return the meetings as the people of a booking see them, never older than what their mail said."""
    sent = dict(Invitation.objects.filter(cancelled_at=None, **whose).values_list("meeting", "sequence"))
    return write_calendar(
        invited_event(
            shown(meeting), shows_course=shows_course, sequence=max(meeting.sequence, sent.get(meeting.pk, 0))
        )
        for meeting in _meetings(booking.session)
    )


def _meetings(session: Session) -> list[Meeting]:
    meetings = list(session.meetings.order_by("starts_at", "pk"))
    for meeting in meetings:
        meeting.session = session
    return meetings
