"""What e-mail a booking still has before it, whatever writes it: one list for its contact, for staff and for the case.

Most of it are `PlannedMail` rows. Two kinds follow from something else than a meeting, and are read from there. Who is
asked for an evaluation is known only once attendance has been taken, and all three questions are then written at once,
since addresses are erased a month after the course. The two that wait in the outbox follow a participant's new address,
and before they leave it is asked whether the person was there, by the marks that count then, and the course still wants
to know. A certificate is told of when somebody issues it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Booking, Certificate, MailKind, PlannedMail
from taushet.models import Message

from . import evaluations
from .mail_log import planned_of

UNDER_WAY = (Message.State.QUEUED, Message.State.SENDING)


@dataclass(frozen=True)
class AfterCourse:
    """A mail that no row stands for yet; `due_at` is None when somebody has to do something first."""

    kind: str
    due_at: datetime | None
    note: str

    def get_kind_display(self) -> str:
        return str(MailKind(self.kind).label)


def plan_of(booking: Booking) -> list[PlannedMail | AfterCourse]:
    """Return what is planned for a booking and what staff has stopped, soonest first; what has no time yet, last."""
    return _together(planned_of(booking), booking)


def plan_for_contact(booking: Booking) -> list[PlannedMail | AfterCourse]:
    """Return what is planned for a booking, without what staff has stopped."""
    return _together(planned_of(booking).planned(), booking)


def _together(rows, booking: Booking) -> list[PlannedMail | AfterCourse]:
    plan = [*rows, *_after_course(booking)]
    return sorted(plan, key=lambda row: (row.due_at is None, row.due_at or timezone.now()))


def _after_course(booking: Booking) -> Iterator[AfterCourse]:
    session, now = booking.session, timezone.now()
    if booking.state != Booking.State.CONFIRMED or booking.erased_at or session.state == session.State.CANCELLED:
        return
    is_over = session.last_ends_at <= now
    asked = {}
    if is_over and not evaluations.is_switched_off(session):
        written = booking.messages.filter(
            message__kind="evaluation", message__state__in=UNDER_WAY, message__due_at__gt=now
        )
        counts = written.order_by().values("message__due_at").annotate(count=Count("pk"))
        asked = dict(counts.values_list("message__due_at", "count"))
    for due_at, count in asked.items():
        note = ngettext("to %(count)d participant", "to %(count)d participants", count) % {"count": count}
        yield AfterCourse(MailKind.EVALUATION, due_at, note)
    if not asked:
        for due_at in evaluations.times_ahead(session, now):
            yield AfterCourse(MailKind.EVALUATION, due_at, _("to those who were there"))
    if not is_over or (
        now < session.last_ends_at + evaluations.ASKED_WITHIN
        and not Certificate.objects.filter(participant__booking=booking).exists()
    ):
        yield AfterCourse(MailKind.CERTIFICATE, None, _("as soon as it is issued, to each who was there long enough"))
