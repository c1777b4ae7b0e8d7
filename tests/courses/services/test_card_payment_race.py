"""Payments, refunds and the clock at the same moment, in processes of their own."""

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from courses import tasks
from courses.models import Booking, BookingMessage, CardCheckout, CardRefund, Payment, PaymentCase, StripeEvent
from courses.services import stripe_events
from courses.services.bookings import book_seats
from courses.services.card_refunds import ask_refund
from courses.services.holds import expire_holds
from courses.services.stripe_events import handle_event
from taushet.models import AuditEntry
from tests.factories.card_payments import begun, costing, pay, tell
from tests.factories.municipalities import MunicipalityFactory
from tests.rivals import at_once
from tests.servers.stripe import post_event

pytestmark = pytest.mark.django_db(transaction=True)


def kept(client, server, kind="checkout.session.completed"):
    """Let Stripe tell of something, which nobody has handled yet; returns the numbers of what is kept."""
    for event in server.world.events:
        if event["type"] == kind:
            assert post_event(client, event).status_code == 200
    return list(StripeEvent.objects.filter(kind=kind).values_list("pk", flat=True))


def test_one_event_five_times_at_once_is_kept_once_and_one_payment(client, stripe_server):
    booking = costing("held")
    pay(stripe_server, begun(booking))
    event = stripe_server.world.events[-1]

    answers = at_once(lambda _number: post_event(Client(), event).status_code, range(5))
    (number,) = StripeEvent.objects.values_list("pk", flat=True)
    outcomes = at_once(lambda _number: handle_event.call(number), range(5))

    booking.refresh_from_db()
    booking.session.refresh_from_db()
    assert (answers, outcomes) == ([200] * 5, ["handled"] * 5)
    assert (booking.state, booking.session.seats_taken, Payment.objects.count()) == ("confirmed", 2, 1)
    kinds = sorted(BookingMessage.objects.values_list("message__kind", flat=True))
    assert kinds == ["booking-confirmed", "payment-received"]


def test_the_sweep_and_a_payment_cross_and_the_booking_stays_paid(client, stripe_server):
    bookings = [costing("held") for _number in range(3)]
    for booking in bookings:
        pay(stripe_server, begun(booking))
    gone = timezone.now() - timedelta(minutes=1)
    Booking.objects.update(held_until=gone)
    CardCheckout.objects.update(expires_at=gone)
    numbers = kept(client, stripe_server)

    def work(thing):
        return tasks.expire_holds.call() if thing == "sweep" else handle_event.call(thing)

    outcomes = at_once(work, ["sweep", *numbers, "sweep"])

    assert sorted(map(str, outcomes)) == ["0", "0", "handled", "handled", "handled"]
    assert set(Booking.objects.values_list("state", flat=True)) == {"confirmed"}
    assert Payment.objects.count() == 3
    assert not AuditEntry.objects.filter(action="booking.expired").exists()
    assert not PaymentCase.objects.exists()


def test_a_late_payment_and_somebody_who_books_the_last_seats(client, stripe_server):
    booking, place = costing("held", capacity=2), MunicipalityFactory()
    pay(stripe_server, begun(booking))
    CardCheckout.objects.update(state="expired")
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    assert expire_holds() == 1
    (number,) = kept(client, stripe_server)

    def work(thing):
        if thing:
            return handle_event.call(number)
        person = {"contact_name": "Kari", "contact_email": "kari@bodo.test", "contact_phone": "+4722331160"}
        return book_seats(booking.session, request_key="x", municipality=place, seats=2, **person).state

    outcomes = at_once(work, [1, 1, 0])

    booking.refresh_from_db()
    booking.session.refresh_from_db()
    was_first = booking.state == "confirmed"
    assert outcomes.count("handled") == 2
    assert booking.session.seats_taken == 2
    assert Payment.objects.get().amount == 900
    assert PaymentCase.objects.filter(kind="late").count() == (0 if was_first else 1)
    assert ("held" in outcomes) != was_first


def test_refunds_asked_for_at_once_never_exceed_the_payment(client, stripe_server):
    pay(stripe_server, begun(costing()))
    tell(client, stripe_server)
    payment = Payment.objects.get()

    outcomes = at_once(lambda _number: str(ask_refund(payment, Decimal(400)).amount), range(4))

    assert sorted(map(str, outcomes))[2:] == ["400", "400"]
    assert sum(CardRefund.objects.values_list("amount", flat=True)) == 800


def test_pressed_several_times_at_once_is_one_page_at_stripe(stripe_server):
    booking = costing()

    outcomes = at_once(lambda _number: begun(booking).url, range(4))

    assert len(set(outcomes)) == len(stripe_server.world.all("checkout.session")) == 1
    assert CardCheckout.objects.get().state == "open"


def test_a_lock_that_waits_too_long_lets_stripe_send_again(client, stripe_server, monkeypatch):
    monkeypatch.setattr(stripe_events, "WAITS_FOR_LOCKS", 300)
    pay(stripe_server, begun(costing()))
    event = stripe_server.world.events[-1]
    holds, may_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            StripeEvent.objects.create(event_id=event["id"], kind="held", body="{}")
            holds.set()
            may_go.wait(30)
            transaction.set_rollback(True)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert holds.wait(30)
    started = time.monotonic()
    refused = post_event(client, event)
    seconds = time.monotonic() - started
    may_go.set()
    holder.join()
    again = post_event(client, event)

    assert (refused.status_code, again.status_code) == (503, 200)
    assert seconds < 10
    assert StripeEvent.objects.get().kind == "checkout.session.completed"
