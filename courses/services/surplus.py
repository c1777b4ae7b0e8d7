"""Card money that a booking no longer owes: seats given back, a booking or a course called off.

The changes themselves know nothing of cards. The clock compares what has been paid with what is owed, and lets the rest
go back or puts it before staff, as `TAUSHET_CARD_SURPLUS` says (design rule 2: nothing charged is forgotten).
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Booking, CardCheckout, Payment, PaymentCase

from .amounts_due import known_left, left_of_payment
from .card_refunds import ask_refund
from .guards import lock_booking
from .payment_cases import open_case
from .surplus_cases import known_surplus, shrink_cases, surplus_of

LOOKED_AT_FOR = timedelta(days=90)  # after the course


def follow_surplus(now: datetime | None = None) -> int:
    """Deal with what has been paid by card and is not owed any more; returns how many bookings it was about."""
    since = (now or timezone.now()) - LOOKED_AT_FOR
    paid = Payment.objects.filter(way=Payment.Way.CARD, booking__session__last_ends_at__gt=since)
    bookings = Booking.objects.filter(pk__in=paid.values("booking")).select_related("session__course")
    bookings = bookings.prefetch_related("payment_cases")
    return sum(_follow(booking) for booking in bookings.order_by("pk"))


def _follow(booking: Booking) -> bool:
    known = known_surplus(booking.payment_cases.all())
    return max(-known_left(booking), Decimal(0)) != known and _follow_locked(booking)


@transaction.atomic
def _follow_locked(booking: Booking) -> bool:
    session, booking = booking.session, lock_booking(booking)
    booking.session = session
    if CardCheckout.objects.filter(booking=booking, state=CardCheckout.State.PAID, outcome="").exists():
        return False  # its payment is being decided this moment
    surplus = surplus_of(booking)
    shrink_cases(booking, surplus)
    news = surplus - known_surplus(booking.payment_cases.all())
    parts = _parts(Payment.objects.filter(booking=booking, way=Payment.Way.CARD).order_by("-pk"), news)
    if not parts:
        return False
    if settings.CARD_SURPLUS == "refund":
        for payment, amount in parts:
            ask_refund(payment, amount, reason=_("No longer owed"))
    else:
        _put_before_staff(booking, parts[0][0], news)
    return True


def _put_before_staff(booking: Booking, payment: Payment, amount: Decimal) -> None:
    """Let the case that waits say it too, or open one."""
    waiting = booking.payment_cases.waiting().filter(kind=PaymentCase.Kind.SURPLUS, detail__later=True)
    case = waiting.select_for_update(of=("self",)).last()
    if case:
        case.amount += amount
        case.save(update_fields=["amount"])
    else:
        reference = f"booking {booking.pk} no. {booking.payment_cases.count() + 1}"
        open_case(PaymentCase.Kind.SURPLUS, reference, payment=payment, amount=amount, detail={"later": True})


def _parts(payments, surplus: Decimal) -> list[tuple[Payment, Decimal]]:
    """Return what of which payment makes up a surplus, the newest first."""
    parts = []
    for payment in payments:
        part = min(left_of_payment(payment), surplus)
        if part > 0:
            parts.append((payment, part))
            surplus -= part
    return parts
