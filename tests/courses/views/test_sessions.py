from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Meeting, Session, WaitingPlace
from courses.services.messages import tell_confirmed
from taushet.models import Message
from taushet.roles import APPROVER, FINANCE
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
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
        "leads_wanted": "1",
        "seconds_wanted": "0",
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


@pytest.mark.parametrize("title", ["Fagdag mot vold", "Når hjemmet er farlig"])
def test_a_neutral_title_that_tells_is_refused_beside_the_field(client, staff, title):
    course = CourseFactory(title_nb="Når hjemmet er farlig")

    response = client.post(
        reverse("courses:staff_session_create"), content(course, neutral_title=title) | rows(meeting())
    )

    word = "vold" if "vold" in title else "hjemmet"
    assert form_errors(response) == {
        "neutral_title": [f"«{word}» kan røpe hva kurset handler om. Skriv en tittel uten det, for eksempel «Fagdag»."]
    }
    assert not Session.objects.exists()


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


def test_all_that_is_wrong_stands_above_the_form_too(client, staff, english):
    response = client.post(reverse("courses:staff_session_create"), rows(meeting(day="", ends="09:00")))

    summary = response.text.partition('class="ds-error-summary error-summary"')[2].partition("</ds-error-summary>")[0]
    for target, sentence in {
        "id_course": "Choose a course.",
        "id_capacity": "Write how many seats there are.",
        "id_meetings-0-day": "Choose a date.",
    }.items():
        assert f'<a class="ds-link" href="#{target}">{sentence}</a>' in summary
    assert "This field is required." not in response.text


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


def opened(client, session):
    """Return what the form of a session carries, and its fields filled in as they are."""
    page = client.get(reverse("courses:staff_session_update", args=[session.pk]))
    first = session.meetings.get()
    starts = timezone.localtime(first.starts_at)
    row = meeting(
        pk=first.pk,
        day=f"{starts:%Y-%m-%d}",
        starts=f"{starts:%H:%M}",
        ends=f"{timezone.localtime(first.ends_at):%H:%M}",
        place=first.place,
    )
    return {"opened": page.context["opened"]} | content(session.course) | rows(row, initial=1)


def update(client, session, fields):
    return client.post(reverse("courses:staff_session_update", args=[session.pk]), fields)


def test_the_second_editor_sees_field_by_field_what_is_different_and_saves_when_sure(client, staff, english):
    session = SessionFactory(format="online", neutral_title="Kurs i mars")
    fields = opened(client, session)
    update(client, session, fields | {"capacity": "30", "neutral_title": "Kurs"})

    second = update(client, session, fields | {"capacity": "25", "neutral_title": "Kurs i mars"})
    session.refresh_from_db()
    stopped = session.capacity
    update(client, session, fields | {"capacity": "25", "opened": second.context["opened"]})

    session.refresh_from_db()
    shown = [(row["label"], row["opened"], row["theirs"], row["mine"]) for row in second.context["difference"]["rows"]]
    assert shown == [("Seats", "20", "30", "25"), ("Neutral title", "Kurs i mars", "Kurs", "Kurs i mars")]
    assert second.context["difference"]["who"] == staff
    assert second.context["form"]["capacity"].value() == "25"
    assert (stopped, session.capacity) == (30, 25)


def test_a_meeting_somebody_else_added_is_kept_when_the_second_editor_saves(client, staff, english):
    session = SessionFactory(format="online")
    fields = opened(client, session)
    row = {name.removeprefix("meetings-0-"): value for name, value in fields.items() if name.startswith("meetings-0-")}
    update(client, session, fields | rows(row, meeting(day="2027-05-05", place="Biblioteket"), initial=1))

    second = update(client, session, fields | {"capacity": "25"})
    again = {"opened": second.context["opened"], "capacity": "25"}
    kept = {form.add_prefix(name): form[name].value() or "" for form in second.context["meetings"] for name in row}
    total = {"meetings-TOTAL_FORMS": len(second.context["meetings"].forms)}
    done = update(client, session, fields | kept | total | again)

    shown = [(row["label"], row["opened"], row["mine"]) for row in second.context["difference"]["rows"]]
    assert shown == [("A meeting", "Not there", "Not there")]
    assert done.status_code == 302
    assert list(session.meetings.values_list("state", "place")) == [("planned", "Rådhuset"), ("planned", "Biblioteket")]


