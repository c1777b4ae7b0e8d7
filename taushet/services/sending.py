"""Sending one message after the other, so that a crash at any point neither loses nor doubles one.

Three commits a message, nothing slow inside any of them:

1. claim: everyone who has a say has been asked, the attempt is written, the message is `sending`;
2. stamp: the e-mail is built, the line is open, `handed_over_at` is set, and only then does the provider see it;
3. settle: what came of it (`settling`).

A worker that dies before the stamp has reached nobody: the message goes back in the queue. One that dies after it
may have: the message becomes `unknown` and is never sent again unasked (`recovery`). The stamp is conditional: a
worker that was taken for dead and wakes up finds its attempt closed and lets go.
"""

import enum
import logging
import time
from datetime import timedelta

from anymail.exceptions import AnymailUnsupportedFeature
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from taushet.models import Attempt, Message, Suppression
from taushet.registries import Decision, message_kinds
from taushet.services.answers import Answer, describe, read_no_connection
from taushet.services.carrier import Carrier
from taushet.services.mime import build_email
from taushet.services.settling import first_tried_at, queue_again, rest, settle

logger = logging.getLogger(__name__)

State = Message.State
DATABASE_AWAY = (OperationalError, InterfaceError)
ASK_AGAIN_AFTER = timedelta(minutes=5)

UNKNOWN_KIND = gettext_noop("No part of the platform knows this kind of message.")
CANNOT_DECIDE = gettext_noop("An error kept the platform from deciding whether it may leave.")
CANNOT_BUILD = gettext_noop("The e-mail could not be put together, perhaps because a link in it has been closed.")
SUPPRESSED = gettext_noop("Nothing is sent to this address. See the list of suppressed addresses.")
SWITCHED_OFF = gettext_noop("Outgoing mail is switched off in this system.")
DEMONSTRATION = gettext_noop("It belongs to the demonstration.")
NOT_ALLOWED = gettext_noop("The address is not on the list that this system may send to.")


class Turn(enum.Enum):
    """How one turn at the queue went."""

    IDLE = enum.auto()
    DONE = enum.auto()
    TROUBLE = enum.auto()  # the line to the provider: rest before the next one


def send_next(carrier: Carrier, worker: str, *, only_sign_in: bool = False) -> Turn:
    """Take the first message that is due through to its outcome."""
    due = Message.objects.due()
    if only_sign_in:
        due = due.filter(priority=Message.Priority.SIGN_IN)
    if not due.exists():
        return Turn.IDLE
    with transaction.atomic():
        message = due.select_for_update(skip_locked=True).order_by("priority", "due_at", "pk").first()
        if message is None:
            return Turn.IDLE
        attempt = _claim(message, worker)
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
    if decision.action == "later":
        until = decision.until or timezone.now() + ASK_AGAIN_AFTER
        queue_again(message, due_at=until, reason=decision.reason)
    else:
        rest(message, _STATE_AFTER[decision.action], decision.reason)
    return None


_STATE_AFTER = {"hold": State.HELD, "cancel": State.CANCELLED, "fail": State.FAILED, "stay": State.STAYED}


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
    return decision if decision.action != "send" else _ask_house(message, decision, kind.purpose)


def _ask_house(message: Message, decision: Decision, purpose: str) -> Decision:
    if suppression := Suppression.objects.stopping(message, purpose).first():
        return Decision("cancel" if suppression.cause == Suppression.Cause.WISH else "fail", SUPPRESSED)
    if not settings.OUTGOING_MAIL:
        return Decision("stay", SWITCHED_OFF)
    if message.is_demonstration:
        return Decision("stay", DEMONSTRATION)
    if not is_allowed(message.to_email):
        return Decision("stay", NOT_ALLOWED)
    return decision


def is_allowed(address: str) -> bool:
    """Whether MAIL_ALLOW, a list of addresses and domains, lets mail go there; an empty list lets all go."""
    allowed = {entry.lower().lstrip("@") for entry in settings.MAIL_ALLOW}
    address = address.lower()
    return not allowed or address in allowed or address.rpartition("@")[2] in allowed


def _deliver(attempt: Attempt, carrier: Carrier) -> Turn:
    message = attempt.message
    try:
        email = build_email(message, first_tried_at=first_tried_at(message))
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


def stamp(attempt: Attempt) -> bool:
    """Commit that the provider is about to see the message; False when somebody has closed the attempt."""
    started = Attempt.objects.filter(pk=attempt.pk, outcome=Attempt.Outcome.STARTED, handed_over_at=None)
    return bool(started.update(handed_over_at=timezone.now()))


def _hand_over(attempt: Attempt, email, carrier: Carrier) -> Answer:
    try:
        return carrier.hand_over(email)
    except AnymailUnsupportedFeature:
        message = attempt.message
        plain = build_email(message, first_tried_at=first_tried_at(message), plain=True)
    try:
        return carrier.hand_over(plain)
    except AnymailUnsupportedFeature as error:
        return Answer(Attempt.Outcome.REFUSED, describe(error))


def _settle_surely(attempt: Attempt, answer: Answer) -> None:
    """Settle, waiting for a database that is away: only this process knows the answer."""
    for pause in (0.2, 1, 3, 10, 30, 60, 120):
        try:
            settle(attempt, answer)
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
