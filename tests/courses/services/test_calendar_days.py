"""What the calendars show, also in the weeks in which the clocks change."""

from datetime import date, time, timedelta

import pytest

from courses.models import Assignment, BusyCalendar, BusyPeriod, Meeting, Session
from courses.services.calendar_days import Kind, weeks_of
from courses.services.periods import month_from, week_from, whole_weeks
from courses.services.staff_calendar import staff_days, trainers_beside
from courses.services.trainer_calendar import trainer_days
from tests.factories.busy import BusyPeriodFactory
from tests.factories.courses import AskedFactory, MeetingFactory, SessionFactory, TrainerFactory
from tests.factories.feeds import local

pytestmark = pytest.mark.django_db
ACCEPTED, OFFERED, WITHDRAWN = Assignment.State.ACCEPTED, Assignment.State.OFFERED, Assignment.State.WITHDRAWN


def asked(trainer, starts_at, ends_at, state=ACCEPTED, **fields):
    session = SessionFactory(meetings=[], **fields)
    if state == OFFERED:
        AskedFactory(session=session, trainer=trainer)
    else:
        Assignment.objects.create(session=session, trainer=trainer, state=state)
    return MeetingFactory(session=session, starts_at=starts_at, ends_at=ends_at)


def busy(trainer, starts_at, ends_at):
    calendar, _made = BusyCalendar.objects.get_or_create(trainer=trainer, kind="ics", defaults={"sealed_access": b"x"})
    BusyPeriod.objects.create(trainer=trainer, calendar=calendar, starts_at=starts_at, ends_at=ends_at)


def shown(day):
    return [(part.entry.kind, part.starts_at, part.ends_at) for part in day.parts]


@pytest.mark.parametrize(
    ("monday", "change", "hours", "how"),
    [(date(2026, 10, 19), date(2026, 10, 25), 25, "back"), (date(2027, 3, 22), date(2027, 3, 28), 23, "forward")],
)
def test_weeks_around_a_clock_change_keep_local_hours_and_every_moment(monday, change, hours, how):
    trainer = TrainerFactory()
    for weekday in range(7):
        trainer.availabilities.create(weekday=weekday, starts=time(9), ends=time(12))
    evening, night = change - timedelta(days=1), (change.year, change.month, change.day)
    through = asked(trainer, local(evening.year, evening.month, evening.day, 22), local(*night, 4))
    after = change + timedelta(days=1)
    morning = asked(trainer, *(local(after.year, after.month, after.day, hour) for hour in (9, 12)))

    week = trainer_days(trainer, week_from(monday))
    following = trainer_days(trainer, week_from(after))

    saturday, sunday = week[5], week[6]
    assert [day.clock_change for day in week + following] == [""] * 6 + [how] + [""] * 7
    assert shown(saturday)[-1] == (Kind.TAUGHT, through.starts_at, local(*night, 0))
    assert shown(sunday)[0] == (Kind.TAUGHT, local(*night, 0), through.ends_at)
    assert sunday.free == [(local(*night, 9), local(*night, 12))]
    assert week_from(monday).span[1] - week_from(monday).span[0] == timedelta(days=6, hours=hours)
    assert following[0].on == after
    assert shown(following[0]) == [(Kind.TAUGHT, morning.starts_at, morning.ends_at)]
    assert following[0].free == []


def test_trainer_sees_sessions_offers_hours_and_busy_time_and_nobody_elses():
    trainer, other = TrainerFactory(), TrainerFactory()
    trainer.availabilities.create(weekday=0, starts=time(8), ends=time(16))
    trainer.availability_exceptions.create(kind="away", first_on=date(2027, 2, 2), last_on=date(2027, 2, 3))
    taught = asked(trainer, local(2027, 2, 1, 9), local(2027, 2, 1, 11))
    offered = asked(trainer, local(2027, 2, 1, 13), local(2027, 2, 1, 14), OFFERED)
    asked(trainer, local(2027, 2, 1, 13), local(2027, 2, 1, 14), WITHDRAWN)
    asked(other, local(2027, 2, 1, 9), local(2027, 2, 1, 11))
    # Both trainers in one session: it stands once in each calendar.
    AskedFactory(session=taught.session, trainer=other)
    busy(trainer, local(2027, 2, 1, 11, 30), local(2027, 2, 1, 12))
    busy(trainer, local(2027, 2, 4), local(2027, 2, 5))
    busy(other, local(2027, 2, 1, 8), local(2027, 2, 1, 9))

    monday, tuesday, _wednesday, thursday, *_rest = trainer_days(trainer, week_from(date(2027, 2, 1)))

    assert [part.entry.kind for part in monday.parts] == [Kind.TAUGHT, Kind.BUSY, Kind.OFFERED]
    assert [part.entry.offer for part in monday.parts] == [None, None, offered.session.trainer_offers.get().pk]
    # An offer leaves its hours open; what is taught or busy does not.
    assert monday.free == [
        (local(2027, 2, 1, 8), local(2027, 2, 1, 9)),
        (local(2027, 2, 1, 11), local(2027, 2, 1, 11, 30)),
        (local(2027, 2, 1, 12), local(2027, 2, 1, 16)),
    ]
    assert (len(tuesday.away), tuesday.free) == (1, [])
    assert [(part.is_whole_day, part.entry.meeting) for part in thursday.parts] == [(True, None)]


