"""Money: a course that costs something, invoices in each state, and what still waits to be invoiced."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.models import Booking, CardCheckout, Invoice, Payment, Session, VatTreatment
from courses.services.card_checkouts import LIFE
from courses.services.card_payments import record_payment as record_card_payment
from courses.services.crediting import credit_invoice
from courses.services.invoicing import issue_invoice
from courses.services.payers import own_payer
from courses.services.payments import record_payment
from courses.services.prices import freeze_price
from courses.services.settling import settle_payment
from municipalities.models import Unit
from taushet.models import User

PRICE = Decimal(900)
HOME = "1804"
HINT = "Bestillerens nummer: B og seks sifre"
BEFORE = (45, 40, 6, 5, 4)  # days ago that the first ones were issued


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    staff = User.objects.filter(email="finance@demo.example").first()
    if staff is None or Invoice.objects.exists():
        return
    say_what_payers_want()
    bookings = charge_what_was_held()
    today = timezone.localdate()
    issued = [
        issue_invoice([booking], by=staff, on=today - timedelta(days=days))
        for days, booking in zip(BEFORE, bookings, strict=False)
    ]
    if len(issued) == len(BEFORE):
        paid, credited = issued[1:3]
        record_payment(
            amount=paid.total,
            way=Payment.Way.BANK,
            paid_at=timezone.now() - timedelta(days=12),
            external_reference="bank:demonstrasjon-1",
            invoice=paid,
            kid=paid.kid,
            by=staff,
        )
        record_payment(
            amount=PRICE,
            way=Payment.Way.BANK,
            paid_at=timezone.now() - timedelta(days=3),
            external_reference="bank:demonstrasjon-2",
            kid="47110",
            by=staff,
        )
        pay_by_card([one for one in bookings[len(BEFORE) :] if one.invoice_reference][:1], staff)
        credit_invoice(credited, {credited.lines.get().pk: PRICE}, reason="Én plass ble ikke brukt", by=staff)
    write(f"  {len(issued)} invoices")


def say_what_payers_want() -> None:
    """Let some municipalities have told how their references are written."""
    for number, masks, example in ((HOME, "B######", "B104711"), ("5501", "????, ######", "HOLM")):
        Unit.objects.filter(municipality=number, kind=Unit.Kind.MUNICIPALITY).update(
            reference_hint=HINT if number == HOME else "Fire bokstaver, eller bestillingsnummeret",
            reference_masks=masks,
            reference_example=example,
        )


def charge_what_was_held() -> list[Booking]:
    """Give the last held session a price, and its bookings with it; one of them lacks its reference."""
    held = Session.objects.filter(state=Session.State.HELD, is_demonstration=True).select_related("course")
    charged = []
    for session in held.order_by("-last_ends_at")[:3]:
        session.course.vat_treatment = VatTreatment.EXEMPT
        session.course.save(update_fields=["vat_treatment"])
        session.price = PRICE
        session.save(update_fields=["price"])
        for booking in session.bookings.filter(state=Booking.State.CONFIRMED).select_related("municipality"):
            freeze_price(booking, session)
            booking.payer = own_payer(booking.municipality)
            booking.invoice_reference = f"B10{booking.pk:04d}"
            booking.save()
            charged.append(booking)
    charged.sort(key=lambda booking: booking.municipality_id != HOME)
    for booking in charged[len(BEFORE) : len(BEFORE) + 1]:
        booking.invoice_reference = ""
        booking.save(update_fields=["invoice_reference"])
    return charged


def pay_by_card(bookings: list[Booking], staff: User) -> None:
    """Let a booking have been paid by card as Stripe once told of it, and its invoice ask for nothing more."""
    for booking in bookings:
        paid_at = timezone.now() - timedelta(days=30)  # longer ago than what is compared with Stripe
        checkout = CardCheckout.objects.create(
            booking=booking,
            amount=booking.total_price,
            key=f"demonstration-{booking.pk}",
            stripe_id=f"cs_demonstration_{booking.pk}",
            state=CardCheckout.State.OPEN,
            expires_at=paid_at + LIFE,
        )
        intent = f"pi_demonstration_{booking.pk}"
        payment = record_card_payment(intent, key=checkout.key, amount=checkout.amount, paid_at=paid_at)
        settle_payment(payment)
        issue_invoice([booking], by=staff)
