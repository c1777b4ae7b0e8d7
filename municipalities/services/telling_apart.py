"""Municipalities of one name, such as Herøy and Våler: each is told apart by its county, wherever it is shown."""

from collections import Counter

from django.utils import timezone

from municipalities.models import Municipality


def tell_apart() -> None:
    """Note for each of today's municipalities whether its name needs the county to say which one it is."""
    places = list(Municipality.objects.current().select_related("county"))
    used = Counter(place.name for place in places)
    differing = []
    for place in places:
        county = place.county.name if used[place.name] > 1 else ""
        if place.county_in_name != county:
            place.county_in_name, place.changed_at = county, timezone.now()
            differing.append(place)
    Municipality.objects.bulk_update(differing, ["county_in_name", "changed_at"])
