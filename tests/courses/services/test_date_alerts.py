from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import DateAlert, Session
from courses.services import date_alerts
from courses.services.date_alerts import ask_for_dates, confirm_alert, stop_alerts, tell_of_new_dates
from courses.services.sessions import MeetingPlan, change_session
from taushet.models import AuditEntry, Message, SecretLink
from taushet.registries import message_kinds, retention_rules
from taushet.services import people
from taushet.services.links import find_subject, issue_link
from taushet.services.mime import build_email
from tests.factories.courses import CourseFactory, DateAlertFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KARI = "kari@bodo.test"


def opened(hours_ago=2, **fields):
    """A session that was opened for booking so long ago."""
    return SessionFactory(opened_at=timezone.now() - hours_ago * HOUR, **fields)


def told(kind=date_alerts.NEWS):
    """The addresses that mail of a kind was written to, in order."""
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("to_email", flat=True))


def ask(email=KARI, *, course=None, county=None, language="nb"):
    ask_for_dates(email, course=course, county=county, language=language)


def lines(message):
    return [line for line in message.text.splitlines() if line.startswith("- ")]


def test_nobody_is_told_before_the_address_is_confirmed():
    ask()
    Message.objects.all().delete()
    opened()
    DateAlert.objects.update(told_until=timezone.now() - DAY)

    assert tell_of_new_dates() == 0
    confirm_alert(DateAlert.objects.get())
    assert tell_of_new_dates() == 1
    assert told() == [KARI]


def test_the_mail_that_asks_is_neutral_and_holds_its_link_as_a_placeholder():
    ask(course=CourseFactory(title_nb="Avverge og varsle"), language="en")

    message, alert = Message.objects.get(), DateAlert.objects.get()
    assert message.subject == "Do you want to be told of new dates?"
    assert "Avverge" not in message.text
    assert f"[[link:alert-confirm:{alert.pk}]]" in message.text
    assert (message.to_email, message.language, alert.confirmed_at) == (KARI, "en", None)


def test_asking_twice_at_once_is_one_wish_and_one_mail():
    course = CourseFactory()
    ask(course=course)
    ask(course=course)

    assert DateAlert.objects.count() == 1
    assert told(date_alerts.CONFIRM) == [KARI]


def test_asking_again_later_sends_the_mail_again_and_begins_anew():
    ask()
    earlier = timezone.now() - 6 * DAY
    DateAlert.objects.update(created_at=earlier, told_until=earlier)
    Message.objects.update(created_at=earlier)

    ask(language="nn")

    alert = DateAlert.objects.get()
    assert told(date_alerts.CONFIRM) == [KARI, KARI]
    assert (alert.language, alert.created_at > earlier, alert.told_until > earlier) == ("nn", True, True)


def test_asking_again_when_it_is_confirmed_changes_nothing_but_sends_the_mail():
    alert = DateAlertFactory(email=KARI)

    ask(language="nn")

    unchanged = DateAlert.objects.get()
    assert told(date_alerts.CONFIRM) == [KARI]
    assert (unchanged.language, unchanged.told_until) == (alert.language, alert.told_until)


def test_an_address_is_asked_a_few_times_a_day_at_most():
    for _number in range(6):
        ask(course=CourseFactory())

    assert len(told(date_alerts.CONFIRM)) == date_alerts.ASKS_A_DAY
    assert DateAlert.objects.count() == date_alerts.ASKS_A_DAY
    Message.objects.update(created_at=timezone.now() - DAY - HOUR)
    ask(course=CourseFactory())
    assert len(told(date_alerts.CONFIRM)) == date_alerts.ASKS_A_DAY + 1


def test_somebody_whose_access_was_closed_is_not_written_to():
    UserFactory(email=KARI, is_active=False)

    ask()

    assert not DateAlert.objects.exists()
    assert not Message.objects.exists()


def test_confirming_twice_changes_nothing():
    ask()

    first = confirm_alert(DateAlert.objects.get()).confirmed_at
    second = confirm_alert(DateAlert.objects.get()).confirmed_at

    assert first == second
    assert AuditEntry.objects.filter(action="date_alert.confirmed").count() == 1


def test_confirming_after_a_stop_does_not_start_again():
    alert = DateAlertFactory(confirmed_at=None, stopped_at=timezone.now())

    assert confirm_alert(alert).is_live is False


