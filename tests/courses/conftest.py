"""What tests of courses may use."""

import pytest
from django.conf import settings
from django.utils import translation

from tests.servers.stripe import stripe_known_to


@pytest.fixture
def english(client):
    """Let pages and sentences be read as the code writes them."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def stripe_server(settings):
    """A stand-in for Stripe that the settings name, with nothing in it."""
    with stripe_known_to(settings) as server:
        yield server
