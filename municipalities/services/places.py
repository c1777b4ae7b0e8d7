"""Reads of municipalities for pages and searches."""

from collections.abc import Iterable

from municipalities.knowledge import knowledge, with_knowledge
from municipalities.models import Municipality
from municipalities.names import answers_to, fold

COURSES_HELD = "courses_held"
MOST_FOUND = 20


def with_courses_held():
    """Return today's municipalities with their county, and with the courses held when somebody counts them."""
    places = Municipality.objects.current().select_related("county").order_by("county__sort_key", "sort_key")
    return with_knowledge(places, COURSES_HELD) if knowledge.get(COURSES_HELD) else places


def matching(places: Iterable[Municipality], text: str) -> list[Municipality]:
    """Return those that a typed text means: by number or by any official name, however it is spelled."""
    return [place for place in places if answers_to(text, place.number, [place.name, *place.parallel_names])]


def find_municipalities(text: str) -> list[Municipality]:
    """Return at most 20 municipalities for a search, also those that have ended; the best first.

    There are some 400 of them, so they are compared here: no database folds á, ø and aa alike.
    """
    places = Municipality.objects.select_related("county").only(
        "number", "name", "county_in_name", "parallel_names", "sort_key", "valid_to", "county__name"
    )
    typed = fold(text)
    found = matching(places, text)
    found.sort(key=lambda place: (not fold(place.name).startswith(typed), place.sort_key))
    return found[:MOST_FOUND]
