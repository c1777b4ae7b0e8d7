"""Pages of a change that can no longer be made say so before anybody has read what it would cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, Session
from courses.services.prices import price_text
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import UnitFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

BEGUN = "The course has begun, so the booking can no longer be changed."


def held_yesterday(**fields):
    starts_at = timezone.now() - timedelta(days=1)
    session = SessionFactory(first_starts_at=starts_at, last_ends_at=starts_at + timedelta(hours=3))
    return BookingFactory(session=session, seat_price=500, **fields)


def test_course_that_has_been_held_promises_no_money(client):
    booking = held_yesterday()
    token = issue_link("booking", booking.pk)
    own = [reverse(f"courses:booking_{name}", args=[token]) for name in ("seats", "move", "cancel")]
    own.append(reverse("courses:participant_give_back", args=[token, ParticipantFactory(booking=booking).pk]))
    staff = [reverse(f"courses:staff_booking_{name}", args=[booking.pk]) for name in ("seats", "move", "cancel")]
    sign_in(client, StaffFactory(roles=["administrator"]))

    for address in (*own, *staff):
        answer = client.get(address, follow=True)
        assert len(answer.redirect_chain) == 1, address
        assert BEGUN in answer.text
        assert "back to the card" not in answer.text


def test_hold_given_back_by_the_browser_that_booked_ends_on_a_page_that_opens(client):
    booking = BookingFactory(state="held", held_until=timezone.now() + timedelta(hours=20), confirmed_at=None)
    address = reverse("courses:booking_cancel", args=[issue_link("booking-receipt", booking.pk)])

    done = client.post(address, {}, follow=True)

    assert (done.status_code, Booking.objects.get().state) == (200, "cancelled")
    assert done.redirect_chain == [(booking.session.get_absolute_url(), 302)]
    assert "The booking is cancelled." in done.text


def test_list_of_dates_says_what_each_price_is_for(client):
    course = CourseFactory(price=5000, price_kind="session", vat_treatment="standard")
    booking = BookingFactory(session=SessionFactory(course=course))
    for price in ({}, {"price_kind": "travel"}, {"price_kind": "seat", "price": 450}, {"price_kind": "free"}):
        SessionFactory(course=course, **price)

    page = client.get(reverse("courses:booking_move", args=[issue_link("booking", booking.pk)]))

    said = [price_text(session).replace("\xa0", " ") for session in Session.objects.order_by("pk")[1:]]
    assert said == [
        "5,000 kroner for the whole session plus VAT",
        "5,000 kroner for travel, else free plus VAT",
        "450 kroner per seat plus VAT",
        "free",
    ]
    text = page.text.replace("\xa0", " ")
    assert all(f", {sentence})" in text for sentence in said)


def test_number_that_nobody_could_look_up_is_told_of(client):
    said = "The number has not been looked up in Enhetsregisteret yet."
    unknown = UnitFactory(kind="other", organisation_number="974760673")
    booking = BookingFactory(seat_price=500, payer=unknown)
    address = reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)])

    before = client.get(address).text
    unknown.looked_up_at = timezone.now()
    unknown.save()

    assert (said in before, said in client.get(address).text) == (True, False)
