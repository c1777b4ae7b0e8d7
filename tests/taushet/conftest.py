import importlib

import pytest
from django.urls import clear_url_caches

from taushet import urls


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
