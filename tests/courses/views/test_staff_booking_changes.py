import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.services.booking_changes import change_seats
from courses.services.change_requests import ask_for_change
from courses.services.terms import Stage, Terms
from taushet.models import Message
from taushet.roles import FINANCE
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def address(name, booking, *args):
    return reverse(f"courses:{name}", args=[booking.pk, *args])


def test_staff_changes_seats_beyond_the_capacity_with_a_reason(client, staff):
    booking = BookingFactory(session=SessionFactory(capacity=3), seats=3)
    url = address("staff_booking_seats", booking)

    refused = client.post(url, {"seats": "5"})
    done = client.post(url, {"seats": "5", "reason": "To stoler til."})

    booking.refresh_from_db()
    booking.session.refresh_from_db()
    assert refused.context["form"].errors.keys() == {"seats"}
    assert done.url == booking.staff_address
    assert (booking.seats, booking.session.seats_over) == (5, 2)


def test_a_second_staff_member_is_shown_what_changed(client, staff):
    booking = BookingFactory(seats=3)
    url = address("staff_booking_seats", booking)
    page = client.get(url)
    change_seats(booking, 4)

    second = client.post(url, {"seats": "6", "seen": hidden(page, "seen")})

    booking.refresh_from_db()
    assert "Seats: 3 before, 4 now" in second.text
    assert booking.seats == 4


def test_staff_moves_a_booking(client, staff):
    booking = BookingFactory()
    there = SessionFactory(course=booking.session.course)

    client.post(address("staff_booking_move", booking), {"session": there.pk})

    booking.refresh_from_db()
    assert booking.session == there


def test_staff_reads_before_and_after_who_hears_of_a_move_from_the_contact_only(client, staff):
    booking = BookingFactory(seats=2)
    ParticipantFactory(booking=booking, email="")
    there = SessionFactory(course=booking.session.course)
    url = address("staff_booking_move", booking)
    said = "1 participant has no e-mail and hears of it from the contact only."

    assert said in client.get(url).text
    assert said in client.post(url, {"session": there.pk}, follow=True).text
    assert said in client.get(reverse("courses:staff_booking_cancel", args=[booking.pk])).text


def test_staff_puts_in_changes_and_takes_off_names(client, staff):
    booking = BookingFactory(seats=2)
    url = address("staff_booking_names", booking)
    client.post(url, {"name": "Ola Hansen", "request_key": hidden(client.get(url), "request_key")})
    first = booking.participants.get()
    url = address("staff_name_replace", booking, first.pk)
    client.post(url, {"name": "Nina Nilsen", "request_key": hidden(client.get(url), "request_key")})
    second = booking.participants.active().get()

    client.post(address("staff_name_remove", booking, second.pk))

    states = list(booking.participants.order_by("pk").values_list("name", "state", "named_by"))
    assert states == [("Ola Hansen", "replaced", "staff"), ("Nina Nilsen", "withdrawn", "staff")]


def test_a_name_of_another_booking_is_not_there(client, staff):
    other = ParticipantFactory()

    assert client.get(address("staff_name_replace", BookingFactory(), other.pk)).status_code == 404


def test_a_request_is_approved_from_the_booking(client, staff):
    booking = BookingFactory(session=SessionFactory(capacity=4), seats=3)
    asked = ask_for_change(booking, kind="seats", seats=6, request_key="ask", words="Tre til, takk.")
    page = client.get(booking.staff_address)
    url = address("staff_change_approve", booking, asked.pk)

    refused = client.post(url, {"reason": ""})
    done = client.post(url, {"reason": "To stoler til."}, follow=True)

    asked.refresh_from_db()
    booking.refresh_from_db()
    assert "Tre til, takk." in page.text
    assert "There is room for 4 seats in this booking now. Nothing has been changed." in refused.text
    assert "The request is approved and done." in done.text
    assert (asked.state, booking.seats) == ("approved", 6)


def test_a_request_is_refused_with_a_reason_only(client, staff):
    booking = BookingFactory(seats=3)
    asked = ask_for_change(booking, kind="cancel", request_key="ask")
    url = address("staff_change_refuse", booking, asked.pk)

    without = client.post(url, {"answer": "  "})
    client.post(url, {"answer": "Det er for sent."})
    again = client.post(url, {"answer": "Det er for sent."})

    asked.refresh_from_db()
    assert without.context["form"].errors.keys() == {"answer"}
    assert (asked.state, asked.answer, asked.answered_by) == ("refused", "Det er for sent.", staff)
    for answered in (again, client.get(url), client.get(address("staff_change_approve", booking, asked.pk))):
        main = answered.text.split("<main")[1]
        assert "This request is answered already: refused." in main
        assert booking.staff_address in main
        assert "<form" not in main
    assert Message.objects.filter(kind="booking-change-refused").count() == 1


