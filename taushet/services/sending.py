"""Sending one message after the other, so that a crash at any point neither loses nor doubles one.

Three commits a message, nothing slow inside any of them:

1. claim: everyone who has a say has been asked, the attempt is written, the message is `sending`;
2. stamp: the e-mail is built, the line is open, `handed_over_at` is set, and only then does the provider see it;
3. settle: what came of it (`settling`).

A worker that dies before the stamp has reached nobody: the message goes back in the queue. One that dies after it
may have: the message becomes `unknown` and is never sent again unasked (`recovery`). The stamp is conditional: a
worker that was taken for dead and wakes up finds its attempt closed and lets go.
"""

import logging
import time
from collections.abc import Mapping
from datetime import datetime

from anymail.exceptions import AnymailUnsupportedFeature
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from taushet.models import Attempt, Message
from taushet.ready_update import ReadyUpdate
from taushet.registries import Decision, message_kinds
from taushet.services.answers import Answer, describe, read_no_connection
from taushet.services.asking import Turn, ask_house, put_off
from taushet.services.carrier import Carrier
from taushet.services.many import claim_many, deliver_many, goes_in_many
from taushet.services.mime import NO_LINKS, build_email
from taushet.services.settling import STAND_IN, first_tried_at, rest, settle, settle_taken

logger = logging.getLogger(__name__)

State = Message.State
DATABASE_AWAY = (OperationalError, InterfaceError)

UNKNOWN_KIND = gettext_noop("No part of the platform knows this kind of message.")
CANNOT_DECIDE = gettext_noop("An error kept the platform from deciding whether it may leave.")
CANNOT_BUILD = gettext_noop("The e-mail could not be put together, perhaps because a link in it has been closed.")

STAMP = ReadyUpdate(
    lambda now, pk: (
        Attempt.objects.filter(pk=pk, finished_at=None, handed_over_at=None),
        {"handed_over_at": now},
    ),
    STAND_IN,
    -1,
)


def send_next(carrier: Carrier, worker: str, *, only_sign_in: bool = False) -> Turn:
    """Take the first message that is due through to its outcome, and a few of its kind with it when they are many."""
    due = Message.objects.due()
    if only_sign_in:
        due = due.filter(priority=Message.Priority.SIGN_IN)
    if not due.exists():
        return Turn.IDLE
    with transaction.atomic():
        in_turn = due.select_for_update(skip_locked=True).order_by("priority", "due_at", "pk")
        message = in_turn.first()
        if message is None:
            return Turn.IDLE
        attempts = claim_many(message, in_turn, carrier.at_once, worker) if goes_in_many(message) else None
        attempt = _claim(message, worker) if attempts is None else None
    if attempts is not None:
        return deliver_many(attempts, carrier, _deliver)
    return _deliver(attempt, carrier) if attempt else Turn.DONE


def send_all_due(worker: str = "drain") -> int:
    """Send until nothing is due and return how many were taken; for tests and small jobs, not for the worker."""
    carrier, count = Carrier(), 0
    while send_next(carrier, worker) is not Turn.IDLE:
        count += 1
    carrier.close()
    return count


def _claim(message: Message, worker: str) -> Attempt | None:
    """Ask whether the message may leave now; write down the attempt, or bring it to rest and return None."""
    decision = _ask(message)
    if decision.action == "send":
        message.state, message.state_reason = State.SENDING, ""
        message.save(update_fields=["state", "state_reason"])
        return message.attempts.create(number=message.attempts.count() + 1, worker=worker)
    put_off(message, decision)
    return None


def _ask(message: Message) -> Decision:
    """Ask in turn the kind, the suppressed addresses, the switch and the allow-list (design rule 11)."""
    kind = message_kinds.get(message.kind)
    if kind is None:
        return Decision("hold", UNKNOWN_KIND)
    try:
        with transaction.atomic():
            decision = kind.before_sending(message)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("before_sending of %s failed for message %s", message.kind, message.pk)
        return Decision("hold", CANNOT_DECIDE)
    return decision if decision.action != "send" else ask_house(message, decision, kind.purpose)


def _deliver(attempt: Attempt, carrier: Carrier, links: Mapping[str, str] = NO_LINKS) -> Turn:
    message = attempt.message
    try:
        email = build_email(message, first_tried_at=_date_of(attempt), links=links)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("message %s could not be built", message.pk)
        _hold_unbuilt(attempt)
        return Turn.DONE
    try:
        carrier.open()
    except Exception as error:  # noqa: BLE001  an outer edge: whatever it is, nothing has left
        answer = read_no_connection(error)
    else:
        try:
            is_mine = stamp(attempt)
        except DATABASE_AWAY as error:  # the stamp may be there or not, but the provider has seen nothing
            is_mine, answer = True, read_no_connection(error)
        else:
            answer = _hand_over(attempt, email, carrier) if is_mine else None
        if not is_mine:
            logger.warning("attempt %s was taken from this worker", attempt.pk)
            return Turn.DONE
    _settle_surely(attempt, answer)
    logger.info("message %s attempt %s: %s", message.pk, attempt.number, answer.outcome)
    return Turn.TROUBLE if answer.is_line_trouble else Turn.DONE


def _date_of(attempt: Attempt) -> datetime:
    return attempt.started_at if attempt.number == 1 else first_tried_at(attempt.message)


def stamp(attempt: Attempt) -> bool:
    """Commit that the provider is about to see the message; False when somebody has closed the attempt."""
    return bool(STAMP.run(timezone.now(), attempt.pk))


def _hand_over(attempt: Attempt, email, carrier: Carrier) -> Answer:
    try:
        return carrier.hand_over(email)
    except AnymailUnsupportedFeature:
        message = attempt.message
        plain = build_email(message, first_tried_at=_date_of(attempt), plain=True)
    try:
        return carrier.hand_over(plain)
    except AnymailUnsupportedFeature as error:
        return Answer(Attempt.Outcome.REFUSED, describe(error))


def _settle_surely(attempt: Attempt, answer: Answer) -> None:
    """Settle, waiting for a database that is away: only this process knows the answer."""
    for pause in (0.2, 1, 3, 10, 30, 60, 120):
        try:
            settle_taken(attempt, answer) or settle(attempt, answer)
        except DATABASE_AWAY:
            logger.exception("attempt %s ended as %s and waits for the database", attempt.pk, answer.outcome)
            connection.close()
            time.sleep(pause)
        else:
            return
    settle(attempt, answer)


@transaction.atomic
def _hold_unbuilt(attempt: Attempt) -> None:
    message = Message.objects.select_for_update().get(pk=attempt.message_id)
    started = Attempt.objects.filter(pk=attempt.pk, outcome=Attempt.Outcome.STARTED)
    if started.update(outcome=Attempt.Outcome.REFUSED, detail=CANNOT_BUILD, finished_at=timezone.now()):
        rest(message, State.HELD, CANNOT_BUILD)
