import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

LIST = "/stab/bestillinger/"


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
def test_list_queries_do_not_grow(client, staff, django_assert_num_queries, count):
    BookingFactory.create_batch(count)
    client.get(LIST)

    with django_assert_num_queries(9):
        response = client.get(LIST)

    assert len(response.context["page"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_session_page_queries_do_not_grow_with_the_bookings(client, staff, django_assert_num_queries, count):
    session = SessionFactory()
    BookingFactory.create_batch(count, session=session)
    client.get(session.get_staff_url())

    with django_assert_num_queries(14):
        response = client.get(session.get_staff_url())

    assert len(response.context["bookings"]) == count


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "åse"}, ["soon"]),
        ({"q": "ÅSE ØDEGÅRD"}, ["soon"]),
        ({"q": "per@tinn.test"}, ["soon"]),
        ({"q": "nobody"}, []),
        ({"municipality": "5999"}, ["late"]),
        ({"state": "cancelled"}, ["gone"]),
        ({"state": "nonsense"}, ["soon", "late", "gone"]),
        ({"period": "past"}, ["past"]),
        ({"period": "all"}, ["gone", "late", "soon", "past"]),
        ({}, ["soon", "late", "gone"]),
    ],
)
def test_staff_find_a_booking_among_all(client, staff, asked, found):
    first = timezone.now() + timedelta(days=10)
    soon = BookingFactory(session__first_starts_at=first, contact_name="Åse Ødegård")
    ParticipantFactory(booking=soon, email="per@tinn.test")
    late = BookingFactory(session__first_starts_at=first + timedelta(days=1), municipality__number="5999")
    past = BookingFactory(session__first_starts_at=first - timedelta(days=20))
    gone = BookingFactory(
        session__first_starts_at=first + timedelta(days=2), state="cancelled", ended_at=timezone.now()
    )
    names = {soon.pk: "soon", late.pk: "late", past.pk: "past", gone.pk: "gone"}

    response = client.get(LIST, asked)

    assert [names[booking.pk] for booking in response.context["page"]] == found


def test_called_off_bookings_come_last_on_the_session_page(client, staff):
    session = SessionFactory()
    gone = BookingFactory(session=session, state="cancelled", ended_at=timezone.now())
    standing = BookingFactory(session=session)

    response = client.get(session.get_staff_url())

    assert list(response.context["bookings"]) == [standing, gone]


def test_approver_sees_the_session_and_nobody_who_booked(client):
    sign_in(client, StaffFactory(roles=["approver"]))
    booking = BookingFactory(contact_name="Kari Nordmann")

    page = client.get(booking.session.get_staff_url())

    assert page.status_code == 200
    assert "Kari Nordmann" not in page.text


def test_staff_choose_the_municipality_first_and_see_the_dates_open_to_it(client, staff):
    place, other = MunicipalityFactory(), MunicipalityFactory()
    for_all, own = SessionFactory(), SessionFactory(closed_to=place)
    SessionFactory(closed_to=other)
    SessionFactory(state="draft")

    response = client.get(reverse("courses:staff_booking_start"), {"municipality": place.number})

    assert set(response.context["page"]) == {for_all, own}
    form = reverse("courses:staff_booking_create", args=[own.pk])
    assert f'href="{form}?municipality={place.number}"' in response.text
    filled = client.get(form, {"municipality": place.number}).context["form"]
    assert filled["municipality"].value() == place.number


def test_page_of_a_municipality_shows_its_bookings(client, staff):
    booking, other = BookingFactory(), BookingFactory()

    page = client.get(reverse("municipalities:municipality_facts", args=[booking.municipality_id])).text

    assert f'href="{booking.staff_address}"' in page
    assert f'href="{other.staff_address}"' not in page


@pytest.mark.parametrize(
    "name", ["staff_booking_list", "staff_booking_start", "staff_booking_create", "staff_booking_detail"]
)
def test_one_who_is_no_staff_does_not_come_in(client, name):
    booking = BookingFactory()
    numbers = {"staff_booking_create": [booking.session_id], "staff_booking_detail": [booking.pk]}
    path = reverse(f"courses:{name}", args=numbers.get(name))

    assert client.get(path).status_code == 302
    sign_in(client, UserFactory(roles=["booker"]))
    assert client.get(path).status_code in {403, 404}


def test_finance_reads_but_does_not_book(client):
    sign_in(client, StaffFactory(roles=["finance"]))
    booking = BookingFactory()

    assert client.get(reverse("courses:staff_booking_create", args=[booking.session_id])).status_code == 403
    assert client.post(reverse("courses:staff_booking_cancel", args=[booking.pk])).status_code == 403
