from datetime import UTC, date, datetime

import pytest

from taushet.workdays import OSLO, add_workdays, easter_sunday, holiday_name, holidays, is_workday, next_business_time


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_where_the_church_has_it(year, day):
    assert easter_sunday(year) == day


def test_the_public_holidays_of_2027():
    assert sorted(holidays(2027)) == [
        date(2027, 1, 1),
        date(2027, 3, 25),
        date(2027, 3, 26),
        date(2027, 3, 28),
        date(2027, 3, 29),
        date(2027, 5, 1),
        date(2027, 5, 6),
        date(2027, 5, 16),
        date(2027, 5, 17),
        date(2027, 12, 25),
        date(2027, 12, 26),
    ]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2027, 3, 25), "skjærtorsdag"),
        (date(2027, 5, 16), "1. pinsedag"),
        (date(2027, 5, 17), "17. mai"),
        (date(2021, 5, 13), "Kristi himmelfartsdag"),
        (date(2027, 5, 18), ""),
        # Whit Monday or Ascension Day now and then fall on a fixed day.
        (date(2012, 5, 17), "17. mai"),
        (date(2008, 5, 1), "1. mai"),
    ],
)
def test_public_holidays_have_names(day, name):
    assert holiday_name(day) == name


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2027, 3, 24), True),
        (date(2027, 3, 25), False),
        (date(2027, 5, 17), False),
    ],
)
def test_workdays_leave_out_weekends_and_holidays(day, is_open):
    assert is_workday(day) is is_open


def test_workdays_are_counted_over_easter():
    assert add_workdays(date(2027, 3, 24), 2) == date(2027, 3, 31)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (datetime(2026, 11, 23, 9, 0, tzinfo=OSLO), datetime(2026, 11, 23, 9, 0, tzinfo=OSLO)),
        (datetime(2026, 11, 23, 7, 59, tzinfo=OSLO), datetime(2026, 11, 23, 8, 0, tzinfo=OSLO)),
        (datetime(2026, 11, 23, 15, 30, tzinfo=OSLO), datetime(2026, 11, 24, 8, 0, tzinfo=OSLO)),
        (datetime(2026, 11, 20, 16, 0, tzinfo=OSLO), datetime(2026, 11, 23, 8, 0, tzinfo=OSLO)),
        (datetime(2027, 3, 24, 16, 0, tzinfo=OSLO), datetime(2027, 3, 30, 8, 0, tzinfo=OSLO)),
        (datetime(2026, 7, 1, 5, 30, tzinfo=UTC), datetime(2026, 7, 1, 8, 0, tzinfo=OSLO)),
        (datetime(2026, 7, 1, 6, 30, tzinfo=UTC), datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_mail_waits_until_offices_open(moment, opens):
    assert next_business_time(moment) == opens
