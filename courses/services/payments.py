"""Money that has come in: recorded first, put on its invoice by KID, and by staff where the KID does not say it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, WrongState
from courses.models import BankFile, Booking, Invoice, Payment
from taushet.models import User
from taushet.services import audit

from .bank_reading import read_bank_file
from .bank_rows import BankRow, same_kid

NOON = time(12)
NOUGHT = Decimal("0.00")


@dataclass(frozen=True)
class Match:
    """A payment of a file beside the invoice its KID names and what is left of that, in kroner.

    `is_known` says that it has been recorded before, `is_alike` that one of the same day, amount and KID has.
    """

    row: BankRow
    invoice: Invoice | None
    is_known: bool
    left: Decimal
    is_alike: bool

    @property
    def fits(self) -> bool:
        return self.invoice is not None and self.left == self.row.amount

    @property
    def is_more(self) -> bool:
        """Whether more is paid than is left of the invoice."""
        return self.invoice is not None and self.row.amount > self.left


@transaction.atomic
def record_payment(
    *,
    amount: Decimal,
    way: str,
    paid_at: datetime,
    external_reference: str | None,
    invoice: Invoice | None = None,
    booking: Booking | None = None,
    kid: str = "",
    note: str = "",
    by: User | None = None,
) -> Payment:
    """Record money that has come in, in kroner; the same external reference is recorded once and gives that payment.

    What it is for may be unknown: then it waits on staff's list (`Payment.objects.unplaced()`).
    """
    known = external_reference and Payment.objects.filter(external_reference=external_reference).first()
    if known:
        return known
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                amount=amount,
                way=way,
                paid_at=paid_at,
                external_reference=external_reference or None,
                invoice=invoice,
                booking=booking,
                kid=kid,
                note=note,
                recorded_by=by,
            )
    except IntegrityError:
        if not external_reference:
            raise
        return Payment.objects.get(external_reference=external_reference)
    audit.record("payment.recorded", payment, by=by, kind="" if by else "clock", invoice=invoice and invoice.number)
    return payment


@transaction.atomic
def place_payment(payment: Payment, invoice: Invoice, *, by: User) -> Payment:
    """Put a payment on the invoice it is for. Raises WrongState when it stands on one already."""
    payment = Payment.objects.select_for_update(no_key=True, of=("self",)).get(pk=payment.pk)
    if payment.invoice_id == invoice.pk:
        return payment
    if payment.invoice_id:
        raise WrongState(_("This payment stands on an invoice already."))
    if not Payment.objects.standing().filter(pk=payment.pk).exists():
        raise WrongState(_("This payment has been corrected already."))
    payment.invoice = invoice
    payment.save(update_fields=["invoice"])
    audit.record("payment.placed", payment, by=by, invoice=invoice.number)
    return payment


def keep_bank_file(name: str, content: bytes, *, by: User) -> BankFile:
    """Keep the payments of a file to be looked at; nothing is recorded yet. The same file again is the same row.

    Raises BankFileRefused.
    """
    rows, unread = read_bank_file(content)
    values = {"rows": [row.stored() for row in rows], "unread": [one.stored() for one in unread]}
    sha256 = hashlib.sha256(content).hexdigest()
    file, is_new = BankFile.objects.get_or_create(
        sha256=sha256, defaults={"name": name[:150], "uploaded_by": by, **values}
    )
    if not is_new and file.put_away_at:
        file.put_away_at = None
        file.save(update_fields=["put_away_at"])
    return file


def put_away_bank_file(file: BankFile, *, by: User) -> None:
    """Take a file off the list without recording what is in it; bringing it once more takes it out again."""
    if BankFile.objects.filter(pk=file.pk, put_away_at=None).update(put_away_at=timezone.now()):
        audit.record("payments.put_away", file, by=by)


def matches(file: BankFile) -> list[Match]:
    """Return the payments of a file, each with its invoice and what is left of it when those before are recorded."""
    rows = [BankRow.read(stored) for stored in file.rows]
    kids = {kid for row in rows for kid in (row.kid, same_kid(row.kid))} - {""}
    invoices = Invoice.objects.with_balance().select_related("payer").filter(kid__in=kids)
    by_kid = {invoice.kid: invoice for invoice in invoices}
    keys = {row.key for row in rows}
    known = set(Payment.objects.filter(external_reference__in=keys).values_list("external_reference", flat=True))
    alike = _recorded_alike(rows)
    left = {invoice.pk: invoice.left for invoice in invoices}
    found = []
    for row in rows:
        invoice = by_kid.get(row.kid) or by_kid.get(same_kid(row.kid))
        match = Match(
            row,
            invoice,
            is_known=row.key in known,
            left=left[invoice.pk] if invoice else NOUGHT,
            is_alike=_likeness(row) in alike,
        )
        if invoice and not match.is_known:
            left[invoice.pk] -= row.amount
        found.append(match)
    return found


def _likeness(row: BankRow) -> tuple[date, Decimal, str]:
    return row.paid_on, row.amount, same_kid(row.kid)


def _recorded_alike(rows: list[BankRow]) -> set[tuple[date, Decimal, str]]:
    """Return day, amount and KID of what the bank has told of: in another file it may have another reference."""
    recorded = Payment.objects.standing().filter(way=Payment.Way.BANK, amount__in={row.amount for row in rows})
    return {
        (timezone.localdate(paid_at), amount, same_kid(kid))
        for paid_at, amount, kid in recorded.exclude(kid="").values_list("paid_at", "amount", "kid")
    }


@transaction.atomic
def confirm_bank_file(file: BankFile, *, by: User) -> int:
    """Record the payments of a file that are not recorded yet; returns how many. Doing it twice changes nothing."""
    file = BankFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    new = [match for match in matches(file) if not match.is_known]
    for match in new:
        record_payment(
            amount=match.row.amount,
            way=Payment.Way.BANK,
            paid_at=noon(match.row.paid_on),
            external_reference=match.row.key,
            invoice=match.invoice,
            kid=match.row.kid,
            by=by,
        )
    if file.confirmed_at is None:
        file.confirmed_at = timezone.now()
        file.save(update_fields=["confirmed_at"])
        audit.record("payments.imported", file, by=by, count=len(new))
    return len(new)


def noon(day: date) -> datetime:
    """Return the middle of an Oslo day, for what is known by the day only."""
    return datetime.combine(day, NOON, timezone.get_default_timezone())


def record_by_hand(*, number: int, amount: Decimal, paid_on: date, note: str, by: User, key: str) -> Payment:
    """Record what staff knows of otherwise, on an invoice; the same `key` once. Raises CoursesError."""
    return record_payment(
        amount=amount,
        way=Payment.Way.OTHER,
        paid_at=noon(paid_on),
        external_reference=f"hand:{key}",
        invoice=invoice_of_number(number),
        note=note,
        by=by,
    )


def invoice_of_number(number: int) -> Invoice:
    """Return the invoice of a number somebody has written. Raises CoursesError."""
    invoice = Invoice.objects.filter(number=number).first()
    if invoice is None:
        raise CoursesError(_("There is no invoice with this number."), field="number")
    return invoice
