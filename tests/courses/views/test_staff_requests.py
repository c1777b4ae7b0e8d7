from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, RequestOffer
from courses.services.assignments import assign_trainer
from courses.services.request_fits import days_of
from courses.services.request_lists import find_requests
from taushet.models import Message
from taushet.roles import APPROVER
from tests.factories.courses import (
    CourseRequestFactory,
    RequestOfferFactory,
    SessionFactory,
    TrainerFactory,
)
from tests.factories.municipalities import CountyFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LIST = "/stab/kurs/foresporsler/"


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory(name="Anne Aas"))


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def trainer_for(asked, **fields):
    trainer = TrainerFactory(**fields)
    trainer.courses.add(asked.course)
    return trainer


def path(name, *args):
    return reverse(f"courses:{name}", args=args)


def offered(asked, trainer, **changes):
    return {
        "seen": "",
        "format": "on_site",
        "place": "Rådhuset",
        "seats": "30",
        "seat_price": "450.50",
        "answer_on": in_days(5).isoformat(),
        "word": "Vi kommer gjerne.",
        "datoer-TOTAL_FORMS": "2",
        "datoer-INITIAL_FORMS": "0",
        "datoer-0-day": in_days(31).isoformat(),
        "datoer-0-starts": "09:00",
        "datoer-0-ends": "12:00",
        "datoer-0-trainer": trainer.pk,
    } | changes


@pytest.mark.parametrize("who", [UserFactory, TrainerUserFactory])
@pytest.mark.parametrize("name", ["list", "detail", "offer", "decline"])
def test_pages_are_closed_to_others(client, who, name):
    asked = CourseRequestFactory()
    sign_in(client, who())
    args = [] if name == "list" else [asked.pk]

    assert client.get(path(f"staff_request_{name}", *args)).status_code == 403


def test_approver_neither_reads_nor_answers(client):
    offer = RequestOfferFactory()
    sign_in(client, StaffFactory(roles=[APPROVER]))

    assert client.get(offer.request.get_staff_url()).status_code == 403
    for name, args in (
        ("staff_request_offer", [offer.request_id]),
        ("staff_request_decline", [offer.request_id]),
        ("staff_offer_accept", [offer.request_id, offer.pk]),
        ("staff_offer_take_back", [offer.request_id, offer.pk]),
    ):
        assert client.post(path(name, *args)).status_code == 403
    assert Booking.objects.count() == 0


def test_request_not_confirmed_is_not_there_for_staff(client, staff):
    asked = CourseRequestFactory(state="unproved", waiting_since=None)

    assert client.get(asked.get_staff_url()).status_code == 404
    assert list(client.get(f"{LIST}?state=all").context["page"]) == []


def test_list_shows_the_longest_waiting_first_and_narrows(client, staff):
    county = CountyFactory()
    place = MunicipalityFactory(county=county)
    offered_one = CourseRequestFactory(state="offered", waiting_since=None)
    new = CourseRequestFactory(places=[MunicipalityFactory(), place])
    late = CourseRequestFactory(waiting_since=timezone.now() - timedelta(days=30))
    done = CourseRequestFactory(state="declined", waiting_since=None)

    def shown(query=""):
        return list(client.get(LIST + query).context["page"])

    assert shown() == [late, new, offered_one]
    assert shown("?state=overdue") == [late]
    assert shown("?state=declined") == [done]
    assert shown(f"?municipality={place.pk}") == [new]
    assert shown(f"?county={county.pk}") == [new]
    assert shown(f"?course={late.course_id}") == [late]
    assert shown("?format=online") == []
    assert len(shown("?state=all&course=x")) == 4


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list_do_not_grow(client, staff, django_assert_num_queries, count):
    for _turn in range(count):
        CourseRequestFactory(places=[MunicipalityFactory(), MunicipalityFactory()])
    client.get(LIST)

    with django_assert_num_queries(14):
        response = client.get(LIST)

    assert len(response.context["page"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_one_request_do_not_grow_with_trainers_and_offers(client, staff, django_assert_num_queries, count):
    asked = CourseRequestFactory(state="offered", waiting_since=None)
    for _turn in range(count):
        offer = RequestOfferFactory(request=asked)
        asked.events.create(kind="offered", side="staff", by=offer.made_by, offer=offer)
        trainer_for(asked)
    client.get(asked.get_staff_url())

    with django_assert_num_queries(22):
        response = client.get(asked.get_staff_url())

    assert len(response.context["offers"]) == count


def test_page_says_who_is_free_on_which_day_and_why_others_do_not_fit(client, staff):
    asked = CourseRequestFactory(taught_in="nn")
    free = trainer_for(asked, teaches_nn=True, user__name="Tone Tangen")
    busy = trainer_for(asked, teaches_nn=True, user__name="Per Prest")
    trainer_for(asked, teaches_nn=False, user__name="Bo Bokmål")
    far = trainer_for(asked, teaches_nn=True, user__name="Finn Fjern")
    far.counties.add(CountyFactory())
    day = asked.windows.first().first_on
    taken = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 9))
    assign_trainer(SessionFactory(course=asked.course, first_starts_at=taken), trainer=busy, by=staff)
    TrainerFactory(user__name="Annet Kurs")

    context = client.get(asked.get_staff_url()).context

    names = {
        fit.on: [str(one.trainer) for one in fit.free] for _window, days in context["fits"].windows for fit in days
    }
    assert names.pop(day, ["Tone Tangen"]) == ["Tone Tangen"]
    assert set(map(tuple, names.values())) == {("Per Prest", "Tone Tangen")}
    assert [(str(trainer), found) for trainer, found in context["fits"].unfit] == [
        ("Bo Bokmål", ["does not teach in this form of Norwegian"]),
        ("Finn Fjern", ["does not travel to this county"]),
    ]
    assert free in context["trainers"]


