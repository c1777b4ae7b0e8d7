"""Refunds that Stripe did not take while the worker tried: asked for again every hour, and told after a day.

They count as paid back from the moment they are asked for, so one that is forgotten would be money that nobody owes
anybody.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.tasks import task
from django.utils import timezone

from courses.exceptions import CoursesError
from courses.models import CardRefund, PaymentCase

from .card_payments import sync_payment
from .card_refunds import send
from .payment_cases import close_case, open_case

TRIED_BY_ITSELF = timedelta(hours=1)
TOLD_AFTER = timedelta(days=1)
WAITS = "refund_waits"


def _told() -> QuerySet[PaymentCase]:
    return PaymentCase.objects.waiting().filter(kind=PaymentCase.Kind.DIFFERENCE, detail__what=WAITS)


def has_told() -> bool:
    """Whether staff has been told of one, which may have gone through since."""
    return _told().exists()


def take_up_forgotten(now: datetime | None = None) -> int:
    """Ask for each refund that still waits once more, and put those of a day before staff; returns how many wait."""
    now = now or timezone.now()
    for case in _told():
        if not CardRefund.objects.filter(pk=case.detail["refund"], state=CardRefund.State.ASKED).exists():
            close_case(case)
    waiting = CardRefund.objects.filter(state=CardRefund.State.ASKED, created_at__lt=now - TRIED_BY_ITSELF)
    for refund in waiting.select_related("payment").order_by("pk"):
        if refund.created_at < now - TOLD_AFTER:
            detail = {"what": WAITS, "refund": refund.pk}
            kind, reference = PaymentCase.Kind.DIFFERENCE, f"{WAITS} {refund.pk}"
            open_case(kind, reference, payment=refund.payment, amount=refund.amount, detail=detail)
        send_once_more.enqueue(refund.pk)
    return len(waiting)


@task()
def send_once_more(refund_id: int) -> str:
    """Ask Stripe once, and first whether it has made the refund already: it forgets our keys after a day."""
    refund = CardRefund.objects.select_related("payment").get(pk=refund_id)
    try:
        sync_payment(refund.payment.external_reference)
        refund.refresh_from_db()
        return send(refund)
    except CoursesError:
        return CardRefund.State.ASKED  # the clock comes back to it
