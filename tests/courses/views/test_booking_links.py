"""The secret links of a booking: what each opens, how long it lives, and what its page gives away."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, ConfirmedAddress, Session
from courses.services.bookings import confirm_address
from taushet.models import Message, SecretLink
from taushet.services.links import issue_link, renew_link
from tests.courses.views.test_bookings import make_hold, page_of, text_of
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory

pytestmark = pytest.mark.django_db


def test_opening_the_confirmation_changes_nothing_and_pressing_the_button_does(client):
    booking = make_hold()
    address = page_of("booking-confirm", booking, "booking_confirm")

    opened = client.get(address)
    booking.refresh_from_db()
    assert (opened.status_code, booking.state) == (200, Booking.State.HELD)

    pressed = client.post(address, follow=True)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CONFIRMED
    assert pressed.redirect_chain == [(page_of("booking", booking), 302)]
    assert "Bestillingen er bekreftet" in text_of(pressed)


def test_confirmation_link_leads_on_once_it_is_confirmed(client):
    booking = confirm_address(make_hold())

    response = client.get(page_of("booking-confirm", booking, "booking_confirm"))

    assert response.url == page_of("booking", booking)


def test_confirmation_that_comes_too_late_says_so(client):
    session = SessionFactory(capacity=2)
    booking = make_hold(session)
    address = page_of("booking-confirm", booking, "booking_confirm")
    Booking.objects.update(state=Booking.State.EXPIRED)
    Session.objects.update(seats_taken=0)
    BookingFactory(session=Session.objects.get(), seats=1)

    shown, pressed = client.get(address), client.post(address)

    assert "Plassene er gitt til andre i mellomtiden." in text_of(shown)
    assert pressed.status_code == 409
    assert "Bare 1 plass er ledig nå." in text_of(pressed)


def test_confirmation_of_a_cancelled_course_says_so_and_offers_no_button(client):
    booking = make_hold()
    Session.objects.update(state=Session.State.CANCELLED)

    response = client.get(page_of("booking-confirm", booking, "booking_confirm"))

    assert "Dette kurset er avlyst og tar ikke imot bestillinger." in text_of(response)
    assert b'<button class="ds-button"' not in response.content.partition(b"<main")[2].partition(b"</main>")[0]


def test_link_of_the_browser_dies_with_the_confirmation(client):
    booking = make_hold()
    address = page_of("booking-receipt", booking)
    confirm_address(booking)

    assert client.get(address).status_code == 404


def test_link_of_the_browser_lives_a_day(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()
    address = page_of("booking-receipt", booking)
    assert client.get(address).status_code == 200

    SecretLink.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 43, "æøå", "..", "0" * 500])
def test_wrong_token_answers_with_help_and_tells_nothing(client, token):
    BookingFactory()

    response = client.get(reverse("courses:booking_detail", args=[token]))

    assert response.status_code == 404
    assert "Denne lenken åpner ingenting" in text_of(response)


def test_token_of_another_purpose_opens_nothing(client):
    booking = confirm_address(make_hold())
    participant = ParticipantFactory(booking=booking)
    tokens = [issue_link(purpose, booking.pk) for purpose in ("signup", "booking-confirm")]

    answers = [
        client.get(reverse("courses:booking_detail", args=[token])).status_code
        for token in [*tokens, issue_link("participant", participant.pk)]
    ]

    assert answers == [404, 404, 404]


def test_token_opens_its_own_booking_only(client):
    mine, other = BookingFactory(), BookingFactory(contact_name="Annen Person")
    stranger = ParticipantFactory(booking=other, name="Fremmed Deltaker")
    token = issue_link("booking", mine.pk)

    page = client.get(reverse("courses:booking_detail", args=[token]))
    replaced = client.get(reverse("courses:participant_replace", args=[token, stranger.pk]))
    removed = client.post(reverse("courses:participant_remove", args=[token, stranger.pk]))

    assert "Annen Person" not in page.content.decode()
    assert (replaced.status_code, removed.status_code) == (404, 404)


def test_renewed_link_closes_the_old_one(client):
    booking = BookingFactory()
    old = page_of("booking", booking)

    renew_link("booking", booking.pk)

    assert client.get(old).status_code == 404
    assert client.get(page_of("booking", booking)).status_code == 200


@pytest.mark.parametrize("purpose", ["booking", "booking-second", "booking-receipt"])
def test_secret_pages_are_kept_by_nobody(client, purpose):
    response = client.get(page_of(purpose, BookingFactory()))

    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_secret_pages_name_neither_the_course_nor_the_campaign(client):
    session = SessionFactory(course__title_nb="Når hjemmet er farlig", course__slug="hjemmet-farlig")
    booking = BookingFactory(session=session)
    participant = ParticipantFactory(booking=booking)

    for address in (
        page_of("booking", booking),
        page_of("signup", booking, "participant_signup"),
        page_of("participant", participant, "participant_detail"),
        "/bestilling/",
        "/bestilling/tull/",
    ):
        page = client.get(address).content.decode()
        for word in ("farlig", "Taushet", "Når hjemmet"):
            assert word not in page, (address, word)


def test_page_speaks_the_language_of_the_booking_until_another_is_chosen(client, settings):
    booking = BookingFactory(language="nn")
    address = page_of("booking", booking)

    assert client.get(address).headers["Content-Language"] == "nn"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert client.get(address).headers["Content-Language"] == "en"


def test_erased_booking_opens_nothing(client):
    booking = BookingFactory(erased_at=timezone.now())

    assert client.get(page_of("booking", booking)).status_code == 404


@pytest.mark.parametrize("name", ["booking_seats", "booking_second_contact", "booking_hand_over"])
def test_link_of_the_browser_cannot_change_the_booking(client, name):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()

    assert client.get(page_of("booking-receipt", booking, name)).status_code == 404


def test_link_of_the_browser_cannot_cancel_what_is_confirmed(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()

    client.post(page_of("booking-receipt", booking, "booking_cancel"))

    booking.refresh_from_db()
    assert booking.state == Booking.State.CONFIRMED


def test_link_of_the_browser_shows_no_names_that_others_put_in(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()
    ParticipantFactory(booking=booking, name="Egen Påmelding", named_by="self")

    page = client.get(page_of("booking-receipt", booking)).content.decode()

    assert "Egen Påmelding" not in page
    assert "pamelding" not in page


@pytest.mark.parametrize("name", ["booking_second_contact", "booking_hand_over"])
def test_second_contact_does_not_name_others(client, name):
    booking = BookingFactory(second_name="Per", second_email="per@bodo.test")

    assert client.get(page_of("booking-second", booking)).status_code == 200
    assert client.get(page_of("booking-second", booking, name)).status_code == 404


def test_lost_link_answers_the_same_whether_the_address_is_known_or_not(client):
    BookingFactory(contact_email="kari@bodo.test")

    known = client.post("/bestilling/", {"email": "kari@bodo.test"}, follow=True)
    unknown = client.post("/bestilling/", {"email": "ukjent@bodo.test"}, follow=True)

    assert text_of(known) == text_of(unknown)
    assert [message.to_email for message in Message.objects.all()] == ["kari@bodo.test"]


def test_lost_link_stops_one_who_asks_again_and_again(client, monkeypatch):
    monkeypatch.setattr("courses.views.booking_contacts.LOST_LINKS_AN_HOUR", 2)

    answers = [client.post("/bestilling/", {"email": f"p{number}@bodo.test"}).status_code for number in range(3)]

    assert answers == [302, 302, 429]
