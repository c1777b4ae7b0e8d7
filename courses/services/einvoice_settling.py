"""How an e-invoice comes to rest after the access point, or nobody, has answered: state, reason and when to go on."""

import logging
import random
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from courses.models import EInvoice, EInvoiceAttempt
from courses.services.access_point import NEVER_SEEN, Answer, Told
from taushet.services import audit

logger = logging.getLogger(__name__)

State = EInvoice.State
Outcome = EInvoiceAttempt.Outcome
OUTCOMES = {
    Told.SENT: Outcome.TAKEN,
    Told.ACCEPTED: Outcome.TAKEN,
    Told.REFUSED: Outcome.REFUSED,
    Told.LATER: Outcome.LATER,
    Told.UNKNOWN: Outcome.UNKNOWN,
}
STATES = {Told.SENT: State.SENT, Told.ACCEPTED: State.ACCEPTED, Told.REFUSED: State.REFUSED}
UNDER_WAY = {State.SENDING, State.UNKNOWN}
LATE_YES = UNDER_WAY | {State.CHECKED, State.HANDED_OVER}
SEND_AGAIN = [30, 120, 600, 1800, 3600, 7200, 14400]  # seconds; then every four hours
ASK_ABOUT_UNKNOWN = [15, 60, 300, 900, 1800, 3600, 14400]
ASK_ABOUT_SENT = [600, 3600, 4 * 3600, 12 * 3600, *[24 * 3600] * 30]  # payers take their time; then nobody asks


@transaction.atomic
def settle(attempt: EInvoiceAttempt, answer: Answer) -> EInvoice:
    """Record how an attempt ended and what follows for its document.

    A late answer counts too: a worker that was taken for dead may come back and tell. A yes counts whatever was done
    meanwhile; anything else only while no later attempt has begun. An attempt that has its answer keeps it.
    """
    einvoice = EInvoice.objects.select_for_update().get(pk=attempt.einvoice_id)
    unanswered = EInvoiceAttempt.objects.filter(pk=attempt.pk, outcome__in=[Outcome.STARTED, Outcome.UNKNOWN])
    changed = unanswered.update(outcome=OUTCOMES[answer.told], detail=answer.reason[:300], finished_at=timezone.now())
    is_latest = not einvoice.attempts.filter(number__gt=attempt.number).exists()
    counts = LATE_YES if answer.told in {Told.SENT, Told.ACCEPTED} else UNDER_WAY if is_latest else set()
    if not changed or einvoice.state not in counts or attempt.delivery_id != einvoice.delivery_id:
        logger.warning("the attempt %s at an e-invoice ended late as %s", attempt.pk, answer.told)
    elif answer.told == Told.LATER:
        turn = einvoice.attempts.filter(delivery_id=attempt.delivery_id).count() - 1
        _wait_for_next(einvoice, answer, SEND_AGAIN, turn, state=State.CHECKED)
    elif answer.told == Told.UNKNOWN:
        _wait_for_next(einvoice, answer, ASK_ABOUT_UNKNOWN, 0, state=State.UNKNOWN)
    else:
        note_answer(einvoice, answer)
    return einvoice


def note_answer(einvoice: EInvoice, answer: Answer) -> None:
    """Bring one the caller has locked to the state the access point tells of; telling it again changes nothing."""
    if answer.told == Told.NEVER_SEEN:
        _not_there(einvoice, answer)
        return
    state = STATES[answer.told]
    if state == einvoice.state:
        ask_later(einvoice, answer)
        return
    now = timezone.now()
    einvoice.attempts.filter(outcome=Outcome.UNKNOWN, delivery_id=einvoice.delivery_id).update(
        outcome=OUTCOMES[answer.told]
    )
    was_under_way = einvoice.state not in EInvoice.GONE
    einvoice.state, einvoice.state_reason = state, answer.reason if state == State.REFUSED else ""
    einvoice.access_point_id = answer.access_point_id or einvoice.access_point_id
    einvoice.asked = 0
    einvoice.sent_at = einvoice.sent_at or (None if state == State.REFUSED and was_under_way else now)
    einvoice.settled_at = None if state == State.SENT else now
    einvoice.due_at = _after(ASK_ABOUT_SENT, 0) if state == State.SENT else None
    einvoice.save(
        update_fields=["state", "state_reason", "access_point_id", "asked", "sent_at", "settled_at", "due_at"]
    )
    code = {
        State.SENT: "einvoice.sent",
        State.ACCEPTED: "einvoice.accepted",
        State.REFUSED: "einvoice.refused",
    }[state]
    audit.record(code, einvoice, kind="access_point", round=einvoice.round)


def ask_later(einvoice: EInvoice, answer: Answer) -> None:
    """Let one the caller has locked, which was asked about without anything new, be asked about later."""
    is_sent = einvoice.state == State.SENT
    einvoice.asked += 1
    waits = ASK_ABOUT_SENT if is_sent else ASK_ABOUT_UNKNOWN
    einvoice.due_at = None if is_sent and einvoice.asked >= len(waits) else _after(waits, einvoice.asked, answer.wait)
    einvoice.save(update_fields=["asked", "due_at"])


def _not_there(einvoice: EInvoice, answer: Answer) -> None:
    """It never arrived: it is sent again, under the same name. What was said to be sent is left for a person to see."""
    if einvoice.state != State.UNKNOWN:
        ask_later(einvoice, answer)
        return
    open_attempts = einvoice.attempts.filter(outcome=Outcome.UNKNOWN, delivery_id=einvoice.delivery_id)
    open_attempts.update(outcome=Outcome.LATER, detail=NEVER_SEEN)
    einvoice.state, einvoice.state_reason, einvoice.due_at, einvoice.asked = State.CHECKED, NEVER_SEEN, None, 0
    einvoice.save(update_fields=["state", "state_reason", "due_at", "asked"])


def _wait_for_next(einvoice: EInvoice, answer: Answer, waits: list[int], turn: int, *, state: str) -> None:
    einvoice.state, einvoice.state_reason, einvoice.asked = state, answer.reason[:300], 0
    einvoice.due_at = _after(waits, turn, answer.wait)
    einvoice.save(update_fields=["state", "state_reason", "asked", "due_at"])


def _after(waits: list[int], turn: int, wished: int | None = None):
    seconds = max(waits[min(turn, len(waits) - 1)] * random.uniform(0.9, 1.2), wished or 0)  # noqa: S311
    return timezone.now() + timedelta(seconds=seconds)