def test_the_mail_of_new_dates_says_when_and_where_but_not_what(settings):
    settings.BASE_URL = settings.NEUTRAL_URL = "https://kurs.example"
    place = MunicipalityFactory(name="Bodø")
    opened(municipality=place, course__title_nb="Avverge og varsle")
    alert = DateAlertFactory(email=KARI, language="nb")

    tell_of_new_dates()

    message = Message.objects.get()
    mail = build_email(message, first_tried_at=timezone.now())
    stop = f"https://kurs.example/varsel/{issue_link('alert-stop', alert.pk)}/stopp/"
    assert len(lines(message)) == 1
    assert lines(message)[0].endswith(f", Bodø, {place.county.name}")
    assert "Avverge" not in message.text + message.subject
    assert message.priority == Message.Priority.BULK
    assert stop not in message.text
    assert stop in mail.body
    assert mail.extra_headers["List-Unsubscribe"] == f"<{stop}>"
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"https://kurs.example/varsel/{issue_link('alert', alert.pk)}/" in mail.body


def test_the_language_is_that_of_the_wish():
    opened(format="online")
    DateAlertFactory(language="en")

    tell_of_new_dates()

    message = Message.objects.get()
    assert (message.language, message.subject) == ("en", "1 new course date")
    assert lines(message)[0].endswith(", Online")


def test_new_dates_are_told_once():
    opened()
    DateAlertFactory()

    assert [tell_of_new_dates(), tell_of_new_dates(), tell_of_new_dates(timezone.now() + 3 * HOUR)] == [1, 0, 0]


def test_what_is_opened_later_is_told_in_the_next_mail_alone():
    opened()
    DateAlertFactory()
    tell_of_new_dates()
    opened(hours_ago=0)

    assert tell_of_new_dates() == 0
    assert tell_of_new_dates(timezone.now() + 2 * HOUR) == 1
    assert [len(lines(message)) for message in Message.objects.order_by("pk")] == [1, 1]


def test_it_waits_an_hour_so_that_several_make_one_mail():
    opened(hours_ago=0.9)
    opened(hours_ago=0.5)
    DateAlertFactory()

    assert tell_of_new_dates() == 0
    assert tell_of_new_dates(timezone.now() + HOUR) == 1
    assert len(lines(Message.objects.get())) == 2


def test_what_was_opened_before_the_wish_is_not_new():
    opened(hours_ago=3)
    alert = DateAlertFactory(created_at=timezone.now() - 2 * HOUR)

    assert tell_of_new_dates() == 0
    opened(hours_ago=1.5)
    assert tell_of_new_dates() == 1
    alert.refresh_from_db()
    assert timezone.now() - HOUR - alert.told_until < timedelta(minutes=1)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": Session.State.DRAFT},
        {"state": Session.State.CANCELLED},
        {"state": Session.State.HELD},
        {"course__is_published": False},
        {"capacity": 5, "seats_taken": 5},
        {"first_starts_at": timezone.now() - DAY},
    ],
)
def test_what_nobody_can_book_is_not_told(fields):
    opened(**fields)
    DateAlertFactory()

    assert tell_of_new_dates() == 0


def test_what_is_held_for_one_municipality_is_told_once_it_is_open_to_all():
    session = opened(hours_ago=30, closed_to=MunicipalityFactory())
    opened()
    DateAlertFactory()
    assert tell_of_new_dates() == 1

    meeting = session.meetings.get()
    plan = MeetingPlan(meeting.starts_at, meeting.ends_at, place=meeting.place, pk=meeting.pk)
    change_session(session, by=StaffFactory(), meetings=[plan], closed_to=None)

    assert tell_of_new_dates() == 0
    assert tell_of_new_dates(timezone.now() + 2 * HOUR) == 1
    assert [len(lines(message)) for message in Message.objects.order_by("pk")] == [1, 1]


def test_a_wish_for_one_course_is_told_of_that_course_only():
    course = CourseFactory()
    DateAlertFactory(course=course)
    opened()

    assert tell_of_new_dates() == 0
    opened(course=course)
    assert tell_of_new_dates() == 1


def test_a_wish_for_one_county_is_told_of_that_county_and_of_what_is_online():
    here, elsewhere = MunicipalityFactory(), MunicipalityFactory()
    assert here.county != elsewhere.county
    DateAlertFactory(county=here.county)
    opened(municipality=elsewhere)
    opened(municipality=elsewhere, format="hybrid")

    assert tell_of_new_dates() == 0
    opened(municipality=here)
    opened(format="online")
    assert tell_of_new_dates() == 1
    assert len(lines(Message.objects.get())) == 2


def test_several_wishes_of_one_address_make_one_mail_that_names_each_date_once():
    session = opened(municipality=MunicipalityFactory())
    DateAlertFactory(email=KARI)
    DateAlertFactory(email=KARI, course=session.course)
    DateAlertFactory(email=KARI, county=session.municipality.county)

    assert tell_of_new_dates() == 1
    assert tell_of_new_dates() == 0
    assert len(lines(Message.objects.get())) == 1


