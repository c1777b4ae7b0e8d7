import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.exceptions import RequestRefused, TooManyHolds, WindowRefused, WrongState
from courses.models import ConfirmedAddress, CourseRequest, PartOfDay, RequestEvent
from courses.services.contacts import send_lost_links
from courses.services.request_erasing import close_request_links_of, erase_requests, erase_unproved
from courses.services.requests import (
    Party,
    Window,
    ask_again,
    ask_for_course,
    check_windows,
    confirm_request,
    decline_request,
    withdraw_request,
)
from municipalities.knowledge import with_knowledge
from municipalities.models import Municipality
from taushet.models import AuditEntry, Message, SecretLink
from taushet.services.links import issue_link
from taushet.workdays import add_workdays, workdays_before
from tests.factories.courses import CourseFactory, CourseRequestFactory, RequestOfferFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def windows():
    return [Window(in_days(20), in_days(24)), Window(in_days(40), in_days(40), PartOfDay.EVENING)]


def ask(course=None, **changes):
    values = {
        "parties": [Party(MunicipalityFactory(), 12)],
        "windows": windows(),
        "request_key": "key",
        "format": "on_site",
        "audience": "leaders",
        "taught_in": "nn",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
    }
    return ask_for_course(course or CourseFactory(), **values | changes)


def kinds(asked):
    return list(asked.events.values_list("kind", flat=True))


def mails():
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


def test_request_from_a_new_address_waits_for_it_to_be_confirmed():
    host, neighbour = MunicipalityFactory(name="Bodø"), MunicipalityFactory(name="Gildeskål")

    asked = ask(parties=[Party(host, 12), Party(neighbour, 5)])

    assert asked.state == CourseRequest.State.UNPROVED
    assert (asked.host, asked.places, asked.people) == (host, "Bodø and Gildeskål", 17)
    assert [(one.first_on, one.last_on, one.part) for one in asked.windows.all()] == [
        (one.first_on, one.last_on, one.part) for one in windows()
    ]
    assert mails() == [("request-confirm-address", "kari@bodo.test")]
    assert list(CourseRequest.objects.visible_to(StaffFactory())) == []


def test_mail_to_an_address_not_proved_repeats_nothing_a_stranger_typed():
    ask(contact_name="Ring meg", note="Kom på besøk", course=CourseFactory(title_nb="Når hjemmet er farlig"))

    mail = Message.objects.get()
    assert mail.to_name == ""
    for typed in ("Ring meg", "besøk", "hjemmet"):
        assert typed not in mail.text + mail.subject


def test_confirmed_request_reaches_staff_and_confirming_twice_changes_nothing():
    asked = ask()

    confirm_request(asked)
    confirm_request(asked)

    asked.refresh_from_db()
    assert asked.state == CourseRequest.State.WAITING
    assert kinds(asked) == ["asked", "confirmed"]
    assert mails() == [("request-confirm-address", "kari@bodo.test"), ("request-received", "kari@bodo.test")]
    assert ConfirmedAddress.objects.filter(email="kari@bodo.test").exists()
    assert list(CourseRequest.objects.visible_to(StaffFactory())) == [asked]


def test_known_address_reaches_staff_at_once():
    ConfirmedAddress.objects.create(email="kari@bodo.test")

    assert ask().state == CourseRequest.State.WAITING
    assert mails() == [("request-received", "kari@bodo.test")]


def test_somebody_signed_in_with_the_address_reaches_staff_at_once():
    visitor = UserFactory(email="kari@bodo.test")

    assert ask(visitor=visitor).state == CourseRequest.State.WAITING
    assert ask(visitor=visitor, contact_email="ola@bodo.test", request_key="other").state == "unproved"


def test_same_key_is_the_same_request_however_often_it_comes():
    first, second = ask(), ask(contact_name="Another")

    assert first.pk == second.pk
    assert CourseRequest.objects.count() == 1
    assert Message.objects.count() == 1


def test_few_requests_wait_for_one_address(settings):
    settings.HOLDS_PER_ADDRESS = 2
    ask(request_key="one"), ask(request_key="two")

    with pytest.raises(TooManyHolds) as refused:
        ask(request_key="three")

    assert refused.value.field == "contact_email"


