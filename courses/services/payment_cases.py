"""What about card payments a person has to look at; each is opened once, however often its cause is told of."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.models import Payment, PaymentCase
from taushet.models import User
from taushet.services import audit

from .surplus_cases import let_be


@transaction.atomic
def open_case(
    kind: str,
    reference: str,
    *,
    payment: Payment | None = None,
    amount: Decimal | None = None,
    detail: dict | None = None,
) -> PaymentCase:
    """Put something before staff, once for a kind and a reference. `amount` in kroner."""
    case, is_new = PaymentCase.objects.get_or_create(
        kind=kind,
        reference=reference,
        defaults={
            "payment": payment,
            "booking_id": payment.booking_id if payment else None,
            "amount": amount,
            "detail": detail or {},
        },
    )
    if is_new:
        audit.record("payment.case_opened", case, kind="stripe", what=kind)
    return case


@transaction.atomic
def follow_case(kind: str, reference: str, *, detail: dict, **fields) -> PaymentCase:
    """Put something before staff, or let what stands there say how it is now; a change brings it back to them."""
    case = open_case(kind, reference, detail=detail, **fields)
    case = PaymentCase.objects.select_for_update().get(pk=case.pk)
    if case.detail != detail:
        case.detail, case.settled_at, case.settled_by = detail, None, None
        case.save(update_fields=["detail", "settled_at", "settled_by"])
    return case


@transaction.atomic
def settle_case(case: PaymentCase, *, by: User) -> PaymentCase:
    """Say that a case has been looked at and nothing more is to be done. Doing it twice changes nothing."""
    case = PaymentCase.objects.select_for_update().get(pk=case.pk)
    if case.settled_at is None:
        let_be(case)
        case.settled_at, case.settled_by = timezone.now(), by
        case.save(update_fields=["detail", "settled_at", "settled_by"])
        audit.record("payment.case_settled", case, by=by, what=case.kind)
    return case


@transaction.atomic
def close_case(case: PaymentCase) -> None:
    """Close a case by itself, since what it was about has come right."""
    if PaymentCase.objects.filter(pk=case.pk, settled_at=None).update(settled_at=timezone.now()):
        audit.record("payment.case_settled", case, kind="clock", what=case.kind)
