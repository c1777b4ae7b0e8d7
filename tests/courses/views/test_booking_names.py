"""Names put in on the page of a booking."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from taushet.services.links import issue_link
from tests.courses.views.test_bookings import page_of, text_of
from tests.factories.courses import BookingFactory, ParticipantFactory

pytestmark = pytest.mark.django_db


def names_form(page, *rows):
    """What the form with names sends."""
    key = re.search(r'name="request_key" value="([^"]+)"', page)[1]
    form = {"request_key": key, "navn-TOTAL_FORMS": len(rows), "navn-INITIAL_FORMS": 0}
    for number, (name, email) in enumerate(rows):
        form |= {f"navn-{number}-name": name, f"navn-{number}-email": email}
    return form


@pytest.mark.parametrize(
    ("state", "when"), [("held", "når bestillingen er bekreftet."), ("confirmed", "så snart du lagrer.")]
)
def test_page_says_when_those_who_are_named_hear_of_it(client, state, when):
    held = {"held_until": timezone.now() + timedelta(hours=3), "confirmed_at": None} if state == "held" else {}
    booking = BookingFactory(state=state, **held)

    page = client.get(reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)]))

    assert f"De som har e-postadresse, får tid, sted og en egen side {when} Tomme rader hoppes over." in page.text


def test_rows_for_names_say_which_seat_they_are_for_and_are_folded_once_there_are_some(client):
    booking = BookingFactory(seats=4)
    empty = client.get(page_of("booking", booking)).text
    ParticipantFactory.create_batch(2, booking=booking)

    page = client.get(page_of("booking", booking)).text

    assert re.findall(r"<legend[^>]*>(Plass .*?)</legend>", page) == ["Plass 3 av 4", "Plass 4 av 4"]
    assert [bool(re.search(r"<details class=\"[^\"]*names-fold[^>]* open>", text)) for text in (empty, page)] == [
        True,
        False,
    ]
    targets = re.findall(r'href="#([\w-]+)"', re.search(r'<nav class="contents.*?</nav>', page, re.DOTALL)[0])
    assert {name for name in targets if f'id="{name}"' not in page} == set()
    assert {"navn", "endre", "case"} <= set(targets)


def test_booker_puts_in_names(client):
    booking = BookingFactory(seats=3)
    page = page_of("booking", booking)
    form = names_form(client.get(page).content.decode(), ("Per Hansen", "per@bodo.test"), ("", ""), ("Ola", ""))

    first = client.post(page_of("booking", booking, "booking_names"), form, follow=True)
    client.post(page_of("booking", booking, "booking_names"), form)

    assert "2 navn er satt på listen." in text_of(first)
    assert list(booking.participants.values_list("name", flat=True)) == ["Per Hansen", "Ola"]


def test_names_that_are_wrong_stay_in_their_rows(client):
    booking = BookingFactory(seats=3)
    form = names_form(client.get(page_of("booking", booking)).content.decode(), ("", "per@bodo.test"), ("Ola", "feil"))

    response = client.post(page_of("booking", booking, "booking_names"), form)

    page = response.content.decode()
    assert [row.errors for row in response.context["names"]] == [
        {"name": ["Skriv et navn."]},
        {"email": ["Dette er ikke en e-postadresse. La feltet stå tomt om du ikke vet den."]},
    ]
    assert 'value="per@bodo.test"' in page
    assert 'value="feil"' in page
    assert '<a class="ds-link" href="#id_navn-0-name">Plass 1 av 3: Skriv et navn.</a>' in page
    assert not booking.participants.exists()


def test_more_names_than_seats_are_kept_in_the_form(client):
    booking = BookingFactory(seats=1)
    form = names_form(client.get(page_of("booking", booking)).content.decode(), ("Per", ""), ("Ola", ""))

    response = client.post(page_of("booking", booking, "booking_names"), form)

    assert "Flere navn enn det er det ikke plass til." in text_of(response)
    assert 'value="Ola"' in response.content.decode()


def test_names_without_a_management_form_are_no_error_page(client):
    booking = BookingFactory(seats=1)

    assert client.post(page_of("booking", booking, "booking_names"), {}).status_code == 200
