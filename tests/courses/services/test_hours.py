"""Local hours as spans of moments, on ordinary days and on the two nights a year when the clocks jump."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

import pytest

from courses.services.hours import days_of, overlap, span_of, subtract, union, within
from taushet.workdays import OSLO

FORWARD, BACK = date(2027, 3, 28), date(2026, 10, 25)
MINUTE = timedelta(minutes=1)


def utc(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def hours(span):
    return (span[1] - span[0]) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "starts", "ends", "span"),
    [
        # The same wall time before and after each change, at another moment.
        (date(2027, 3, 22), time(9), time(15), (8, 14)),
        (date(2027, 3, 29), time(9), time(15), (7, 13)),
        (date(2026, 10, 19), time(9), time(15), (7, 13)),
        (date(2026, 10, 26), time(9), time(15), (8, 14)),
        # 02.00-03.00 does not exist.
        (FORWARD, time(1), time(4), (0, 2)),
        (FORWARD, time(1), time(2, 30), (0, 1)),
        (FORWARD, time(2, 30), time(4), (1, 2)),
        (FORWARD, time(2), time(3), (1, 1)),
        (FORWARD, time(2, 15), time(2, 45), (1, 1)),
        # 02.00-03.00 exists twice, and both count.
        (BACK, time(2), time(3), (0, 2)),
        (BACK, time(1), time(4), (-1, 3)),
    ],
)
def test_hours_of_a_day_are_these_moments(day, starts, ends, span):
    assert span_of(day, starts, ends) == (
        utc(day, 0) + timedelta(hours=span[0]),
        utc(day, 0) + timedelta(hours=span[1]),
    )


@pytest.mark.parametrize(("day", "length"), [(FORWARD, 23), (BACK, 25), (date(2027, 3, 29), 24)])
def test_a_whole_day_is_as_long_as_it_is(day, length):
    assert hours(span_of(day)) == length


def moments_around(day):
    """Every quarter of an hour of three days, as moments."""
    start = utc(day - timedelta(days=1), 0) - timedelta(hours=3)
    return [start + number * timedelta(minutes=15) for number in range(4 * 24 * 3)]


@pytest.mark.parametrize("day", [FORWARD, BACK, date(2027, 6, 1)])
@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_clock_shows_within_the_hours_lies_in_the_span(day, seed):
    random = Random(seed)
    starts, ends = sorted(time(random.randrange(24), random.choice((0, 15, 30, 45))) for _end in range(2))

    span = span_of(day, starts, ends)

    for moment in moments_around(day):
        local = moment.astimezone(OSLO)
        if local.date() == day and starts <= local.time() < ends:
            assert span[0] <= moment < span[1]
        elif local.date() != day:
            assert not span[0] <= moment < span[1]


@pytest.mark.parametrize("day", [FORWARD, BACK])
@pytest.mark.parametrize("seed", range(20))
def test_hours_that_follow_each_other_meet(day, seed):
    """Nothing is lost between two hours that touch, however the clocks jump."""
    random = Random(seed)
    first, middle, last = sorted(time(random.randrange(24), random.choice((0, 15, 30, 45))) for _end in range(3))

    whole = span_of(day, first, last)

    assert union([span_of(day, first, middle), span_of(day, middle, last)]) == ([whole] if whole[0] < whole[1] else [])


def random_spans(random, count=6):
    starts = [utc(BACK, 0) + MINUTE * random.randrange(3000) for _span in range(count)]
    return [(start, start + MINUTE * random.randrange(1, 400)) for start in starts]


def holds(spans, moment):
    return any(starts <= moment < ends for starts, ends in spans)


@pytest.mark.parametrize("seed", range(40))
def test_spans_join_and_part_as_sets_of_moments_do(seed):
    random = Random(seed)
    one, other = random_spans(random), random_spans(random)
    frame = random_spans(random, 1)[0]
    joined, left, framed = union(one), subtract(one, other), within(one, frame)

    for number in range(0, 3500, 7):
        moment = utc(BACK, 0) + MINUTE * number
        assert holds(joined, moment) == holds(one, moment)
        assert holds(left, moment) == (holds(one, moment) and not holds(other, moment))
        assert holds(framed, moment) == (holds(one, moment) and holds([frame], moment))
    for spans in (joined, left, framed):
        assert spans == sorted(spans)
        assert all(ends <= starts for (_start, ends), (starts, _end) in pairwise(spans))
        assert all(starts < ends for starts, ends in spans)
    assert subtract(left, other) == left


def test_touching_is_not_overlapping():
    assert not overlap((utc(BACK, 9), utc(BACK, 12)), (utc(BACK, 12), utc(BACK, 15)))
    assert overlap((utc(BACK, 9), utc(BACK, 12)), (utc(BACK, 11), utc(BACK, 12)))


def test_days_of_a_span_are_local_days():
    assert days_of((utc(BACK, 22), utc(BACK, 22, 59))) == [BACK]
    assert days_of((utc(BACK, 22), utc(BACK, 23, 1))) == [BACK, BACK + timedelta(days=1)]
    assert days_of(span_of(FORWARD)) == [FORWARD]
