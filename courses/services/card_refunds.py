"""Money that goes back to the card: asked for here, carried out by the worker, and told by Stripe."""

import secrets
from decimal import Decimal

from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import CardRefund, Payment, PaymentCase
from taushet.models import User
from taushet.services import audit
from taushet.services.jobs import TryLater
from taushet.templatetags.ui import kroner

from . import payment_messages
from .amounts_due import left_of_payment
from .payment_cases import open_case
from .stripe_client import StripeAway, StripeRefused, ask, kroner_of, line, moment_of
from .surplus_cases import shrink_cases

REFUND_STATES = {
    "succeeded": CardRefund.State.SUCCEEDED,
    "failed": CardRefund.State.FAILED,
    "canceled": CardRefund.State.FAILED,
}


class RefundRefused(CoursesError):
    """Nothing, or more than is left of a payment, cannot go back."""


@transaction.atomic
def ask_refund(
    payment: Payment, amount: Decimal, *, by: User | None = None, reason: str = "", key: str = ""
) -> CardRefund:
    """Let an amount in kroner of a card payment go back; the same key is the same refund however often it comes.

    The worker asks Stripe. Raises RefundRefused, also when another amount has gone back by that key.
    """
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if key and (made := CardRefund.objects.filter(key=key, payment=payment).first()):
        if made.amount != amount:
            raise RefundRefused(
                _("%(amount)s is on its way back from this form already. Open the page anew to pay back more.")
                % {"amount": kroner(made.amount)}
            )
        return made
    left = left_of_payment(payment)
    if payment.way != Payment.Way.CARD or not 0 < amount <= left:
        raise RefundRefused(
            _("At most %(left)s of this payment can be paid back.") % {"left": kroner(left)}, field="amount"
        )
    refund = CardRefund.objects.create(
        payment=payment, amount=amount, reason=reason, created_by=by, key=key or secrets.token_hex(16)
    )
    audit.record("payment.refund_asked", payment, by=by, kind="" if by else "clock", amount=str(amount))
    send_refund.enqueue(refund.pk)
    if payment.booking:
        shrink_cases(payment.booking)
    return refund


@task()
def send_refund(refund_id: int) -> str:
    """Ask Stripe to pay back; running it again is the same refund. What comes of it is written down at once."""
    try:
        return send(CardRefund.objects.select_related("payment").get(pk=refund_id))
    except StripeAway as error:
        raise TryLater("Stripe does not answer.") from error


def send(refund: CardRefund) -> str:
    """Ask Stripe for a refund unless it has been, and return its state. Raises StripeAway."""
    if refund.state != CardRefund.State.ASKED:
        return refund.state
    asked = {
        "payment_intent": refund.payment.external_reference,
        "amount": int(refund.amount * 100),
        "metadata": {"refund": refund.key},
    }
    try:
        told = ask(line().refunds.create, asked, {"idempotency_key": f"refund-{refund.key}"})
    except StripeRefused as error:
        return _fail(refund, error.code)
    return record_refund(refund.payment, told).state


@transaction.atomic
def record_refund(payment: Payment, told) -> CardRefund:
    """Keep a refund as Stripe tells of it, also one that was made there and not here."""
    Payment.objects.select_for_update().get(pk=payment.pk)
    known = CardRefund.objects.filter(payment=payment)
    key = (told.metadata.to_dict() if told.metadata else {}).get("refund", "")
    refund = known.filter(stripe_id=told.id).first() or known.filter(key=key, stripe_id=None).first()
    if refund is None:
        refund = CardRefund(payment=payment, amount=kroner_of(told.amount), key=f"stripe-{told.id}"[:64])
        refund.created_at = moment_of(told.created)
    before, refund.state = refund.state, REFUND_STATES.get(told.status, CardRefund.State.PENDING)
    is_new = refund._state.adding
    refund.stripe_id, refund.failure = told.id, told.failure_reason or ""
    if refund.state != before or is_new:
        refund.settled_at = timezone.now() if refund.state != CardRefund.State.PENDING else None
    refund.save()
    if is_new or refund.state != before:
        _follow_refund(payment, refund)
    return refund


@transaction.atomic
def record_loss(payment: Payment, key: str, amount: Decimal) -> None:
    """Keep, once for a key, that a dispute is lost: Stripe has given the money back, and the booking owes it again."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    amount = min(amount, left_of_payment(payment))
    if amount <= 0 or CardRefund.objects.filter(key=key).exists():
        return
    state, now = CardRefund.State.SUCCEEDED, timezone.now()
    CardRefund.objects.create(
        payment=payment, amount=amount, key=key, state=state, settled_at=now, reason=_("The dispute is lost")
    )
    audit.record("payment.dispute_lost", payment, kind="stripe", amount=str(amount))


def _follow_refund(payment: Payment, refund: CardRefund) -> None:
    code = {
        CardRefund.State.PENDING: "payment.refund_pending",
        CardRefund.State.SUCCEEDED: "payment.refund_succeeded",
        CardRefund.State.FAILED: "payment.refund_failed",
    }[refund.state]
    audit.record(code, payment, kind="stripe", amount=str(refund.amount))
    if refund.state == CardRefund.State.FAILED:
        open_case(PaymentCase.Kind.REFUND_FAILED, f"refund {refund.pk}", payment=payment, amount=refund.amount)
    else:
        payment_messages.tell_refunded(payment, refund)


@transaction.atomic
def _fail(refund: CardRefund, why: str) -> str:
    waits = CardRefund.objects.filter(pk=refund.pk, state=CardRefund.State.ASKED)
    if waits.update(state=CardRefund.State.FAILED, failure=why[:200], settled_at=timezone.now()):
        audit.record("payment.refund_failed", refund.payment, kind="stripe", amount=str(refund.amount))
        open_case(PaymentCase.Kind.REFUND_FAILED, f"refund {refund.pk}", payment=refund.payment, amount=refund.amount)
    return CardRefund.State.FAILED
