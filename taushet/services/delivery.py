"""What the mail provider reports afterwards, and what follows for the message and the address."""

import hashlib
import json
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_noop

from taushet.addresses import canonical, spellings
from taushet.models import Attempt, DeliveryEvent, Message, Suppression
from taushet.registries import message_kinds
from taushet.services import audit
from taushet.services.bounces import SOFT, is_soft
from taushet.services.jobs import TryLater
from taushet.services.settling import BOUNCED, DELIVERED_EVENTS, LOST_EVENTS, rest

KEPT_KINDS = DELIVERED_EVENTS | LOST_EVENTS | {"deferred"}  # who opened a mail is nobody's business
DEAD_ADDRESS = {"bounced", "invalid"}
PATIENCE = timedelta(minutes=30)  # a report can be faster than our own note of whom it is about
DEAD = gettext_noop("The address does not exist. Mend it, then release this.")
MOST_RAW = 20_000  # characters; what Postmark and the others post is a tenth of that
SUPPRESSING = {"complained": Suppression.Cause.COMPLAINT, "unsubscribed": Suppression.Cause.WISH}

State = Message.State
HAVE_LEFT = {State.SENT, State.UNKNOWN}
Outcome = Attempt.Outcome


def store_event(event, provider: str) -> DeliveryEvent | None:
    """Keep one report of Anymail's; returns None when it is there already, or of a sort we do not keep."""
    if event.event_type not in KEPT_KINDS:
        return None
    stored, is_new = DeliveryEvent.objects.get_or_create(
        provider=provider[:40],
        event_id=_identity(event),
        defaults={
            "kind": event.event_type,
            "reason": _reason(event),
            "provider_id": str(event.message_id or "")[:200],
            "our_id": str((event.metadata or {}).get("message_id") or "")[:120],
            "detail": " ".join((event.mta_response or event.description or "").split())[:300],
            "happened_at": event.timestamp,
            "raw": _raw(event),
        },
    )
    return stored if is_new else None


@transaction.atomic
def handle_event(event_id: int) -> None:
    """Let a report settle its message; running it again changes nothing.

    Raises TryLater while the message cannot be found or is being sent this moment.
    """
    event = DeliveryEvent.objects.select_for_update().get(pk=event_id)
    if event.handled_at:
        return
    message = find_message(event)
    is_early = timezone.now() - event.received_at < PATIENCE
    if is_early and (message is None or message.state == State.SENDING):
        raise TryLater("The message is not settled yet.")
    if message is not None:
        event.message = message
        _apply(event, Message.objects.select_for_update().get(pk=message.pk))
    event.handled_at = timezone.now()
    event.save(update_fields=["message", "handled_at"])


def find_message(event: DeliveryEvent) -> Message | None:
    """Return the message a report is about, by our Message-ID or by the provider's name for it."""
    names = {event.our_id, event.provider_id, f"<{event.provider_id}>"} - {"", "<>"}
    if message := Message.objects.filter(message_id__in=names).first():
        return message
    attempt = Attempt.objects.exclude(provider_id="").filter(provider_id=event.provider_id).first()
    return attempt.message if attempt else None


def suppress(email: str, cause: str, *, purpose: str = "", kind: str = "provider") -> Suppression:
    """Send nothing more to an address, or nothing with a purpose; a dead address outranks a wish.

    What waits for a dead address is held, so that a person sees it and can mend the address.
    """
    suppression, is_new = Suppression.objects.get_or_create(
        email=canonical(email), purpose=purpose, defaults={"cause": cause}
    )
    if not is_new and cause == Suppression.Cause.BOUNCE and suppression.cause != cause:
        suppression.cause = cause
        suppression.save(update_fields=["cause"])
    if is_new:
        audit.record("suppression.set", suppression, kind=kind, cause=cause, purpose=purpose)
    if cause == Suppression.Cause.BOUNCE:
        hold_what_waits(email)
    return suppression


def dead_address(email: str) -> Suppression | None:
    """Return what says that an address does not exist, if anything does."""
    return Suppression.objects.filter(email=canonical(email), purpose="", cause=Suppression.Cause.BOUNCE).first()


def hold_what_waits(email: str) -> int:
    """Hold what waits for an address that does not exist; a code to sign in just fails. Returns how many."""
    waiting = Message.objects.waiting().exclude(priority=Message.Priority.SIGN_IN)
    to_it = waiting.alias(address=Lower("to_email")).filter(address__in=spellings(email))
    held = list(to_it.select_for_update().order_by("pk"))
    for message in held:
        rest(message, State.HELD, DEAD)
    return len(held)


def _apply(event: DeliveryEvent, message: Message) -> None:
    if event.kind in LOST_EVENTS and message.state in HAVE_LEFT | ({State.STAYED} if settings.DEMO else set()):
        rest(message, State.FAILED, BOUNCED)
    if event.kind in DELIVERED_EVENTS and _is_in_doubt(message):
        message.attempts.filter(outcome=Outcome.UNKNOWN).update(outcome=Outcome.ACCEPTED)
        rest(message, State.SENT)
    if event.kind in LOST_EVENTS and event.reason in DEAD_ADDRESS:
        suppress(message.to_email, Suppression.Cause.BOUNCE)
    if cause := SUPPRESSING.get(event.kind):
        kind = message_kinds.get(message.kind)
        if kind is None or kind.can_be_declined(message):
            suppress(message.to_email, cause, purpose=kind.purpose if kind else "")
        if kind is not None:
            kind.after_declining(message)


def _is_in_doubt(message: Message) -> bool:
    """Unknown, or queued again by a person who could not know that it had arrived."""
    waits_again = {State.QUEUED, State.HELD}
    return message.state == State.UNKNOWN or (
        message.state in waits_again and message.attempts.filter(outcome=Outcome.UNKNOWN).exists()
    )


def _reason(event) -> str:
    """Return why a mail was refused; a bounce that leaves the address alive says so."""
    reason = (event.reject_reason or "")[:40]
    return SOFT if reason == "bounced" and is_soft(event) else reason


def _raw(event) -> str:
    """Return what the provider posted, so that a report can be read again when we have learnt to read it better."""
    posted = getattr(event, "esp_event", None)
    try:
        return json.dumps(posted, ensure_ascii=False, default=str)[:MOST_RAW] if posted is not None else ""
    except (TypeError, ValueError):
        return ""


def _identity(event) -> str:
    if event.event_id:
        return str(event.event_id)[:200]
    parts = (event.event_type, event.message_id, event.recipient, event.timestamp)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