def test_cancelled_meetings_are_shown_and_take_no_time():
    trainer = TrainerFactory()
    trainer.availabilities.create(weekday=0, starts=time(8), ends=time(12))
    meeting = asked(trainer, local(2027, 2, 1, 9), local(2027, 2, 1, 11))
    Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.CANCELLED)

    [monday, *_rest] = trainer_days(trainer, week_from(date(2027, 2, 1)))

    assert monday.parts[0].entry.is_cancelled
    assert monday.free == [(local(2027, 2, 1, 8), local(2027, 2, 1, 12))]


def test_month_is_whole_weeks_with_the_rest_marked():
    period = month_from(date(2027, 3, 1))

    weeks = weeks_of(staff_days(Meeting.objects.all(), whole_weeks(period), within=period))

    assert [(name, number, len(week)) for name, number, week in weeks] == [
        (f"2027-W{number:02}", number, 7) for number in range(9, 14)
    ]
    assert [day.on.day for day in weeks[-1][2] if day.is_outside] == [1, 2, 3, 4]
    assert (period.previous, period.next, month_from(date(2026, 12, 1)).next) == ("2027-02", "2027-04", "2027-01")
    assert (week_from(date(2026, 12, 28)).name, week_from(date(2026, 12, 28)).next) == ("2026-W53", "2027-W01")


def test_staff_see_who_teaches_and_who_is_asked():
    trainer, second = TrainerFactory(user__name="Anne"), TrainerFactory(user__name="Bo")
    meeting = asked(trainer, local(2027, 2, 1, 9), local(2027, 2, 1, 11), state=ACCEPTED)
    AskedFactory(session=meeting.session, trainer=second)
    lonely = SessionFactory(first_starts_at=local(2027, 2, 2, 9), state=Session.State.DRAFT)

    monday, tuesday, *_rest = staff_days(Meeting.objects.all(), week_from(date(2027, 2, 1)))
    [row, other] = trainers_beside([trainer, second], week_from(date(2027, 2, 1)))

    assert (monday.parts[0].entry.trainers, monday.parts[0].entry.asked) == (("Anne",), ("Bo",))
    assert (tuesday.parts[0].entry.meeting.session, tuesday.parts[0].entry.trainers) == (lonely, ())
    assert row.unread is None
    assert [part.entry.kind for part in row.days[0].parts] == [Kind.TAUGHT]
    assert [part.entry.kind for part in other.days[0].parts] == [Kind.OFFERED]


def test_busy_time_stands_with_both_and_a_calendar_that_is_not_read_frees_nobody():
    trainer = TrainerFactory()
    trainer.availabilities.create(weekday=0, starts=time(8), ends=time(12))
    period = BusyPeriodFactory(calendar__trainer=trainer, starts_at=local(2027, 2, 1, 9), ends_at=local(2027, 2, 1, 10))
    week = week_from(date(2027, 2, 1))

    for stale in (False, True):
        if stale:
            BusyCalendar.objects.filter(pk=period.calendar_id).update(last_good_at=local(2026, 1, 5, 9))
        [row] = trainers_beside([trainer], week)
        for monday in (trainer_days(trainer, week)[0], row.days[0]):
            assert shown(monday) == [(Kind.BUSY, period.starts_at, period.ends_at)]
            assert [bar.kind for bar in monday.bars] == [*["unsure" if stale else "free"] * 2, "busy"]
        assert (row.unread and row.unread.at) == (local(2026, 1, 5, 9) if stale else None)