def test_trainer_offered_to_others_is_marked(client, staff):
    asked = CourseRequestFactory()
    trainer = trainer_for(asked)
    day = next(days_of(asked.windows.first()))
    starts = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 9))
    RequestOfferFactory(request__course=asked.course, trainer=trainer, starts_at=starts)

    assert "offered to others that day" in client.get(asked.get_staff_url()).text


def test_staff_offers_dates_and_the_municipality_gets_one_mail(client, staff):
    asked = CourseRequestFactory()
    trainer = trainer_for(asked)
    second = {
        "datoer-1-day": in_days(32).isoformat(),
        "datoer-1-starts": "9",
        "datoer-1-ends": "11.30",
        "datoer-1-trainer": trainer.pk,
    }

    response = client.post(path("staff_request_offer", asked.pk), offered(asked, trainer, **second), follow=True)

    assert "2 dates are offered, and the municipality gets an e-mail." in response.text
    assert list(RequestOffer.objects.values_list("state", "seats", "made_by")) == [("offered", 30, staff.pk)] * 2
    assert [str(offer.seat_price) for offer in RequestOffer.objects.all()] == ["450.50"] * 2
    assert RequestOffer.objects.first().answer_on == in_days(5)
    assert Message.objects.get().kind == "request-offered"


def test_offer_without_a_date_says_what_is_missing(client, staff):
    asked = CourseRequestFactory()
    empty = dict.fromkeys(("datoer-0-day", "datoer-0-starts", "datoer-0-ends", "datoer-0-trainer"), "")

    response = client.post(path("staff_request_offer", asked.pk), offered(asked, trainer_for(asked), **empty))

    assert response.context["dates"].non_form_errors() == ["Offer at least one date."]
    assert response.context["dates"].errors[0]["trainer"] == ["Choose a trainer."]
    assert not RequestOffer.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"datoer-0-day": "2026-01-02"}, "This time has passed. Choose one that is still to come."),
        ({"datoer-0-ends": "08:00"}, "The course must end after it starts."),
        ({"datoer-0-day": "", "datoer-0-starts": "", "datoer-0-ends": "", "datoer-0-trainer": ""}, "Choose a date."),
        ({"answer_on": in_days(40).isoformat()}, "The answer has to come before the first of the dates."),
        ({"answer_on": in_days(-3).isoformat()}, "This day has passed. Choose one that is still to come."),
        ({"seats": "11"}, "12 people are to take part, so there cannot be fewer seats."),
        ({"format": "online"}, "This course is not held in that way."),
        ({"seat_price": "-1"}, None),
    ],
)
def test_offer_that_cannot_be_is_refused_in_a_sentence(client, staff, changes, sentence):
    asked = CourseRequestFactory()

    response = client.post(path("staff_request_offer", asked.pk), offered(asked, trainer_for(asked), **changes))

    assert response.status_code == 200
    assert sentence is None or sentence in response.text
    assert RequestOffer.objects.count() == 0
    assert Message.objects.count() == 0


def test_second_staff_who_offers_sees_that_somebody_was_quicker(client, staff):
    asked = CourseRequestFactory()
    trainer = trainer_for(asked)
    asked.events.create(kind="confirmed", side="requester")
    seen = client.get(path("staff_request_offer", asked.pk)).context["form"]["seen"].value()
    client.post(path("staff_request_offer", asked.pk), offered(asked, trainer, seen=seen))

    response = client.post(path("staff_request_offer", asked.pk), offered(asked, trainer, seen=seen))

    assert "Anne Aas was quicker: “Offered a date”." in response.text
    assert RequestOffer.objects.count() == 1


def test_link_of_a_free_day_fills_in_the_first_row(client, staff):
    asked = CourseRequestFactory()
    trainer = trainer_for(asked)

    response = client.get(
        path("staff_request_offer", asked.pk), {"dag": "2027-03-09", "fra": "08:00", "kursholder": trainer.pk}
    )
    wrong = client.get(path("staff_request_offer", asked.pk), {"dag": "x", "kursholder": "y"})

    first = response.context["dates"][0].initial
    assert (str(first["day"]), str(first["starts"]), first["trainer"]) == ("2027-03-09", "08:00:00", trainer.pk)
    assert wrong.status_code == 200


