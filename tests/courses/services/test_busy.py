"""Calendars elsewhere as they are really read: from a server of the tests, in a process of its own."""

import logging
from datetime import UTC, timedelta

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.utils import timezone

from courses.models import BusyCalendar, BusyPeriod
from courses.services import busy_reading
from courses.services.assignments import NeedsReason, assign_trainer
from courses.services.busy import (
    MOST_CALENDARS,
    add_calendar,
    advice_for,
    ask_to_read,
    erase_busy,
    remove_calendar,
    shown_calendars,
)
from courses.services.busy_access import Access, CalendarRefused, access_from
from courses.services.busy_reading import STALE_AFTER, enqueue_due, read_calendar
from courses.services.candidates import candidates_for
from courses.services.reasons import Reason, Why
from taushet.fetch import Limits
from taushet.ical.apart import Bounds
from taushet.models import AuditEntry
from taushet.services.jobs import run_all_due_jobs
from taushet.services.retention import apply_rules
from tests.factories.busy import BusyCalendarFactory, BusyPeriodFactory, ics
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory
from tests.servers.calendars import bomb, drip, large

pytestmark = pytest.mark.django_db

Failure = BusyCalendar.Failure
HOUR = timedelta(hours=1)


@pytest.fixture
def ten():
    """Ten o'clock in thirty days, in UTC."""
    return timezone.now().astimezone(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=30)


def calendar_at(shelf, path="/kari.ics", **fields):
    return BusyCalendarFactory(address=shelf.address(path), last_tried_at=None, last_good_at=None, **fields)


def hours(calendar):
    return list(calendar.periods.values_list("starts_at", "ends_at"))


def test_private_words_are_nowhere_in_the_database_or_the_logs(shelf, ten, caplog):
    caplog.set_level(logging.DEBUG)
    private = "SUMMARY:Legetime", "LOCATION:Legevakta", "DESCRIPTION:Skjult", "ATTENDEE:mailto:lege@legetime.example"
    person = TrainerFactory().user
    trainer = person.trainer
    shelf.answers["/Skjult.ics"] = ics(("Legetime-1", ten, ten + 2 * HOUR, *private), head=["X-WR-CALNAME:Legetime"])
    shelf.answers["/broken"] = ics(("Legetime-2", ten, ten, *private))[:-20]

    for path in ("/Skjult.ics", "/broken"):
        add_calendar(trainer, kind="ics", address=shelf.address(path), user="Skjult", password="Skjult", by=person)
    run_all_due_jobs()

    first, second = trainer.busy_calendars.all()
    assert (hours(first), first.failure) == ([(ten, ten + 2 * HOUR)], "")
    assert (hours(second), second.failure) == ([], Failure.UNREADABLE)
    rows = [str(list(model._base_manager.values_list())) for model in apps.get_models()]
    assert len(rows) > 50
    for word in ("Legetime", "Legevakta", "Skjult", "legetime.example"):
        assert word not in "".join(rows) + caplog.text + str([one.__dict__ for one in caplog.records])


@pytest.mark.parametrize(
    ("line", "expected"),
    [("TRANSP:OPAQUE", [Why.BUSY]), ("TRANSP:TRANSPARENT", []), ("STATUS:CANCELLED", [])],
)
def test_busy_ten_to_twelve_speaks_against_eleven_to_one(shelf, ten, line, expected):
    session = SessionFactory(first_starts_at=ten + HOUR, last_ends_at=ten + 3 * HOUR)
    calendar = calendar_at(shelf)
    trainer = calendar.trainer
    trainer.courses.add(session.course)
    shelf.answers["/kari.ics"] = ics(("1", ten, ten + 2 * HOUR, line))
    read_calendar(calendar.pk)

    (found,) = candidates_for(session)

    busy = [reason for reason in found.reasons if reason.why in {Why.BUSY, Why.UNREAD}]
    assert [reason.why for reason in busy] == expected
    assert [reason.span for reason in busy] == [(ten + HOUR, ten + 2 * HOUR)] * len(expected)
    if expected:
        with pytest.raises(NeedsReason):
            assign_trainer(session, trainer=trainer, by=StaffFactory())
    assignment = assign_trainer(session, trainer=trainer, by=StaffFactory(), reason="Avtalt på telefon.")
    assert ("busy" in assignment.overridden) == bool(expected)
    assert AuditEntry.objects.get(action="trainer.assigned").detail["overridden"] == assignment.overridden


def test_back_to_back_is_free(ten):
    session = SessionFactory(first_starts_at=ten, last_ends_at=ten + HOUR)
    period = BusyPeriodFactory(starts_at=ten + HOUR, ends_at=ten + 2 * HOUR)
    BusyPeriodFactory(calendar=period.calendar, starts_at=ten - HOUR, ends_at=ten)
    period.trainer.courses.add(session.course)

    (found,) = candidates_for(session)

    assert Why.BUSY not in {reason.why for reason in found.reasons}


