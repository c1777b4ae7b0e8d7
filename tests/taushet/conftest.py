import importlib

import pytest
from django.urls import clear_url_caches

from taushet import urls
from tests.servers.kinds import registrations as kinds
from tests.servers.smtp import smtp_server


@pytest.fixture
def demonstration(settings, db):
    """The demonstration switched on, its address included."""
    settings.DEMO = True
    importlib.reload(urls)
    clear_url_caches()
    yield
    settings.DEMO = False
    importlib.reload(urls)
    clear_url_caches()


@pytest.fixture
def mailbox(settings):
    """A real mail server that this process may send to."""
    with smtp_server() as (mailbox, mailers):
        settings.OUTGOING_MAIL = True
        settings.MAILERS = mailers
        yield mailbox


@pytest.fixture(autouse=True)
def forgetful_kinds():
    yield
    kinds.ANSWERS.clear()
    kinds.TOLD.clear()