def test_a_wish_of_this_hour_is_not_told_of_what_stood_on_the_page_already():
    opened(hours_ago=2)
    opened(hours_ago=0.7)
    DateAlertFactory(email=KARI)
    DateAlertFactory(email=KARI, course=CourseFactory(), created_at=timezone.now() - HOUR / 2)

    tell_of_new_dates()

    assert len(lines(Message.objects.get())) == 1
    assert DateAlert.objects.latest("pk").told_until == DateAlert.objects.latest("pk").created_at


def test_a_long_list_ends_with_how_many_more_there_are():
    course = CourseFactory()
    for _number in range(date_alerts.LISTED + 3):
        opened(course=course)
    DateAlertFactory(language="en")

    tell_of_new_dates()

    message = Message.objects.get()
    assert message.subject == "23 new course dates"
    assert len(lines(message)) == date_alerts.LISTED
    assert "And 3 more." in message.text


def test_a_crash_between_two_addresses_loses_and_doubles_nothing(monkeypatch):
    opened()
    DateAlertFactory(email="a@test.example")
    DateAlertFactory(email="b@test.example")
    record = date_alerts.audit.record

    def crash(action, alert, **detail):
        if alert.email == "b@test.example":
            raise RuntimeError("power cut")
        return record(action, alert, **detail)

    monkeypatch.setattr(date_alerts.audit, "record", crash)
    with pytest.raises(RuntimeError):
        tell_of_new_dates()
    monkeypatch.undo()
    assert told() == ["a@test.example"]

    tell_of_new_dates()

    assert told() == ["a@test.example", "b@test.example"]


def test_a_stop_ends_everything_the_address_asked_for_and_nothing_of_others():
    DateAlertFactory(email=KARI)
    DateAlertFactory(email=KARI, course=CourseFactory())
    other = DateAlertFactory()
    opened()

    assert stop_alerts(KARI) == 2
    assert stop_alerts(KARI) == 0
    tell_of_new_dates()
    assert told() == [other.email]


def test_who_has_stopped_may_ask_again():
    ask()
    confirm_alert(DateAlert.objects.get())
    stop_alerts(KARI)
    Message.objects.all().delete()

    ask()
    confirm_alert(DateAlert.objects.standing().get())

    assert DateAlert.objects.live().count() == 1


def test_mail_that_waits_does_not_leave_after_a_stop():
    opened()
    DateAlertFactory(email=KARI)
    ask(course=CourseFactory())
    tell_of_new_dates()
    news, question = Message.objects.get(kind=date_alerts.NEWS), Message.objects.get(kind=date_alerts.CONFIRM)
    decide = message_kinds[news.kind].before_sending

    assert (decide(news).action, decide(question).action) == ("send", "send")
    stop_alerts(KARI)
    assert (decide(news).action, decide(question).action) == ("cancel", "cancel")


def test_mail_does_not_leave_to_somebody_whose_access_was_closed_meanwhile():
    opened()
    DateAlertFactory(email=KARI)
    tell_of_new_dates()
    UserFactory(email=KARI, is_active=False)

    message = Message.objects.get()

    assert message_kinds[message.kind].before_sending(message).action == "cancel"


def test_mail_about_demonstration_sessions_belongs_to_the_demonstration():
    opened(is_demonstration=True)
    DateAlertFactory()
    tell_of_new_dates()
    assert Message.objects.get().is_demonstration is True

    opened(hours_ago=0)
    tell_of_new_dates(timezone.now() + 2 * HOUR)
    assert Message.objects.latest("pk").is_demonstration is False


def test_deactivating_a_person_stops_what_was_asked_for_and_closes_the_links():
    user = UserFactory(email=KARI)
    alert = DateAlertFactory(email=KARI)
    token = issue_link("alert", alert.pk)

    people.deactivate(user, by=StaffFactory())

    alert.refresh_from_db()
    assert alert.is_live is False
    assert find_subject("alert", token) is None


def test_unconfirmed_wishes_go_after_a_week_and_stopped_ones_after_a_month():
    now = timezone.now()
    live = DateAlertFactory(created_at=now - 900 * DAY)
    pending = DateAlertFactory(confirmed_at=None, created_at=now - 6 * DAY)
    stopped = DateAlertFactory(stopped_at=now - 29 * DAY)
    token = issue_link("alert-stop", stopped.pk)

    erase = retention_rules["date-alerts"].apply
    assert erase(now) == 0
    assert erase(now + 1.5 * DAY) == 2
    assert list(DateAlert.objects.all()) == [live]
    assert find_subject("alert-stop", token) is None
    assert not SecretLink.objects.filter(subject_id=pending.pk, revoked_at=None).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_looking_for_who_to_tell_costs_one_query_when_there_is_nothing_new(count, django_assert_num_queries):
    DateAlertFactory.create_batch(count)
    SessionFactory.create_batch(count)

    with django_assert_num_queries(1):
        tell_of_new_dates()