def test_calendar_that_is_not_read_is_never_free(ten):
    session = SessionFactory(first_starts_at=ten, last_ends_at=ten + HOUR)
    old = timezone.now() - STALE_AFTER - timedelta(minutes=1)
    new, late, never = (
        BusyCalendarFactory(last_good_at=at, expanded_at=at).trainer for at in (timezone.now(), old, None)
    )
    for trainer in (new, late, never):
        trainer.courses.add(session.course)

    found = {
        one.trainer: [reason for reason in one.reasons if reason.why == Why.UNREAD] for one in candidates_for(session)
    }

    assert found == {new: [], late: [Reason(Why.UNREAD, at=old)], never: [Reason(Why.UNREAD)]}
    assert Reason(Why.UNREAD).warns


def test_what_lies_beyond_what_is_read_is_said(ten):
    session = SessionFactory(first_starts_at=ten + timedelta(days=420), last_ends_at=ten + timedelta(days=420, hours=1))
    calendar = BusyCalendarFactory()
    calendar.trainer.courses.add(session.course)

    (found,) = candidates_for(session)

    assert Reason(Why.BEYOND, at=calendar.expanded_at + busy_reading.LOOKS_AHEAD) in found.reasons
    assert not found.warnings


def test_failure_keeps_the_last_good_copy_and_waits_longer_each_time(shelf, ten):
    calendar = calendar_at(shelf)
    shelf.answers["/kari.ics"] = ics(("1", ten, ten + HOUR))
    read_calendar(calendar.pk)
    calendar.refresh_from_db()
    good_at = calendar.last_good_at
    shelf.answers["/kari.ics"] = b"<html>Logg inn</html>"
    waits = []

    for _time in range(8):
        assert read_calendar(calendar.pk) == Failure.NO_CALENDAR
        calendar.refresh_from_db()
        waits.append(round((calendar.next_try_at - calendar.last_tried_at) / timedelta(minutes=30)))

    assert waits == [1, 2, 4, 8, 16, 32, 48, 48]
    assert (hours(calendar), calendar.last_good_at, calendar.failures) == ([(ten, ten + HOUR)], good_at, 8)
    shelf.answers["/kari.ics"] = ics(("1", ten + HOUR, ten + 2 * HOUR))
    assert read_calendar(calendar.pk) == ""
    calendar.refresh_from_db()
    assert (hours(calendar), calendar.failure, calendar.failures) == ([(ten + HOUR, ten + 2 * HOUR)], "", 0)


def test_unchanged_calendar_is_not_read_again_until_the_window_has_moved(shelf, ten):
    def answer(asked):
        known = asked.headers.get("If-None-Match") == '"1"'
        asked.give(304) if known else asked.give(200, ics(("1", ten, ten + HOUR)), ETag='"1"')

    calendar = calendar_at(shelf)
    shelf.answers["/kari.ics"] = answer
    read_calendar(calendar.pk)
    first = calendar.periods.get().pk
    read_calendar(calendar.pk)
    calendar.refresh_from_db()
    assert calendar.last_good_at > calendar.expanded_at
    BusyCalendar.objects.update(expanded_at=timezone.now() - timedelta(hours=13))
    read_calendar(calendar.pk)

    assert [headers.get("If-None-Match") for _path, headers in shelf.asked] == [None, '"1"', None]
    assert calendar.periods.get().pk == first
    calendar.refresh_from_db()
    assert calendar.last_good_at == calendar.expanded_at


def test_our_own_entries_and_what_the_trainer_declined_are_free(shelf, ten):
    calendar = calendar_at(shelf)
    domain = django_settings.NEUTRAL_HOST.partition(":")[0]
    declined = f"ATTENDEE;PARTSTAT=DECLINED:mailto:{calendar.trainer.user.email.upper()}"
    shelf.answers["/kari.ics"] = ics(
        (f"mote-1@{domain}", ten, ten + HOUR), ("2", ten, ten + HOUR, declined), ("3", ten + 3 * HOUR, ten + 4 * HOUR)
    )

    read_calendar(calendar.pk)

    assert hours(calendar) == [(ten + 3 * HOUR, ten + 4 * HOUR)]


def test_caldav_is_read_from_a_real_server(caldav_server, ten):
    caldav_server.put("busy", ics(("busy", ten, ten + HOUR, "SUMMARY:Legetime")).decode())
    calendar = BusyCalendarFactory(
        kind="caldav", address=caldav_server.address, user=caldav_server.user, password=caldav_server.password
    )

    assert read_calendar(calendar.pk) == ""
    assert (ten, ten + HOUR) in hours(calendar)
    BusyCalendar.objects.update(sealed_access=Access(caldav_server.address, caldav_server.user, "feil").sealed())
    assert read_calendar(calendar.pk) == Failure.SIGN_IN
    assert (ten, ten + HOUR) in hours(calendar)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (large, Failure.TOO_LARGE),
        (bomb, Failure.TOO_LARGE),
        (drip, Failure.SLOW),
        (lambda asked: asked.give(302, Location="https://127.0.0.1/"), Failure.REFUSED),
        (lambda asked: asked.give(404), Failure.MISSING),
    ],
)
def test_hostile_servers_are_told_by_a_code(shelf, answer, failure):
    calendar = calendar_at(shelf)
    shelf.answers["/kari.ics"] = answer

    assert read_calendar(calendar.pk, Limits(total=1), Bounds(clock=3)) == failure
    assert advice_for(failure)


