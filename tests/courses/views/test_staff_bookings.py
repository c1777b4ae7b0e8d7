import re

import pytest
from django.urls import reverse

from courses.models import Booking
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def shown_form(client, session, **fields):
    page = client.get(reverse("courses:staff_booking_create", args=[session.pk])).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', page)[1]
    return {
        "request_key": key,
        "municipality": MunicipalityFactory().number,
        "seats": "2",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "22 33 11 60",
        "language": "nn",
    } | fields


def test_staff_books_on_behalf_of_a_municipality(client, staff):
    session = SessionFactory()
    form = shown_form(client, session)

    response = client.post(reverse("courses:staff_booking_create", args=[session.pk]), form)
    client.post(reverse("courses:staff_booking_create", args=[session.pk]), form)

    booking = Booking.objects.get()
    assert response.url == booking.staff_address
    assert (booking.created_by, booking.state, booking.language) == (staff, Booking.State.CONFIRMED, "nn")
    assert Message.objects.get().to_email == "kari@bodo.test"


def test_staff_goes_beyond_the_capacity_with_a_reason(client, staff):
    session = SessionFactory(capacity=1)
    path = reverse("courses:staff_booking_create", args=[session.pk])

    refused = client.post(path, shown_form(client, session))
    done = client.post(path, shown_form(client, session, reason="Rommet tar én stol til."))

    assert "seats" in refused.context["form"].errors
    assert done.status_code == 302
    assert AuditEntry.objects.get(action="session.seats_over").detail["reason"] == "Rommet tar én stol til."


def test_looking_at_participants_is_kept_in_the_log(client, staff):
    booking = BookingFactory()
    ParticipantFactory(booking=booking, name="Per Hansen")

    page = client.get(booking.staff_address).content.decode()

    entry = AuditEntry.objects.get(action="participants.seen")
    assert "Per Hansen" in page
    assert (entry.actor, entry.object_id, entry.detail) == (staff, str(booking.pk), {"count": 1})


def test_staff_cancels_after_being_asked(client, staff):
    booking = BookingFactory()
    path = reverse("courses:staff_booking_cancel", args=[booking.pk])

    client.get(path)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CONFIRMED

    client.post(path)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CANCELLED
    assert AuditEntry.objects.get(action="booking.cancelled").actor == staff


@pytest.mark.parametrize("count", [1, 3])
def test_list_queries_do_not_grow(client, staff, django_assert_max_num_queries, count):
    session = SessionFactory()
    BookingFactory.create_batch(count, session=session)
    path = reverse("courses:staff_booking_list", args=[session.pk])
    client.get(path)

    with django_assert_max_num_queries(12):
        response = client.get(path)

    assert len(response.context["bookings"]) == count


@pytest.mark.parametrize("name", ["staff_booking_list", "staff_booking_create", "staff_booking_detail"])
def test_one_who_is_no_staff_does_not_come_in(client, name):
    booking = BookingFactory()
    number = booking.pk if name == "staff_booking_detail" else booking.session_id
    path = reverse(f"courses:{name}", args=[number])

    assert client.get(path).status_code == 302
    sign_in(client, UserFactory(roles=["booker"]))
    assert client.get(path).status_code in {403, 404}


def test_finance_reads_but_does_not_book(client):
    sign_in(client, StaffFactory(roles=["finance"]))
    booking = BookingFactory()

    assert client.get(reverse("courses:staff_booking_create", args=[booking.session_id])).status_code == 403
    assert client.post(reverse("courses:staff_booking_cancel", args=[booking.pk])).status_code == 403
