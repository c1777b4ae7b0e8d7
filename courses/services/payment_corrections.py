"""Payments recorded wrongly: taken back by a row that points at them, and put where they belong (design rule 14)."""

from django.db import transaction
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, WrongState
from courses.models import Invoice, Payment
from taushet.models import User
from taushet.services import audit


@transaction.atomic
def correct_payment(payment: Payment, *, came: bool, invoice: Invoice | None, reason: str, by: User) -> Payment | None:
    """Take back a payment, and record it anew where it belongs; returns that row.

    `came` says whether there was such a payment at all; `invoice` is what it is for, None when nobody knows yet.
    Raises WrongState for one by card or one corrected already, and CoursesError where it would stand as it does.
    """
    payment = Payment.objects.select_for_update(no_key=True, of=("self",)).get(pk=payment.pk)
    if payment.way == Payment.Way.CARD:
        raise WrongState(_("A payment by card is not corrected here. Pay it back instead."))
    if not Payment.objects.standing().filter(pk=payment.pk).exists():
        raise WrongState(_("This payment has been corrected already."))
    if came and payment.invoice == invoice:
        raise CoursesError(_("That is where it stands already."), field="number" if invoice else "what")
    same = {"way": payment.way, "paid_at": payment.paid_at, "kid": payment.kid, "booking_id": payment.booking_id}
    Payment.objects.create(
        amount=-payment.amount, invoice=payment.invoice, note=reason, corrects=payment, recorded_by=by, **same
    )
    audit.record("payment.taken_back", payment, by=by, invoice=payment.invoice and payment.invoice.number)
    if not came:
        return None
    right = Payment.objects.create(
        amount=payment.amount, invoice=invoice, note=payment.note, corrects=payment, recorded_by=by, **same
    )
    audit.record("payment.put_right", right, by=by, invoice=invoice and invoice.number)
    return right
