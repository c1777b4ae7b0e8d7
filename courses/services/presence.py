"""What the marks of attendance amount to: who was at a meeting, and how much of a session somebody has attended."""

from dataclasses import dataclass

from courses.models import AttendanceMark, Meeting, Participant, Session


@dataclass(frozen=True)
class Attended:
    """How much of a session one participant has attended. Only planned meetings count."""

    participant: Participant
    seconds: int
    of_seconds: int
    is_marked: bool

    @property
    def percent(self) -> int:
        return self.seconds * 100 // self.of_seconds if self.of_seconds else 0

    @property
    def stayed_away(self) -> bool:
        """Whether somebody who had a seat was marked absent and never present: a no-show."""
        return self.is_marked and not self.seconds

    def reaches(self, percent: int) -> bool:
        return bool(self.of_seconds) and self.seconds * 100 >= percent * self.of_seconds


def present_at(meeting: Meeting) -> dict[int, bool]:
    """Tell, by number of the participant, who was present at a meeting; who was never marked is not in it."""
    marks = AttendanceMark.objects.filter(meeting=meeting, participant__isnull=False).in_order()
    return dict(marks.values_list("participant", "is_present"))


def attended(session: Session) -> list[Attended]:
    """Return how much of a session each of those on its list has attended. Costs three queries."""
    return _count(session, list(Participant.objects.expected_at(session)))


def attended_by(participant: Participant) -> Attended:
    """Return how much of the session one participant has attended."""
    return _count(participant.booking.session, [participant])[0]


def _count(session: Session, participants: list[Participant]) -> list[Attended]:
    lengths = {
        meeting.pk: int((meeting.ends_at - meeting.starts_at).total_seconds())
        for meeting in session.meetings.filter(state=Meeting.State.PLANNED)
    }
    marks = AttendanceMark.objects.filter(meeting__in=lengths, participant__in=participants).in_order()
    last = {
        (person, meeting): here for person, meeting, here in marks.values_list("participant", "meeting", "is_present")
    }
    for participant in participants:
        participant.booking.session = session
    marked = {person for person, _meeting in last}
    return [
        Attended(
            participant=participant,
            seconds=sum(length for meeting, length in lengths.items() if last.get((participant.pk, meeting))),
            of_seconds=sum(lengths.values()),
            is_marked=participant.pk in marked,
        )
        for participant in participants
    ]
