"""Each process remembers the page of a session with its empty form for a minute, but nothing of a visitor."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Booking, Session
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory

from .test_bookings import shown_form

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def memory(settings):
    settings.CACHES = settings.CACHES | {"process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def test_each_visitor_gets_a_key_of_their_own(client):
    session = SessionFactory()

    first, second = (shown_form(client, session)["request_key"] for _visit in range(2))

    assert first != second


def test_the_page_follows_the_seats_the_place_and_the_language(client):
    session = SessionFactory(capacity=20, municipality=MunicipalityFactory(name="Bodø"))
    meeting = session.meetings.get()
    shown = [client.get(session.get_absolute_url()).text]

    Session.objects.filter(pk=session.pk).update(seats_taken=3)
    shown.append(client.get(session.get_absolute_url()).text)
    type(meeting).objects.filter(pk=meeting.pk).update(place="Kulturhuset")
    shown.append(client.get(session.get_absolute_url()).text)
    client.cookies["sprak"] = "nn"
    shown.append(client.get(session.get_absolute_url()).text)

    assert ["20 ledige plasser" in page for page in shown] == [True, False, False, False]
    assert ["17 ledige plasser" in page for page in shown] == [False, True, True, False]
    assert ["Kulturhuset" in page for page in shown] == [False, False, True, True]
    assert ["17 ledige plassar" in page for page in shown] == [False, False, False, True]


def test_each_visitor_gets_the_fields_in_their_own_language(client):
    sessions = [SessionFactory(), SessionFactory()]
    labels = {"nb": "Antall plasser", "nn": "Talet på plassar", "en": "Number of seats"}

    for language, session in [("nb", sessions[0]), ("nn", sessions[1]), ("en", sessions[0]), ("nb", sessions[1])]:
        client.cookies["sprak"] = language
        page = client.get(session.get_absolute_url()).text
        assert [label in page for label in labels.values()] == [known == language for known in labels]


def test_the_page_closes_when_the_session_begins(client):
    session = SessionFactory(first_starts_at=timezone.now() + timedelta(seconds=4))
    before = client.get(session.get_absolute_url()).text

    time.sleep(max((session.first_starts_at - timezone.now()).total_seconds(), 0) + 0.1)
    after = client.get(session.get_absolute_url()).text

    assert ('id="booking"' in before, 'id="booking"' in after) == (True, False)


def test_a_remembered_page_takes_one_query(client, django_assert_num_queries):
    session = SessionFactory()
    client.get(session.get_absolute_url())

    with django_assert_num_queries(1):
        client.get(session.get_absolute_url())


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
