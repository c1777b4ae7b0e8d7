"""What the house itself asks before a message leaves, and what becomes of one that may not now."""

import enum
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from taushet.models import Message, Suppression
from taushet.registries import Decision
from taushet.services.settling import queue_again, rest

State = Message.State
ASK_AGAIN_AFTER = timedelta(minutes=5)
STATE_AFTER = {"hold": State.HELD, "cancel": State.CANCELLED, "fail": State.FAILED, "stay": State.STAYED}

SUPPRESSED = gettext_noop("Nothing is sent to this address. See the list of suppressed addresses.")
SWITCHED_OFF = gettext_noop("Outgoing mail is switched off in this system.")
DEMONSTRATION = gettext_noop("It belongs to the demonstration.")
NOT_ALLOWED = gettext_noop("The address is not on the list that this system may send to.")


class Turn(enum.Enum):
    """How one turn at the queue went."""

    IDLE = enum.auto()
    DONE = enum.auto()
    TROUBLE = enum.auto()  # the line to the provider: rest before the next one


def ask_house(message: Message, decision: Decision, purpose: str) -> Decision:
    """Ask the suppressed addresses, then the switch, the demonstration and the allow-list."""
    if suppression := Suppression.objects.stopping(message, purpose).first():
        return Decision("cancel" if suppression.cause == Suppression.Cause.WISH else "fail", SUPPRESSED)
    return ask_switches(message, decision)


def ask_switches(message: Message, decision: Decision) -> Decision:
    """Ask what this system lets out at all (design rule 11)."""
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


def put_off(message: Message, decision: Decision) -> None:
    """Bring a message the caller has locked to where a decision other than to send puts it."""
    if decision.action == "later":
        until = decision.until or timezone.now() + ASK_AGAIN_AFTER
        queue_again(message, due_at=until, reason=decision.reason)
    else:
        rest(message, STATE_AFTER[decision.action], decision.reason)
