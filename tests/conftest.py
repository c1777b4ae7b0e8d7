"""What every test may use."""

import importlib

import pytest
from django.urls import clear_url_caches

from taushet import urls
from taushet.translations import compile_translations


def pytest_configure():
    """Let pages speak Norwegian in a fresh clone, before several processes begin to read the languages."""
    compile_translations()


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
