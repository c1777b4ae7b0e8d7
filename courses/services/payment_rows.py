"""Card payments and what is to be looked at about them, as staff's pages list them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from courses.models import CardRefund, Payment, PaymentCase
from taushet.models import User
from taushet.templatetags.ui import day, kroner

Kind = PaymentCase.Kind


@dataclass(frozen=True)
class CaseRow:
    """A case with what it says and what can be done about it."""

    case: PaymentCase
    sentence: str
    advice: str


def payment_rows(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return payments with what a list shows of them, newest first."""
    refunds = Prefetch("refunds", CardRefund.objects.standing())
    return payments.select_related("booking__municipality").prefetch_related(refunds).order_by("-paid_at", "-pk")


def case_row(case: PaymentCase) -> CaseRow:
    return CaseRow(case, case_sentence(case), case_advice(case))


def case_sentence(case: PaymentCase) -> str:
    """Say what a case is about."""
    amount = kroner(case.amount)
    if case.kind == Kind.DIFFERENCE:
        return difference_sentence(case.detail.get("what", "")) % {"amount": amount}
    if case.kind == Kind.DISPUTE:
        return dispute_sentence(case.detail) % {"amount": amount}
    if case.detail.get("later"):
        return _("%(amount)s has been paid by card that is no longer owed.") % {"amount": amount}
    return {
        Kind.LATE: _("%(amount)s came for a booking that no longer held any seats. The booking is not confirmed."),
        Kind.SURPLUS: _("%(amount)s came that is more than the booking costs."),
        Kind.REFUND_FAILED: _("%(amount)s could not be paid back to the card."),
    }[case.kind] % {"amount": amount}


def case_advice(case: PaymentCase) -> str:
    """Say what can be done about a case."""
    if case.kind == Kind.DISPUTE and case.detail.get("status") == "lost":
        return _("Agree with the payer on how it is paid otherwise, or cancel the booking.")
    if case.kind == Kind.DISPUTE and case.detail.get("status") in {"won", "warning_closed"}:
        return _("Nothing more is to be done.")
    if case.detail.get("what") == "refund_waits":
        return _("We go on trying every hour, and this closes by itself then. See on Stripe’s pages what is wrong.")
    return {
        Kind.LATE: _("Pay it back here, or find other seats together with the booker and keep the money."),
        Kind.SURPLUS: _("Pay it back here."),
        Kind.DISPUTE: _("Answer it on Stripe’s pages. Without an answer the money is lost."),
        Kind.REFUND_FAILED: _("Ask the booker for an account number and pay by bank, or try again on Stripe’s pages."),
        Kind.DIFFERENCE: _("Compare with Stripe’s pages, and correct what is wrong."),
    }[case.kind]


def difference_sentence(what: str) -> str:
    return {
        "unheard": _("Stripe has %(amount)s that we had not heard of. It has been recorded now."),
        "amount": _("Stripe says that a payment is %(amount)s. It stands here with another amount."),
        "unknown_there": _("%(amount)s stands here as paid, and Stripe does not know of it."),
        "refund_unheard": _("Stripe has paid back %(amount)s that we had not heard of. It has been recorded now."),
        "refund_amount": _("Stripe says that %(amount)s was paid back. It stands here with another amount."),
        "refund_waits": _("%(amount)s is to go back to the card, and Stripe has not taken it for more than a day."),
        "refund_unknown_there": _("%(amount)s stands here as paid back, and Stripe does not know of it."),
    }.get(what, _("Stripe and we do not agree about %(amount)s."))


def dispute_sentence(detail: dict) -> str:
    status, due_by = detail.get("status", ""), detail.get("due_by", "")
    if status in {"won", "warning_closed"}:
        return _("The dispute about %(amount)s has ended in our favour.")
    if status == "lost":
        return _("The dispute about %(amount)s is lost, and the money has gone back to the payer. It is owed again.")
    if not due_by:
        return _("The payer disputes %(amount)s, and Stripe has taken the money back for now.")
    until = day(datetime.fromisoformat(due_by)).replace("%", "%%")
    return _("The payer disputes %(amount)s, and Stripe has taken the money back for now. Answer by %(until)s.") % {
        "until": until,
        "amount": "%(amount)s",
    }


def cases_to_settle(user: User) -> Iterable[tuple[str, str]]:
    """Return what staff has to look at about card payments, oldest first."""
    for case in PaymentCase.objects.waiting().select_related("booking__municipality")[:20]:
        where = f" – {case.booking_id}, {case.booking.municipality}" if case.booking else ""
        yield case_sentence(case) + where, case.payment_address
