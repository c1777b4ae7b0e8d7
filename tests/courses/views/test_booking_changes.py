import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking
from courses.services.booking_changes import change_seats
from courses.services.participants import Person, name_participants
from courses.services.terms import Stage, Terms
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


STAGES = ((20, 10), (60, 10), (90, 60))


def address(booking, purpose="booking", name="booking_move", *args):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk), *args])


def in_stage(number, price=450, **fields):
    """A booking in the first, second or last stage of its terms."""
    first, second = STAGES[number]
    terms = Terms((Stage(first, "days"), Stage(second, "days", "fewer", 25)), 50).stored()
    return BookingFactory(session=SessionFactory(price=price), seat_price=price, terms=terms, **fields)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def test_booker_chooses_among_the_dates_with_room_and_their_price(client, english):
    course = CourseFactory(price=0)
    booking = BookingFactory(session=SessionFactory(course=course), seats=2)
    new = SessionFactory(course=course, price=500, capacity=5)

    assert "(5 free seats, 500 kroner per seat)" in client.get(address(booking)).text
    told = client.post(address(booking), {"session": new.pk})
    response = client.post(
        address(booking), {"session": new.pk} | {"money_seen": hidden(told, "money_seen")}, follow=True
    )

    booking.refresh_from_db()
    assert told.context["money"] == "After that the booking costs 1,000 kroner in all."
    assert booking.session == new
    assert "The booking is moved." in response.text


def test_booker_reads_before_and_after_a_move_who_gets_no_mail_and_where_new_sheets_are(client, english):
    booking = BookingFactory(seats=2)
    ParticipantFactory(booking=booking, email="")
    new = SessionFactory(course=booking.session.course)
    said = "1 participant has no e-mail and hears of it from you only."

    before = client.get(address(booking)).text
    after = client.post(address(booking), {"session": new.pk}, follow=True).text

    assert said in before
    link = address(booking, name="booking_sheets")
    assert f'{said} <a href="{link}">Print new sheets for them</a>' in after


def test_booker_reads_before_and_after_cancelling_who_gets_no_mail(client, english):
    booking = BookingFactory(seats=2)
    ParticipantFactory.create_batch(2, booking=booking, email="")
    said = "2 participants have no e-mail and hear of it from you only."
    url = address(booking, name="booking_cancel")

    assert f"It costs nothing to change or cancel. {said}" in client.get(url).text
    assert f"The booking is cancelled. {said}" in client.post(url, follow=True).text


@pytest.mark.parametrize(("taught_in", "is_said"), [("nn", True), ("nb", False)])
def test_a_date_that_is_taught_in_nynorsk_says_so(client, english, taught_in, is_said):
    booking = BookingFactory()
    SessionFactory(course=booking.session.course, language=taught_in)

    assert (", in nynorsk (" in client.get(address(booking)).text) is is_said


@pytest.mark.parametrize("typed", ["", "x", "99999999999999999999"])
def test_a_date_that_is_none_gets_a_sentence_beside_the_field(client, english, typed):
    course = CourseFactory()
    booking = BookingFactory(session=SessionFactory(course=course))
    SessionFactory(course=course)

    response = client.post(address(booking), {"session": typed})

    assert response.context["form"].errors.keys() == {"session"}


def test_page_says_when_no_date_has_room(client, english):
    booking = BookingFactory(seats=2)

    assert "No other date of this course has room for your 2 seats right now." in client.get(address(booking)).text