def test_staff_accepts_takes_back_and_declines_after_being_asked(client, staff):
    accepted, back, declined = RequestOfferFactory(), RequestOfferFactory(), CourseRequestFactory()
    pages = {
        path("staff_offer_accept", accepted.request_id, accepted.pk): {},
        path("staff_offer_take_back", back.request_id, back.pk): {"word": "Syk."},
        path("staff_request_decline", declined.pk): {"word": "Ingen kursholder."},
    }

    for page in pages:
        assert client.get(page).status_code == 200
    assert set(RequestOffer.objects.values_list("state", flat=True)) == {"offered"}
    for page, data in pages.items():
        client.post(page, data)

    states = [row.state for row in (*RequestOffer.objects.order_by("pk"),)]
    declined.refresh_from_db()
    assert states == ["accepted", "taken_back"]
    assert declined.state == "declined"


def test_declining_needs_a_word(client, staff):
    asked = CourseRequestFactory()

    response = client.post(path("staff_request_decline", asked.pk), {"word": ""})

    asked.refresh_from_db()
    assert "Write why, and what they can do instead." in response.text
    assert asked.state == "waiting"


def test_offer_is_found_under_its_own_request_only(client, staff):
    offer, other = RequestOfferFactory(), CourseRequestFactory()

    assert client.post(path("staff_offer_accept", other.pk, offer.pk)).status_code == 404


def test_request_nobody_answered_is_at_the_top_of_the_day(client, staff):
    SessionFactory(first_starts_at=timezone.now() + timedelta(days=3))
    new = CourseRequestFactory(places=[MunicipalityFactory(name="Bodø")])
    late = CourseRequestFactory(
        places=[MunicipalityFactory(name="Rana")], waiting_since=timezone.now() - timedelta(days=21)
    )
    CourseRequestFactory(state="offered", waiting_since=None)

    cards = client.get("/stab/").context["cards"]

    assert cards[0]["key"] == "requests-unanswered"
    assert [url for _text, url in cards[0]["items"]] == [late.get_staff_url()]
    assert [url for card in cards if card["key"] == "requests-new" for _text, url in card["items"]] == [
        new.get_staff_url()
    ]


def test_requests_are_found_by_number_contact_and_municipality(staff):
    asked = CourseRequestFactory(contact_name="Ragnhild Rød", places=[MunicipalityFactory(name="Rana")])
    CourseRequestFactory(state="unproved", waiting_since=None, contact_name="Ragnhild Ukjent")

    for text in ("ragnhild", "Rana", str(asked.pk)):
        assert [url for _title, _detail, url in find_requests(staff, text)] == [asked.get_staff_url()]
    assert list(find_requests(UserFactory(), "Rana")) == []


def test_trainer_against_whom_something_speaks_is_offered_for_a_reason(client, staff):
    asked = CourseRequestFactory()
    trainer = trainer_for(asked, user__name="Tone Tangen")
    trainer.impartial_in.add(asked.host)
    url = path("staff_request_offer", asked.pk)

    response = client.post(url, offered(asked, trainer))

    assert (
        "Something speaks against Tone Tangen: must not teach in this municipality, to be impartial." in response.text
    )
    assert RequestOffer.objects.count() == 0

    client.post(url, offered(asked, trainer, **{"datoer-0-reason": "The council agrees."}))
    offer = RequestOffer.objects.get()
    client.post(path("staff_offer_accept", asked.pk, offer.pk))

    assignment = trainer.assignments.get()
    assert (assignment.overridden, assignment.override_reason) == (["impartial"], "The council agrees.")


def test_limits_hours_and_the_way_decide_who_is_free(client, staff):
    asked = CourseRequestFactory()
    day = next(days_of(asked.windows.first()))
    names = {
        "Anne Alltid": {},
        "Bo Borte": {"exception": ("away", day)},
        "Cato Kveld": {"hours": ("17:00", "20:00")},
        "Dag Dag": {"hours": ("08:20", "16:00")},
        "Eli Ekstra": {"exception": ("free", day)},
    }
    for name, about in names.items():
        trainer = trainer_for(asked, user__name=name)
        if "hours" in about:
            starts, ends = about["hours"]
            trainer.availabilities.create(weekday=day.weekday(), starts=starts, ends=ends)
        if "exception" in about:
            kind, on = about["exception"]
            trainer.availability_exceptions.create(kind=kind, first_on=on, last_on=on)

    [fit, *_rest] = client.get(asked.get_staff_url()).context["fits"].windows[0][1]

    free = {
        str(one.trainer): (timezone.localtime(one.starts_at).strftime("%H:%M"), one.has_said_hours) for one in fit.free
    }
    assert fit.on == day
    assert free == {"Anne Alltid": ("08:00", False), "Dag Dag": ("08:30", True), "Eli Ekstra": ("08:00", True)}
