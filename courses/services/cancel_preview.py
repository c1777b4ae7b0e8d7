"""Who will be told what when a session is cancelled: by role, with numbers, before it happens."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Assignment, Booking, Invitation, Meeting, Participant, PlannedMail, Session, WaitingPlace
from taushet.models import Message


@dataclass(frozen=True)
class Told:
    """How many in one role hear of it, and how."""

    role: str
    count: int
    how: str


def who_is_told(session: Session) -> list[Told]:
    """Return one line for each role that somebody has in a session; roles that nobody has are left out."""
    lines = [
        *_people(session),
        Told(_("Trainers"), _trainers(session), _("An e-mail with what is off; they are free again at once.")),
        *_line(session),
        Told(
            _("Addresses not confirmed yet"),
            _held(session),
            _(
                "No e-mail, since nobody has shown yet that the address is theirs. Who opens the link in the mail"
                " reads on the page that the date is cancelled."
            ),
        ),
        Told(
            _("Participants without an e-mail address"),
            _without_address(session),
            _("Nothing from us. Their contact has to tell them."),
        ),
        Told(_("Requests to change a booking"), _requests(session), _("Closed without an answer.")),
        Told(
            _("Reminders and other planned e-mails"),
            PlannedMail.objects.planned().filter(session=session).count(),
            _("Never sent."),
        ),
    ]
    return [line for line in lines if line.count]


def _people(session: Session) -> list[Told]:
    """Those who hold the session in a calendar, each once, and the contacts who do not."""
    ahead = Invitation.objects.filter(meeting__session=session, cancelled_at=None, meeting__ends_at__gt=timezone.now())
    ahead = ahead.exclude(message__state__in=[Message.State.CANCELLED, Message.State.FAILED])
    holders = dict(ahead.order_by("-participant").values_list("email", "participant"))
    confirmed = Booking.objects.filter(session=session, state=Booking.State.CONFIRMED)
    contacts = set(confirmed.exclude(contact_email="").values_list("contact_email", flat=True))
    seconds = set(confirmed.exclude(second_email="").values_list("second_email", flat=True))
    meetings = session.meetings.filter(state=Meeting.State.PLANNED, ends_at__gt=timezone.now()).count()
    calendar = ngettext(
        "An e-mail that takes the meeting out of the calendar.",
        "An e-mail that says it, and for each of the other meetings one that only takes it out of the calendar.",
        meetings,
    )
    plain = _("An e-mail. They hold no calendar entry.")
    people = {email for email in holders if email not in contacts | seconds}
    return [
        Told(_("Contacts"), len(contacts & holders.keys()), calendar),
        Told(_("Contacts without a calendar entry"), len(contacts - holders.keys()), plain),
        Told(_("Second contacts"), len(seconds - contacts), calendar if seconds <= holders.keys() else plain),
        Told(_("Participants"), len(people), calendar),
    ]


def _trainers(session: Session) -> int:
    return Assignment.objects.standing().filter(session=session).count()


def _line(session: Session) -> list[Told]:
    places = WaitingPlace.objects.in_line().filter(booking__session=session)
    return [
        Told(
            _("On the waiting list"),
            places.filter(booking__state=Booking.State.WAITING).count(),
            _("An e-mail that says the waiting list is closed."),
        ),
        Told(
            _("Offered seats"),
            places.filter(booking__state=Booking.State.OFFERED).count(),
            _("The same; the offer ends and its seats are given back."),
        ),
    ]


def _held(session: Session) -> int:
    return Booking.objects.awaiting_proof().filter(session=session).count()


def _without_address(session: Session) -> int:
    return (
        Participant.objects.active()
        .filter(booking__session=session, booking__state=Booking.State.CONFIRMED, email="")
        .count()
    )


def _requests(session: Session) -> int:
    return session.bookings.filter(change_requests__state="waiting").count()