def test_a_form_with_an_error_is_still_the_one_that_was_opened(client, staff, english):
    session = SessionFactory(format="online")
    fields = opened(client, session)
    update(client, session, fields | {"capacity": "30"})

    wrong = update(client, session, fields | {"capacity": "mange"})
    second = update(client, session, fields | {"capacity": "25", "opened": wrong.context["opened"]})

    assert second.context["difference"]["rows"][0]["theirs"] == "30"


@pytest.mark.parametrize("carried", ["x", "eyJhIjoxfQ:1abc:zzz"])
def test_what_our_form_did_not_carry_is_no_reason_to_fail(client, staff, carried):
    session = SessionFactory(format="online")

    assert update(client, session, opened(client, session) | {"opened": carried}).status_code == 302


def test_fewer_seats_than_taken_are_saved_after_a_yes_with_a_reason(client, staff, english):
    session = SessionFactory(format="online", capacity=20)
    BookingFactory(session=session, seats=9)
    fields = opened(client, session) | {"capacity": "5"}

    asked = update(client, session, fields)
    without = update(client, session, fields | {"over-accepts_over": "4", "over-over_reason": ""})
    done = update(client, session, fields | {"over-accepts_over": "4", "over-over_reason": "Mindre rom."})

    session.refresh_from_db()
    page = client.get(session.get_staff_url())
    assert asked.context["overhang"]["accepts_over"].value() == 4
    assert asked.context["taken"] == [("confirmed", 9)]
    assert without.context["overhang"].errors.keys() == {"over_reason"}
    assert done.status_code == 302
    assert (session.capacity, session.seats_over, session.bookings.get().seats) == (5, 4, 9)
    assert "4 seats beyond the capacity" in page.text


def test_open_offers_stand_on_the_session_page(client, staff, english):
    session = SessionFactory(capacity=20)
    offered = BookingFactory(session=session, seats=2, state="offered")
    offered.waiting_place = WaitingPlace.objects.create(
        booking=offered, wanted=2, offered_until=timezone.now() + timedelta(days=1)
    )

    page = client.get(session.get_staff_url())

    assert [place.booking for place in page.context["open_offers"]] == [offered]
    assert "Offers that stand" in page.text


def test_cancelling_says_first_who_is_told_and_a_second_click_does_nothing(client, staff, english):
    session = SessionFactory()
    BookingFactory(session=session)
    url = reverse("courses:staff_session_cancel", args=[session.pk])

    page = client.get(url)
    client.post(url)
    mails = Message.objects.count()
    again = client.post(url, follow=True)

    assert [(line.role, line.count) for line in page.context["told"]] == [("Contacts without a calendar entry", 1)]
    assert "The session is cancelled." in again.text
    assert (mails, Message.objects.count()) == (1, 1)


def test_a_neighbour_is_let_in_and_taken_out(client, staff, english):
    host, neighbour = MunicipalityFactory.create_batch(2)
    session = SessionFactory(closed_to=host)
    url = reverse("courses:staff_session_share", args=[session.pk])

    client.post(url, {"municipality": neighbour.number})
    shared = list(session.shared_with.all())
    client.post(reverse("courses:staff_session_unshare", args=[session.pk, neighbour.number]))
    wrong = client.post(url, {"municipality": "0000"})

    assert (shared, list(session.shared_with.all())) == ([neighbour], [])
    assert wrong.context["form"].errors.keys() == {"municipality"}


