"""Invoices issued: at once, after the course, or one a month for a payer; by the clock and by staff."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet
from django.tasks import task
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, NotInvoiceable
from courses.models import Booking, Course, Invoice, InvoiceLine, NumberSeries, Session
from taushet.models import User
from taushet.services import audit

from .einvoices import refuse_faulty
from .invoice_drafts import Draft, draft_invoice, payer_of
from .invoice_files import make_document_file, make_missing_files
from .invoice_mail import tell_issued
from .kid import make_kid
from .number_series import refuse_closed, take_number
from .owed import unsettled
from .prepaid import claim_payments, is_prepaid

BOOKING_ROWS = ("session__course", "session__municipality", "municipality", "payer__municipality")


@transaction.atomic
def issue_invoice(
    bookings: Iterable[Booking],
    *,
    by: User | None = None,
    is_collective: bool = False,
    on: date | None = None,
    seen_total: Decimal | None = None,
    makes_paper: bool = True,
    replaces: Invoice | None = None,
) -> Invoice:
    """Issue an invoice for what bookings of one payer owe; number and freezing in this one transaction.

    `on` is the Oslo date it carries, today by default. With `seen_total`, in kroner with VAT, nothing is issued that
    costs another sum than was shown. `replaces` is the invoice it takes the place of. Whoever issues many lets the
    papers be made together after. Raises NothingToInvoice, NotInvoiceable and PeriodClosed.
    """
    day = on or timezone.localdate()
    refuse_closed(day)
    numbers = [booking.pk for booking in bookings]
    locked = Booking.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=numbers)
    draft = draft_invoice(
        locked.select_related(*BOOKING_ROWS).prefetch_related("fees").order_by("pk"),
        on=day,
        is_collective=is_collective,
    )
    if seen_total is not None and seen_total != draft.invoice.total:
        raise NotInvoiceable(_("The amount has changed since you opened the page. Look at it once more."))
    if replaces:
        draft.invoice.replaces = replaces
        with translation.override(draft.invoice.language):
            said = _("Takes the place of invoice %(number)s.") % {"number": replaces.shown_number}
        draft.invoice.note = f"{said} {draft.invoice.note}".strip()
    return _issue(draft, by, makes_paper=makes_paper)


def issue_checked(
    bookings: Iterable[Booking],
    *,
    by: User | None = None,
    is_collective: bool = False,
    on: date | None = None,
    seen_total: Decimal | None = None,
    makes_paper: bool = True,
) -> Invoice:
    """Issue an invoice whose e-invoice will hold; it is checked before the transaction that gives it its number.

    Checking takes longer than others should wait for a number, so this is not called inside a transaction. Raises as
    `issue_invoice` does, and NotInvoiceable with the rules that are not kept.
    """
    bookings = list(bookings)
    rows = Booking.objects.filter(pk__in=[booking.pk for booking in bookings]).select_related(*BOOKING_ROWS)
    draft = draft_invoice(rows.prefetch_related("fees").order_by("pk"), on=on, is_collective=is_collective)
    refuse_faulty(draft.document)
    return issue_invoice(
        bookings, by=by, is_collective=is_collective, on=on, seen_total=seen_total, makes_paper=makes_paper
    )


def _issue(draft: Draft, by: User | None, *, makes_paper: bool) -> Invoice:
    invoice = draft.invoice
    invoice.issued_by = by
    invoice.issued_at = timezone.now()
    invoice.number = take_number(NumberSeries.Kind.INVOICE, on=invoice.issued_on)
    invoice.kid = make_kid(invoice.number)
    invoice.save(force_insert=True)
    for line in draft.lines:
        line.invoice = invoice
    InvoiceLine.objects.bulk_create(draft.lines)
    is_paid = claim_payments(invoice, draft.bookings)
    audit.record("invoice.issued", invoice, by=by, kind="" if by else "clock", number=invoice.number)
    tell_issued(invoice, is_paid=is_paid)
    if makes_paper:
        make_document_file.enqueue("invoice", invoice.pk)
    return invoice


def to_invoice(bookings: QuerySet[Booking] | None = None) -> QuerySet[Booking]:
    """Return the bookings that owe more than has been invoiced, the soonest course first, with what lists show."""
    rows = unsettled(bookings).filter(owes__gt=F("covers"))
    return (
        rows.select_related(*BOOKING_ROWS)
        .prefetch_related("fees")
        .order_by("session__last_ends_at", "municipality", "pk")
    )


def to_credit() -> QuerySet[Booking]:
    """Return the bookings whose documents say more than they owe: what the clock credits as soon as it can."""
    rows = unsettled().filter(owes__lt=F("covers"))
    return rows.select_related(*BOOKING_ROWS).order_by("session__last_ends_at", "pk")


def is_due(booking: Booking, now: datetime | None = None) -> bool:
    """Whether the time has come to invoice a booking, by what its course and its payer want."""
    now = now or timezone.now()
    session = booking.session
    ended = booking.ended_at if booking.state == Booking.State.CANCELLED else None
    if booking.payer and booking.payer.collects_invoices:
        over = ended or session.last_ends_at
        return timezone.localdate(over).replace(day=1) < timezone.localdate(now).replace(day=1)
    if ended or session.state == Session.State.CANCELLED:
        return True
    return session.course.invoicing == Course.Invoicing.AT_ONCE or session.last_ends_at <= now


def due_at(booking: Booking) -> datetime:
    """Return about when a booking is invoiced: when it was confirmed, or when its course is over."""
    if booking.session.course.invoicing == Course.Invoicing.AT_ONCE:
        return booking.confirmed_at or booking.created_at
    return booking.session.last_ends_at


def in_groups(bookings: Iterable[Booking]) -> list[list[Booking]]:
    """Put bookings together that belong on one invoice: one each, or for a payer who wants it one a month.

    Bookings whose payer nobody can tell stand alone.
    """
    groups = defaultdict(list)
    for booking in bookings:
        groups[_group_key(booking)].append(booking)
    return list(groups.values())


def _group_key(booking: Booking) -> tuple:
    if not (booking.payer and booking.payer.collects_invoices) or is_prepaid(booking):
        return ("alone", booking.pk)
    try:
        return ("together", payer_of(booking).pk, booking.invoice_reference)
    except NotInvoiceable:
        return ("alone", booking.pk)


def issue_due_invoices(now: datetime | None = None) -> dict[str, int]:
    """Issue what is due, each invoice in a transaction of its own; what lacks something stays on staff's list.

    Returns how many were issued and how many could not be.
    """
    due = [booking for booking in to_invoice() if _can_be_addressed(booking) and is_due(booking, now)]
    counts = {"issued": 0, "held": 0}
    for group in in_groups(due):
        try:
            collects = bool(group[0].payer and group[0].payer.collects_invoices)
            issue_checked(group, is_collective=collects, makes_paper=False)
        except CoursesError:
            counts["held"] += 1
        else:
            counts["issued"] += 1
    make_missing_files.enqueue()
    return counts


@task()
def issue_at_once(booking_id: int) -> bool:
    """Issue the invoice of a booking whose course is invoiced at once; may run twice. Returns whether one was issued.

    What lacks something, is collected by its payer or is being paid by card this moment is left to the clock.
    """
    booking = to_invoice(Booking.objects.filter(pk=booking_id)).first()
    if booking is None or not _can_be_addressed(booking) or not is_due(booking):
        return False
    if booking.card_checkouts.unsettled().exists():
        return False
    try:
        issue_checked([booking])
    except CoursesError:
        return False
    return True


def follow_confirmed(booking: Booking) -> None:
    """Let the invoice of a booking that has just been confirmed come at once, where its course wants that."""
    if booking.is_charged and booking.session.course.invoicing == Course.Invoicing.AT_ONCE:
        issue_at_once.enqueue(booking.pk)


def _can_be_addressed(booking: Booking) -> bool:
    """Whether the payer's reference is there, or nobody is asked to pay."""
    return bool(booking.invoice_reference) or is_prepaid(booking)
