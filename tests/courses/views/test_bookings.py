import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, ConfirmedAddress, Session
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_seats, confirm_address
from courses.services.contacts import hand_over
from taushet.models import SecretLink
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def shown_form(client, session):
    """Open a session page and return what its form sends, filled in."""
    page = client.get(session.get_absolute_url()).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', page)[1]
    price = re.search(r'name="shown_price" value="([^"]+)"', page)
    return {
        "request_key": key,
        "shown_price": price[1] if price else "",
        "municipality": MunicipalityFactory().number,
        "seats": "2",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "22 33 11 60",
        "contact_role": "SLT-koordinator",
    }


def make_hold(session=None, **fields):
    values = {
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{Booking.objects.count()}",
    }
    return book_seats(session or SessionFactory(), **values | fields)


def page_of(purpose, booking, name="booking_detail"):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk)])


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_new_visitor_books_and_lands_on_a_page_that_says_what_is_left(client):
    session = SessionFactory()

    response = client.post(session.get_absolute_url(), shown_form(client, session), follow=True)

    booking = Booking.objects.get()
    assert response.redirect_chain == [(page_of("booking-receipt", booking), 302)]
    assert response.status_code == 200
    assert "Ett steg igjen: bekreft e-postadressen din" in text_of(response)
    assert booking.language == "nb"


def test_same_form_sent_twice_is_one_booking(client):
    session = SessionFactory()
    form = shown_form(client, session)

    first = client.post(session.get_absolute_url(), form)
    second = client.post(session.get_absolute_url(), form)

    assert first.url == second.url
    assert Booking.objects.count() == 1


def test_too_many_bookings_from_one_network_are_told_so_and_nothing_is_booked(client, settings):
    settings.BOOKINGS_PER_NETWORK = 1
    session = SessionFactory()
    client.post(session.get_absolute_url(), shown_form(client, session))

    form = shown_form(client, session) | {"contact_email": "per@bodo.test"}
    refused = client.post(session.get_absolute_url(), form)

    assert "Det er kommet svært mange bestillinger fra nettet ditt" in text_of(refused)
    assert 'value="per@bodo.test"' in refused.content.decode()
    assert Booking.objects.count() == 1


def test_one_who_is_signed_in_books_however_much_comes_from_the_same_network(client, settings):
    settings.BOOKINGS_PER_NETWORK = 0
    session = SessionFactory()
    client.force_login(UserFactory())

    client.post(session.get_absolute_url(), shown_form(client, session))

    assert Booking.objects.count() == 1


def test_form_sent_again_after_it_was_confirmed_opens_nothing(client):
    session = SessionFactory()
    form = shown_form(client, session)
    client.post(session.get_absolute_url(), form)
    confirm_address(Booking.objects.get())

    response = client.post(session.get_absolute_url(), form, follow=True)

    assert response.redirect_chain == [("/bestilling/", 302)]
    assert "Denne bestillingen er gjort allerede." in text_of(response)
    assert Booking.objects.count() == 1


def test_known_address_is_confirmed_but_a_browser_gets_no_whole_page(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    session = SessionFactory()

    response = client.post(session.get_absolute_url(), shown_form(client, session), follow=True)

    booking = Booking.objects.get()
    assert booking.state == Booking.State.CONFIRMED
    assert response.redirect_chain == [(page_of("booking-receipt", booking), 302)]
    assert "avbestill" not in response.content.decode()
    assert not SecretLink.objects.filter(purpose="booking").exists()


def test_one_who_is_signed_in_lands_on_the_whole_page(client):
    client.force_login(UserFactory(email="kari@bodo.test"))
    session = SessionFactory()

    response = client.post(session.get_absolute_url(), shown_form(client, session))

    assert response.url == page_of("booking", Booking.objects.get())


def test_more_seats_than_free_says_how_many_there_are_and_keeps_the_form(client):
    session = SessionFactory(capacity=5)
    form = shown_form(client, session) | {"seats": "6", "contact_name": "Ola «Olsen»"}

    response = client.post(session.get_absolute_url(), form)

    assert response.status_code == 200
    assert response.context["form"].errors == {
        "seats": [
            "Bare 5 plasser er ledige nå. Ingenting er bestilt ennå. Velg færre plasser eller et annet tidspunkt."
        ]
    }
    assert 'value="Ola «Olsen»"' in response.content.decode()
    assert f'name="request_key" value="{form["request_key"]}"' in response.content.decode()
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "cancelled"}, "Dette kurset er avlyst og tar ikke imot bestillinger."),
        ({"state": "held"}, "Dette kurset har begynt eller er over og tar ikke imot bestillinger."),
        (
            {"first_starts_at": timezone.now() - timedelta(hours=1)},
            "Dette kurset har begynt eller er over og tar ikke imot bestillinger.",
        ),
    ],
)
def test_session_that_closed_meanwhile_says_why_and_keeps_the_form(client, change, sentence):
    session = SessionFactory()
    form = shown_form(client, session)
    Session.objects.filter(pk=session.pk).update(**change)

    response = client.post(session.get_absolute_url(), form)

    assert sentence in text_of(response)
    assert 'value="Kari Nordmann"' in response.content.decode()
    assert not Booking.objects.exists()
    assert sentence in text_of(client.get(session.get_absolute_url()))


