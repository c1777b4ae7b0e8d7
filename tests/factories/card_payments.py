"""Bookings that are paid by card, as far along as a test wants them."""

from datetime import timedelta

from django.utils import timezone

from courses.services.card_checkouts import start_checkout
from taushet.services.jobs import run_all_due_jobs
from tests.servers.stripe import post_event

from .courses import BookingFactory, SessionFactory

PRICE = 450


def costing(state="confirmed", *, capacity=20, **fields):
    """Make a booking of two seats of 450 kroner each."""
    if state == "held":
        fields |= {"held_until": timezone.now() + timedelta(hours=20), "confirmed_at": None}
    session = fields.pop("session", None) or SessionFactory(capacity=capacity, course__vat_treatment="exempt")
    return BookingFactory(state=state, seat_price=PRICE, session=session, **fields)


def begun(booking):
    """Let the booker come as far as the page at Stripe."""
    return start_checkout(booking, lambda number: f"http://localhost:8000/bestilling/igjen-{number}/betaling/")


def pay(server, checkout):
    """Let the payer press the button there; returns the number of the payment."""
    server.world.pay(checkout.stripe_id)
    return server.world.objects[checkout.stripe_id]["payment_intent"]


def tell(client, server, *kinds):
    """Let Stripe tell of everything so far, or of these kinds, and let the worker handle it."""
    for event in list(server.world.events):
        if not kinds or event["type"] in kinds:
            assert post_event(client, event).status_code == 200
    run_all_due_jobs()
