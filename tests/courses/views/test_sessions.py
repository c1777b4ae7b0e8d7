from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Meeting, Session
from taushet.roles import APPROVER, FINANCE
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def rows(*meetings, initial=0):
    """Return the posted fields of so many meetings, `initial` of which were there before."""
    fields = {"meetings-TOTAL_FORMS": len(meetings), "meetings-INITIAL_FORMS": initial}
    for index, meeting in enumerate(meetings):
        fields |= {f"meetings-{index}-{name}": value for name, value in meeting.items()}
    return fields


def content(course, **changes):
    return {
        "course": course.pk,
        "format": "online",
        "language": "nb",
        "capacity": "20",
        "price": "",
        "neutral_title": "",
    } | changes


def meeting(day="2027-03-10", starts="09:00", ends="12.00", **changes):
    return {"day": day, "starts": starts, "ends": ends, "place": "", "address": "", "join_url": ""} | changes


def form_errors(response):
    """Return what stands beside each field, of the session and of its meetings."""
    found = dict(response.context["form"].errors)
    for index, form in enumerate(response.context["meetings"]):
        found |= {f"{index}-{name}": errors for name, errors in form.errors.items()}
    return found


def test_staff_make_a_draft_with_two_meetings(client, staff):
    course = CourseFactory()
    blank = meeting(day="", starts="", ends="")
    fields = content(course) | rows(meeting(), meeting(day="17.03.2027", starts="09.30"), blank)

    response = client.post(reverse("courses:staff_session_create"), fields)

    session = Session.objects.get()
    assert response.url == session.get_staff_url()
    starts = [timezone.localtime(one.starts_at).strftime("%d.%m.%Y %H.%M") for one in session.meetings.all()]
    assert (session.state, starts) == ("draft", ["10.03.2027 09.00", "17.03.2027 09.30"])