def test_session_page_with_its_form_costs_few_queries(client, django_assert_max_num_queries):
    session = SessionFactory(municipality=MunicipalityFactory())
    client.get(session.get_absolute_url())

    with django_assert_max_num_queries(4):
        client.get(session.get_absolute_url())


def test_seats_are_changed_and_errors_stay_beside_the_field(client):
    session = SessionFactory(capacity=4)
    booking = BookingFactory(session=session, seats=2)
    address = page_of("booking", booking, "booking_seats")

    refused = client.post(address, {"seats": "9"})
    changed = client.post(address, {"seats": "4"})

    assert refused.context["form"].errors == {"seats": ["Bestillingen kan ha høyst 4 plasser. Ingenting er endret."]}
    assert changed.url == page_of("booking", booking)
    booking.refresh_from_db()
    assert booking.seats == 4


def test_cancelling_asks_first(client):
    booking = BookingFactory()
    ParticipantFactory(booking=booking)
    address = page_of("booking", booking, "booking_cancel")

    asked = client.get(address)
    booking.refresh_from_db()
    assert "2 plasser blir gitt tilbake og kan bestilles av andre. 1 deltaker får beskjed på e-post." in text_of(asked)
    assert booking.state == Booking.State.CONFIRMED

    done = client.post(address, follow=True)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CANCELLED
    assert "Bestillingen er avbestilt" in text_of(done)


def test_mistyped_address_is_corrected_from_the_first_page(client):
    booking = make_hold(contact_email="kari@bod.test")

    client.post(page_of("booking-receipt", booking, "booking_address"), {"email": "kari@bodo.test"})

    booking.refresh_from_db()
    assert booking.contact_email == "kari@bodo.test"


def test_colleague_takes_the_booking_over(client):
    booking = BookingFactory()
    hand_over(booking, name="Per Hansen", email="per@bodo.test")
    old = page_of("booking", booking)
    address = page_of("booking-handover", booking, "booking_take_over")

    refused = client.post(address, {"phone": "12"})
    done = client.post(address, {"phone": "22331160", "role": ""})

    assert set(refused.context["form"].errors) == {"phone"}
    assert done.url == page_of("booking", booking)
    assert client.get(old).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_booking_page_queries_do_not_grow(client, django_assert_num_queries, count):
    booking = BookingFactory(seats=5)
    ParticipantFactory.create_batch(count, booking=booking)
    address = page_of("booking", booking)
    issue_link("signup", booking.pk)

    with django_assert_num_queries(12):
        response = client.get(address)

    assert len(response.context["participants"]) == count


def test_cancelled_booking_shows_what_it_was(client):
    booking = BookingFactory()
    cancel_booking(booking)

    page = text_of(client.get(page_of("booking", booking)))

    assert "Bestillingen er avbestilt" in page
    assert "Avbestill " not in page


@pytest.mark.parametrize("state", ["held", "confirmed"])
def test_booking_of_a_cancelled_course_says_so_and_offers_no_change(client, state):
    held_until = timezone.now() + timedelta(hours=5)
    booking = BookingFactory(session=SessionFactory(state="cancelled"), state=state, held_until=held_until)

    response = client.get(page_of("booking", booking))

    assert "Kurset er avlyst" in text_of(response)
    assert "Ett steg gjenstår" not in text_of(response)
    for name in ("booking_seats", "booking_move", "booking_names", "participant_signup"):
        assert page_of("booking", booking, name) not in response.content.decode()
