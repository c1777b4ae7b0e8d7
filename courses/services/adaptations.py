"""What participants need arranged: told with consent, seen by those who arrange it, deleted the day after.

Only the participant tells it, on the own page or while signing up, or staff for somebody who rings. The booker
neither puts it in nor sees it. It stands in no mail, no export and no log; each look at it is recorded.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from courses.models import Adaptation, Booking, Participant, Session
from taushet.models import User
from taushet.services import audit

from .catalogue import when_text
from .guards import lock_booking, refuse_erased
from .participants import refuse_gone, refuse_over

SEE = "courses.view_adaptation"
TRAINERS_SEE_BEFORE = timedelta(days=7)


@transaction.atomic
def tell_adaptation(participant: Participant, *, by: User | None = None, **wishes) -> Adaptation:
    """Keep what a participant needs arranged, in place of what was told before; the caller has asked for consent.

    Raises WrongState when the participant does not take part any more or the course is over.
    """
    booking = lock_booking(participant.booking)
    participant = booking.participants.get(pk=participant.pk)
    refuse_over(booking)
    refuse_gone(participant)
    refuse_erased(participant)
    row, _created = Adaptation.objects.update_or_create(
        participant=participant, defaults=wishes | {"consented_at": timezone.now()}
    )
    _record("adaptation.told", participant, by)
    return row


@transaction.atomic
def withdraw_consent(participant: Participant, *, by: User | None = None) -> None:
    """Delete at once what a participant has told. Doing it twice changes nothing."""
    if Adaptation.objects.filter(participant=participant).delete()[0]:
        _record("adaptation.withdrawn", participant, by)


def seen_by_trainers(session: Session, now: datetime | None = None) -> bool:
    """Whether the trainers of a session may see what is needed: a week before it, not earlier."""
    return session.first_starts_at - TRAINERS_SEE_BEFORE <= (now or timezone.now())


def delete_adaptations(now: datetime) -> int:
    """Delete what was told for courses that ended yesterday or before, and for people who do not come."""
    day_begins_at = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Adaptation.objects.no_longer_needed(day_begins_at).delete()[0]


def to_arrange(user: User) -> Iterator[tuple[str, str]]:
    """Say for which coming courses something has to be arranged, not what (a TodayCard)."""
    told = Q(
        bookings__state__in=Booking.SEAT_STATES,
        bookings__participants__state=Participant.State.ACTIVE,
        bookings__participants__adaptation__isnull=False,
    )
    coming = Session.objects.filter(state__in=Session.OPEN_STATES, last_ends_at__gt=timezone.now())
    sessions = coming.annotate(told=Count("bookings__participants", filter=told)).filter(told__gt=0)
    for session in sessions.select_related("course").order_by("first_starts_at", "pk")[:20]:
        sentence = ngettext(
            "%(course)s, %(when)s: %(count)d participant needs something arranged",
            "%(course)s, %(when)s: %(count)d participants need something arranged",
            session.told,
        )
        when = when_text(session.first_starts_at, session.last_ends_at)
        address = reverse("courses:staff_adaptations", args=[session.pk])
        yield sentence % {"course": session.course.title, "when": when, "count": session.told}, address


def _record(action: str, participant: Participant, by: User | None) -> None:
    audit.record(action, participant, by=by, kind="" if by else "participant", booking=participant.booking_id)
