"""Every night: what Stripe knows and what we know."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from courses.models import CardRefund, Payment, PaymentCase
from courses.services.payment_rows import case_sentence
from courses.services.stripe_comparison import compare_with_stripe
from taushet.services.jobs import TryLater
from tests.factories.card_payments import begun, costing, pay, tell
from tests.factories.invoices import PaymentFactory

pytestmark = pytest.mark.django_db


def tonight():
    return timezone.now() + timedelta(hours=4)


def found():
    return sorted(PaymentCase.objects.filter(kind="difference").values_list("detail__what", flat=True))


def test_nothing_differs_when_every_event_came(client, stripe_server):
    intent = pay(stripe_server, begun(costing()))
    stripe_server.world.create_refund({"payment_intent": intent, "amount": "5000"})
    tell(client, stripe_server)

    assert compare_with_stripe(tonight()) == 0
    assert found() == []


def test_what_we_have_not_heard_of_is_recorded_and_listed_once(client, stripe_server):
    first, second = begun(costing("held")), begun(costing())
    pay(stripe_server, first)
    intent = pay(stripe_server, second)
    tell(client, stripe_server, "payment_intent.succeeded")
    Payment.objects.filter(external_reference=intent).get()  # this one has been told of, its refund has not
    lost = begun(costing("held"))
    pay(stripe_server, lost)
    stripe_server.world.create_refund({"payment_intent": intent})

    counts = compare_with_stripe(tonight()), compare_with_stripe(tonight())

    lost.booking.refresh_from_db()
    assert counts == (2, 0)
    assert found() == ["refund_unheard", "unheard"]
    assert (lost.booking.state, Payment.objects.count(), CardRefund.objects.get().amount) == ("confirmed", 3, 900)


def test_what_stripe_does_not_know_and_other_amounts_are_listed(client, stripe_server):
    booking = costing()
    intent = pay(stripe_server, begun(booking))
    stripe_server.world.objects[stripe_server.world.objects[intent]["latest_charge"]]["amount_captured"] = 1
    tell(client, stripe_server)
    made_up = PaymentFactory(way="card", external_reference="pi_made_up", booking=booking)
    CardRefund.objects.create(payment=made_up, amount=Decimal(5), key="x", stripe_id="re_made_up", state="succeeded")
    PaymentFactory(way="bank")

    compare_with_stripe(tonight())

    assert found() == ["amount", "refund_unknown_there", "unknown_there"]
    assert all(case_sentence(case) for case in PaymentCase.objects.all())


def test_what_is_fresh_foreign_or_cannot_be_asked_for_now_is_no_difference(client, stripe_server, settings):
    pay(stripe_server, begun(costing()))
    foreign = {"price_data": {"currency": "nok", "unit_amount": 5000, "product_data": {"name": "Another shop"}}}
    made = stripe_server.world.create_session(
        {"mode": "payment", "success_url": "http://127.0.0.1:9/", "line_items": [foreign]}
    )
    stripe_server.world.pay(made["id"])
    assert compare_with_stripe() == 0
    tell(client, stripe_server)
    assert compare_with_stripe(tonight()) == 0

    stripe_server.is_away = True
    with pytest.raises(TryLater):
        compare_with_stripe(tonight())
    settings.STRIPE_SECRET_KEY = ""
    assert compare_with_stripe(tonight()) == 0
