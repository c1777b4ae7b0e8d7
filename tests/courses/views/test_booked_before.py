"""A booking form sent once more with another workplace, payer or reference: told, and never dropped in silence."""

import re

import pytest
from django.urls import reverse

from courses.models import Booking, ConfirmedAddress
from courses.services.bookings import confirm_address
from taushet.services.links import issue_link
from tests.courses.views.test_bookings import shown_form
from tests.factories.courses import SessionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TOLD = "You have just booked these seats with another workplace, payer or reference. Nothing more has been booked."
OTHER = {"payer_kind": "other", "payer_name": "Stiftelsen Veien", "payer_organisation_number": "974760673"}


def all_booked():
    rows = Booking.objects.order_by("pk").select_related("payer")
    return [(row.invoice_reference, row.payer.organisation_number == "974760673") for row in rows]


@pytest.mark.parametrize("corrected", [{"invoice_reference": "4712"}, OTHER, {"unit_name": "Nordbyen skole"}])
@pytest.mark.parametrize("is_proved", [True, False])
def test_corrected_form_leads_to_the_booking_or_makes_another_one(client, corrected, is_proved):
    session = SessionFactory(price=450, course__vat_treatment="exempt")
    form = shown_form(client, session) | {"payer_kind": "municipality", "invoice_reference": "4711"}
    if is_proved:
        ConfirmedAddress.objects.create(email="kari@bodo.test")
    first = client.post(session.get_absolute_url(), form)
    same = client.post(session.get_absolute_url(), form)

    told = client.post(session.get_absolute_url(), form | corrected)
    again = re.search(r'name="request_key" value="([^"]+)"', told.text)[1]
    unmoved = client.post(session.get_absolute_url(), form | corrected | {"request_key": again})
    booked = all_booked()
    other = client.post(session.get_absolute_url(), form | corrected | {"request_key": again, "another": "on"})

    assert (first.status_code, same.status_code, booked, other.status_code) == (302, 302, [("4711", False)], 302)
    assert all(TOLD in page.text and 'name="another"' in page.text for page in (told, unmoved))
    assert all_booked()[1] == (corrected.get("invoice_reference", "4711"), corrected == OTHER)


def test_who_has_just_booked_puts_the_reference_right_until_the_address_is_confirmed(client):
    session = SessionFactory(price=450, course__vat_treatment="exempt")
    form = shown_form(client, session) | {"payer_kind": "municipality", "invoice_reference": "4711"}
    here = client.post(session.get_absolute_url(), form).url
    told = client.post(session.get_absolute_url(), form | {"invoice_reference": "4712"})
    booking = Booking.objects.get()
    address = reverse("courses:booking_reference", args=[issue_link("booking-receipt", booking.pk)])

    assert here in told.text
    assert address in client.get(here).text
    client.post(address, {"invoice_reference": "4712"})
    assert all_booked() == [("4712", False)]
    confirm_address(booking)
    client.post(address, {"invoice_reference": "4713"})
    assert all_booked() == [("4712", False)]
