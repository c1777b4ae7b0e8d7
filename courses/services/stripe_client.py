"""Our side of the line to Stripe. Never used inside a transaction: nobody is called while a row is locked."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError

PATIENCE = 10  # seconds for one answer; a visitor waits for it
# What passes by itself: the line is down, Stripe is busy, or another request with the same key is under way.
PASSING = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)
FINAL = (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError, stripe.PermissionError)

stripe.enable_telemetry = False


class StripeAway(CoursesError):
    """Stripe does not answer now; nothing has been paid."""

    def __init__(self) -> None:
        super().__init__(_("The payment service does not answer now. Nothing has been paid. Try again in a while."))


class StripeRefused(CoursesError):
    """Stripe would not do what it was asked for; `code` is Stripe's own word for why."""

    def __init__(self, code: str = "") -> None:
        super().__init__(_("The payment service could not do this. Nothing has been paid."))
        self.code = code


def is_on() -> bool:
    """Whether bookers can pay by card: both keys are set."""
    return bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET)


def ask(call, *arguments, **options):
    """Ask Stripe for something. Raises StripeAway when that passes by itself, and StripeRefused when it does not."""
    try:
        return call(*arguments, **options)
    except FINAL as error:
        raise StripeRefused(error.code or "") from error
    except PASSING as error:
        raise StripeAway from error
    except stripe.AuthenticationError as error:  # a wrong key is ours to set right, not the payer's
        raise StripeAway from error


def line():
    """Return Stripe's interface with the keys of the settings."""
    return _line(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, os.getpid())


@cache
def _line(secret_key: str, base: str, process: int):
    # Each process has connections of its own: two that share one would read each other's answers.
    addresses = {"base_addresses": {"api": base}} if base else {}
    http_client = stripe.RequestsClient(timeout=PATIENCE)
    return stripe.StripeClient(secret_key, max_network_retries=1, http_client=http_client, **addresses).v1


def kroner_of(amount: int) -> Decimal:
    return Decimal(amount) / 100


def moment_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