def test_ticked_sessions_are_asked_about_and_then_confirmed(client, staff, english):
    fits, draft = SessionFactory(), SessionFactory(state="draft")
    url = reverse("courses:staff_session_choice")
    chosen = {"handling": "bekreft", "valgt": [fits.pk, draft.pk]}

    page = client.get(url, chosen)
    first = client.post(url, chosen, follow=True)
    second = client.post(url, chosen, follow=True)

    fits.refresh_from_db()
    assert (page.context["fit"], page.context["left_out"]) == ([fits], [(draft, "Not open: draft.")])
    assert "Confirmed: 1." in first.text
    assert "1 was left out." in first.text
    assert "Nothing was changed." in second.text
    assert fits.state == Session.State.CONFIRMED


@pytest.mark.parametrize("count", [1, 3])
def test_queries_before_cancelling_many_do_not_grow(client, staff, english, django_assert_num_queries, count):
    sessions = [SessionFactory(municipality=MunicipalityFactory()) for _session in range(count)]
    for session in sessions:
        tell_confirmed(BookingFactory(session=session))
        ParticipantFactory(booking=BookingFactory(session=session), email="")

    with django_assert_num_queries(18):
        chosen = {"handling": "avlys", "valgt": [one.pk for one in sessions]}
        page = client.get(reverse("courses:staff_session_choice"), chosen)

    assert [(line.role, line.count) for line in page.context["told"]] == [
        ("Contacts", count),
        ("Contacts without a calendar entry", count),
        ("Participants without an e-mail address", count),
        ("Reminders and other planned e-mails", 4 * count),
    ]


@pytest.mark.parametrize("asked", [{}, {"handling": "bekreft"}, {"handling": "slett", "valgt": ["1"]}, {"valgt": "x"}])
def test_nothing_ticked_or_nothing_known_leads_back(client, staff, asked):
    SessionFactory()

    assert client.get(reverse("courses:staff_session_choice"), asked).url == reverse("courses:staff_session_list")


def test_ticked_sessions_are_taken_out_as_a_file(client, staff, english):
    chosen, _other = SessionFactory.create_batch(2)

    response = client.get(reverse("courses:session_choice_csv"), {"valgt": chosen.pk})

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines] == ["Number", str(chosen.pk)]


def test_staff_write_the_terms_of_a_course_stage_by_stage(client, staff, english):
    course = CourseFactory()
    url = reverse("courses:staff_course_terms", args=[course.slug])
    stages = {"trinn-TOTAL_FORMS": "3", "trinn-INITIAL_FORMS": "0", "late_fee": "50"}
    for row, (amount, unit, permits, fee) in enumerate(
        [("14", "days", "all", ""), ("48", "hours", "fewer", "25"), ("", "days", "all", "")]
    ):
        stages |= {f"trinn-{row}-amount": amount, f"trinn-{row}-unit": unit}
        stages |= {f"trinn-{row}-permits": permits, f"trinn-{row}-fee": fee}

    response = client.post(url, stages)

    course.refresh_from_db()
    assert response.status_code == 302
    assert course.terms == {
        "stages": [
            {"amount": 14, "unit": "days", "permits": "all", "fee": 0},
            {"amount": 48, "unit": "hours", "permits": "fewer", "fee": 25},
        ],
        "late_fee": 50,
    }
    assert client.get(url).context["stages"].initial[0]["amount"] == 14


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (("3", "fewer"), ("1", "all"), "A later stage cannot allow more than an earlier one."),
        (("3", "all"), ("3", "fewer"), "Two stages last until the same time. Take one of them out."),
        (
            ("10", "all"),
            ("20", "all"),
            "Put the stages in order: the one that ends first, furthest from the course, comes first.",
        ),
    ],
)
def test_terms_that_make_no_sense_are_refused(client, staff, english, first, second, sentence):
    course = CourseFactory()
    stages = {"trinn-TOTAL_FORMS": "2", "trinn-INITIAL_FORMS": "0"}
    for row, (amount, permits) in enumerate((first, second)):
        stages |= {f"trinn-{row}-amount": amount, f"trinn-{row}-unit": "days", f"trinn-{row}-permits": permits}

    response = client.post(reverse("courses:staff_course_terms", args=[course.slug]), stages)

    assert response.context["stages"].non_form_errors() == [sentence]
    assert f'<li><a class="ds-link" href="#trinn">{sentence}</a></li>' in response.text