def test_link_of_the_browser_moves_nothing(client):
    course = CourseFactory()
    booking, new = BookingFactory(session=SessionFactory(course=course)), SessionFactory(course=course)

    assert client.post(address(booking, "booking-receipt"), {"session": new.pk}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_dates(client, django_assert_num_queries, count):
    course = CourseFactory()
    booking = BookingFactory(session=SessionFactory(course=course))
    SessionFactory.create_batch(count, course=course)
    url = address(booking)

    with django_assert_num_queries(7):
        client.get(url)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "Giving seats back costs nothing now."),
        (1, "Giving back 4 seats costs 450 kroner now: 25 per cent of their price."),
    ],
)
def test_what_cancelling_costs_stands_there_before_the_click(client, english, number, said):
    booking = in_stage(number, seats=4)
    url = address(booking, name="booking_cancel")

    page = client.get(url)
    client.post(url, {"seen": hidden(page, "seen")})

    booking.refresh_from_db()
    assert said in page.text
    assert booking.state == "cancelled"
    assert sum(fee.amount for fee in booking.fees.all()) == (450 if number else 0)


def test_after_the_deadline_the_page_asks_staff_and_says_that_the_answer_comes(client, english):
    booking = in_stage(2, seats=3)
    url = address(booking, name="booking_cancel")
    page = client.get(url)
    sent = {"seen": hidden(page, "seen"), "request_key": hidden(page, "request_key"), "words": "Vi må avlyse."}

    client.post(url, sent)
    response = client.post(url, sent, follow=True)

    booking.refresh_from_db()
    asked = booking.change_requests.get()
    assert (booking.state, asked.kind, asked.words) == ("confirmed", "cancel", "Vi må avlyse.")
    assert "Ask to cancel booking" in page.text
    assert "We have got your request." in response.text
    assert "Waits for an answer" in response.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("booking_seats", "It costs up to 450 kroner to give back 2 seats, by the terms."),
        ("booking_cancel", "It costs up to 675 kroner to give back 3 seats, by the terms."),
    ],
)
def test_the_sum_stands_there_before_staff_is_asked(client, english, name, said):
    assert said in client.get(address(in_stage(2, seats=3), name=name)).text


@pytest.mark.parametrize("state", [{}, {"state": "held", "held_until": timezone.now() + timedelta(hours=2)}])
def test_cancelling_what_costs_nothing_says_that_it_is_free(client, english, state):
    booking = BookingFactory(**state)

    assert "It costs nothing to change or cancel." in client.get(address(booking, name="booking_cancel")).text


@pytest.mark.parametrize(
    ("days", "late_fee", "said"),
    [
        (90, 50, ["If you book now, you cannot cancel for free."]),
        (90, 0, ["If you book now, you have to ask us to change or cancel."]),
        (2, 50, []),
    ],
)
def test_the_page_of_a_session_says_by_the_button_that_the_deadline_has_passed(client, english, days, late_fee, said):
    session = SessionFactory(price=450)
    session.course.terms = Terms((Stage(days, "days"),), late_fee).stored()
    session.course.save()

    page = client.get(session.get_absolute_url()).text

    assert re.findall(r"If you book now, you [^<]*", page) == said


def test_the_number_of_seats_it_has_already_changes_nothing_and_says_so(client, english):
    booking = in_stage(0, seats=3)
    url = address(booking, name="booking_seats")

    same = client.post(url, {"seats": "3"}, follow=True)
    other = client.post(url, {"seats": "4"}, follow=True)

    assert "Nothing was changed: the booking has 3 seats." in same.text
    assert "The booking has another number of seats now." in other.text


