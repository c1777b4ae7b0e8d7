"""Every night: does Stripe know the same payments and refunds as we do? What differs is put before staff.

Money that Stripe has and we have not heard of is recorded on the spot; nothing charged is ever lost (design rule 2).
"""

from datetime import datetime, timedelta

from django.utils import timezone

from courses.exceptions import WrongState
from courses.models import CardRefund, Payment, PaymentCase
from taushet.services.jobs import TryLater

from .card_payments import sync_payment
from .payment_cases import open_case
from .stripe_client import StripeAway, StripeRefused, ask, is_on, kroner_of, line

BACK = timedelta(days=8)  # a week, and a day for a night that was missed
FRESH = timedelta(hours=2)  # what is newer may still be on its way to us
EDGE = timedelta(hours=1)  # clocks differ


def compare_with_stripe(now: datetime | None = None) -> int:
    """Compare the last week; returns how many differences were found. Raises TryLater while Stripe is away."""
    if not is_on():
        return 0
    now = now or timezone.now()
    since, until = now - BACK, now - FRESH
    try:
        return _compare(since, until)
    except (StripeAway, WrongState) as error:
        raise TryLater(type(error).__name__) from error


def _compare(since: datetime, until: datetime) -> int:
    asked = {
        "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
        "limit": 100,
        "expand": ["data.source"],
    }
    moves = ask(lambda: list(line().balance_transactions.list(asked).auto_paging_iter()))
    sources = [move.source for move in moves if move.source]
    charges = {one.payment_intent: one for one in sources if one.object == "charge" and _is_ours(one)}
    refunds = {one.id: one for one in sources if one.object == "refund"}
    found = sum(_compare_charge(number, charge) for number, charge in charges.items())
    found += sum(_compare_refund(refund) for refund in refunds.values())
    window = (since + EDGE, until - EDGE)
    card = Payment.objects.filter(way=Payment.Way.CARD, paid_at__range=window)
    for payment in card.exclude(external_reference__in=list(charges)):
        found += _differ("unknown_there", payment.external_reference, payment, payment.amount)
    ours = CardRefund.objects.standing().filter(created_at__range=window, stripe_id__isnull=False)
    for refund in ours.exclude(stripe_id__in=list(refunds)).select_related("payment"):
        found += _differ("refund_unknown_there", refund.stripe_id, refund.payment, refund.amount)
    return found


def _is_ours(charge) -> bool:
    return bool(charge.metadata.to_dict().get("checkout"))


def _compare_charge(number: str, charge) -> int:
    amount = kroner_of(charge.amount_captured)
    payment = Payment.objects.filter(external_reference=number).first()
    if payment is None:
        return _differ("unheard", number, _sync(number), amount)
    return _differ("amount", number, payment, amount) if payment.amount != amount else 0


def _compare_refund(told) -> int:
    payment = Payment.objects.filter(external_reference=told.payment_intent).first()
    if payment is None:
        return 0  # of another system, or told of with its payment
    known = CardRefund.objects.filter(stripe_id=told.id).first()
    if known is None:
        return _differ("refund_unheard", told.id, _sync(told.payment_intent) or payment, kroner_of(told.amount))
    return (
        _differ("refund_amount", told.id, payment, kroner_of(told.amount))
        if known.amount != kroner_of(told.amount)
        else 0
    )


def _sync(number: str) -> Payment | None:
    try:
        return sync_payment(number)
    except StripeRefused:
        return None


def _differ(what: str, reference: str, payment: Payment | None, amount) -> int:
    open_case(PaymentCase.Kind.DIFFERENCE, f"{what} {reference}", payment=payment, amount=amount, detail={"what": what})
    return 1
