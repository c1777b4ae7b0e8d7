"""Paying by card from the first press to the page at Stripe, and closing that page again.

Stripe's shortest Checkout lives half an hour, and the seats are held five minutes longer. Seats of a booking whose
Checkout may still be paid are never freed: it is closed at Stripe first, and Stripe says whether it was in time.
Amounts come from the booking, never from a form. Stripe is told the number of the booking and nothing about people.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, NotInvoiceable, WrongState
from courses.models import Booking, CardCheckout, Session
from taushet.services import audit

from . import seats
from .amounts_due import left_to_pay
from .card_payments import sync_payment
from .guards import lock_booking
from .invoices_by_card import InvoiceRefused, left_of_invoice
from .stripe_client import StripeAway, StripeRefused, ask, is_on, line

LIFE = timedelta(minutes=31)  # Stripe wants thirty at least, counted from when it hears of it
HELD = timedelta(minutes=35)
USABLE = timedelta(minutes=5)  # what is left of an open one that is still worth going to
PATIENCE = timedelta(hours=2)  # how long a Checkout that Stripe does not tell of keeps its seats
LEAST = 3  # kroner, below which Stripe takes no card

State = CardCheckout.State


class CannotPay(CoursesError):
    """The booking cannot be paid by card now."""


def start_checkout(booking: Booking, way_back: Callable[[int], str]) -> CardCheckout:
    """Return a Checkout where what is left of a booking can be paid; the same one while it stands.

    `way_back` gives the address that the payer comes back to for the number of a Checkout. Raises CannotPay,
    WrongState, StripeAway and StripeRefused.
    """
    checkout = _begin(booking)
    if checkout.url:
        return checkout
    address = way_back(checkout.pk)
    try:
        made = ask(
            line().checkout.sessions.create, _asked(checkout, address), {"idempotency_key": f"checkout-{checkout.key}"}
        )
    except StripeRefused:
        CardCheckout.objects.filter(pk=checkout.pk, state=State.NEW).update(
            state=State.FAILED, closed_at=timezone.now()
        )
        raise
    CardCheckout.objects.filter(pk=checkout.pk, state=State.NEW).update(
        state=State.OPEN, stripe_id=made.id, url=made.url or ""
    )
    checkout.refresh_from_db()
    if not checkout.url:
        raise CannotPay(_("The payment has been made, or is no longer open. Look at the booking once more."))
    return checkout


def _begin(booking: Booking) -> CardCheckout:
    with seats.door(booking.session_id) as door:
        booking = lock_booking(booking, door.session)
        amount = refuse_unpayable(booking)
        now = timezone.now()
        standing = booking.card_checkouts.filter(state__in=[State.NEW, State.OPEN]).first()
        if standing and standing.amount == amount and standing.expires_at > now + USABLE:
            return standing
        if standing:
            standing.state = State.CLOSING  # the clock closes it at Stripe
            standing.save(update_fields=["state"])
        if booking.state == Booking.State.HELD and booking.held_until < now + HELD:
            booking.held_until = min(now + HELD, door.session.first_starts_at)
            booking.save(update_fields=["held_until"])
        checkout = CardCheckout.objects.create(
            booking=booking, amount=amount, key=secrets.token_hex(16), expires_at=(now + LIFE).replace(microsecond=0)
        )
        audit.record("payment.begun", booking, kind="booker", amount=str(amount))
    return checkout


def refuse_unpayable(booking: Booking):
    """Return what is left to pay in kroner. Raises CannotPay with a sentence that says why a card does not do it."""
    if not is_on():
        raise CannotPay(_("This cannot be paid by card."))
    if booking.state not in {Booking.State.HELD, Booking.State.CONFIRMED}:
        raise CannotPay(_("This booking is not one that can be paid now."))
    if booking.session.state == Session.State.CANCELLED:
        raise CannotPay(_("The course is cancelled, so nothing is to be paid."))
    if booking.state == Booking.State.HELD and booking.session.first_starts_at < timezone.now() + HELD:
        raise CannotPay(_("The course begins too soon for this. Confirm the e-mail address first."))
    try:
        amount = left_of_invoice(booking)
        if amount is None:
            amount = left_to_pay(booking)
    except InvoiceRefused as error:
        raise CannotPay(str(error)) from error
    except NotInvoiceable as error:
        raise CannotPay(_("This cannot be paid by card.")) from error
    if amount < LEAST:
        raise CannotPay(_("There is nothing left to pay."))
    return amount


def amount_by_card(booking: Booking):
    """Return what could be paid by card now, in kroner; nothing when a card is not to be had."""
    try:
        return refuse_unpayable(booking) if booking.is_charged and is_on() else None
    except CannotPay:
        return None


def _asked(checkout: CardCheckout, way_back: str) -> dict:
    """Return what Stripe is asked for: the same for the same Checkout, or its idempotency key would not fit."""
    booking = checkout.booking
    with translation.override(booking.language):
        name = _("Course, booking %(number)d") % {"number": booking.pk}
    about = {"booking": str(booking.pk), "checkout": checkout.key}
    return {
        "mode": "payment",
        "client_reference_id": str(booking.pk),
        "line_items": [
            {
                "price_data": {
                    "currency": "nok",
                    "unit_amount": int(checkout.amount * 100),
                    "product_data": {"name": name},
                },
                "quantity": 1,
            }
        ],
        "payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "expires_at": int(checkout.expires_at.timestamp()),
        "locale": "en" if booking.language == "en" else "nb",
        "success_url": way_back,
        "cancel_url": way_back,
        "metadata": about,
        "payment_intent_data": {"metadata": about, "description": name},
    }


def close_checkouts(now: datetime | None = None) -> int:
    """Close the Checkouts whose time is up or which no longer fit their booking; returns how many may not be paid now.

    A call for each, so for the worker. What turns out to be paid is recorded.
    """
    now = now or timezone.now()
    closed = 0
    for checkout in CardCheckout.objects.unsettled().select_related("booking__session__course").order_by("pk"):
        if checkout.expires_at <= now or checkout.state == State.CLOSING or not _fits(checkout):
            closed += close_checkout(checkout, now)
    return closed


def _fits(checkout: CardCheckout) -> bool:
    try:
        return refuse_unpayable(checkout.booking) == checkout.amount
    except CannotPay:
        return False


def close_checkout(checkout: CardCheckout, now: datetime | None = None) -> bool:
    """Close one at Stripe, which decides whether it was paid before that; returns whether it may not be paid now."""
    now = now or timezone.now()
    if checkout.stripe_id is None:
        return checkout.expires_at <= now and _end(checkout)  # nobody has been given its address
    try:
        told = _expired_or_paid(checkout.stripe_id)
    except StripeRefused as error:
        if error.code != "resource_missing":
            raise
        return _end(checkout)
    except StripeAway:
        # Its own time is long over. What has been paid all the same is recorded when Stripe tells of it.
        return now > checkout.expires_at + PATIENCE and _end(checkout)
    if told.status == "complete":
        try:
            return sync_payment(told.payment_intent) is not None
        except (StripeAway, WrongState):
            return False
    return _end(checkout)


def _expired_or_paid(stripe_id: str):
    sessions = line().checkout.sessions
    told = ask(sessions.retrieve, stripe_id)
    if told.status != "open":
        return told
    try:
        return ask(sessions.expire, stripe_id)
    except StripeRefused:  # it was paid between the two
        return ask(sessions.retrieve, stripe_id)


def _end(checkout: CardCheckout) -> bool:
    ended = CardCheckout.objects.filter(pk=checkout.pk).unsettled()
    ended.update(state=State.EXPIRED, closed_at=timezone.now(), url="")
    return True
