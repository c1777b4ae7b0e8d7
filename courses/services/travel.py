"""How long it takes from one municipality to another, roughly: the straight line, a speed, ferries and flights.

No road is looked up. The straight line at `TRAVEL_SPEED` stands for the road; where a county has ferries
(`FERRY_COUNTIES`), a trip out of a municipality takes `FERRY_MINUTES` more; whoever is quicker with a flight, which
takes `FLIGHT_MINUTES` on the ground, flies. Inside one municipality it takes no time.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import asin, ceil, cos, radians, sin, sqrt

from django.conf import settings

from municipalities.models import Municipality

EARTH_KM = 6371
FLIGHT_KM_AN_HOUR = 500


@dataclass(frozen=True)
class Place:
    """A municipality as far as travelling goes."""

    number: str
    county: str
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, municipality: Municipality | None) -> "Place | None":
        if municipality is None:
            return None
        return cls.at(municipality.pk, municipality.county_id, municipality.latitude, municipality.longitude)

    @classmethod
    def at(cls, number, county, latitude, longitude) -> "Place":
        known = latitude is not None and longitude is not None
        return cls(number, county, float(latitude) if known else None, float(longitude) if known else None)


def distance_km(one: Place | None, other: Place | None) -> float | None:
    """Return the straight line between two municipalities in kilometres, or None when one is not on the map."""
    if one is None or other is None:
        return None
    if one.number == other.number:
        return 0.0
    if one.latitude is None or other.latitude is None:
        return None
    north, south = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude)
    share = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, share)))


def travel_time(one: Place | None, other: Place | None) -> timedelta:
    """Return how long the trip takes, in whole minutes; none when nobody knows where it begins or ends."""
    distance = distance_km(one, other)
    if not distance:
        return timedelta(0)
    ferry = settings.FERRY_MINUTES if {one.county, other.county} & set(settings.FERRY_COUNTIES) else 0
    by_road = 60 * distance / settings.TRAVEL_SPEED + ferry
    by_air = 60 * distance / FLIGHT_KM_AN_HOUR + settings.FLIGHT_MINUTES
    return timedelta(minutes=ceil(min(by_road, by_air)))
