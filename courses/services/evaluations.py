"""Evaluation without identity: asked three times, answered by a link that belongs to nobody, shown in fives.

The link is drawn while the mail is put together for the provider (`draw_ticket`); the stored mail has a placeholder,
and neither mail nor participant is ever joined to a ticket, nor a ticket to its answer.

What may be seen. An answer stays out of every figure until five of the same course, county and time have come in that
are not shown yet; then they are shown together (`release_answers`). Every figure is a sum of such batches, so no two
figures, whatever they are broken down by and on whatever days they were read, differ by fewer than five answers.
"""

import secrets
from collections import defaultdict
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import (
    AttendanceMark,
    Booking,
    EvaluationAnswer,
    EvaluationRound,
    EvaluationTicket,
    MailKind,
    MailRule,
    Participant,
    Session,
)
from taushet.clocks import local_moment
from taushet.services import audit
from taushet.services.links import hash_token

from . import messages
from .presence import attended, attended_by

Wave = EvaluationRound.Wave

FEWEST = 5
PAUSE = timedelta(hours=2)
ASKED_WITHIN = timedelta(days=14)
OPEN_FOR = timedelta(days=60)
TEXTS_KEPT = timedelta(days=731)
LATER = {Wave.THREE_MONTHS: timedelta(days=91), Wave.SIX_MONTHS: timedelta(days=182)}
MORNING = time(9)


def ask_for_evaluations(now: datetime | None = None) -> int:
    """Open the evaluation of sessions that were held lately, and write its mails; returns how many sessions.

    All three times are planned at once, since addresses are erased a month after the course. A session is asked once,
    and not at all where the course has it switched off.
    """
    now = now or timezone.now()
    due = Session.objects.filter(last_ends_at__lte=now - PAUSE, last_ends_at__gt=now - ASKED_WITHIN).filter(
        Q(state=Session.State.HELD) | Q(state__in=Session.OPEN_STATES, meetings__attendance_marks__is_present=True)
    )
    waiting = due.exclude(evaluation_rounds__isnull=False).exclude(course__in=_silent().values("course"))
    waiting = waiting.distinct().order_by("pk")
    return sum(_ask(number, now) for number in waiting.values_list("pk", flat=True))


def is_switched_off(session: Session) -> bool:
    """Whether staff wants no evaluation of the course: nothing new is asked, and what waits does not leave."""
    return _silent().filter(course=session.course_id).exists()


def _silent() -> QuerySet[MailRule]:
    return MailRule.objects.filter(kind=MailKind.EVALUATION, is_on=False)


@transaction.atomic
def _ask(session_id: int, now: datetime) -> bool:
    session = Session.objects.select_for_update(no_key=True).get(pk=session_id)
    if session.evaluation_rounds.exists():
        return False
    people = list(_asked(session).exclude(email=""))
    for wave in Wave:
        opens_at = _opens_at(session, wave, now)
        round_ = EvaluationRound.objects.create(
            session=session, wave=wave, asked_count=len(people), opens_at=opens_at, closes_at=opens_at + OPEN_FOR
        )
        for participant in people:
            messages.ask_for_evaluation(participant, round_)
    audit.record("session.evaluated", session, kind="clock", asked=len(people))
    return True


def _asked(session: Session) -> QuerySet[Participant]:
    """Return those who were there; everybody on the list when no attendance was taken."""
    listed = Participant.objects.expected_at(session).filter(booking__state=Booking.State.CONFIRMED)
    if not _attendance_was_taken(session):
        return listed
    return listed.filter(pk__in=[row.participant.pk for row in attended(session) if row.seconds])


def was_there(participant: Participant) -> bool:
    """Whether a participant was there by the marks that count now; everybody was where no attendance was taken."""
    return not _attendance_was_taken(participant.booking.session) or attended_by(participant).seconds > 0


def _attendance_was_taken(session: Session) -> bool:
    return AttendanceMark.objects.filter(meeting__session=session).exists()


def _opens_at(session: Session, wave: str, now: datetime) -> datetime:
    if wave == Wave.AFTER:
        return now
    return local_moment(timezone.localdate(session.last_ends_at + LATER[wave]), MORNING)


def times_ahead(session: Session, now: datetime) -> list[datetime]:
    """Return when those who were there will be asked, as long as nothing of it is written; empty when nobody will be.

    The first time is two hours after the end, or when attendance is taken.
    """
    if now > session.last_ends_at + ASKED_WITHIN:
        return []
    if session.last_ends_at <= now and session.evaluation_rounds.exists():
        return []
    if is_switched_off(session):
        return []
    return [_opens_at(session, wave, max(session.last_ends_at + PAUSE, now)) for wave in Wave]


def draw_ticket(round_id: int) -> str:
    """Return the token of a fresh ticket; only its hash is kept, and nothing says for whom it was drawn."""
    token = secrets.token_urlsafe(32)
    EvaluationTicket.objects.create(round_id=round_id, token_sha256=hash_token(token))
    return token


def find_ticket(token: str) -> EvaluationTicket | None:
    tickets = EvaluationTicket.objects.select_related("round__session__course")
    return tickets.filter(token_sha256=hash_token(token)).first()


@transaction.atomic
def answer_evaluation(ticket: EvaluationTicket, **answers) -> None:
    """Keep the answers of a ticket, apart from it. A ticket answers once: the second time nothing is kept.

    Raises WrongState when the round is closed.
    """
    ticket = EvaluationTicket.objects.select_for_update(of=("self",)).select_related("round").get(pk=ticket.pk)
    if ticket.is_used:
        return
    if not ticket.round.is_open:
        raise WrongState(_("It is too late to answer now. Thank you all the same."))
    ticket.is_used = True
    ticket.save(update_fields=["is_used"])
    EvaluationAnswer.objects.create(round=ticket.round, **answers)


@transaction.atomic
def release_answers() -> int:
    """Release the answers of every course, county and time of which at least five wait; returns how many."""
    waiting = EvaluationAnswer.objects.filter(is_released=False).select_for_update(of=("self",)).order_by("pk")
    cells = defaultdict(list)
    for number, *cell in waiting.values_list(
        "pk", "round__session__course", "round__session__municipality__county", "round__wave"
    ):
        cells[tuple(cell)].append(number)
    ready = [number for numbers in cells.values() if len(numbers) >= FEWEST for number in numbers]
    return EvaluationAnswer.objects.filter(pk__in=ready).update(is_released=True)


def results_by(*fields: str) -> QuerySet:
    """Return averages of the released answers by some fields of the course or the county, and by time."""
    return (
        EvaluationAnswer.objects.filter(is_released=True)
        .values(*fields, wave=F("round__wave"))
        .annotate(
            count=Count("pk"),
            average_useful=Avg("useful"),
            average_ask=Avg("sure_to_ask"),
            average_act=Avg("sure_to_act"),
            have_used=Count("pk", filter=Q(has_used=True)),
        )
        .order_by(*fields, "wave")
    )


def texts_of(course_id: int) -> list[str]:
    """Return what was written about a course in released answers, in the order of the alphabet."""
    answers = EvaluationAnswer.objects.filter(is_released=True, round__session__course=course_id).exclude(text="")
    return sorted(answers.values_list("text", flat=True))


def erase_tickets(now: datetime) -> int:
    """Delete the tickets of rounds that are closed."""
    return EvaluationTicket.objects.filter(round__closes_at__lt=now).delete()[0]


def erase_texts(now: datetime) -> int:
    """Delete what was written, two years after; the numbers stay."""
    old = EvaluationAnswer.objects.filter(round__closes_at__lt=now - TEXTS_KEPT).exclude(text="")
    return old.update(text="")
