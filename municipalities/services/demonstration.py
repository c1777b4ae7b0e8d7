"""The registry's part of the demonstration: the real municipalities, and a few facts marked as invented."""

from collections.abc import Callable
from datetime import date

from municipalities.exceptions import OlderEdition
from municipalities.models import Fact, Indicator, Municipality

from .facts import set_fact
from .registry.bundled import read_bundled
from .registry.writing import import_edition

INVENTED = "Demonstrasjonsdata"
ACTION_PLANS = {
    "0301": ("yes", date(2026, 3, 12)),
    "1804": ("no", date(2026, 6, 1)),
    "3305": ("yes", date(2023, 5, 4)),
    "4601": ("yes", date(2025, 11, 20)),
    "5001": ("no", date(2026, 1, 15)),
    "5610": ("yes", date(2026, 8, 25)),
}


def load(write: Callable[[str], None]) -> None:
    """Load the municipalities that come with the project, and invent whether a handful has an action plan."""
    try:
        import_edition(read_bundled())
    except OlderEdition as error:
        write(str(error))
    invent_facts()
    facts = Fact.objects.current().filter(is_demonstration=True).count()
    write(f"{Municipality.objects.current().count()} municipalities, {facts} invented facts")


def invent_facts() -> None:
    """Only where nobody has put in a value, so that what is tried out in the demonstration stays."""
    indicator = Indicator.objects.get(key="action-plan")
    for place in Municipality.objects.filter(pk__in=ACTION_PLANS):
        if not Fact.objects.filter(municipality=place, indicator=indicator).exists():
            value, day = ACTION_PLANS[place.pk]
            set_fact(place, indicator, value=value, observed_on=day, source=INVENTED, is_demonstration=True)
