"""What trainers answer when they are asked, and how they leave what they had said yes to.

The first fitting yes wins: it is given under the lock of the session, and the database itself says whether the trainer
is free (design rule 5).
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import TrainerOfferClosed
from courses.models import Assignment, Meeting, Session, Trainer, TrainerOffer
from taushet.services import audit
from taushet.workdays import OSLO

from . import assignments, trainer_offer_messages
from .candidates import say_reason
from .fitting import Reason, Why
from .hours import span_of
from .staffing import lock_session
from .taken_off import taken_off_by_staff
from .trainer_fits import against
from .trainer_offers import settle

State = Assignment.State


def seen_of(meetings: Iterable[Meeting]) -> str:
    """Return what a trainer has seen of the meetings of a session, to find out whether they are still the same."""
    return "-".join(f"{one.pk}.{one.sequence}" for one in sorted(meetings, key=lambda one: one.pk))


@transaction.atomic
def accept_trainer_offer(offer: TrainerOffer, *, trainer: Trainer, seen: str | None = None) -> Assignment:
    """Say yes for a trainer, whose time the session takes from now on. Saying it twice changes nothing.

    `seen` is what was shown of the meetings. Raises TrainerOfferClosed when others were first, the time is over, the
    session has changed or a call does not fit any more, and TrainerBusy when the trainer teaches elsewhere then.
    """
    session = lock_session(offer.session_id)
    trainer = assignments.locked_trainer(trainer.pk)
    offer = TrainerOffer.objects.select_related("made_by").get(pk=offer.pk)
    offer.session = session
    row = offer.assignments.filter(trainer=trainer).first()
    if row and row.state == State.ACCEPTED:
        return row
    refuse_unanswerable(offer, row)
    if not Trainer.objects.active().filter(pk=trainer.pk).exists():
        raise TrainerOfferClosed(_("%(name)s is no longer an active trainer.") % {"name": trainer})
    if seen is not None and seen != seen_of(session.meetings.all()):
        raise TrainerOfferClosed(_("The session has changed since you opened this page. Look at it again."))
    row = row or Assignment(session=session, trainer=trainer, kind=offer.kind, offer=offer)
    row.session, row.trainer = session, trainer
    _refuse_unfit(row, against(trainer, session, offer.kind))
    assignments.leave_line(session, trainer, but=row)
    assignments.take_up(row)
    audit.record("trainer.accepted", session, by=trainer.user, trainer=trainer.pk, offer=offer.pk)
    told = trainer_offer_messages.who_follows(offer)
    trainer_offer_messages.tell_staff("accepted", session, told, trainer=str(trainer))
    settle(session)
    return row


@transaction.atomic
def decline_trainer_offer(offer: TrainerOffer, *, trainer: Trainer) -> None:
    """Say no for a trainer; the next in line is asked. Twice changes nothing. Raises TrainerOfferClosed."""
    session = lock_session(offer.session_id)
    offer = TrainerOffer.objects.get(pk=offer.pk)
    offer.session = session
    row = offer.assignments.filter(trainer=trainer).first()
    if row and row.state == State.DECLINED:
        return
    refuse_unanswerable(offer, row)
    row = row or Assignment(session=session, trainer=trainer, kind=offer.kind, offer=offer)
    row.state, row.changed_at = State.DECLINED, timezone.now()
    row.save()
    audit.record("trainer.declined", session, by=trainer.user, trainer=trainer.pk, offer=offer.pk)
    settle(session)


def refuse_unanswerable(offer: TrainerOffer, row: Assignment | None) -> None:
    """Raise TrainerOfferClosed, with a sentence that says why a trainer cannot answer an offer any more."""
    state = row.state if row else ""
    if offer.end == TrainerOffer.End.FILLED or state == State.PASSED:
        raise TrainerOfferClosed(_("Somebody else was first, so the session has its trainer. Thank you all the same."))
    if offer.end == TrainerOffer.End.OFF or not offer.session.takes_trainers:
        raise TrainerOfferClosed(_("The session is called off or over."))
    if offer.end == TrainerOffer.End.TAKEN_BACK:
        raise TrainerOfferClosed(_("We have taken this question back."))
    if state == State.DECLINED:
        raise TrainerOfferClosed(_("You have said no to this session."))
    if state == State.WITHDRAWN and row.pk in taken_off_by_staff(offer.session):
        raise TrainerOfferClosed(_("You said yes to this session, and we have taken you off it since."))
    if state == State.WITHDRAWN:
        raise TrainerOfferClosed(_("You said yes to this session, and have left it since."))
    if state == State.UNFIT and not offer.is_call:
        raise TrainerOfferClosed(_("This session does not fit you any more, so others have been asked."))
    # Whom a call did not fit at some time may answer it once it does.
    answerable = {"", State.OFFERED, State.UNFIT} if offer.is_call else {"", State.OFFERED}
    until = offer.answer_by or (row.answer_by if row else None)
    if not offer.is_standing or state not in answerable or until is None or until <= timezone.now():
        raise TrainerOfferClosed(_("The time to answer is over, so others have been asked."))


def _refuse_unfit(row: Assignment, reasons: list[Reason]) -> None:
    """Raise TrainerOfferClosed, in words, when something stands in the way that nobody has accepted.

    Who is busy elsewhere with us is left to the database. A call is for those it fits; whoever was asked by name
    decides about the own hours and limits alone, but not about impartiality.
    """
    found = [one for one in reasons if one.why != Why.TAKEN]
    if row.offer.is_call:
        stops = [one for one in found if one.refuses or one.warns]
    else:
        known = row.overridden
        stops = [one for one in found if one.refuses or (one.why == Why.IMPARTIAL and one.why.value not in known)]
        row.overridden = list(dict.fromkeys([*known, *(one.why.value for one in found if one.warns)]))
    if stops:
        text = _("This session does not fit you any more: %(reasons)s.")
        raise TrainerOfferClosed(text % {"reasons": "; ".join(say_reason(one) for one in stops)})


def leave_session(assignment: Assignment, *, word: str = "") -> Assignment:
    """Let a trainer leave a session; staff is told, and the session lacks a trainer again.

    `word` is for staff and is kept with the assignment. Raises AssignmentRefused when it is not theirs any more, and
    when the session is over: what has been taught stays the trainer's, with the fee and the expenses.
    """
    return _leave(assignment, what="left", action="trainer.left", word=word)


def meetings_today(trainer: Trainer) -> list[Meeting]:
    """Return what a trainer still has to teach today in Oslo, in order."""
    now = timezone.now()
    end = span_of(now.astimezone(OSLO).date())[1]
    return list(
        Meeting.objects.filter(
            assigned_meetings__trainer=trainer,
            assigned_meetings__is_cancelled=False,
            assigned_meetings__assignment__state=State.ACCEPTED,
            starts_at__lt=end,
            ends_at__gt=now,
        )
        .exclude(state=Meeting.State.CANCELLED)
        .exclude(session__state=Session.State.CANCELLED)
        .select_related("session__course", "session__municipality")
        .order_by("starts_at", "pk")
    )


@transaction.atomic
def be_out_today(trainer: Trainer) -> list[Session]:
    """Take a trainer who cannot come off all that is left of today, and tell staff at once; returns those sessions.

    Why is neither asked nor stored: that somebody is ill is not ours to keep (GDPR article 9).
    """
    # All sessions before the trainer, as everywhere: whoever is at the second one waits, and holds no trainer yet.
    locked = [lock_session(number) for number in sorted({one.session_id for one in meetings_today(trainer)})]
    still = {meeting.session_id for meeting in meetings_today(trainer)}
    open_ones = [session.pk for session in locked if session.pk in still and session.takes_trainers]
    rows = Assignment.objects.standing().filter(session__in=open_ones, trainer=trainer).select_related("trainer__user")
    return [_leave(row, what="out_today", action="trainer.out_today").session for row in rows.order_by("session")]


@transaction.atomic
def _leave(assignment: Assignment, *, what: str, action: str, word: str = "") -> Assignment:
    if not lock_session(assignment.session_id).takes_trainers:
        raise assignments.AssignmentRefused(_("This session is over or cancelled, so there is nothing left to leave."))
    user = assignment.trainer.user
    assignment = assignments.end_assignment(assignment, by=user, action=action, word=word)
    told = trainer_offer_messages.staff_to_tell()
    trainer_offer_messages.tell_staff(what, assignment.session, told, trainer=str(assignment.trainer))
    return assignment
