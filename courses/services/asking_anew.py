"""What becomes of those who have been asked when their session is changed: who still fits is asked anew."""

from django.utils import timezone

from courses.models import Assignment, Session, TrainerOffer

from . import trainer_offer_messages
from .trainer_fits import candidates_in
from .trainer_offers import ask_row, close_unfilled, is_askable, no_answer_after, settle, whom_a_call_fits

State = Assignment.State


def ask_anew(session: Session) -> None:
    """Bring what is asked for a locked session in line with what it is now; the old mails no longer tell.

    Whom it no longer fits is told so and need not answer, who has not answered is asked once more, and a call also goes
    to those it has come to fit. One that is moved earlier leaves less time.
    """
    ended = end_unfit(session)
    end = no_answer_after(session, timezone.now())
    session.trainer_offers.standing().filter(answer_by__gt=end).update(answer_by=end)
    session.assignments.unanswered().filter(answer_by__gt=end).update(answer_by=end)
    for row in session.assignments.unanswered().select_related("trainer__user", "offer").order_by("pk"):
        row.session = session
        row.message = trainer_offer_messages.tell_asked(row, is_changed=True)
        row.save(update_fields=["message"])
    for call in _calls(session):
        _ask_more(call)
        if call.pk in ended and not call.assignments.unanswered().exists():
            close_unfilled(call)
    settle(session)


def end_unfit(session: Session) -> set[int]:
    """End what is asked of those a locked session no longer fits, and tell them; returns the numbers of those offers.

    Whoever was asked by name has decided about the own hours and limits, so only being elsewhere ends that.
    """
    fitting, ended = {call.pk: _fitting(call) for call in _calls(session)}, set()
    for row in session.assignments.unanswered().select_related("trainer__user", "offer").order_by("pk"):
        still = row.trainer_id in fitting[row.offer_id] if row.offer_id in fitting else is_askable(row.trainer, session)
        if not still:
            row.session, row.state, row.changed_at = session, State.UNFIT, timezone.now()
            row.save(update_fields=["state", "changed_at"])
            trainer_offer_messages.tell_closed(row)
            ended.add(row.offer_id)
    return ended


def _calls(session: Session) -> list[TrainerOffer]:
    calls = list(session.trainer_offers.standing().filter(way=TrainerOffer.Way.CALL).order_by("pk"))
    for call in calls:
        call.session = session
    return calls


def _fitting(call: TrainerOffer) -> set[int]:
    return {one.trainer.pk for one in candidates_in(call.session, call.kind) if one.fits}


def _ask_more(call: TrainerOffer) -> None:
    """Ask those a call has come to fit."""
    known = {row.trainer_id: row for row in call.assignments.filter(state=State.UNFIT)}
    for one in whom_a_call_fits(call.session, call.kind):
        row = known.get(one.trainer.pk) or Assignment(session=call.session, kind=call.kind, offer=call)
        row.session, row.trainer, row.offer = call.session, one.trainer, call
        ask_row(row, call.answer_by)
