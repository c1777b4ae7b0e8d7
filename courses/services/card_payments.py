"""Money that comes by card, and what becomes of it: recorded first, understood after (design rule 2).

Whatever event arrives, in whatever order and however often, Stripe is asked how the payment stands now, and that is
written down: the payment, its refunds, its disputes. Doing it twice changes nothing.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.models import CardCheckout, Payment, PaymentCase
from taushet.services import audit

from .card_refunds import record_loss, record_refund
from .payment_cases import follow_case
from .settling import settle_payment
from .stripe_client import ask, kroner_of, line, moment_of


def sync_payment(intent_id: str) -> Payment | None:
    """Write down how a payment stands at Stripe, and decide what it is for; None when it is not one of ours, or unpaid.

    Raises StripeAway, StripeRefused, and WrongState while its booking is being moved.
    """
    api = line()
    intent = ask(api.payment_intents.retrieve, intent_id, {"expand": ["latest_charge"]})
    if intent.status != "succeeded":
        return None
    charge = intent.latest_charge
    of_this = {"payment_intent": intent.id, "limit": 100}
    refunds = ask(lambda: list(api.refunds.list(of_this).auto_paging_iter()))
    disputes = ask(lambda: list(api.disputes.list(of_this).auto_paging_iter())) if charge.disputed else []
    payment = record_payment(
        intent.id,
        key=intent.metadata.to_dict().get("checkout", ""),
        amount=kroner_of(intent.amount_received),
        paid_at=moment_of(charge.created),
    )
    if payment is None:
        return None
    for refund in refunds:
        record_refund(payment, refund)
    for dispute in disputes:
        record_dispute(payment, dispute)
    settle_payment(payment)
    return payment


@transaction.atomic
def record_payment(intent_id: str, *, key: str, amount: Decimal, paid_at: datetime) -> Payment | None:
    """Keep a payment once, before anything is decided about it; None when it is for nothing we have asked for.

    `amount` in kroner, as it has come in and whatever was asked.
    """
    checkout = CardCheckout.objects.select_for_update().filter(key=key).first()
    if checkout is None:
        return None
    payment = Payment.objects.filter(external_reference=intent_id).first()
    if payment:
        return payment
    payment = Payment.objects.create(
        amount=amount,
        way=Payment.Way.CARD,
        paid_at=paid_at,
        booking_id=checkout.booking_id,
        external_reference=intent_id,
    )
    checkout.state, checkout.closed_at, checkout.url = CardCheckout.State.PAID, timezone.now(), ""
    checkout.payment_intent = intent_id
    checkout.save(update_fields=["state", "closed_at", "url", "payment_intent"])
    audit.record("payment.received", payment, kind="stripe", amount=str(amount), booking=checkout.booking_id)
    return payment


def record_dispute(payment: Payment, told) -> PaymentCase:
    """Keep that a payer disputes a payment, which is a task for staff until somebody says it is done."""
    due_by = told.evidence_details.due_by
    detail = {
        "reason": told.reason,
        "status": told.status,
        "due_by": moment_of(due_by).isoformat() if due_by else "",
    }
    if told.status == "lost":
        record_loss(payment, f"dispute-{told.id}"[:64], kroner_of(told.amount))
    return follow_case(PaymentCase.Kind.DISPUTE, told.id, payment=payment, amount=kroner_of(told.amount), detail=detail)
