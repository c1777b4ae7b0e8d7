"""A meeting that is given another time: who will be told and what speaks against it, before it happens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses.models import Booking, Invitation, Meeting, Participant, PlannedMail, Session, Trainer
from taushet.models import Message, User

from .cancel_preview import Told
from .fitting import Reason, know_trainers, speaks_against, wanted_of
from .hours import Span
from .sessions import CONTENT, MeetingPlan, change_session
from .telling import concerned_without_entry


@dataclass(frozen=True)
class Against:
    """A trainer of the session, and what speaks against the new time."""

    trainer: Trainer
    reasons: list[Reason]

    @property
    def refuses(self) -> bool:
        """Whether the move cannot be made as long as the trainer teaches the session."""
        return any(reason.refuses for reason in self.reasons)


@dataclass(frozen=True)
class MovePreview:
    """What a move would mean."""

    told: list[Told]
    against: list[Against]

    @property
    def is_refused(self) -> bool:
        return any(one.refuses for one in self.against)

    @property
    def may_take_reason(self) -> bool:
        """Whether something speaks against a trainer that staff may set aside for a reason."""
        return any(reason.warns for one in self.against for reason in one.reasons)


def plan_of(meeting: Meeting, **changes: datetime) -> MeetingPlan:
    """Return a meeting as the plan of it, with other times if given."""
    return replace(MeetingPlan(pk=meeting.pk, **{name: getattr(meeting, name) for name in CONTENT}), **changes)


def preview_move(meeting: Meeting, span: Span) -> MovePreview:
    """Return who would be told of a new time of a meeting, by role, and what speaks against it; changes nothing."""
    return MovePreview(_told(meeting), _against(meeting, span))


@transaction.atomic
def move_meeting(
    meeting: Meeting, span: Span, *, by: User, seen: Mapping | None = None, keep_reason: str | None = None
) -> Session:
    """Give a meeting another time; the other meetings of its session stay. Raises what `change_session` raises."""
    planned = meeting.session.meetings.filter(state=Meeting.State.PLANNED)
    plans = [
        plan_of(one, starts_at=span[0], ends_at=span[1]) if one.pk == meeting.pk else plan_of(one) for one in planned
    ]
    return change_session(meeting.session, by=by, meetings=plans, seen=seen, keep_reason=keep_reason)


def _told(meeting: Meeting) -> list[Told]:
    session = meeting.session
    held = Invitation.objects.filter(meeting=meeting, cancelled_at=None)
    held = held.exclude(message__state__in=[Message.State.CANCELLED, Message.State.FAILED])
    holders = set(held.values_list("email", flat=True))
    confirmed = Booking.objects.filter(session=session, state=Booking.State.CONFIRMED)
    contacts = set(confirmed.exclude(contact_email="").values_list("contact_email", flat=True))
    others = concerned_without_entry(session)
    waiting = {email for email, booking in others.items() if booking.is_in_line}
    update = _("An e-mail with the new time, which also moves it in the calendar.")
    plain = _("An e-mail with the new time. They hold no calendar entry.")
    lines = [
        Told(_("Contacts"), len(contacts & holders), update),
        Told(_("Contacts without a calendar entry"), len(others.keys() & contacts - waiting), plain),
        Told(_("Second contacts"), len(others.keys() - contacts - waiting), plain),
        Told(_("Participants"), len(holders - contacts), update),
        Told(
            _("Addresses not confirmed yet"),
            Booking.objects.awaiting_proof().filter(session=session).count(),
            _("No e-mail. Whoever opens the link in the mail reads the new time on the page."),
        ),
        Told(_("On the waiting list, or offered seats"), len(waiting), plain),
        Told(
            _("Trainers"),
            session.assignments.standing().count(),
            _("An e-mail with the new time; their calendars follow."),
        ),
        Told(
            _("Participants without an e-mail address"),
            Participant.objects.active().filter(booking__in=confirmed, email="").count(),
            _("Nothing from us. Their contact has to tell them."),
        ),
        Told(
            _("Bookings invoiced or paid by card"),
            confirmed.filter(Q(invoice_lines__isnull=False) | Q(payments__isnull=False)).distinct().count(),
            _("Nothing is credited or paid back: another time costs the same."),
        ),
        Told(
            _("Reminders and other planned e-mails"),
            PlannedMail.objects.planned().filter(session=session).count(),
            _("Follow the new time."),
        ),
    ]
    return [line for line in lines if line.count]


def _against(meeting: Meeting, span: Span) -> list[Against]:
    session = meeting.session
    trainers = list(
        Trainer.objects.filter(pk__in=session.assignments.standing().values("trainer"))
        .select_related("user", "home")
        .order_by("user__name", "pk")
    )
    if not trainers:
        return []
    # The trainers have the session already, so that one leads it.
    wanted = replace(wanted_of(session), spans=(span,), has_lead=True)
    known = know_trainers(trainers, [span])
    found = [Against(one, speaks_against(known[one.pk], wanted)) for one in trainers]
    return [one for one in found if one.reasons]