def test_a_second_contact_that_was_not_there_is_not_taken_away(client, english):
    booking = BookingFactory()
    url = address(booking, name="booking_second_contact")

    empty = client.post(url, {"name": "", "email": ""}, follow=True)
    named = client.post(url, {"name": "Per Hansen", "email": "per@bodo.test"}, follow=True)
    gone = client.post(url, {"name": "", "email": ""}, follow=True)

    assert "Nothing was changed." in empty.text
    assert "The second contact is saved." in named.text
    assert "There is no second contact now." in gone.text


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("booking_second_contact", {"name": "Per Hansen", "email": "per@bodo.test"}),
        ("booking_hand_over", {"name": "Per Hansen", "email": "per@bodo.test"}),
        ("booking_discretion", {"shows_course_name": "on"}),
    ],
)
def test_a_second_tab_is_shown_what_has_changed_before_anything_else_is_saved(client, english, name, typed):
    booking = BookingFactory(seats=3)
    url = address(booking, name=name)
    seen = hidden(client.get(url), "seen")
    change_seats(booking, 2)

    told = client.post(url, typed | {"seen": seen})
    nothing_yet = (
        booking.hand_overs.count(),
        Booking.objects.values_list("second_name", "shows_course_name").get(),
    )
    saved = client.post(url, typed | {"seen": hidden(told, "seen")})

    assert "Seats: 3 before, 2 now" in told.text
    assert nothing_yet == (0, ("", False))
    assert saved.status_code == 302


def test_more_seats_in_the_second_stage_become_a_question_that_keeps_the_number(client, english):
    booking = in_stage(1, seats=3)
    url = address(booking, name="booking_seats")

    page = client.post(url, {"seats": "5", "seen": hidden(client.get(url), "seen")})
    untouched = booking.change_requests.count()
    client.post(url, {"seats": "5", "seen": hidden(page, "seen"), "request_key": hidden(page, "request_key")})

    assert page.status_code == 200
    assert hidden(page, "seats") == "5"
    assert (untouched, booking.change_requests.get().seats) == (0, 5)


def test_fewer_seats_in_the_second_stage_need_no_question(client, english):
    booking = in_stage(1, seats=3)

    told = client.post(address(booking, name="booking_seats"), {"seats": "2"})
    before = booking.fees.count()
    client.post(address(booking, name="booking_seats"), {"seats": "2"} | {"money_seen": hidden(told, "money_seen")})

    booking.refresh_from_db()
    assert "Giving back 1 seat costs" in told.context["money"]
    assert (before, booking.seats, booking.change_requests.count(), booking.fees.count()) == (0, 2, 0, 1)


def test_a_question_needs_a_number_and_says_so_beside_the_field(client, english):
    booking = in_stage(2, seats=3)
    url = address(booking, name="booking_seats")

    response = client.post(url, {"seats": "mange", "request_key": hidden(client.get(url), "request_key")})

    assert response.context["form"].errors.keys() == {"seats"}
    assert booking.change_requests.count() == 0


def test_a_request_is_withdrawn_from_the_page(client, english):
    booking = in_stage(2)
    asked = booking.change_requests.create(kind="cancel", request_key="ask")

    response = client.post(address(booking, "booking", "change_withdraw", asked.pk), follow=True)

    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    assert "The request is withdrawn." in response.text


def test_the_request_of_another_booking_is_not_there(client):
    booking, other = in_stage(2), in_stage(2)
    asked = other.change_requests.create(kind="cancel", request_key="ask")

    assert client.post(address(booking, "booking", "change_withdraw", asked.pk)).status_code == 404


def test_the_second_tab_is_shown_what_changed_keeps_what_was_typed_and_may_save_again(client, english):
    booking = in_stage(0, seats=3)
    url = address(booking, name="booking_seats")
    tab = client.get(url)
    change_seats(booking, 4, by=StaffFactory(name="Siri Strand"))

    second = client.post(url, {"seats": "5", "seen": hidden(tab, "seen")})
    booking.refresh_from_db()
    stopped = booking.seats
    client.post(url, {"seats": hidden(second, "seats"), "seen": hidden(second, "seen")})

    booking.refresh_from_db()
    assert "Seats: 3 before, 4 now" in second.text
    assert "We (Siri Strand)" in second.text
    assert "Do it all the same" in second.text
    assert (stopped, booking.seats) == (4, 5)


