"""The way to the page at Stripe, and how it is closed before anybody else gets the seats."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from courses.models import (
    Booking,
    CardCheckout,
    Payment,
    VatRate,
)
from courses.services import card_checkouts
from courses.services.booking_changes import cancel_booking
from courses.services.holds import expire_holds
from courses.services.sessions import cancel_session
from courses.services.stripe_client import StripeAway
from tests.factories.card_payments import begun, costing, pay
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


def test_the_amount_is_the_frozen_price_and_stripe_learns_nothing_about_people(stripe_server):
    booking = costing(contact_name="Kari Nordmann", contact_email="kari@bodo.test", language="nn")
    booking.session.course.price = 9999
    booking.session.course.save()

    first, again = begun(booking), begun(booking)

    asked = [params for _method, path, params in stripe_server.asked if path == "/v1/checkout/sessions"]
    assert (first.pk, first.amount, first.state) == (again.pk, Decimal(900), "open")
    assert len(asked) == 1
    assert asked[0]["line_items"][0]["price_data"]["unit_amount"] == "90000"
    assert "ari" not in str(asked[0]).replace("bestilling", "")
    assert 29 * 60 < first.expires_at.timestamp() - timezone.now().timestamp() < 32 * 60


def test_what_is_taxed_is_paid_with_vat(stripe_server):
    VatRate.objects.get_or_create(valid_from=date(2005, 1, 1), defaults={"percent": 25})
    taxed = SessionFactory(course__vat_treatment="standard")
    unknown = SessionFactory(course__vat_treatment="none")

    assert begun(costing(session=taxed)).amount == Decimal("1125.00")
    with pytest.raises(card_checkouts.CannotPay):
        begun(costing(session=unknown))


def test_seats_that_may_still_be_paid_are_not_freed_before_stripe_has_closed_the_page(stripe_server):
    booking = costing("held")
    begun(booking)
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    stripe_server.is_away = True

    kept = expire_holds(), card_checkouts.close_checkouts(), expire_holds()
    stripe_server.is_away = False
    later = timezone.now() + timedelta(minutes=40)
    closed = card_checkouts.close_checkouts(later), expire_holds(later)

    assert (kept, closed) == ((0, 0, 0), (1, 1))
    assert stripe_server.world.all("checkout.session")[0]["status"] == "expired"


def test_the_sweep_finds_out_that_a_booking_has_been_paid(stripe_server):
    booking = costing("held")
    pay(stripe_server, begun(booking))
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    later = timezone.now() + timedelta(minutes=40)

    closed, expired = card_checkouts.close_checkouts(later), expire_holds(later)

    booking.refresh_from_db()
    assert (closed, expired, booking.state, Payment.objects.count()) == (1, 0, "confirmed", 1)


def test_a_page_that_no_longer_fits_is_closed(stripe_server):
    fewer, cancelled, off = costing(), costing(), costing()
    for booking in (fewer, cancelled, off):
        begun(booking)
    Booking.objects.filter(pk=fewer.pk).update(seats=1)
    cancel_booking(cancelled)
    cancel_session(off.session, by=StaffFactory())

    assert card_checkouts.close_checkouts() == 3
    assert {one["status"] for one in stripe_server.world.all("checkout.session")} == {"expired"}


def test_while_stripe_is_away_nothing_is_begun_twice(stripe_server):
    booking = costing()
    stripe_server.is_away = True
    with pytest.raises(StripeAway):
        begun(booking)
    stripe_server.is_away = False

    begun(booking)

    assert CardCheckout.objects.count() == len(stripe_server.world.all("checkout.session")) == 1


@pytest.mark.parametrize("state", ["waiting", "offered", "cancelled", "expired"])
def test_only_what_is_held_or_confirmed_can_be_paid(stripe_server, state):
    with pytest.raises(card_checkouts.CannotPay):
        begun(costing(state))


def test_what_is_free_or_about_to_begin_unconfirmed_cannot_be_paid(stripe_server, settings):
    soon = timezone.now() + timedelta(minutes=20)
    session = SessionFactory(
        first_starts_at=soon, last_ends_at=soon + timedelta(hours=2), course__vat_treatment="exempt"
    )

    for booking in (BookingFactory(), costing("held", session=session)):
        with pytest.raises(card_checkouts.CannotPay):
            begun(booking)
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(card_checkouts.CannotPay):
        begun(costing())


def test_seats_are_held_some_minutes_longer_than_the_page_at_stripe_lives(stripe_server):
    booking = costing("held")
    Booking.objects.update(held_until=timezone.now() + timedelta(minutes=5))

    checkout = begun(booking)

    booking.refresh_from_db()
    assert timedelta(minutes=3) < booking.held_until - checkout.expires_at < timedelta(minutes=5)
