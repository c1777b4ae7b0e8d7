"""Words of staff to many bookers: written, looked at, and sent once."""

import re

import pytest
from django.urls import reverse

from courses.models import BookingMessage
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db
PAGE = "courses:staff_booking_words"


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory(roles=["campaign"]))


def send(client, bookings, text, *, look_first=True):
    """Write as a browser does: the page, the preview, and what the preview carries; returns what was sent last."""
    numbers = {"valgt": [booking.pk for booking in bookings]}
    page = client.get(reverse(PAGE), numbers).content.decode()
    fields = numbers | {"request_key": re.search(r'name="request_key" value="([^"]+)"', page)[1], "text": text}
    if look_first:
        assert client.post(reverse(PAGE), fields).context["preview"]
        fields |= {"shown": text.replace("\n", "\r\n")}
    return fields, client.post(reverse(PAGE), fields)


def test_each_booker_gets_one_mail_that_is_kept_with_the_booking(client, staff):
    one, two = BookingFactory(contact_email="kari@bodo.test"), BookingFactory(contact_email="kari@bodo.test")
    other = BookingFactory(contact_email="per@bodo.test", language="nn")

    _fields, done = send(client, [one, two, other], "Parkering bak huset.\nTa med {{ seats }} kopper.")

    assert done.url == reverse("courses:staff_booking_list")
    rows = list(BookingMessage.objects.order_by("pk").values_list("booking", "message__to_email"))
    assert rows == [(one.pk, "kari@bodo.test"), (other.pk, "per@bodo.test")]
    first = Message.objects.order_by("pk").first()
    assert first.subject == f"Melding om bestilling {one.pk}"
    assert "Parkering bak huset.\nTa med 2 kopper." in first.text
    written = AuditEntry.objects.filter(action="booking.written_to").values_list("object_id", flat=True)
    assert sorted(written) == sorted(str(booking.pk) for booking in (one, two, other))


def test_a_second_click_writes_nothing_more(client, staff):
    fields, _done = send(client, [BookingFactory()], "Parkering bak huset.")
    counts = (Message.objects.count(), AuditEntry.objects.count())

    client.post(reverse(PAGE), fields)

    assert (Message.objects.count(), AuditEntry.objects.count()) == counts


def test_nothing_is_sent_that_has_not_been_looked_at(client, staff):
    booking = BookingFactory()
    _fields, shown = send(client, [booking], "Parkering bak huset.", look_first=False)
    fields, _done = send(client, [booking], "Noe", look_first=False)
    changed = client.post(reverse(PAGE), fields | {"shown": "Noe", "text": "Noe annet"})

    assert (shown.status_code, changed.status_code) == (200, 200)
    assert changed.context["preview"]["text"].splitlines()[2] == "Noe annet"
    assert not Message.objects.exists()


def test_name_of_the_course_and_unknown_words_are_refused(client, staff):
    booking = BookingFactory(session=SessionFactory(course=CourseFactory(title_nb="Når hjemmet er farlig")))

    named = send(client, [booking], "Velkommen til når hjemmet er farlig", look_first=False)[1]
    unknown = send(client, [booking], "{{ hemmelig }}", look_first=False)[1]

    assert list(named.context["form"].errors) == list(unknown.context["form"].errors) == ["text"]
    assert not Message.objects.exists()


def test_bookings_nobody_can_be_written_to_about_are_left_out_with_the_reason(client, staff):
    fits = BookingFactory()
    gone, unproved = BookingFactory(state="cancelled"), BookingFactory(state="expired")

    page = client.get(reverse(PAGE), {"valgt": [fits.pk, gone.pk, unproved.pk]})

    assert page.context["fit"] == [fits]
    assert [row for row, _why in page.context["left_out"]] == [gone, unproved]


def test_only_such_bookings_lead_back_to_the_list(client, staff):
    gone = BookingFactory(state="cancelled")

    assert client.get(reverse(PAGE), {"valgt": gone.pk}).url == reverse("courses:staff_booking_list")


def test_bookers_of_a_session_are_found_from_the_list_of_sessions(client, staff):
    mine, _other = BookingFactory(), BookingFactory()

    page = client.get(reverse("courses:staff_session_words"), {"valgt": mine.session_id})

    assert page.context["fit"] == [mine]


def test_finance_may_not_write(client):
    sign_in(client, StaffFactory(roles=["finance"]))

    assert client.get(reverse(PAGE), {"valgt": BookingFactory().pk}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_page_do_not_grow(client, staff, django_assert_max_num_queries, count):
    numbers = [BookingFactory().pk for _number in range(count)]

    with django_assert_max_num_queries(14):
        client.get(reverse(PAGE), {"valgt": numbers})
