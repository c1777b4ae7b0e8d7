import re

import pytest
from django.urls import reverse

from courses.models import Booking, ConfirmedAddress
from courses.services.booking_changes import cancel_booking
from courses.services.waiting import join_waiting_list
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def full():
    session = SessionFactory(capacity=6)
    BookingFactory.create_batch(2, session=session, seats=3)
    session.refresh_from_db()
    return session


def filled(client, session, **changes):
    page = client.get(session.get_absolute_url()).text
    return {
        "request_key": re.search(r'name="request_key" value="([^"]+)"', page)[1],
        "municipality": MunicipalityFactory().number,
        "seats": "3",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "22 33 11 60",
    } | changes


def waits(session, seats=3, number=1):
    email = f"leder{number}@kommune.test"
    ConfirmedAddress.objects.get_or_create(email=email)
    return join_waiting_list(
        session,
        municipality=MunicipalityFactory(),
        seats=seats,
        contact_name="Leder",
        contact_email=email,
        contact_phone="+4722331160",
        request_key=f"wait-{number}",
    )


def free(session):
    cancel_booking(session.bookings.filter(state="confirmed").order_by("pk").first())


def page(booking, name="booking_detail", purpose="booking"):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk)])


def wait_address(session):
    return reverse("courses:session_wait", args=[session.course.slug, session.pk])


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def test_full_session_offers_the_waiting_list_and_tells_its_rule(client, full, english):
    text = text_of(client.get(full.get_absolute_url()))

    assert "All seats are taken. Stand in line" in text
    assert "Whoever asked first, gets first." in text


def test_visitor_joins_and_sees_what_is_left(client, full, english):
    response = client.post(wait_address(full), filled(client, full), follow=True)

    booking = Booking.objects.get(state="waiting")
    assert response.redirect_chain == [(page(booking, purpose="booking-receipt"), 302)]
    assert "One step is left: confirm your e-mail address" in text_of(response)


def test_opening_the_confirmation_and_pressing_the_button_puts_the_group_in_line(client, full, english):
    client.post(wait_address(full), filled(client, full))
    booking = Booking.objects.get(state="waiting")
    address = page(booking, "booking_confirm", "booking-confirm")

    assert "Press the button, then you stand on the waiting list." in text_of(client.get(address))
    response = client.post(address, follow=True)

    assert "You are number 1 on the waiting list" in text_of(response)


def test_wrong_input_keeps_what_was_typed(client, full, english):
    response = client.post(wait_address(full), filled(client, full, contact_phone="12"))

    assert response.context["form"].errors.keys() == {"contact_phone"}
    assert 'value="kari@bodo.test"' in response.text


def test_group_larger_than_what_is_free_may_wait_instead(client, english):
    session = SessionFactory(capacity=6)
    BookingFactory(session=session, seats=4)
    form = filled(client, session)

    response = client.post(session.get_absolute_url(), form)
    assert f'formaction="{wait_address(session)}#bestill"' in response.text

    client.post(wait_address(session), form)
    assert Booking.objects.get(state="waiting").seats == 3


def test_waiting_for_what_is_free_is_refused_beside_the_field(client, english):
    session = SessionFactory(capacity=6)

    response = client.post(wait_address(session), filled(client, session))

    assert response.context["form"].errors == {
        "seats": ["There is room for all of you now, so you need not wait. Book the seats instead."]
    }


def test_opening_the_address_of_the_list_leads_to_the_session(client, full):
    assert client.get(wait_address(full)).url == full.get_absolute_url()


def test_page_says_where_one_stands(client, full, english):
    waits(full, number=1)
    booking = waits(full, number=2)

    text = text_of(client.get(page(booking)))

    assert "You are number 2 on the waiting list" in text
    assert "1 group stands ahead of you. No seat is free right now." in text


def test_offer_is_accepted_with_one_press(client, full, english):
    booking = waits(full)
    free(full)
    shown = client.get(page(booking)).text

    assert "3 seats are kept for you" in shown
    response = client.post(page(booking, "offer_accept"), {"seats": "3"}, follow=True)

    assert "The booking is confirmed" in text_of(response)


@pytest.mark.parametrize("answer", ["offer_accept", "offer_decline"])
@pytest.mark.parametrize("seen", ["", "2", "x", "-3", "9" * 30])
def test_offer_that_was_not_seen_is_not_answered(client, full, english, seen, answer):
    booking = waits(full)
    free(full)

    response = client.post(page(booking, answer), {"seats": seen})

    assert "The offer is for 3 seats now. Look at it once more." in text_of(response)
    booking.refresh_from_db()
    assert booking.state == "offered"


def test_declining_asks_first(client, full, english):
    booking = waits(full)
    free(full)

    assert "you are no longer on the waiting list" in text_of(client.get(page(booking, "offer_decline")))
    client.post(page(booking, "offer_decline"), {"seats": "3"})

    booking.refresh_from_db()
    assert booking.state == "cancelled"


def test_declining_fewer_keeps_the_place(client, full, english):
    booking = waits(full, seats=5)
    free(full)

    response = client.post(page(booking, "offer_decline"), {"seats": "3"}, follow=True)

    assert "You keep your place in line." in text_of(response)
    assert "3 seats are free, and you wait for 5." in text_of(response)


def test_wish_is_changed_with_errors_beside_the_field(client, full, english):
    booking = waits(full, seats=5)

    response = client.post(page(booking, "wish_change"), {"wanted": "7"})
    assert response.context["form"].errors == {"__all__": ["The course has 6 seats in all."]} or (
        response.context["form"].errors == {"wanted": ["The course has 6 seats in all."]}
    )
    client.post(page(booking, "wish_change"), {"wanted": "2"})

    booking.refresh_from_db()
    assert booking.seats == 2


@pytest.mark.parametrize("name", ["offer_accept", "offer_decline", "wish_change"])
def test_link_of_the_browser_opens_no_answer(client, full, name):
    booking = waits(full)
    free(full)

    assert client.post(page(booking, name, "booking-receipt"), {"seats": "3"}).status_code == 404
    booking.refresh_from_db()
    assert booking.state == "offered"


def test_staff_lets_a_group_in_with_a_reason(client, full, english):
    booking = waits(full)
    sign_in(client, StaffFactory())
    address = reverse("courses:staff_let_in", args=[booking.pk])

    assert "3 seats are taken beyond the capacity" in text_of(client.get(address))
    assert client.post(address, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    client.post(address, {"reason": "Større rom"})

    booking.refresh_from_db()
    assert (booking.state, booking.seats) == ("confirmed", 3)


def test_others_let_nobody_in(client, full):
    booking = waits(full)
    sign_in(client, UserFactory())

    assert client.post(reverse("courses:staff_let_in", args=[booking.pk]), {"reason": "x"}).status_code == 403
