"""Asking trainers: one, several one after the other, or all whom a session fits at once.

Everything happens under the lock of the session. `settle` brings its offers in line with what it lacks: it closes
those that are filled, and asks the next in line once the one before has said no or let the time pass. Whatever changes
the trainers of a session calls it before its transaction ends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import NeedsReason, NoNeed, TrainerOfferClosed, TrainerOfferRefused, TrainerUnfit
from courses.models import AssignedMeeting, Assignment, Meeting, Session, Trainer, TrainerOffer
from taushet import workdays
from taushet.models import User
from taushet.services import audit

from . import trainer_offer_messages
from .candidates import Candidate
from .staffing import lacks, lock_session
from .trainer_fits import ask_for_reason, candidates_in, who_said_no

State, Way, Within, End = Assignment.State, TrainerOffer.Way, TrainerOffer.Within, TrainerOffer.End
HOURS = timedelta(hours=2)
WORKDAYS = {Within.DAY: 1, Within.TWO_DAYS: 2, Within.WEEK: 5}
ENDS_AS = {
    End.FILLED: State.PASSED,
    End.NOBODY: State.LAPSED,
    End.TAKEN_BACK: State.TAKEN_BACK,
    End.OFF: State.TAKEN_BACK,
}


def answer_before(within: str, session: Session, now: datetime | None = None) -> datetime:
    """Return until when somebody asked now may answer, in UTC, but never beyond the start of the session.

    Two hours count by the clock, for what cannot wait. Days are working days, and begin to count when offices are open
    in Oslo: whoever is asked on a Friday night for one day answers before 8 on Tuesday. Once a session has begun, its
    end takes the place of its start.
    """
    now = now or timezone.now()
    end = no_answer_after(session, now)
    if within == Within.HOURS:
        return min(now + HOURS, end)
    local = workdays.next_business_time(now).astimezone(workdays.OSLO)
    day = workdays.add_workdays(local.date(), WORKDAYS[Within(within)])
    return min(datetime.combine(day, local.time(), workdays.OSLO), end)


def no_answer_after(session: Session, now: datetime) -> datetime:
    """Return when it is too late to answer: when the session begins, or ends once it has begun."""
    return session.first_starts_at if session.first_starts_at > now else session.last_ends_at


@transaction.atomic
def ask_trainers(
    session: Session,
    *,
    kind: str,
    trainers: Sequence[Trainer],
    by: User,
    within: str = Within.TWO_DAYS,
    reason: str = "",
) -> TrainerOffer:
    """Ask trainers for a session, the first at once and each of the others when the one before has not said yes.

    `reason` is kept with those whom something speaks against. Raises NoNeed, NeedsReason, TrainerUnfit, and
    TrainerOfferRefused when there is nobody to ask, or somebody has been asked already.
    """
    session = lock_session(session.pk)
    _refuse_without_need(session, kind)
    if not trainers:
        raise TrainerOfferRefused(_("Choose at least one trainer."), field="trainers")
    found = {one.trainer.pk: one for one in candidates_in(session, kind)}
    offer = TrainerOffer.objects.create(session=session, kind=kind, way=Way.IN_TURN, within=within, made_by=by)
    for place, trainer in enumerate(trainers):
        warnings = _refuse_to_ask(session, trainer, found.get(trainer.pk), reason)
        Assignment.objects.create(
            session=session,
            trainer=trainer,
            kind=kind,
            state=State.NEXT,
            offer=offer,
            place_in_line=place,
            overridden=warnings,
            override_reason=reason if warnings else "",
        )
    audit.record("trainer.asked", session, by=by, trainers=[trainer.pk for trainer in trainers], kind_of_trainer=kind)
    settle(session)
    offer.refresh_from_db()
    return offer


def _refuse_without_need(session: Session, kind: str) -> None:
    if not session.takes_trainers:
        raise NoNeed(_("This session is over or cancelled and takes no trainer."))
    if not lacks(session, kind):
        raise NoNeed(_("The session has all the trainers it needs. Change what it needs first, to ask for more."))


def _refuse_to_ask(session: Session, trainer: Trainer, one: Candidate | None, reason: str) -> list[str]:
    """Return the keys of what speaks against a trainer who may be asked even so."""
    if one is None or one.refused:
        raise TrainerUnfit(_("%(name)s cannot teach this session.") % {"name": trainer}, field="trainers")
    if session.assignments.waiting().filter(trainer=trainer).exists():
        raise TrainerOfferRefused(_("%(name)s has been asked already.") % {"name": trainer}, field="trainers")
    if one.warnings and not reason:
        raise NeedsReason(ask_for_reason(trainer, one.warnings), field="reason")
    return list(dict.fromkeys(warning.why.value for warning in one.warnings))


def whom_a_call_fits(session: Session, kind: str) -> list[Candidate]:
    """Return whom a call asks: those who fit, have not been asked for this session and have not said no to it."""
    left_out = who_said_no(session) | set(session.assignments.waiting().values_list("trainer", flat=True))
    return [one for one in candidates_in(session, kind) if one.fits and one.trainer.pk not in left_out]


@transaction.atomic
def open_call(session: Session, *, kind: str, by: User, within: str = Within.TWO_DAYS) -> TrainerOffer:
    """Ask all whom a session fits, at once; who comes to fit while it is open sees it too.

    Raises NoNeed, and TrainerOfferRefused when it fits nobody now.
    """
    session = lock_session(session.pk)
    _refuse_without_need(session, kind)
    found = whom_a_call_fits(session, kind)
    if not found:
        raise TrainerOfferRefused(_("It fits nobody now. Ask somebody by name, with a reason."))
    until = answer_before(within, session)
    offer = TrainerOffer.objects.create(
        session=session, kind=kind, way=Way.CALL, within=within, answer_by=until, made_by=by
    )
    for one in found:
        row = Assignment(session=session, trainer=one.trainer, kind=kind, offer=offer)
        ask_row(row, until)
    audit.record("trainer.called", session, by=by, kind_of_trainer=kind, asked=len(found))
    return offer


def ask_row(assignment: Assignment, until: datetime) -> None:
    """Ask a trainer, who has until then to answer."""
    assignment.state, assignment.answer_by = State.OFFERED, until
    assignment.asked_at = assignment.changed_at = timezone.now()
    assignment.message = trainer_offer_messages.tell_asked(assignment)
    assignment.save()


def settle(session: Session, now: datetime | None = None) -> None:
    """Bring the offers of a locked session in line with what it lacks now."""
    now = now or timezone.now()
    for offer in list(session.trainer_offers.standing().order_by("pk")):
        offer.session = session
        if not session.takes_trainers:
            _close(offer, End.OFF)
        elif not lacks(session, offer.kind):
            _close(offer, End.FILLED)
        elif offer.is_call:
            if offer.answer_by <= now:
                close_unfilled(offer)
        elif not offer.assignments.unanswered().exists() and not _ask_next(offer, now):
            close_unfilled(offer)


def _ask_next(offer: TrainerOffer, now: datetime) -> bool:
    """Ask the next in line who is still active and free; returns whether somebody was asked."""
    line = offer.assignments.filter(state=State.NEXT).select_related("trainer__user").order_by("place_in_line", "pk")
    for row in line:
        row.session, row.offer = offer.session, offer
        until = answer_before(offer.within, offer.session, now)
        if until > now and is_askable(row.trainer, offer.session):
            ask_row(row, until)
            return True
        row.state, row.changed_at = State.UNFIT, timezone.now()
        row.save(update_fields=["state", "changed_at"])
    return False


def is_askable(trainer: Trainer, session: Session) -> bool:
    """Whether a trainer is active, and teaches nothing else at the times of a session."""
    if not Trainer.objects.active().filter(pk=trainer.pk).exists():
        return False
    ahead = session.meetings.filter(state=Meeting.State.PLANNED, ends_at__gt=timezone.now())
    return not any(
        AssignedMeeting.objects.filter(
            trainer=trainer, is_cancelled=False, starts_at__lt=meeting.ends_at, ends_at__gt=meeting.starts_at
        ).exists()
        for meeting in ahead
    )


def close_unfilled(offer: TrainerOffer) -> None:
    """End an offer that nobody has said yes to, and tell staff."""
    _close(offer, End.NOBODY)
    trainer_offer_messages.tell_staff("nobody", offer.session, trainer_offer_messages.who_follows(offer))


def _close(offer: TrainerOffer, end: str) -> None:
    """End an offer; whoever was asked and has not answered is told, those still in line never knew of it."""
    waiting = list(offer.assignments.waiting().select_related("trainer__user").order_by("pk"))
    state, now = ENDS_AS[End(end)], timezone.now()
    offer.assignments.filter(pk__in=[row.pk for row in waiting]).update(state=state, changed_at=now)
    offer.closed_at, offer.end = now, end
    offer.save(update_fields=["closed_at", "end"])
    for row in waiting:
        was_asked, row.state, row.session = row.state == State.OFFERED, state, offer.session
        if was_asked and end != End.NOBODY:
            trainer_offer_messages.tell_closed(row)


@transaction.atomic
def take_back_offer(offer: TrainerOffer, *, by: User) -> TrainerOffer:
    """Take back an offer that stands; those who were asked are told. Raises TrainerOfferClosed when it has ended."""
    session = lock_session(offer.session_id)
    offer = TrainerOffer.objects.get(pk=offer.pk)
    if not offer.is_standing:
        raise TrainerOfferClosed(_("This offer has ended already: %(how)s.") % {"how": offer.get_end_display().lower()})
    offer.session = session
    _close(offer, End.TAKEN_BACK)
    audit.record("trainer.offer_taken_back", session, by=by, offer=offer.pk)
    return offer


def lapse_trainer_offers(now: datetime | None = None) -> int:
    """Let lapse what nobody answered in time, and pass it on; returns how many asked trainers did not answer.

    Session by session, each row read again under the lock, so that an offer is passed on exactly once.
    """
    now = now or timezone.now()
    due = TrainerOffer.objects.due(now)
    lapsed = 0
    for session_id in list(due.order_by("session").values_list("session", flat=True).distinct()):
        with transaction.atomic():
            session = lock_session(session_id)
            lapsed += _lapse(Assignment.objects.due(now).filter(session=session), session)
            settle(session, now)
    return lapsed


def _lapse(due: QuerySet[Assignment], session: Session) -> int:
    """Let rows of a locked session lapse; who was asked by name is told, a call just ends. Returns how many."""
    rows = list(due.select_related("trainer__user", "offer").order_by("pk"))
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.LAPSED, changed_at=timezone.now())
    for row in rows:
        row.state, row.session = State.LAPSED, session
        if not row.offer.is_call:
            trainer_offer_messages.tell_closed(row)
    audit.record_many("trainer.offer_lapsed", [(session, {"trainer": row.trainer_id}) for row in rows], kind="clock")
    return len(rows)


def lock_line(trainer: Trainer) -> None:
    """Lock the sessions a trainer has been asked for, before the trainer: whoever answers locks them in this order."""
    for session_id in _waits_at(trainer):
        lock_session(session_id)


def _waits_at(trainer: Trainer) -> list[int]:
    return sorted(set(Assignment.objects.waiting().filter(trainer=trainer).values_list("session", flat=True)))


def pass_over(trainer: Trainer) -> None:
    """End all a trainer has been asked for, and pass it on, since the trainer no longer teaches."""
    waiting = Assignment.objects.waiting().filter(trainer=trainer)
    for session_id in _waits_at(trainer):
        session = lock_session(session_id)
        waiting.filter(session=session).update(state=State.UNFIT, changed_at=timezone.now())
        settle(session)
