"""How fast Stripe's webhook is answered while many events wait, with a worker that handles them beside it."""

import http.client
import json
import statistics
import subprocess
import sys
import time

from courses.demonstration.stripe_server.delivery import sign
from courses.demonstration.stripe_server.server import running_stripe

from .client import together
from .figures import Figure
from .server import ROOT, free_port, running_web

SECRET_KEY, WEBHOOK_SECRET = "sk_test_measured", "whsec_measured"
WAITING = 500
SENDERS, EACH = 2, 150


def webhook_figures(environment: dict, database: str) -> list[Figure]:
    """Let 500 events wait, of payments that take Stripe 0.2 s to tell of, and measure the answers to the next 300."""
    port = free_port()
    with running_stripe(SECRET_KEY) as stripe:
        environment = environment | {
            "TAUSHET_STRIPE_SECRET_KEY": SECRET_KEY,
            "TAUSHET_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "TAUSHET_STRIPE_API_BASE": stripe.address,
        }
        event = paid_event(stripe.world)
        stripe.delay = 0.2
        with running_web(environment, port):
            send(port, event, range(WAITING))
            worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=environment)
            try:
                time.sleep(3)
                seconds = []
                together(
                    SENDERS,
                    lambda index: seconds.extend(
                        send(port, event, range(1000 * (index + 1), 1000 * (index + 1) + EACH))
                    ),
                )
            finally:
                worker.terminate()
                worker.wait(timeout=120)
    p95 = statistics.quantiles(seconds, n=20)[-1] * 1000
    return [
        Figure(
            f"webhook at p95, {WAITING} events wait, {database}",
            p95,
            "ms",
            50,
            "most allowed",
            at_most=1,
        )
    ]


def paid_event(world) -> dict:
    """Return the event of a payment, of another system on the same account."""
    line = {"price_data": {"currency": "nok", "unit_amount": 45000, "product_data": {"name": "Kurs"}}}
    session = world.create_session({"mode": "payment", "success_url": "http://127.0.0.1/", "line_items": [line]})
    world.pay(session["id"])
    return next(event for event in world.events if event["type"] == "payment_intent.succeeded")


def send(port: int, event: dict, numbers) -> list[float]:
    """Send the event under other numbers, one after the other; returns the seconds each answer took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    seconds = []
    for number in numbers:
        body = json.dumps(event | {"id": f"evt_measured_{number}"}, indent=2).encode()
        headers = {"Content-Type": "application/json", "Stripe-Signature": sign(body, WEBHOOK_SECRET)}
        started = time.monotonic()
        connection.request("POST", "/webhooks/stripe/", body, headers)
        answer = connection.getresponse()
        answer.read()
        seconds.append(time.monotonic() - started)
        if answer.status != 200:
            raise RuntimeError(f"The webhook answered {answer.status}.")
    return seconds
