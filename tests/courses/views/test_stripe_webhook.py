"""What the webhook lets in: what Stripe has signed, whatever it is about."""

import pytest
from django.utils import timezone

from courses.models import (
    Payment,
    StripeEvent,
)
from taushet.services.jobs import run_all_due_jobs
from tests.factories.card_payments import begun, costing, pay
from tests.servers.stripe import WEBHOOK_SECRET, post_event

pytestmark = pytest.mark.django_db


def test_what_stripe_has_not_signed_is_no_fact(client, stripe_server):
    pay(stripe_server, begun(costing("held")))
    event = stripe_server.world.events[-1]
    old = int(timezone.now().timestamp()) - 301

    answers = [
        post_event(client, event, secret="whsec_other"),
        post_event(client, event, at=old),
        client.post("/webhooks/stripe/", "{}", content_type="application/json"),
        client.post("/webhooks/stripe/", b"\xff\xfe", content_type="application/json"),
        client.post(
            "/webhooks/stripe/",
            "{}",
            content_type="application/json",
            headers={"Stripe-Signature": f"t={int(timezone.now().timestamp())},v1=æøå"},
        ),
        post_event(client, ["not", "an", "event"]),
        post_event(client, {"id": 1, "type": None}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 7
    assert not StripeEvent.objects.exists()
    assert not Payment.objects.exists()
    assert WEBHOOK_SECRET not in str([answer.content for answer in answers])


def test_what_is_about_nothing_known_is_kept_and_answered(client, stripe_server):
    foreign = stripe_server.world
    strange = [
        {"id": "evt_a", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_1"}}},
        {"id": "evt_b", "object": "event", "type": "charge.refunded", "data": {"object": {"payment_intent": "pi_x"}}},
        {"id": "evt_c", "object": "event", "type": "charge.refunded", "data": None},
        {"id": "evt_d", "object": "event", "type": "checkout.session.expired", "data": {"object": {}}},
    ]
    made = foreign.create_session(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/",
            "line_items": [
                {"price_data": {"currency": "nok", "unit_amount": 5000, "product_data": {"name": "Another shop"}}}
            ],
        }
    )
    foreign.pay(made["id"])

    for event in [*strange, *foreign.events]:
        assert post_event(client, event).status_code == 200
    run_all_due_jobs()

    assert StripeEvent.objects.count() == len(strange) + len(foreign.events)
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"ignored"}
    assert not Payment.objects.exists()


def test_the_webhook_is_not_there_without_keys(client, stripe_server, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert post_event(client, {"id": "evt", "type": "x"}).status_code == 404
