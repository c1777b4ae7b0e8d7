"""Is a trainer free for this, and if not, why: pure comparisons, without the database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from courses.models import Availability, AvailabilityException
from courses.services.fitting import free_spans, open_hours, speaks_against
from courses.services.hours import span_of
from courses.services.reasons import Known, Reason, Taken, Wanted, Why
from courses.services.travel import Place

OSLO_CITY = Place("0301", "03", 59.97, 10.78)
BODO = Place("1804", "18", 67.28, 14.4)
DRAMMEN = Place("3301", "33", 59.74, 10.2)
NOWHERE = Place("9999", "03", None, None)
MONDAY = date(2027, 3, 8)
DAY = timedelta(days=1)


def at(day, starts, ends):
    return span_of(day, time(starts), time(ends))


def weekly(weekday, starts, ends, **days):
    return Availability(weekday=weekday, starts=time(starts), ends=time(ends), **days)


def exception(kind, first_on, last_on=None, **hours):
    return AvailabilityException(kind=kind, first_on=first_on, last_on=last_on or first_on, **hours)


def known(**fields):
    defaults = {"languages": {"nb"}, "leads": {"1"}, "weekly": [weekly(day, 8, 16) for day in range(7)]}
    return Known(**defaults | fields)


def wanted(*spans, **fields):
    return Wanted(**{"course": "1", "language": "nb", "place": OSLO_CITY, "session": 100, "spans": spans} | fields)


def taken(span, session=1, place=OSLO_CITY):
    return Taken(*span, session, place)


def whys(known, wanted):
    return [str(reason.why) for reason in speaks_against(known, wanted)]


def test_nothing_speaks_against_a_trainer_who_fits():
    assert speaks_against(known(), wanted(at(MONDAY, 9, 12))) == []


@pytest.mark.parametrize(
    ("about", "of", "why"),
    [
        ({"leads": set()}, {}, ["course"]),
        ({"leads": set(), "seconds": {"1"}}, {}, ["second"]),
        ({"leads": set(), "seconds": {"1"}}, {"has_lead": True}, []),
        ({"languages": {"nn"}}, {}, ["language"]),
        ({"counties": {"18"}}, {}, ["county"]),
        ({"counties": {"18", "03"}}, {}, []),
        ({"counties": {"18"}}, {"place": None}, []),
        ({"impartial_in": {"0301"}}, {"municipalities": frozenset({"0301"})}, ["impartial"]),
        ({"impartial_in": {"0301"}}, {"place": None, "municipalities": frozenset({"0301", "3301"})}, ["impartial"]),
        ({"impartial_in": {"3301"}}, {"municipalities": frozenset({"0301"})}, []),
        ({"weekly": []}, {}, ["unknown"]),
        ({"weekly": [weekly(1, 8, 16)]}, {}, ["no_hours"]),
        ({"weekly": [weekly(0, 9, 12)]}, {}, []),
        ({"weekly": [weekly(0, 9, 11), weekly(0, 11, 12)]}, {}, []),
        ({"weekly": [weekly(0, 10, 16)]}, {}, ["no_hours"]),
        ({"weekly": [weekly(0, 8, 16, valid_from=MONDAY)]}, {}, []),
        ({"weekly": [weekly(0, 8, 16, valid_from=MONDAY + DAY)]}, {}, ["no_hours"]),
        ({"weekly": [weekly(0, 8, 16, valid_to=MONDAY)]}, {}, []),
        ({"weekly": [weekly(0, 8, 16, valid_to=MONDAY - DAY)]}, {}, ["no_hours"]),
        ({"exceptions": [exception("away", MONDAY - DAY, MONDAY + DAY)]}, {}, ["away"]),
        ({"exceptions": [exception("away", MONDAY - DAY)]}, {}, []),
        ({"exceptions": [exception("away", MONDAY, starts=time(12), ends=time(16))]}, {}, []),
        ({"exceptions": [exception("away", MONDAY, starts=time(11, 59), ends=time(16))]}, {}, ["away"]),
        ({"weekly": [], "exceptions": [exception("free", MONDAY)]}, {}, []),
        ({"weekly": [], "exceptions": [exception("free", MONDAY + DAY)]}, {}, ["no_hours"]),
        ({"weekly": [], "exceptions": [exception("away", MONDAY + DAY)]}, {}, ["unknown"]),
        # Away wins over an extra day, whichever was said last.
        ({"exceptions": [exception("free", MONDAY), exception("away", MONDAY)]}, {}, ["away"]),
    ],
)
def test_what_a_trainer_said_speaks_for_or_against(about, of, why):
    assert whys(known(**about), wanted(at(MONDAY, 9, 12), **of)) == why


def test_reasons_are_data_with_the_heaviest_first():
    busy = taken(at(MONDAY, 10, 13), session=7)

    found = speaks_against(known(languages={"nn"}, taken=[busy]), wanted(at(MONDAY, 9, 12)))

    assert found == [Reason(Why.TAKEN, busy.span, session=7), Reason(Why.LANGUAGE)]
    assert [(reason.refuses, reason.warns) for reason in found] == [(True, False), (False, True)]


def test_back_to_back_and_the_own_session_are_not_taken():
    about = known(taken=[taken(at(MONDAY, 12, 15)), taken(at(MONDAY, 9, 12), session=100)])

    assert speaks_against(about, wanted(at(MONDAY, 9, 12))) == []


def test_days_between_the_meetings_of_a_session_are_free():
    about = known(taken=[taken(at(MONDAY, 9, 12)), taken(at(MONDAY + 2 * DAY, 9, 12))])

    assert speaks_against(about, wanted(at(MONDAY + DAY, 9, 12))) == []


@pytest.mark.parametrize(
    ("place", "starts", "why"),
    [
        (DRAMMEN, 13, ["travel"]),  # 41 km: 41 min and no gap
        (DRAMMEN, 14, []),
        (BODO, 15, ["travel"]),
        (OSLO_CITY, 13, []),
        (NOWHERE, 13, []),
        (None, 13, []),
    ],
)
def test_there_has_to_be_time_for_the_way(place, starts, why):
    earlier = known(taken=[taken(at(MONDAY, 10, 13), place=place)])
    later = known(taken=[taken(at(MONDAY, 13, 15), place=place)])

    assert whys(earlier, wanted(at(MONDAY, starts, 16))) == why
    assert whys(later, wanted(at(MONDAY, 8, 26 - starts))) == why


def test_a_night_is_enough_for_the_way_across_the_country():
    about = known(taken=[taken(at(MONDAY, 9, 16), place=BODO)])

    assert speaks_against(about, wanted(at(MONDAY + DAY, 8, 12))) == []


def test_limits_count_sessions_of_the_week_and_the_month():
    two = [taken(at(MONDAY, 9, 12), 1), taken(at(MONDAY + DAY, 9, 12), 1), taken(at(MONDAY + 2 * DAY, 9, 12), 2)]
    friday, sunday_before, april = MONDAY + 4 * DAY, MONDAY - DAY, date(2027, 4, 5)

    def found(day, **limits):
        return whys(known(taken=two, **limits), wanted(at(day, 9, 12)))

    assert found(friday, most_a_week=2) == ["week"]
    assert found(friday, most_a_week=3, most_a_month=2) == ["month"]
    assert found(sunday_before, most_a_week=2) == []
    assert found(sunday_before, most_a_month=2) == ["month"]
    assert found(april, most_a_week=1, most_a_month=1) == []


def test_the_session_itself_does_not_count_towards_its_limit():
    about = known(most_a_week=1, taken=[taken(at(MONDAY, 9, 12), session=100)])

    assert speaks_against(about, wanted(at(MONDAY + DAY, 9, 12))) == []


def test_a_public_holiday_is_a_hint():
    [reason] = speaks_against(known(), wanted(at(date(2027, 5, 6), 9, 12)))

    assert (reason.why, reason.warns, reason.refuses, str(reason.name)) == (
        Why.HOLIDAY, False, False, "Kristi himmelfartsdag",
    )  # fmt: skip


def test_without_a_time_only_what_holds_any_day_is_said():
    about = known(weekly=[], counties={"18"}, exceptions=[exception("away", MONDAY)])

    assert whys(about, wanted()) == ["county"]


@pytest.mark.parametrize("monday", [date(2026, 10, 19), date(2026, 10, 26), date(2027, 3, 22), date(2027, 3, 29)])
@pytest.mark.parametrize("quarter", range(0, 94, 3))
def test_monday_9_to_15_is_so_by_the_clock_on_the_wall_before_and_after_a_change(monday, quarter):
    clock = (datetime.min + quarter * timedelta(minutes=15)).time()
    ends = (datetime.combine(monday, clock) + timedelta(minutes=30)).time()

    found = whys(known(weekly=[weekly(0, 9, 15)]), wanted(span_of(monday, clock, ends)))

    is_within = time(9) <= clock and ends <= time(15)
    assert [why for why in found if why != "holiday"] == ([] if is_within else ["no_hours"])


@pytest.mark.parametrize(("day", "length"), [(date(2027, 3, 28), 5), (date(2026, 10, 25), 7), (date(2027, 1, 3), 6)])
def test_a_night_of_six_hours_has_five_or_seven_when_the_clocks_jump(day, length):
    [span] = open_hours(known(weekly=[weekly(6, 0, 6)]), span_of(day))

    assert span[1] - span[0] == timedelta(hours=length)
    assert whys(known(weekly=[weekly(6, 0, 6)]), wanted(span)) in (["holiday"], [])


def test_free_time_leaves_out_what_is_taken_and_the_way_there():
    about = known(taken=[taken(at(MONDAY, 10, 12), place=DRAMMEN)])

    found = free_spans(about, wanted(), span_of(MONDAY))

    way = timedelta(minutes=42)
    opens, closes = at(MONDAY, 8, 16)
    assert found == [
        (opens, datetime(2027, 3, 8, 9, tzinfo=UTC) - way),
        (datetime(2027, 3, 8, 11, tzinfo=UTC) + way, closes),
    ]
