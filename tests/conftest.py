"""What every test may use."""

import gc
import importlib

import pytest
from django.http import HttpResponseForbidden, HttpResponseNotFound
from django.urls import clear_url_caches
from factory.django import DjangoModelFactory

from taushet import urls
from taushet.translations import compile_translations
from tests import emptying
from tests.servers.access_point import KEY, running_access_point
from tests.servers.calendars import HOME, https_server, radicale, write_certificate

REACHES = {"django_db_setup", "live_server"}


def pytest_configure():
    """Let pages speak Norwegian in a fresh clone, before several processes begin to read the languages."""
    compile_translations()
    emptying.install()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what may touch the database, so that the rest need not run once for each database.

    Nobody marks this by hand: pytest-django lets no other test reach the database.
    """
    for item in items:
        if item.get_closest_marker("django_db") or not REACHES.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.database)


def pytest_collection_finish():
    """Let the garbage collector look seldom, and not at what stays until the end: Django and all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _counted_anew():
    """Let the numbers that factories count begin anew, so that no test depends on how many went before it."""
    kinds = [DjangoModelFactory]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
        kind.reset_sequence(0, force=True)


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
def bare_refusals(monkeypatch):
    """Let 403 and 404 come without the page around them, for tests that are told so thousands of times.

    The pages themselves are tried in tests/taushet/views/test_errors.py and in the journeys.
    """
    monkeypatch.setattr(urls, "handler403", lambda request, exception: HttpResponseForbidden(), raising=False)
    monkeypatch.setattr(urls, "handler404", lambda request, exception: HttpResponseNotFound(), raising=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """The files of a certificate for this machine and of its key."""
    return write_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def _shelf(certificate):
    with https_server(certificate) as shelf:
        yield shelf


@pytest.fixture
def shelf(_shelf, certificate, settings, monkeypatch):
    """A real HTTPS server that answers what it is told, and that this process may read from."""
    reach(_shelf.port, certificate, settings, monkeypatch)
    _shelf.answers.clear()
    _shelf.asked.clear()
    return _shelf


@pytest.fixture(scope="session")
def _radicale(certificate, tmp_path_factory):
    with radicale(tmp_path_factory.mktemp("radicale"), certificate) as server:
        yield server


@pytest.fixture
def caldav_server(_radicale, certificate, settings, monkeypatch):
    """A real Radicale that this process may read from."""
    reach(_radicale.port, certificate, settings, monkeypatch)
    _radicale.make_calendar()
    yield _radicale
    _radicale.remove_calendars()


@pytest.fixture
def access_point(settings):
    """A real access point that e-invoices are sent to."""
    with running_access_point() as point:
        settings.ACCESS_POINT_URL, settings.ACCESS_POINT_KEY = point.url, KEY
        yield point


def reach(port, certificate, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.setenv("TAUSHET_TEST_SERVERS", f"{HOME}:{port}")
    settings.FETCH_TEST_SERVERS = frozenset({(HOME, port)})
