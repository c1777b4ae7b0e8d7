from datetime import timedelta

import pytest

from courses.services.travel import Place, distance_km, travel_time

OSLO_CITY = Place("0301", "03", 59.91, 10.75)
HAMAR = Place("3403", "34", 60.79, 11.07)
BERGEN = Place("4601", "46", 60.39, 5.32)
ASKOY = Place("4627", "46", 60.46, 5.15)
TROMSO = Place("5501", "55", 69.65, 18.96)
UNKNOWN = Place("9999", "03", None, None)


def minutes(one, other):
    return travel_time(one, other) / timedelta(minutes=1)


def test_distance_is_the_straight_line():
    assert round(distance_km(OSLO_CITY, HAMAR)) == 99
    assert round(distance_km(OSLO_CITY, TROMSO)) == 1148
    assert distance_km(HAMAR, OSLO_CITY) == distance_km(OSLO_CITY, HAMAR)
    assert distance_km(BERGEN, BERGEN) == 0


def test_distance_to_what_is_not_on_the_map_is_unknown():
    assert distance_km(OSLO_CITY, UNKNOWN) is None
    assert distance_km(None, OSLO_CITY) is None
    assert distance_km(UNKNOWN, UNKNOWN) == 0
    assert minutes(OSLO_CITY, UNKNOWN) == minutes(None, OSLO_CITY) == 0


@pytest.mark.parametrize(
    ("one", "other", "took"),
    [
        (BERGEN, BERGEN, 0),
        (OSLO_CITY, HAMAR, 100),  # by road
        (BERGEN, ASKOY, 58),  # by road, and a ferry
        (OSLO_CITY, TROMSO, 348),  # by air
    ],
)
def test_time_is_by_road_with_a_ferry_on_the_coast_or_by_air_when_that_is_quicker(one, other, took):
    assert minutes(one, other) == minutes(other, one) == took


def test_speed_and_allowances_are_settings(settings):
    settings.TRAVEL_SPEED, settings.FERRY_COUNTIES, settings.FERRY_MINUTES = 30, ["34"], 10

    assert minutes(OSLO_CITY, HAMAR) == 209

    settings.FLIGHT_MINUTES = 0
    assert minutes(OSLO_CITY, TROMSO) == 138