def test_few_requests_wait_for_one_municipality(settings):
    settings.HOLDS_PER_MUNICIPALITY = 1
    place = MunicipalityFactory()
    ask(parties=[Party(place, 3)])

    with pytest.raises(TooManyHolds) as refused:
        ask(parties=[Party(place, 3)], contact_email="ola@bodo.test", request_key="other")

    assert refused.value.field == "municipality"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (lambda: [Window(in_days(-1), in_days(2)), Window(in_days(9), in_days(9))], "first_on"),
        (lambda: [Window(in_days(9), in_days(8)), Window(in_days(12), in_days(12))], "last_on"),
        (lambda: [Window(in_days(9), in_days(41)), Window(in_days(50), in_days(50))], "last_on"),
        (lambda: [Window(in_days(700), in_days(701)), Window(in_days(9), in_days(9))], "first_on"),
        (lambda: [Window(in_days(9), in_days(10))], None),
        (list, None),
        (lambda: [Window(in_days(9), in_days(12)), Window(in_days(12), in_days(14), PartOfDay.MORNING)], None),
        (lambda: [Window(in_days(9 + n), in_days(9 + n)) for n in range(11)], None),
    ],
)
def test_windows_that_cannot_be_are_refused(bad, field):
    with pytest.raises(WindowRefused) as refused:
        ask(windows=bad())

    assert refused.value.field == field
    assert CourseRequest.objects.count() == 0


def test_same_days_at_different_times_are_two_alternatives():
    check_windows(
        [Window(in_days(9), in_days(9), PartOfDay.MORNING), Window(in_days(9), in_days(9), PartOfDay.EVENING)]
    )


def test_database_refuses_a_window_of_the_wrong_order():
    asked = CourseRequestFactory()

    with pytest.raises(IntegrityError, match="request_window_in_order"), transaction.atomic():
        asked.windows.create(first_on=in_days(5), last_on=in_days(4))


def test_a_municipality_is_there_once():
    place = MunicipalityFactory()

    with pytest.raises(RequestRefused):
        ask(parties=[Party(place, 3), Party(place, 4)])
    with pytest.raises(RequestRefused):
        ask(parties=[])
    with pytest.raises(RequestRefused):
        ask(parties=[Party(MunicipalityFactory(), 1) for _turn in range(21)])


def test_course_that_is_not_published_or_not_held_so_cannot_be_asked_for():
    with pytest.raises(RequestRefused):
        ask(CourseFactory(is_published=False))
    with pytest.raises(RequestRefused):
        ask(CourseFactory(offers_online=False), format="online")


def test_asking_again_passes_over_the_offers_and_tells_who_made_them_once():
    offer = RequestOfferFactory()

    for _turn in range(2):
        ask_again(offer.request, word="Heller i mars.")

    offer.refresh_from_db()
    event = RequestEvent.objects.get()
    assert (offer.state, offer.request.state) == ("passed_over", "waiting")
    assert (event.kind, event.side, event.word) == ("asked_again", "requester", "Heller i mars.")
    assert mails() == [("request-staff", offer.made_by.email)]


def test_withdrawn_request_closes_its_offers_and_withdrawing_twice_changes_nothing():
    offer = RequestOfferFactory()

    for _turn in range(2):
        withdraw_request(offer.request)

    offer.refresh_from_db()
    assert (offer.state, offer.request.state) == ("passed_over", "withdrawn")
    assert mails() == [("request-withdrawn", offer.request.contact_email), ("request-staff", offer.made_by.email)]


def test_declined_request_says_why_to_both_sides():
    asked, staff = CourseRequestFactory(), StaffFactory()

    for _turn in range(2):
        decline_request(asked, by=staff, word="Vi har ingen kursholdar i nord.")

    asked.refresh_from_db()
    event = asked.events.get()
    assert (asked.state, event.word, event.by) == ("declined", "Vi har ingen kursholdar i nord.", staff)
    assert mails() == [("request-declined", asked.contact_email)]
    assert AuditEntry.objects.get().action == "request.declined"


@pytest.mark.parametrize("state", ["declined", "withdrawn", "unproved", "expired"])
def test_what_is_closed_takes_no_further_step(state):
    asked = CourseRequestFactory(state=state)

    with pytest.raises(WrongState):
        ask_again(asked, word="Igjen")
    if state != "withdrawn":
        with pytest.raises(WrongState):
            withdraw_request(asked)
    if state != "declined":
        with pytest.raises(WrongState):
            decline_request(asked, by=StaffFactory(), word="Nei")


