"""Which municipalities lack a fact, or have one that is too old."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from municipalities.models import Indicator, Municipality

from .facts import Known, known_values

MISSING, STALE = "missing", "stale"


@dataclass(frozen=True)
class Lack:
    """One municipality where a fact is unknown, or known too long ago."""

    municipality: Municipality
    known: Known | None

    @property
    def state(self) -> str:
        return STALE if self.known else MISSING


def lacks(indicator: Indicator, *, state: str = "", county=None, on: date | None = None) -> list[Lack]:
    """Return today's municipalities where an indicator is missing or stale, county by county.

    `state` keeps only one of the two; `county` only those of one county.
    """
    day = on or timezone.localdate()
    places = Municipality.objects.current(day).select_related("county").order_by("county__sort_key", "sort_key")
    if county is not None:
        places = places.filter(county=county)
    places = list(places)
    known = known_values([place.pk for place in places], [indicator.key], on=day)
    found = [Lack(place, known.get((place.pk, indicator.key))) for place in places]
    found = [lack for lack in found if lack.known is None or not lack.known.is_fresh]
    return [lack for lack in found if not state or lack.state == state]


def coverage(indicators: list[Indicator]) -> dict[str, dict[str, int]]:
    """Return how many municipalities are fresh, stale and missing for each indicator, by key."""
    numbers = list(Municipality.objects.current().values_list("pk", flat=True))
    known = known_values(numbers, [indicator.key for indicator in indicators])
    counts = {indicator.key: {"fresh": 0, STALE: 0, MISSING: 0} for indicator in indicators}
    for number in numbers:
        for indicator in indicators:
            value = known.get((number, indicator.key))
            counts[indicator.key][MISSING if value is None else "fresh" if value.is_fresh else STALE] += 1
    return counts
