import pytest
from django.conf import settings
from django.utils import translation

from tests.factories.taushet import StaffFactory, sign_in


@pytest.fixture(autouse=True)
def english(client):
    """Let pages and sentences be read as the code writes them."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def author(client, clock, english):
    """Campaign staff who is signed in."""
    return sign_in(client, StaffFactory(email="siri@kss.example", name="Siri Strand"))


@pytest.fixture
def said():
    """What a page tells about what was just done."""
    return lambda response: [str(message) for message in response.context["messages"]]
