"""Several messages of one kind claimed at once, since asking for each alone costs more than sending it.

Only the claim is shared: each is stamped and settled by itself, so a worker that dies leaves no more in doubt than the
one it had in hand. What is not handed over within SHARED_FOR goes back in the queue and is asked about anew, so that
nothing leaves on an answer that is old, and other mail does not wait behind it.
"""

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max, QuerySet, prefetch_related_objects

from taushet.addresses import canonical
from taushet.models import Attempt, Message, Suppression
from taushet.registries import Decision, MessageKind, message_kinds
from taushet.services.asking import Turn, ask_house, ask_switches, put_off
from taushet.services.carrier import Carrier
from taushet.services.links import find_addresses

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200  # on SQLite nobody else writes while they are claimed
SHARED_FOR = 2.0  # seconds
State = Message.State


def goes_in_many(message: Message) -> bool:
    """Whether the kind of a message answers for several at once."""
    kind = message_kinds.get(message.kind)
    return message.priority == Message.Priority.BULK and kind is not None and kind.before_sending_many is not None


def claim_many(message: Message, in_turn: QuerySet, number: int, worker: str) -> list[Attempt] | None:
    """Claim a message the caller has locked, and those of its kind that are next.

    Returns the attempts of those that may leave, or None when the kind failed: then they are asked about one by one.
    """
    kind = message_kinds[message.kind]
    alike = in_turn.filter(kind=message.kind, priority=message.priority).exclude(pk=message.pk)
    messages = [message, *alike[: number - 1]] if number > 1 else [message]
    prefetch_related_objects(messages, "attachments__file")
    try:
        with transaction.atomic():
            decisions = kind.before_sending_many(messages)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("before_sending_many of %s failed for %s messages", message.kind, len(messages))
        return None
    leaving = []
    for one, decision in zip(messages, ask_the_house(messages, decisions, kind), strict=True):
        if decision.action == "send":
            leaving.append(one)
        else:
            put_off(one, decision)
    return begin(leaving, worker)


def ask_the_house(messages: list[Message], decisions: list[Decision], kind: MessageKind) -> list[Decision]:
    addresses = {canonical(message.to_email) for message in messages}
    suppressed = set(
        Suppression.objects.filter(email__in=addresses, purpose__in=["", kind.purpose]).values_list("email", flat=True)
    )
    return [
        decision
        if decision.action != "send"
        else ask_house(message, decision, kind.purpose)
        if canonical(message.to_email) in suppressed
        else ask_switches(message, decision)
        for message, decision in zip(messages, decisions, strict=True)
    ]


def begin(messages: list[Message], worker: str) -> list[Attempt]:
    """Write down an attempt for each."""
    if not messages:
        return []
    numbers = dict(
        Attempt.objects.filter(message__in=messages).order_by().values_list("message").annotate(last=Max("number"))
    )
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(state=State.SENDING, state_reason="")
    for message in messages:
        message.state, message.state_reason = State.SENDING, ""
    return Attempt.objects.bulk_create(
        Attempt(message=message, number=numbers.get(message.pk, 0) + 1, worker=worker) for message in messages
    )


def deliver_many(attempts: list[Attempt], carrier: Carrier, deliver: Callable[..., Turn]) -> Turn:
    """Hand over one after the other while the claim is fresh and the line holds; the rest goes back in the queue."""
    started, turn, done = time.monotonic(), Turn.DONE, 0
    links = find_addresses(
        text for attempt in attempts for text in (attempt.message.text, *attempt.message.headers.values())
    )
    for attempt in attempts:
        turn = deliver(attempt, carrier, links)
        done += 1
        if turn is Turn.TROUBLE or time.monotonic() - started > SHARED_FOR:
            break
    carrier.at_once = min(MOST_AT_ONCE, 2 * done) if done == len(attempts) else max(1, done)
    give_up(attempts[done:])
    return turn


@transaction.atomic
def give_up(attempts: list[Attempt]) -> None:
    """Put messages back in the queue whose attempts have not begun; somebody may have taken them from this worker."""
    unbegun = Attempt.objects.filter(
        pk__in=[attempt.pk for attempt in attempts], outcome=Attempt.Outcome.STARTED, handed_over_at=None
    )
    found = list(unbegun.select_for_update().values_list("pk", "message")) if attempts else []
    if found:
        Attempt.objects.filter(pk__in=[pk for pk, _message in found]).delete()
        Message.objects.filter(pk__in=[message for _pk, message in found], state=State.SENDING).update(
            state=State.QUEUED
        )
