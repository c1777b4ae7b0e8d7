"""Money that comes by card: Stripe's library against a local server, real events at the real webhook."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from courses.models import (
    Booking,
    BookingMessage,
    CardCheckout,
    CardRefund,
    Payment,
    PaymentCase,
    StripeEvent,
)
from courses.services import card_checkouts
from courses.services.booking_changes import cancel_booking
from courses.services.card_payments import sync_payment
from courses.services.holds import expire_holds
from taushet.models import AuditEntry, Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.card_payments import begun, costing, pay, tell
from tests.factories.courses import BookingFactory
from tests.servers.stripe import post_event

pytestmark = pytest.mark.django_db


def kinds_of_mail(booking):
    return sorted(BookingMessage.objects.filter(booking=booking).values_list("message__kind", flat=True))


@pytest.mark.parametrize("seed", range(2))
def test_events_in_any_order_and_several_times_are_one_payment(client, stripe_server, seed):
    booking = costing("held")
    intent = pay(stripe_server, begun(booking))
    stripe_server.world.create_refund({"payment_intent": intent, "amount": "15000"})
    events = stripe_server.world.events * 3
    random.Random(seed).shuffle(events)

    for event in events:
        assert post_event(client, event).status_code == 200
        if seed % 2:
            run_all_due_jobs()
    run_all_due_jobs()

    booking.refresh_from_db()
    assert list(Payment.objects.values_list("amount", "way", "booking")) == [(Decimal(900), "card", booking.pk)]
    assert list(CardRefund.objects.values_list("amount", "state")) == [(Decimal(150), "succeeded")]
    assert (booking.state, CardCheckout.objects.get().outcome) == ("confirmed", "confirmed")
    assert AuditEntry.objects.filter(action="payment.settled").count() == 1
    assert kinds_of_mail(booking) == ["booking-confirmed", "payment-received", "payment-refunded"]
    assert not StripeEvent.objects.filter(state="waiting").exists()


def test_a_confirmed_booking_is_paid_and_keeps_its_state(client, stripe_server):
    booking = costing(language="en")

    pay(stripe_server, begun(booking))
    tell(client, stripe_server)

    message = Message.objects.get(kind="payment-received")
    assert CardCheckout.objects.get().outcome == "paid"
    assert "We have received 900 kroner by card" in message.text
    assert "The booking is paid in full." in message.text
    assert card_checkouts.amount_by_card(booking) is None
    assert AuditEntry.objects.filter(action="payment.settled").count() == 1


def test_a_hold_that_has_run_out_is_taken_up_again_while_there_is_room(client, stripe_server):
    booking = costing("held", capacity=2)
    pay(stripe_server, begun(booking))
    CardCheckout.objects.update(state="expired")  # as when Stripe was away for hours
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    assert expire_holds() == 1

    tell(client, stripe_server)

    booking.refresh_from_db()
    booking.session.refresh_from_db()
    assert (booking.state, booking.session.seats_taken) == ("confirmed", 2)


@pytest.mark.parametrize("does", ["task", "refund"])
def test_paid_too_late_and_full_the_money_is_kept_and_the_booking_is_not_revived(client, stripe_server, settings, does):
    settings.CARD_SURPLUS = does
    booking = costing("held", capacity=2, language="en")
    pay(stripe_server, begun(booking))
    CardCheckout.objects.update(state="expired")
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    expire_holds()
    booking.session.refresh_from_db()
    BookingFactory(session=booking.session, seats=2)

    for _time in range(2):
        tell(client, stripe_server)

    booking.refresh_from_db()
    booking.session.refresh_from_db()
    refunds = [(Decimal(900), "succeeded")] if does == "refund" else []
    cases = [] if does == "refund" else [("late", Decimal(900))]
    assert (booking.state, booking.session.seats_taken) == ("expired", 2)
    assert Payment.objects.get().amount == 900
    assert list(CardRefund.objects.values_list("amount", "state")) == refunds
    assert list(PaymentCase.objects.values_list("kind", "amount")) == cases
    assert CardCheckout.objects.get().outcome == "late"
    surplus = Message.objects.get(kind="payment-surplus")
    assert ("back to the same card" in surplus.text) == (does == "refund")


def test_a_booking_that_was_cancelled_meanwhile_stays_so(client, stripe_server):
    booking = costing()
    checkout = begun(booking)
    cancel_booking(booking)
    pay(stripe_server, checkout)

    tell(client, stripe_server)

    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert PaymentCase.objects.get().kind == "late"


def test_paid_twice_is_recorded_twice_and_put_before_staff_once(client, stripe_server):
    booking = costing()
    first = begun(booking)
    CardCheckout.objects.update(state="closing")
    second = begun(booking)
    assert first.pk != second.pk

    for checkout in (first, second):
        pay(stripe_server, checkout)
    tell(client, stripe_server)

    assert Payment.objects.count() == 2
    assert list(PaymentCase.objects.values_list("kind", "amount")) == [("surplus", Decimal(900))]
    assert kinds_of_mail(booking) == ["payment-received", "payment-surplus"]


def test_money_given_back_before_we_hear_of_it_confirms_nothing(client, stripe_server):
    booking = costing("held")
    intent = pay(stripe_server, begun(booking))
    stripe_server.world.create_refund({"payment_intent": intent})

    tell(client, stripe_server, "charge.refunded")
    tell(client, stripe_server)

    booking.refresh_from_db()
    assert (booking.state, CardCheckout.objects.get().outcome) == ("held", "returned")
    assert (Payment.objects.count(), CardRefund.objects.count()) == (1, 1)


def test_a_declined_card_changes_nothing(client, stripe_server):
    booking = costing("held")
    checkout = begun(booking)
    stripe_server.world.pay(checkout.stripe_id, "4000 0000 0000 0002")

    tell(client, stripe_server)

    booking.refresh_from_db()
    assert (booking.state, Payment.objects.count()) == ("held", 0)
    assert CardCheckout.objects.get().state == "open"


def test_a_fault_after_the_money_has_come_loses_no_money(client, stripe_server):
    booking = costing("held")
    intent = pay(stripe_server, begun(booking))

    def fail(execute, sql, params, many, context):
        if sql.startswith('UPDATE "courses_booking"'):
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        sync_payment(intent)
    booking.refresh_from_db()
    before = booking.state, Payment.objects.count()
    sync_payment(intent)

    booking.refresh_from_db()
    assert (before, booking.state, Payment.objects.count()) == (("held", 1), "confirmed", 1)
