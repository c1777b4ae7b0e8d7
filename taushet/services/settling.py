"""How a message comes to rest: state, reason and what its kind is told, all in one transaction."""

import logging
import random
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext_noop

from taushet.models import Attempt, DeliveryEvent, Message
from taushet.ready_update import ReadyUpdate, update_together
from taushet.registries import message_kinds
from taushet.services.answers import Answer

logger = logging.getLogger(__name__)

Outcome = Attempt.Outcome
State = Message.State
ENDS = {State.SENT, State.FAILED, State.CANCELLED, State.STAYED}
BACK_OFF = [30, 120, 600, 1800, 3600, 7200, 14400]  # seconds; then every four hours
BACK_OFF_SIGN_IN = [5, 10, 20, 40, 60]
GIVE_UP = timedelta(hours=48)
GIVE_UP_SIGN_IN = timedelta(minutes=15)  # a code is worth nothing after that

GAVE_UP = gettext_noop("It could not be handed over for so long that no more is tried.")
NO_ANSWER = gettext_noop("The provider did not answer. It may or may not have been sent.")
BOUNCED = gettext_noop("The recipient's mail system did not take it.")
REFUSED = gettext_noop("The mail provider refused it.")
TRIED_AGAIN = gettext_noop("It will be tried again.")
DELIVERED_EVENTS = {"delivered", "complained", "unsubscribed"}
LOST_EVENTS = {"bounced", "rejected", "failed"}

# An attempt is open until it has an end. Asked for by the outcome "started", PostgreSQL would walk the index of those
# under way, which the sender itself fills with rows that no longer are.
STAND_IN = datetime(1970, 1, 1, tzinfo=UTC)
MESSAGE_SENT = ReadyUpdate(
    lambda now, pk: (
        Message.objects.filter(pk=pk, state=State.SENDING),
        {"state": State.SENT, "state_reason": "", "settled_at": now},
    ),
    STAND_IN,
    -1,
)
ATTEMPT_TAKEN = ReadyUpdate(
    lambda detail, provider_id, now, pk: (
        Attempt.objects.filter(pk=pk, finished_at=None),
        {"outcome": Outcome.ACCEPTED, "detail": detail, "provider_id": provider_id, "finished_at": now},
    ),
    "-detail",
    "-provider",
    STAND_IN,
    -1,
)


def rest(message: Message, state: str, reason: str = "") -> None:
    """Bring a message the caller has locked to a state, and tell its kind.

    A sealed text is erased once nobody can need it any more. An error in the kind's own code costs no outcome:
    it is logged and the telling is repeated by a task.
    """
    now = timezone.now()
    message.state, message.state_reason = state, reason[:300]
    message.settled_at = now if state in ENDS else None
    if state in {State.SENT, State.CANCELLED} and message.sealed_text is not None:
        message.sealed_text, message.erased_at = None, now
    message.save(update_fields=["state", "state_reason", "settled_at", "due_at", "sealed_text", "erased_at"])
    _tell_kind(message)


def queue_again(message: Message, *, due_at=None, reason: str = "") -> None:
    """Put a message the caller has locked back in the queue."""
    message.state, message.state_reason, message.settled_at = State.QUEUED, reason[:300], None
    message.due_at = due_at or timezone.now()
    message.save(update_fields=["state", "state_reason", "settled_at", "due_at"])


