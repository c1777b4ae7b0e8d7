"""What staff has before it, or has let be, of card money that a booking does not owe; kept in step with that sum.

When more becomes too much, a case grows or there is another one; when money goes back or is owed again it shrinks, and
closes by itself once nothing is left of it. One that staff has put down as done counts with what was too much just
then: that is let be, and anything beyond it is news (design rule 2: nothing charged is forgotten).
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.models import Booking, Payment, PaymentCase
from taushet.services import audit

from .amounts_due import known_left, left_of_payment
from .prices import sum_money

ABOUT_SURPLUS = (PaymentCase.Kind.LATE, PaymentCase.Kind.SURPLUS)
COUNTED = (*ABOUT_SURPLUS, PaymentCase.Kind.REFUND_FAILED)  # what could not go back is with staff too
LET_BE = "let_be"


def surplus_of(booking: Booking) -> Decimal:
    """Return what has been paid by card beyond what a booking owes and has not gone back, in kroner."""
    over = -known_left(booking)
    if over <= 0:
        return Decimal(0)
    payments = Payment.objects.filter(booking=booking, way=Payment.Way.CARD)
    return max(min(over, sum_money(map(left_of_payment, payments))), Decimal(0))


def known_surplus(cases: Iterable[PaymentCase]) -> Decimal:
    """Return how much of it staff has before it or has let be, of all cases of a booking."""
    return sum_money(_counts(case) for case in cases if case.kind in COUNTED)


def _counts(case: PaymentCase) -> Decimal:
    amount = case.amount or Decimal(0)
    return amount if case.settled_at is None else Decimal(case.detail.get(LET_BE, amount))


def let_be(case: PaymentCase) -> None:
    """Note on a case that is being settled how much staff lets be by it; the caller saves it."""
    if case.kind not in COUNTED or case.booking is None:
        return
    others = case.booking.payment_cases.exclude(pk=case.pk)
    left = surplus_of(case.booking) - known_surplus(others)
    case.detail = case.detail | {LET_BE: str(max(min(case.amount, left), Decimal(0)))}


@transaction.atomic
def shrink_cases(booking: Booking, surplus: Decimal | None = None) -> None:
    """Let cases say no more than what is too much now: those that wait first, the newest of them first."""
    cases = booking.payment_cases.select_for_update().filter(kind__in=COUNTED).order_by("-pk")
    cases = sorted(cases, key=lambda case: case.settled_at is not None)
    surplus = surplus_of(booking) if surplus is None else surplus
    beyond = known_surplus(cases) - surplus
    for case in cases:
        part = min(_counts(case), beyond)
        if part <= 0 or (case.settled_at is None and case.kind not in ABOUT_SURPLUS):
            continue  # a refund that failed is told whatever is owed now
        beyond -= part
        _take_off(case, part)


def _take_off(case: PaymentCase, part: Decimal) -> None:
    left = _counts(case) - part
    if case.settled_at is None and left:
        case.amount = left
    else:
        case.detail = case.detail | {LET_BE: str(left)}
        if case.settled_at is None:
            case.settled_at = timezone.now()
            audit.record("payment.case_settled", case, kind="clock", what=case.kind)
    case.save(update_fields=["amount", "detail", "settled_at"])