@pytest.mark.parametrize(
    ("changes", "row", "found"),
    [
        ({"capacity": "0"}, {}, {"capacity": ["The number must be 1 or more."]}),
        ({"capacity": "2001"}, {}, {"capacity": ["The number can be 2000 at most."]}),
        ({"capacity": "many"}, {}, {"capacity": ["Write a whole number with digits, such as 4."]}),
        ({"price": "-1"}, {}, {"price": ["The price cannot be below 0."]}),
        ({"price": "free"}, {}, {"price": ["Write the amount with digits, such as 450 or 450,50."]}),
        (
            {"neutral_title": "Kurs\r\nBcc: x"},
            {},
            {"neutral_title": ["Write this on one line, without line breaks or other control characters."]},
        ),
        ({"format": "on_site"}, {}, {"municipality": ["Choose the municipality it is held in."]}),
        ({}, {"day": ""}, {"0-day": ["Choose a date."]}),
        ({}, {"starts": "25:00"}, {"0-starts": ["This is not a time. Write it as 09.00."]}),
        ({}, {"ends": "09:00"}, {"0-ends": ["The meeting must end after it starts."]}),
        ({}, {"day": "2026-01-05"}, {"0-day": ["This time has passed. Choose one that is still to come."]}),
        ({}, {"join_url": "not a link"}, {"0-join_url": ["This is not a web address. It begins with https://."]}),
        (
            {},
            {"day": "2027-03-28", "starts": "02:30", "ends": "05:00"},
            {"0-starts": ["The clocks are put forward this night, so this time does not exist."]},
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client, staff, english, changes, row, found):
    fields = content(CourseFactory(), **changes) | rows(meeting(**row))

    response = client.post(reverse("courses:staff_session_create"), fields)

    assert form_errors(response) == found
    assert not Session.objects.exists()


def test_meetings_that_overlap_are_refused_and_nothing_is_lost(client, staff, english):
    fields = content(CourseFactory(), neutral_title="Fagdag") | rows(meeting(), meeting(starts="11:00", ends="13:00"))

    response = client.post(reverse("courses:staff_session_create"), fields)

    assert form_errors(response) == {"__all__": ["Two of the meetings overlap. Change the time of one of them."]}
    assert 'value="Fagdag"' in response.text


def test_of_the_hour_that_comes_twice_the_first_is_meant(client, staff, english):
    fields = content(CourseFactory()) | rows(meeting(day="2027-10-31", starts="02:30", ends="04:00"))

    response = client.post(reverse("courses:staff_session_create"), fields, follow=True)

    starts_at = Meeting.objects.get().starts_at
    assert starts_at.isoformat() == "2027-10-31T00:30:00+00:00"
    assert "The clocks are put back that night. The first of the two hours is meant." in response.text


def test_staff_move_add_and_take_out_meetings(client, staff):
    place = MunicipalityFactory()
    session = SessionFactory(format="on_site", municipality=place)
    second = session.meetings.create(
        starts_at=session.first_starts_at + timedelta(days=7), ends_at=session.last_ends_at + timedelta(days=7)
    )
    first = session.meetings.first()
    fields = content(session.course, format="on_site", municipality=place.pk) | rows(
        meeting(pk=first.pk, place="Biblioteket"),
        meeting(pk=second.pk, DELETE="on"),
        meeting(day="2027-03-20"),
        initial=2,
    )

    client.post(reverse("courses:staff_session_update", args=[session.pk]), fields)

    found = session.meetings.order_by("starts_at").values_list("pk", "place", "state", "sequence")
    added = session.meetings.latest("pk").pk
    assert set(found) == {
        (first.pk, "Biblioteket", "planned", 1),
        (second.pk, "", "cancelled", 1),
        (added, "", "planned", 0),
    }


def test_fewer_seats_than_are_taken_are_refused_beside_the_field(client, staff, english):
    session = SessionFactory(format="online", capacity=10, seats_taken=6)
    session.bookings.create(
        municipality=MunicipalityFactory(), seats=6, state="confirmed", contact_email="a@b.example", request_key="a"
    )
    first = session.meetings.get()
    fields = content(session.course, capacity="5") | rows(meeting(pk=first.pk), initial=1)

    response = client.post(reverse("courses:staff_session_update", args=[session.pk]), fields)

    assert form_errors(response) == {
        "capacity": ["6 seats are taken. Say below that the session may have fewer all the same."]
    }


def test_a_meeting_of_another_session_is_not_touched(client, staff):
    session, other = SessionFactory(format="online"), SessionFactory()
    foreign = other.meetings.get()
    fields = content(session.course) | rows(meeting(pk=foreign.pk), initial=1)

    client.post(reverse("courses:staff_session_update", args=[session.pk]), fields)

    foreign.refresh_from_db()
    assert (foreign.session, foreign.sequence) == (other, 0)


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [("draft", "open", "open"), ("open", "confirm", "confirmed"), ("open", "cancel", "cancelled")],
)
def test_a_step_asks_first_and_is_taken_by_post(client, staff, before, step, after):
    session = SessionFactory(state=before)
    address = reverse(f"courses:staff_session_{step}", args=[session.pk])

    asked = client.get(address)
    session.refresh_from_db()
    assert (asked.status_code, session.state) == (200, before)

    client.post(address)
    session.refresh_from_db()
    assert session.state == after


def test_a_step_that_cannot_be_taken_says_why(client, staff, english):
    session = SessionFactory(state="cancelled")

    response = client.post(reverse("courses:staff_session_open", args=[session.pk]), follow=True)

    assert "The session is in the state “Cancelled”, where this cannot be done." in response.text


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_staff_list_do_not_grow(client, staff, django_assert_num_queries, count):
    SessionFactory.create_batch(count, municipality=MunicipalityFactory())
    client.get(reverse("courses:staff_session_list"))

    with django_assert_num_queries(13):
        client.get(reverse("courses:staff_session_list"))


@pytest.mark.parametrize(
    "name", ["staff_session_list", "staff_session_create", "staff_course_list", "staff_course_create"]
)
@pytest.mark.parametrize(("make", "status"), [(UserFactory, 403), (TrainerUserFactory, 403), (StaffFactory, 200)])
def test_staff_pages_are_for_staff(client, name, make, status):
    sign_in(client, make())

    assert client.get(reverse(f"courses:{name}")).status_code == status


@pytest.mark.parametrize("role", [APPROVER, FINANCE])
def test_those_who_only_look_change_nothing(client, role):
    session = SessionFactory()
    sign_in(client, StaffFactory(roles=[role]))

    assert client.get(session.get_staff_url()).status_code == 200
    assert client.post(reverse("courses:staff_session_cancel", args=[session.pk])).status_code == 403
    assert client.get(reverse("courses:staff_session_update", args=[session.pk])).status_code == 403
    session.refresh_from_db()
    assert session.state == "open"


def test_staff_pages_ask_strangers_to_sign_in(client):
    response = client.get(reverse("courses:staff_session_list"))

    assert response.url.startswith(reverse("account_login"))