def test_a_request_of_another_booking_is_not_there(client, staff):
    asked = ask_for_change(BookingFactory(seats=3), kind="cancel", request_key="ask")

    assert client.post(address("staff_change_refuse", BookingFactory(), asked.pk)).status_code == 404


def test_cancelling_asks_for_the_fee_where_there_is_a_price(client, staff):
    booking = BookingFactory(seats=2, seat_price=500)
    url = address("staff_booking_cancel", booking)

    page = client.get(url)
    client.post(url, {"fee_percent": "30"})

    booking.refresh_from_db()
    assert "fee_percent" in page.context["form"].fields
    assert (booking.state, booking.fees.get().amount) == ("cancelled", 300)


def test_ticked_bookings_are_asked_about_then_confirmed_and_a_second_click_does_nothing(client, staff):
    held = BookingFactory(state="held", held_until=timezone.now() + timedelta(hours=3), confirmed_at=None)
    other = BookingFactory()
    chosen = {"handling": "bekreft", "valgt": [held.pk, other.pk]}
    url = reverse("courses:staff_booking_choice")

    page = client.get(url, chosen)
    first = client.post(url, chosen, follow=True)
    mails = Message.objects.count()
    second = client.post(url, chosen, follow=True)

    held.refresh_from_db()
    assert (page.context["fit"], page.context["left_out"]) == ([held], [(other, "Not held: confirmed.")])
    assert "Confirmed: 1." in first.text
    assert f"{other.pk}: Not held: confirmed." in first.text
    assert "Nothing was changed." in second.text
    assert (held.state, Message.objects.count()) == ("confirmed", mails)


def test_when_nothing_can_be_done_to_the_ticked_ones_it_is_said_once_and_why(client, staff):
    gone = BookingFactory(state="cancelled")

    page = client.get(reverse("courses:staff_booking_choice"), {"valgt": gone.pk, "handling": "avbestill"})

    main = page.text.split("<main")[1]
    assert "None of the chosen bookings can be cancelled" in main
    assert page.context["left_out"][0][1] in main
    assert main.count("None of the chosen bookings can be cancelled") == 1
    assert "Cancel the chosen bookings?" not in main
    assert "<form" not in main
    assert reverse("courses:staff_booking_list") in main


def test_ticked_bookings_are_taken_out_as_a_file(client, staff):
    chosen, _other = BookingFactory.create_batch(2)

    response = client.get(reverse("courses:booking_choice_csv"), {"valgt": chosen.pk})

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines] == ["Booking", str(chosen.pk)]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_question_do_not_grow(client, staff, django_assert_num_queries, count):
    chosen = [booking.pk for booking in BookingFactory.create_batch(count)]

    with django_assert_num_queries(7):
        client.get(reverse("courses:staff_booking_choice"), {"handling": "avbestill", "valgt": chosen})


def test_finance_looks_and_takes_out_but_changes_nothing(client):
    sign_in(client, StaffFactory(roles=[FINANCE]))
    booking = BookingFactory()

    looked = client.get(reverse("courses:booking_choice_csv"), {"valgt": booking.pk})
    names = ["staff_booking_seats", "staff_booking_move", "staff_booking_names", "staff_booking_cancel"]

    assert looked.status_code == 200
    assert {client.post(address(name, booking)).status_code for name in names} == {403}


def test_staff_reads_what_a_request_costs_in_kroner_and_the_booking_what_it_costs_altogether(client, staff):
    terms = Terms((Stage(90, "days"),), 50).stored()
    booking = BookingFactory(session=SessionFactory(price=1500), seats=4, seat_price=1500, terms=terms)
    asked = ask_for_change(booking, kind="seats", seats=2, request_key="ask")
    url = address("staff_change_approve", booking, asked.pk)

    before = client.get(url)
    too_much = client.post(url, {"fee_percent": "51"})
    another = client.post(url, {"fee_percent": "20", "shown_percent": hidden(before, "shown_percent")})
    waiting = booking.change_requests.waiting().count()
    client.post(url, {"fee_percent": "20", "shown_percent": hidden(another, "shown_percent")})

    assert "2 seats cost 3,000 kroner. 50 per cent of that is 1,500 kroner." in before.text
    assert "The booker was told that it costs at most 50 per cent." in before.text
    assert too_much.context["form"].errors.keys() == {"fee_percent"}
    assert "20 per cent of that is 600 kroner. Press the button again to do it." in another.text
    assert waiting == 1
    assert "3,600 kroner altogether" in client.get(booking.staff_address).text


def test_a_cancelled_booking_costs_only_what_its_seats_given_back_cost(client, staff):
    booking = BookingFactory(session=SessionFactory(price=1500), seats=4, seat_price=1500)

    client.post(reverse("courses:staff_booking_cancel", args=[booking.pk]), {"fee_percent": "50"})

    assert "3,000 kroner altogether" in client.get(booking.staff_address).text
