"""The empty booking form is remembered for a minute by each process; what belongs to one visitor never is."""

import pytest

from courses.models import Booking
from tests.factories.courses import SessionFactory

from .test_bookings import shown_form

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def memory(settings):
    settings.CACHES = settings.CACHES | {"process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def test_each_visitor_gets_a_key_of_their_own(client):
    session = SessionFactory()

    first, second = (shown_form(client, session)["request_key"] for _visit in range(2))

    assert first != second


def test_what_was_typed_is_kept_and_shown_to_nobody_else(client):
    session = SessionFactory()
    fields = shown_form(client, session) | {"contact_name": "Ingeborg Typed", "seats": "none"}

    answer = client.post(session.get_absolute_url(), fields).content.decode()
    next_page = client.get(session.get_absolute_url()).content.decode()

    assert 'value="Ingeborg Typed"' in answer
    assert "Ingeborg Typed" not in next_page
    assert not Booking.objects.exists()


def test_a_session_that_costs_money_asks_for_a_payer_beside_one_that_does_not(client):
    free, paid = SessionFactory(price=0), SessionFactory(price=500)

    pages = [client.get(session.get_absolute_url()).content.decode() for session in (free, paid, free)]

    assert ["payer_kind" in page for page in pages] == [False, True, False]
