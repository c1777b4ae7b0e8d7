"""The local stand-in for Stripe, with the keys that the tests know, and ways to let its events arrive."""

import json
import random
from contextlib import contextmanager

from courses.demonstration.stripe_server.delivery import sign
from courses.demonstration.stripe_server.server import running_stripe

SECRET_KEY, WEBHOOK_SECRET = "sk_test_of_the_tests", "whsec_of_the_tests"
WEBHOOK = "/webhooks/stripe/"


@contextmanager
def stripe_known_to(settings):
    """Run a server and let the settings name it."""
    with running_stripe(SECRET_KEY) as stripe:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = SECRET_KEY, WEBHOOK_SECRET
        settings.STRIPE_API_BASE = stripe.address
        yield stripe


def post_event(client, event, *, secret=WEBHOOK_SECRET, at=None):
    """Post one event to the webhook as Stripe would; returns the answer."""
    body = json.dumps(event, indent=2).encode()
    headers = {"stripe-signature": sign(body, secret, at)}
    return client.post(WEBHOOK, body, content_type="application/json; charset=utf-8", headers=headers)


def post_events(client, stripe, *kinds, seed=None, copies=1):
    """Post what has happened so far, of these kinds or all, shuffled when there is a seed, each so many times."""
    events = [event for event in stripe.world.events if not kinds or event["type"] in kinds] * copies
    if seed is not None:
        random.Random(seed).shuffle(events)
    for event in events:
        assert post_event(client, event).status_code == 200
