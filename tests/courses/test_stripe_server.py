"""Does the stand-in for Stripe do what Stripe does? Asked with Stripe's own library."""

import os
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
import stripe
from django.conf import settings

from courses.demonstration.stripe_server.delivery import sign
from courses.demonstration.stripe_server.server import running_stripe
from tests.servers.workers import wait_until


@pytest.fixture(scope="module")
def server():
    with running_stripe("sk_test_one") as running:
        yield running


@pytest.fixture
def client(server):
    return stripe.StripeClient("sk_test_one", base_addresses={"api": server.address}, max_network_retries=0).v1


def asked(amount=45000, **more):
    line = {"price_data": {"currency": "nok", "unit_amount": amount, "product_data": {"name": "Kurs"}}, "quantity": 1}
    return {
        "mode": "payment",
        "line_items": [line],
        "success_url": "http://127.0.0.1:9/igjen/{CHECKOUT_SESSION_ID}/",
        "cancel_url": "http://127.0.0.1:9/tilbake/",
        "expires_at": int(time.time()) + 31 * 60,
        "payment_intent_data": {"metadata": {"booking": "7"}},
    } | more


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def press(session, act, card="4242 4242 4242 4242"):
    """Press a button of the hosted page as a browser without script would; returns (status, page, where to)."""
    form = urlencode({"act": act, "card": card}).encode()
    try:
        answer = build_opener(Stay).open(session.url, form, timeout=5)
    except HTTPError as error:
        answer = error
    return answer.status, answer.read().decode(), answer.headers.get("Location", "")


def test_a_payment_is_made_on_the_hosted_page_after_a_decline(server, client):
    session = client.checkout.sessions.create(asked())
    page = build_opener().open(session.url, timeout=5).read().decode()
    declined = press(session, "decline")
    still_open = client.checkout.sessions.retrieve(session.id)
    paid = press(session, "pay")
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    again = press(session, "pay")

    assert "450,00 kr" in page
    assert (declined[0], "avvist" in declined[1], still_open.status) == (200, True, "open")
    assert paid[0::2] == (303, f"http://127.0.0.1:9/igjen/{session.id}/")
    assert (after.status, after.payment_status, after.amount_total, after.url) == ("complete", "paid", 45000, None)
    assert after.payment_intent.latest_charge.amount_captured == 45000
    assert after.payment_intent.metadata.to_dict() == {"booking": "7"}
    assert "ikke lenger" in again[1]
    kinds = [event["type"] for event in server.world.events if session.id in str(event)]
    assert kinds == ["checkout.session.completed"]


def test_one_idempotency_key_is_one_deed(client):
    params = asked()

    first, second = (client.checkout.sessions.create(params, {"idempotency_key": "one"}) for _time in range(2))

    assert first.id == second.id
    with pytest.raises(stripe.IdempotencyError):
        client.checkout.sessions.create(asked(45100), {"idempotency_key": "one"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"expires_at": int(time.time()) + 60},
        {"expires_at": int(time.time()) + 25 * 60 * 60},
        {"mode": "subscription"},
        {"line_items": []},
        {"booking": "7"},
        asked(299),
        asked(-500),
    ],
)
def test_what_stripe_would_not_take_is_refused(client, wrong):
    with pytest.raises(stripe.InvalidRequestError):
        client.checkout.sessions.create(asked(**wrong))


def test_a_wrong_key_and_an_unknown_number_are_told_apart(server, client):
    stranger = stripe.StripeClient("sk_test_other", base_addresses={"api": server.address}, max_network_retries=0)

    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.checkout.sessions.create(asked())
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.payment_intents.retrieve("pi_unknown")
    assert (error.value.http_status, error.value.code) == (404, "resource_missing")


def test_an_expired_checkout_takes_no_payment_and_a_paid_one_does_not_expire(client):
    expired, paid = (client.checkout.sessions.create(asked()) for _time in range(2))
    client.checkout.sessions.expire(expired.id)
    press(paid, "pay")

    late = press(expired, "pay")
    with pytest.raises(stripe.InvalidRequestError):
        client.checkout.sessions.expire(paid.id)

    assert "ikke lenger" in late[1]
    assert client.checkout.sessions.retrieve(expired.id).payment_status == "unpaid"