def test_calendar_sealed_with_another_key_cannot_be_read(settings):
    calendar = BusyCalendarFactory()
    settings.MAIL_KEY = "another"

    assert read_calendar(calendar.pk) == Failure.ADDRESS
    assert [one.host for one in shown_calendars(calendar.trainer)] == [""]


@pytest.mark.parametrize(
    ("given", "access"),
    [
        (("ics", "webcal://kalender.test/a.ics"), Access("https://kalender.test/a.ics")),
        (("ics", " WEBCALS://kalender.test/a?x=1#top "), Access("https://kalender.test/a?x=1")),
        (("ics", "https://ka%20ri:he%3Am@kalender.test/"), Access("https://kalender.test/", "ka ri", "he:m")),
        (("caldav", "https://kalender.test/", "kari", "x"), Access("https://kalender.test/", "kari", "x")),
    ],
)
def test_address_is_taken_as_it_will_be_used(given, access):
    assert access_from(*given) == access
    assert "kari" not in repr(access)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (("ics", "http://kalender.test/"), "address"),
        (("ics", "kalender.test"), "address"),
        (("ics", "https://kalender.test:8443/"), "address"),
        (("ics", "https://[::1/"), "address"),
        (("caldav", "https://kalender.test/"), "user"),
        (("caldav", "https://kalender.test/", "kari"), "password"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(given, field):
    with pytest.raises(CalendarRefused) as refused:
        access_from(*given)

    assert refused.value.field == field


def test_trainer_puts_in_a_few_calendars_once_each():
    trainer = TrainerFactory()
    give = {"kind": "ics", "by": trainer.user}
    for number in range(MOST_CALENDARS):
        add_calendar(trainer, address=f"https://kalender.test/{number}", **give)
        if not number:
            with pytest.raises(CalendarRefused):
                add_calendar(trainer, address="webcal://kalender.test/0", **give)

    with pytest.raises(CalendarRefused):
        add_calendar(trainer, address="https://kalender.test/new", **give)

    calendar = trainer.busy_calendars.first()
    now = timezone.now()
    BusyPeriod.objects.create(trainer=trainer, calendar=calendar, starts_at=now, ends_at=now + HOUR)
    remove_calendar(calendar, by=trainer.user)
    assert (trainer.busy_calendars.count(), BusyPeriod.objects.count()) == (MOST_CALENDARS - 1, 0)
    actions = AuditEntry.objects.filter(object_id=str(trainer.pk)).values_list("action", flat=True)
    assert set(actions) >= {"trainer.calendar_added", "trainer.calendar_removed"}


def test_due_calendars_of_those_who_teach_are_enqueued_once(django_assert_max_num_queries):
    due, later, gone = (BusyCalendarFactory() for _number in range(3))
    BusyCalendar.objects.filter(pk=later.pk).update(next_try_at=timezone.now() + HOUR)
    gone.trainer.is_active = False
    gone.trainer.save()

    assert (enqueue_due(), enqueue_due()) == (1, 0)
    due.refresh_from_db()
    assert due.next_try_at > timezone.now()


def test_reading_at_once_is_asked_for_once_a_minute():
    calendar = BusyCalendarFactory(last_tried_at=timezone.now() - timedelta(seconds=61))

    assert ask_to_read(calendar)
    BusyCalendar.objects.update(last_tried_at=timezone.now())
    assert not ask_to_read(calendar)


def test_removed_calendar_stays_away():
    calendar = BusyCalendarFactory()
    number = calendar.pk
    calendar.delete()

    assert read_calendar(number) == ""
    assert not BusyCalendar.objects.exists()


def test_calendars_of_those_who_left_go_and_old_hours_too():
    now = timezone.now()
    old, new = (
        BusyPeriodFactory(starts_at=now - timedelta(days=days), ends_at=now - timedelta(days=days) + HOUR)
        for days in (31, 29)
    )
    gone = BusyCalendarFactory(trainer__is_active=False)

    changed = apply_rules(now)

    assert changed["busy-calendars"] == 2
    assert list(BusyPeriod.objects.all()) == [new]
    assert not BusyCalendar.objects.filter(pk=gone.pk).exists()
    assert erase_busy(now) == 0
    assert BusyCalendar.objects.filter(pk=old.calendar_id).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_for_candidates_are_ten_however_many_there_are(ten, count, django_assert_max_num_queries):
    session = SessionFactory(first_starts_at=ten, last_ends_at=ten + HOUR)
    for _number in range(count):
        period = BusyPeriodFactory(starts_at=ten, ends_at=ten + HOUR)
        period.trainer.courses.add(session.course)

    with django_assert_max_num_queries(10):
        assert len(candidates_for(session)) == count
