"""Who will be told what when sessions are cancelled: by role, with numbers, before it happens.

A few queries for one session and for two hundred: the question about many ticked sessions must open at once too.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import (
    Assignment,
    Booking,
    ChangeRequest,
    Invitation,
    Meeting,
    Participant,
    PlannedMail,
    Session,
    WaitingPlace,
)
from taushet.models import Message

from .money_changes import money_of_sessions


@dataclass(frozen=True)
class Told:
    """How many in one role hear of it, and how."""

    role: str
    count: int
    how: str


def who_is_told(sessions: Collection[Session]) -> list[Told]:
    """Return one line for each role that somebody has in the sessions; roles that nobody has are left out.

    Somebody in two of the sessions counts twice, since each session is told of by itself.
    """
    numbers = [session.pk for session in sessions]
    waiting, offered = _line(numbers)
    trainers = Assignment.objects.filter(session__in=numbers).values_list("state", flat=True)
    states = Counter(trainers.filter(state__in=[Assignment.State.ACCEPTED, Assignment.State.OFFERED]))
    lines = [
        *_people(numbers),
        Told(
            _("Trainers"),
            states[Assignment.State.ACCEPTED],
            _("An e-mail with what is off; they are free again at once."),
        ),
        Told(
            _("Trainers who have been asked"),
            states[Assignment.State.OFFERED],
            _("An e-mail that there is nothing more to answer."),
        ),
        Told(_("On the waiting list"), waiting, _("An e-mail that says the waiting list is closed.")),
        Told(_("Offered seats"), offered, _("The same; the offer ends and its seats are given back.")),
        Told(
            _("Addresses not confirmed yet"),
            Booking.objects.awaiting_proof().filter(session__in=numbers).count(),
            _(
                "No e-mail, since nobody has shown yet that the address is theirs. Who opens the link in the mail"
                " reads on the page that the date is cancelled."
            ),
        ),
        Told(
            _("Participants without an e-mail address"),
            Participant.objects.active().filter(booking__in=_confirmed(numbers), email="").count(),
            _("Nothing from us. Their contact has to tell them."),
        ),
        Told(
            _("Requests to change a booking"),
            ChangeRequest.objects.filter(booking__session__in=numbers, state=ChangeRequest.State.WAITING).count(),
            _("Closed without an answer."),
        ),
        *_money(numbers),
        Told(
            _("Reminders and other planned e-mails"),
            PlannedMail.objects.planned().filter(session__in=numbers).count(),
            _("Never sent."),
        ),
    ]
    return [line for line in lines if line.count]


def _money(numbers: list[int]) -> list[Told]:
    money = money_of_sessions(numbers)
    return [
        Told(_("Bookings that have been invoiced"), money.credited, money.credit_sentence),
        Told(_("Bookings paid by card"), money.refunded, money.card_sentence),
    ]


def _confirmed(numbers: list[int]):
    return Booking.objects.filter(session__in=numbers, state=Booking.State.CONFIRMED)


def _people(numbers: list[int]) -> list[Told]:
    """Those who hold a session in a calendar, each once, and the contacts who do not."""
    now = timezone.now()
    ahead = Invitation.objects.filter(meeting__session__in=numbers, cancelled_at=None, meeting__ends_at__gt=now)
    ahead = ahead.exclude(message__state__in=[Message.State.CANCELLED, Message.State.FAILED])
    holders, contacts, seconds = defaultdict(set), defaultdict(set), defaultdict(set)
    for session, email in ahead.order_by().values_list("meeting__session", "email").distinct():
        holders[session].add(email)
    for session, email, second in _confirmed(numbers).values_list("session", "contact_email", "second_email"):
        contacts[session] |= {email} - {""}
        seconds[session] |= {second} - {""}
    coming = Meeting.objects.filter(session__in=numbers, state=Meeting.State.PLANNED, ends_at__gt=now)
    meetings = dict(coming.order_by().values_list("session").annotate(count=Count("pk")))
    plain = _("An e-mail. They hold no calendar entry.")
    counts: Counter[tuple[str, str]] = Counter()
    for session in numbers:
        calendar = ngettext(
            "An e-mail that takes the meeting out of the calendar.",
            "An e-mail that says it, and for each of the other meetings one that only takes it out of the calendar.",
            meetings.get(session, 0),
        )
        mine, first, second = holders[session], contacts[session], seconds[session]
        counts[_("Contacts"), calendar] += len(first & mine)
        counts[_("Contacts without a calendar entry"), plain] += len(first - mine)
        counts[_("Second contacts"), calendar if second <= mine else plain] += len(second - first)
        counts[_("Participants"), calendar] += len(mine - first - second)
    order = [_("Contacts"), _("Contacts without a calendar entry"), _("Second contacts"), _("Participants")]
    lines = [Told(role, count, how) for (role, how), count in counts.items()]
    return sorted(lines, key=lambda line: order.index(line.role))


def _line(numbers: list[int]) -> tuple[int, int]:
    """Return how many groups wait, and how many have been offered seats."""
    places = WaitingPlace.objects.in_line().filter(booking__session__in=numbers).order_by()
    states = Counter(places.values_list("booking__state", flat=True))
    return states[Booking.State.WAITING], states[Booking.State.OFFERED]