def test_request_nobody_confirmed_cannot_be_confirmed_after_it_was_emptied():
    asked = ask()
    erase_unproved(timezone.now() + timedelta(days=31))

    with pytest.raises(WrongState):
        confirm_request(asked)


@pytest.mark.parametrize(
    ("asked_on", "today", "is_overdue"),
    [
        (date(2027, 3, 1), date(2027, 3, 8), False),
        (date(2027, 3, 1), date(2027, 3, 9), True),
        # Easter: 25, 26 and 29 March are holidays.
        (date(2027, 3, 22), date(2027, 4, 1), False),
        (date(2027, 3, 22), date(2027, 4, 2), True),
        (date(2027, 3, 6), date(2027, 3, 12), False),
        (date(2027, 3, 6), date(2027, 3, 13), True),
    ],
)
def test_five_working_days_to_answer(asked_on, today, is_overdue):
    since = datetime.combine(asked_on, datetime.min.time(), ZoneInfo("Europe/Oslo")) + timedelta(hours=23)
    asked = CourseRequestFactory(waiting_since=since)

    assert list(CourseRequest.objects.overdue(today)) == ([asked] if is_overdue else [])
    assert (asked.answer_due_on < today) == is_overdue


def test_overdue_counts_as_the_promised_day_does():
    for day in (date(2026, 12, 1) + timedelta(days=number) for number in range(400)):
        last = workdays_before(day, 5)
        assert add_workdays(last, 5) < day
        assert add_workdays(last + timedelta(days=1), 5) >= day


def test_a_request_we_answered_is_not_overdue():
    CourseRequestFactory(state="offered", waiting_since=timezone.now() - timedelta(days=60))

    assert list(CourseRequest.objects.overdue()) == []


def test_request_is_emptied_two_years_after_it_ended():
    long_ago = timezone.now() - timedelta(days=732)
    old = CourseRequestFactory(state="declined", ended_at=long_ago, note="Et notat")
    old.events.create(kind="declined", side="staff", word="Et ord")
    forgotten, kept = CourseRequestFactory(created_at=long_ago), CourseRequestFactory(state="declined")
    issue_link("request", old.pk)

    assert erase_requests(timezone.now()) == 2
    assert erase_requests(timezone.now()) == 0

    old.refresh_from_db(), kept.refresh_from_db(), forgotten.refresh_from_db()
    assert (old.contact_name, old.contact_email, old.contact_phone, old.note, old.events.get().word) == ("",) * 5
    assert (forgotten.contact_email, old.people) == ("", 12)
    assert kept.contact_name
    assert not SecretLink.objects.filter(revoked_at=None).exists()


def test_request_nobody_confirmed_is_emptied_after_a_month():
    asked = ask()

    assert erase_unproved(timezone.now() + timedelta(days=29)) == 0
    assert erase_unproved(timezone.now() + timedelta(days=31)) == 1

    asked.refresh_from_db()
    assert (asked.state, asked.contact_email) == ("expired", "")


def test_links_of_a_person_who_is_deactivated_close():
    asked = CourseRequestFactory(contact_email="kari@bodo.test")
    issue_link("request", asked.pk)

    close_request_links_of(UserFactory(email="kari@bodo.test"), None)

    assert not SecretLink.objects.filter(revoked_at=None).exists()


def test_lost_links_bring_those_of_requests_too():
    asked = CourseRequestFactory(contact_email="kari@bodo.test")
    waiting = ask()
    CourseRequestFactory(contact_email="kari@bodo.test", erased_at=timezone.now())

    send_lost_links("kari@bodo.test", language="nb")

    text = Message.objects.get(kind="booking-lost-link").text
    assert re.findall(r"\[\[link:([a-z-]+):(\d+)]]", text) == [
        ("request", str(asked.pk)),
        ("request-confirm", str(waiting.pk)),
    ]


def test_open_requests_are_known_of_every_municipality_that_has_a_part():
    host, neighbour, other = (MunicipalityFactory() for _turn in range(3))
    CourseRequestFactory(places=[host, neighbour])
    CourseRequestFactory(places=[host], state="offered", waiting_since=None)
    CourseRequestFactory(places=[other], state="declined", waiting_since=None)

    known = with_knowledge(Municipality.objects.all(), "course_requests")

    assert [known.get(pk=place.pk).known_course_requests for place in (host, neighbour, other)] == [2, 1, 0]
