"""Where somebody can teach, and why nobody can."""

from datetime import date, time, timedelta

import pytest

from courses.models import AssignedMeeting, Assignment, BusyCalendar
from courses.services.coverage import State, picture, weeks_ahead
from tests.factories.busy import BusyCalendarFactory, BusyPeriodFactory
from tests.factories.courses import CourseFactory, SessionFactory, TrainerFactory
from tests.factories.feeds import local
from tests.factories.municipalities import CountyFactory, MunicipalityFactory

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 2, 1)
HOURS = {"starts": time(9), "ends": time(12)}


def trainer_who(counties=(), says=(0,), **fields):
    trainer = TrainerFactory(**fields)
    trainer.counties.set(counties)
    for weekday in says:
        trainer.availabilities.create(weekday=weekday, **HOURS)
    return trainer


def teach(trainer, *hours):
    session = SessionFactory(first_starts_at=hours[0], last_ends_at=hours[1])
    assignment = Assignment.objects.create(session=session, trainer=trainer, state=Assignment.State.ACCEPTED)
    meeting = session.meetings.get()
    AssignedMeeting.objects.create(
        assignment=assignment, meeting=meeting, trainer=trainer, starts_at=hours[0], ends_at=hours[1]
    )


def cells_of(county, **asked):
    return next(row.cells for row in picture(weeks_ahead(MONDAY, 3), **asked).rows if row.county == county)


def ages():
    return [(trainer, reason.at) for trainer, reason in picture(weeks_ahead(MONDAY, 1)).unread]


def test_a_county_nobody_travels_to_says_so():
    here, there = CountyFactory(), CountyFactory()
    trainer_who([there])

    [cell, *_rest] = cells_of(here)

    assert (cell.is_lacking, cell.reasons) == (True, ["ingen reiser hit"])
    assert cells_of(there)[0].free == 1


def test_each_reason_is_told_and_counted():
    county = CountyFactory()
    away, teaching, full, elsewhere, silent, idle = (
        trainer_who([county], says=says) for says in ((0,), (0,), (0, 1), (0,), (), (6,))
    )
    away.availability_exceptions.create(kind="away", first_on=MONDAY, last_on=MONDAY + timedelta(days=4))
    teach(teaching, local(2027, 2, 1, 9), local(2027, 2, 1, 10))
    full.most_a_week = 1
    full.save()
    teach(full, local(2027, 2, 1, 9), local(2027, 2, 1, 12))
    BusyPeriodFactory(calendar__trainer=elsewhere, starts_at=local(2027, 2, 1, 11), ends_at=local(2027, 2, 1, 13))

    first, second, third = cells_of(county)

    assert first.states == {
        State.AWAY: 1,
        State.TAUGHT: 1,
        State.LIMIT: 1,
        State.BUSY: 1,
        State.UNSAID: 1,
        State.NO_HOURS: 1,
    }
    assert (first.free, first.unsaid, first.is_lacking) == (0, 1, False)
    assert (second.free, third.free) == (4, 4)
    silent.availability_exceptions.create(kind="away", first_on=MONDAY, last_on=MONDAY + timedelta(days=6))
    [first, *_rest] = cells_of(county)
    assert first.is_lacking
    assert first.reasons == [
        "1 holder kurs allerede",
        "1 er opptatt andre steder",
        "1 har så mange kurs de vil ha",
        "2 er borte",
        "1 har ingen tider",
    ]
    assert idle.availabilities.count() == 1


def test_a_calendar_that_cannot_be_read_is_not_free_and_tells_its_age():
    county = CountyFactory()
    trainer = trainer_who([county])
    BusyCalendarFactory(trainer=trainer)
    old = BusyCalendarFactory(trainer=trainer, last_good_at=local(2026, 1, 5, 9))

    [cell, *_rest] = cells_of(county)
    assert (cell.free, cell.is_lacking, cell.states) == (0, True, {State.UNREAD: 1})
    assert (cell.reasons, cell.unread) == ([], 1)
    assert ages() == [(trainer, local(2026, 1, 5, 9))]
    BusyCalendar.objects.filter(pk=old.pk).update(last_good_at=None)
    assert ages() == [(trainer, None)]
    old.delete()
    [cell, *_rest] = cells_of(county)
    assert (cell.free, cell.unread, ages()) == (1, 0, [])


def test_whoever_has_not_answered_the_invitation_is_not_counted():
    county = CountyFactory()
    trainer_who([county], is_new=True)

    assert cells_of(county)[0].reasons == ["ingen reiser hit"]


def test_course_language_and_what_waits():
    county, course = CountyFactory(), CourseFactory()
    lead = trainer_who([county], teaches_nn=True)
    lead.courses.add(course)
    trainer_who()  # travels anywhere, teaches something else
    place = MunicipalityFactory(county=county)
    for language, days in (("nn", 0), ("nb", 0), ("nn", 9)):
        SessionFactory(
            course=course, language=language, municipality=place, first_starts_at=local(2027, 2, 2 + days, 9)
        )

    assert [cell.free for cell in cells_of(county)] == [2, 2, 2]
    assert [cell.free for cell in cells_of(county, course=course, language="nn")] == [1, 1, 1]
    assert [cell.waiting for cell in cells_of(county)] == [2, 1, 0]
    assert [cell.waiting for cell in cells_of(county, language="nn")] == [1, 1, 0]
