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

from .bank_reading import BankRow, read_bank_file

NOON = time(12)


@dataclass(frozen=True)
class Match:
    """A payment of a file beside the invoice its KID names, and whether it has been recorded before."""

    row: BankRow
    invoice: Invoice | None
    is_known: bool

    @property
    def fits(self) -> bool:
        return self.invoice is not None and self.invoice.left == self.row.amount


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
    payment.invoice = invoice
    payment.save(update_fields=["invoice"])
    audit.record("payment.placed", payment, by=by, invoice=invoice.number)
    return payment


def keep_bank_file(name: str, content: bytes, *, by: User) -> BankFile:
    """Keep the payments of a file to be looked at; nothing is recorded yet. The same file again is the same row.

    Raises BankFileRefused.
    """
    rows = [row.stored() for row in read_bank_file(content)]
    sha256 = hashlib.sha256(content).hexdigest()
    return BankFile.objects.get_or_create(
        sha256=sha256, defaults={"name": name[:150], "rows": rows, "uploaded_by": by}
    )[0]


def matches(file: BankFile) -> list[Match]:
    """Return the payments of a file, each with its invoice."""
    rows = [BankRow.read(stored) for stored in file.rows]
    invoices = Invoice.objects.with_balance().select_related("payer").filter(kid__in={row.kid for row in rows} - {""})
    by_kid = {invoice.kid: invoice for invoice in invoices}
    references = {reference_of(row) for row in rows}
    known = set(Payment.objects.filter(external_reference__in=references).values_list("external_reference", flat=True))
    return [Match(row, by_kid.get(row.kid), reference_of(row) in known) for row in rows]


def reference_of(row: BankRow) -> str:
    """Return what the database knows a bank's payment by: the same one in two overlapping files is one."""
    return f"bank:{row.reference}"


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
            external_reference=reference_of(match.row),
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
    invoice = Invoice.objects.filter(number=number).first()
    if invoice is None:
        raise CoursesError(_("There is no invoice with this number."), field="number")
    return record_payment(
        amount=amount,
        way=Payment.Way.OTHER,
        paid_at=noon(paid_on),
        external_reference=f"hand:{key}",
        invoice=invoice,
        note=note,
        by=by,
    )