@transaction.atomic
def settle(attempt: Attempt, answer: Answer) -> Message:
    """Record how an attempt ended and what follows for its message.

    A late answer counts too: a worker that was taken for dead may come back and tell. Its "accepted" makes the
    message sent whatever was done meanwhile; its "no" counts unless another attempt has begun. An attempt that
    has its answer keeps it.
    """
    message = Message.objects.select_for_update().get(pk=attempt.message_id)
    open_attempt = Attempt.objects.filter(pk=attempt.pk, outcome__in=[Outcome.STARTED, Outcome.UNKNOWN])
    changed = open_attempt.update(
        outcome=answer.outcome, detail=answer.detail, provider_id=answer.provider_id, finished_at=timezone.now()
    )
    is_latest = not message.attempts.filter(number__gt=attempt.number).exists()
    if not changed:
        logger.warning("attempt %s ended after it had been settled", attempt.pk)
    elif answer.outcome == Outcome.ACCEPTED:
        if message.state not in {State.SENT, State.FAILED}:
            rest(message, State.SENT)
    elif not is_latest or message.state not in {State.SENDING, State.UNKNOWN}:
        logger.warning("attempt %s ended late as %s", attempt.pk, answer.outcome)
    elif answer.outcome == Outcome.REFUSED:
        rest(message, State.FAILED, REFUSED)
    elif answer.outcome == Outcome.LATER:
        _try_later(message, attempt)
    else:
        _settle_unknown(message, attempt)
    return message


def settle_taken(attempt: Attempt, answer: Answer) -> bool:
    """Settle what nearly always happens, in one commit of one statement; False leaves all as it is.

    The conditions hold only while nobody has looked into the message since this worker claimed it, and for a kind that
    is told by an update alone.
    """
    message, now = attempt.message, timezone.now()
    kind = message_kinds.get(message.kind)
    if answer.outcome != Outcome.ACCEPTED or message.sealed_text is not None or kind is None or kind.on_sent is None:
        return False
    try:
        is_settled = update_together(
            (MESSAGE_SENT, (now, message.pk)),
            (ATTEMPT_TAKEN, (answer.detail, answer.provider_id, now, attempt.pk)),
            (kind.on_sent, (now, message.pk)),
        )
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:  # what the kind wants written costs no outcome: `settle` sets it apart
        logger.exception("on_sent of %s failed for message %s", message.kind, message.pk)
        return False
    if is_settled:
        message.state, message.state_reason, message.settled_at = State.SENT, "", now
    return is_settled


def _try_later(message: Message, attempt: Attempt) -> None:
    is_sign_in = message.priority == Message.Priority.SIGN_IN
    waits = BACK_OFF_SIGN_IN if is_sign_in else BACK_OFF
    now = timezone.now()
    if now - first_tried_at(message) > (GIVE_UP_SIGN_IN if is_sign_in else GIVE_UP):
        rest(message, State.FAILED, GAVE_UP)
        return
    wait = waits[min(attempt.number, len(waits)) - 1] * random.uniform(0.9, 1.2)  # noqa: S311
    queue_again(message, due_at=now + timedelta(seconds=wait), reason=TRIED_AGAIN)


def _settle_unknown(message: Message, attempt: Attempt) -> None:
    """Nobody answered, but the provider may have reported already, faster than we wrote."""
    reported = set(message_events(message).values_list("kind", flat=True))
    if reported & LOST_EVENTS:
        rest(message, State.FAILED, BOUNCED)
    elif reported & DELIVERED_EVENTS:
        Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.ACCEPTED)
        rest(message, State.SENT)
    else:
        rest(message, State.UNKNOWN, NO_ANSWER)


def message_events(message: Message):
    """Return the provider's reports about a message, also those no task has looked at yet."""
    return DeliveryEvent.objects.filter(our_id=message.message_id) | DeliveryEvent.objects.filter(message=message)


def first_tried_at(message: Message):
    """Return when the first attempt began: the Date of the mail, and where patience starts to run."""
    return message.attempts.order_by("number").values_list("started_at", flat=True).first() or timezone.now()


def _tell_kind(message: Message) -> None:
    kind = message_kinds.get(message.kind)
    if kind is None:
        return
    try:
        with transaction.atomic():
            kind.after_settling(message)
    except Exception:
        logger.exception("after_settling of %s failed for message %s", message.kind, message.pk)
        tell_kind_again.enqueue(message.pk)


@task()
def tell_kind_again(message_id: int) -> None:
    """Repeat what `rest` could not finish. It lives here because the services above tasks.py enqueue it."""
    message = Message.objects.get(pk=message_id)
    if kind := message_kinds.get(message.kind):
        kind.after_settling(message)
