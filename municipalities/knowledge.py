"""What the platform knows about municipalities by itself: key -> ORM expression over Municipality.

An upper room registers what it counts, such as courses held. Audiences, indicators, the map and open data read
it without knowing who counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Expression, QuerySet

from taushet.registries import Registry


@dataclass(frozen=True)
class Knowledge:
    """One thing known. `expression()` is annotated on a Municipality queryset and gives a number, date or bool."""

    key: str
    label: str
    expression: Callable[[], Expression]


knowledge: Registry[Knowledge] = Registry()


def with_knowledge(municipalities: QuerySet, *keys: str) -> QuerySet:
    """Annotate municipalities with what is known under the keys, each as `known_<key>`.

    Raises KeyError when nobody knows a key.
    """
    return municipalities.annotate(**{f"known_{key}": knowledge[key].expression() for key in keys})