def test_refunds_never_exceed_what_was_paid(client):
    session = client.checkout.sessions.create(asked())
    press(session, "pay")
    intent = client.checkout.sessions.retrieve(session.id).payment_intent

    client.refunds.create({"payment_intent": intent, "amount": 15000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.refunds.create({"payment_intent": intent, "amount": 30001})
    client.refunds.create({"payment_intent": intent})

    with pytest.raises(stripe.InvalidRequestError) as error:
        client.refunds.create({"payment_intent": intent})
    assert error.value.code == "charge_already_refunded"
    assert [refund.amount for refund in client.refunds.list({"payment_intent": intent})] == [30000, 15000]


def test_lists_come_in_pages_newest_first_with_what_they_are_about(client):
    before = len(list(client.balance_transactions.list({"limit": 1}).auto_paging_iter()))
    for _time in range(3):
        press(client.checkout.sessions.create(asked()), "pay")

    moved = list(client.balance_transactions.list({"limit": 2, "expand": ["data.source"]}).auto_paging_iter())

    assert len(moved) == before + 3
    assert [(one.type, one.source.object) for one in moved[:3]] == [("charge", "charge")] * 3
    assert moved[0].source.created >= moved[2].source.created
    assert list(client.charges.list({"created": {"lt": 1000}})) == []


def test_the_signature_is_one_that_stripes_library_believes():
    body = b'{"object": "event", "id": "evt_1"}'

    assert stripe.WebhookSignature.verify_header(body, sign(body, "whsec_a"), "whsec_a", 300)
    for header, secret in ((sign(body, "whsec_b"), "whsec_a"), (sign(body, "whsec_a", 1), "whsec_a"), ("", "whsec_a")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body, header, secret, 300)


def test_a_dispute_moves_the_money_back_and_forth(server, client):
    session = client.checkout.sessions.create(asked())
    press(session, "pay")
    intent = client.checkout.sessions.retrieve(session.id).payment_intent

    dispute = server.world.dispute(intent)
    with pytest.raises(stripe.InvalidRequestError):
        client.refunds.create({"payment_intent": intent})
    server.world.close_dispute(dispute["id"], is_won=True)

    moves = client.balance_transactions.list({"source": dispute["id"]})
    assert [move.amount for move in moves] == [45000, -45000]
    assert client.disputes.retrieve(dispute["id"]).status == "won"


def test_as_a_process_of_its_own_it_tells_until_it_is_heard_and_forgets_everything_at_the_end():
    heard, answers = [], [500, 200]

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], "whsec_of_a_run")
            if event.type == "checkout.session.completed":
                heard.append(event.data.object.id)
            self.send_response(answers.pop(0) if event.type == "checkout.session.completed" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    webhook = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=webhook.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    keys = {"TAUSHET_STRIPE_SECRET_KEY": "sk_test_of_a_run", "TAUSHET_STRIPE_WEBHOOK_SECRET": "whsec_of_a_run"}
    command = [sys.executable, "-m", "courses.demonstration.stripe_server", str(port)]
    where = f"http://127.0.0.1:{webhook.server_port}/webhooks/stripe/"
    api = stripe.StripeClient("sk_test_of_a_run", base_addresses={"api": f"http://127.0.0.1:{port}"}).v1
    process = subprocess.Popen([*command, where], env=os.environ | keys, cwd=settings.BASE_DIR)
    try:
        session = wait_until(lambda: created(api))
        press(session, "pay")
        wait_until(lambda: len(heard) == 2)
    finally:
        process.terminate()
        ended = process.wait(20)
        webhook.shutdown()

    assert heard == [session.id] * 2
    assert ended == 0
    with pytest.raises(stripe.APIConnectionError):
        api.checkout.sessions.retrieve(session.id)


def created(api):
    try:
        return api.checkout.sessions.create(asked())
    except stripe.APIConnectionError:
        return None