def test_names_typed_in_a_second_tab_stay_while_the_change_is_shown(client, english):
    booking = in_stage(0, seats=4)
    token = issue_link("booking", booking.pk)
    page = client.get(reverse("courses:booking_detail", args=[token]))
    form = {
        "request_key": hidden(page, "request_key"),
        "seen": hidden(page, "seen"),
        "navn-TOTAL_FORMS": "1",
        "navn-INITIAL_FORMS": "0",
        "navn-0-name": "Kari Li",
        "navn-0-email": "",
    }
    name_participants(booking, [Person("Ola Hansen")], request_key="first")

    second = client.post(reverse("courses:booking_names", args=[token]), form)
    stopped = booking.participants.count()
    client.post(reverse("courses:booking_names", args=[token]), form | {"seen": hidden(second, "seen")})

    warning = second.text.split('id="flere-navn"')[1].split("<form")[0]
    assert "Ola Hansen is on the list" in warning
    assert "What you wrote stands below. Press “Save the names all the same”, or go back." in warning
    assert "3 seats have no name yet." in warning
    assert 'action="' + reverse("courses:booking_names", args=[token]) + '#flere-navn"' in second.text
    assert "Save the names all the same</button>" in second.text
    assert hidden(second, "navn-0-name") == "Kari Li"
    assert stopped == 1
    assert set(booking.participants.values_list("name", flat=True)) == {"Ola Hansen", "Kari Li"}


def test_names_typed_in_a_second_tab_are_not_said_to_be_savable_when_no_seat_is_left(client, english):
    booking = in_stage(0, seats=1)
    token = issue_link("booking", booking.pk)
    page = client.get(reverse("courses:booking_detail", args=[token]))
    form = {"navn-TOTAL_FORMS": "1", "navn-INITIAL_FORMS": "0", "navn-0-name": "Kari Li", "navn-0-email": ""}
    form |= {"request_key": hidden(page, "request_key"), "seen": hidden(page, "seen")}
    name_participants(booking, [Person("Ola Hansen")], request_key="first")

    second = client.post(reverse("courses:booking_names", args=[token]), form)

    warning = second.text.split('id="flere-navn"')[1].split("<form")[0]
    assert "What you wrote stands below, but cannot be saved before a seat is free." in warning
    assert "Press “" not in warning
    assert hidden(second, "navn-0-name") == "Kari Li"


def test_one_name_is_cancelled_with_its_seat(client, english):
    participant = ParticipantFactory(booking=in_stage(1, seats=3), name="Ola Hansen")
    url = address(participant.booking, "booking", "participant_give_back", participant.pk)

    page = client.get(url)
    response = client.post(url, {"seen": hidden(page, "seen")}, follow=True)

    participant.booking.refresh_from_db()
    assert "Giving back 1 seat costs 113 kroner now" not in page.text
    assert "Giving back 1 seat costs 112,50 kroner now: 25 per cent of its price." in page.text.replace(
        "112.50", "112,50"
    )
    assert "Ola Hansen’s seat is cancelled." in response.text
    assert participant.booking.seats == 2


def test_a_named_seat_leads_to_the_question_after_the_deadline(client, english):
    participant = ParticipantFactory(booking=in_stage(2, seats=3))
    url = address(participant.booking, "booking", "participant_give_back", participant.pk)

    response = client.post(url)

    assert response.url == address(participant.booking, name="booking_seats")


def test_terms_stand_on_the_session_page_before_the_booking(client, english):
    session = SessionFactory(price=450)
    session.course.terms = Terms((Stage(14, "days"),), 50).stored()
    session.course.save()

    text = client.get(session.get_absolute_url()).text

    assert "You can change and cancel by yourself." in text
    assert "cost 50 per cent of their price. Moving to another date first does not make it less." in text


@pytest.mark.parametrize("name", ["booking_seats", "booking_move", "change_withdraw", "participant_give_back"])
def test_link_of_the_browser_opens_none_of_it(client, name):
    booking = in_stage(0)
    extra = [1] if name in {"change_withdraw", "participant_give_back"} else []

    assert client.post(address(booking, "booking-receipt", name, *extra)).status_code == 404
