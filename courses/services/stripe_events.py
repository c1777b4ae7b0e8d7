"""What Stripe tells us at the webhook: kept as it came, answered at once, and handled by the worker."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import stripe
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.tasks import task
from django.utils import timezone

from courses.exceptions import WrongState
from courses.models import CardCheckout, StripeEvent
from taushet.services.jobs import TryLater

from .card_checkouts import close_checkout
from .card_payments import sync_payment
from .stripe_client import StripeAway, StripeRefused

TOLERANCE = 300  # seconds that a signature may be old, as Stripe's own library has it
WAITS_FOR_LOCKS = 3000  # milliseconds; Stripe sends again what we could not keep
FORGOTTEN = timedelta(hours=4)  # longer than a task is tried again
KEPT = timedelta(days=90)
HANDLED = (
    "checkout.session.",
    "payment_intent.succeeded",
    "charge.succeeded",
    "charge.refund",
    "refund.",
    "charge.dispute.",
)

State = StripeEvent.State


class Forged(Exception):
    """A body that Stripe has not signed, or that is no event."""


def read_event(body: bytes, signature: str) -> tuple[str, dict]:
    """Return an event as text and as what it says, once its signature is proved. Raises Forged."""
    try:
        text = body.decode()
        signature.encode("ascii")  # what it is compared with takes nothing else
        stripe.WebhookSignature.verify_header(text, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE)
        event = json.loads(text)
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise Forged from error
    if not isinstance(event, dict) or not all(isinstance(event.get(name), str) for name in ("id", "type")):
        raise Forged
    return text, event


def store_event(text: str, event: dict) -> bool:
    """Keep an event, and let the worker handle it: both or neither; returns False when it is here already.

    What is about nothing we know is kept too. Raises OperationalError when the database does not let us write within
    three seconds.
    """
    is_known = event["type"].startswith(HANDLED)
    values = {"kind": event["type"][:80], "body": text, "state": State.WAITING if is_known else State.IGNORED}
    try:
        with impatient():
            kept = StripeEvent(event_id=event["id"][:120], **values)
            kept.save(force_insert=True)
            if is_known:
                handle_event.enqueue(kept.pk)
    except IntegrityError:  # it has been sent before, and everything of it stands
        return False
    return True


@contextmanager
def impatient() -> Iterator[None]:
    """Open a transaction that waits for no lock longer than WAITS_FOR_LOCKS; then OperationalError is raised."""
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        before = _run("PRAGMA busy_timeout")
        _run(f"PRAGMA busy_timeout = {WAITS_FOR_LOCKS}")
    try:
        with transaction.atomic():
            if not is_sqlite:
                _run(f"SET LOCAL lock_timeout = {WAITS_FOR_LOCKS}")
            yield
    finally:
        if is_sqlite:
            _run(f"PRAGMA busy_timeout = {before}")


def _run(statement: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


@task()
def handle_event(event_id: int) -> str:
    """Ask Stripe how things stand with what an event is about, and write it down; running it again changes nothing."""
    event = StripeEvent.objects.get(pk=event_id)
    if event.state != State.WAITING:
        return event.state
    number, intent = subject_of(json.loads(event.body))
    try:
        is_ours = _follow(number, intent)
    except (StripeAway, WrongState) as error:
        raise TryLater(type(error).__name__) from error
    except StripeRefused:  # something of another system on the same account, or of another time
        is_ours = False
    event.state = State.HANDLED if is_ours else State.IGNORED
    event.payment_intent = intent[:120]
    event.handled_at = timezone.now()
    event.save(update_fields=["state", "payment_intent", "handled_at"])
    return event.state


def subject_of(event: dict) -> tuple[str, str]:
    """Return the number of what an event is about, and of the payment that belongs to; empty where there is none."""
    data = event.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    if not isinstance(about, dict):
        return "", ""
    intent = about.get("id" if about.get("object") == "payment_intent" else "payment_intent")
    return str(about.get("id") or ""), intent if isinstance(intent, str) else ""


def _follow(number: str, intent: str) -> bool:
    if intent:
        return sync_payment(intent) is not None
    checkout = CardCheckout.objects.filter(stripe_id=number or "-").unsettled().first()
    return checkout is not None and close_checkout(checkout)


def enqueue_forgotten(now: datetime | None = None) -> int:
    """Let the worker take up again what has waited for long, such as when Stripe was away all day; returns how many."""
    waiting = StripeEvent.objects.filter(state=State.WAITING, received_at__lt=(now or timezone.now()) - FORGOTTEN)
    numbers = list(waiting.order_by("pk").values_list("pk", flat=True)[:500])
    for number in numbers:
        handle_event.enqueue(number)
    return len(numbers)


def erase_events(now: datetime) -> int:
    """Empty what Stripe told us once its time has come; returns how many."""
    return StripeEvent.objects.filter(received_at__lt=now - KEPT).exclude(body="").update(body="")
