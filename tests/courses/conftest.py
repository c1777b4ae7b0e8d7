"""What tests of courses may use."""

import pytest
from django.conf import settings
from django.utils import translation


@pytest.fixture
def english(client):
    """Let pages and sentences be read as the code writes them."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("en"):
        yield
