"""How it goes with the demands: how many municipalities have been asked, have answered and have promised something."""

from collections import defaultdict
from dataclasses import dataclass

from outreach.models import Letter
from outreach.services.replies.answers import answered_by_demand, promised_by_demand


@dataclass(frozen=True)
class Progress:
    """Numbers of municipalities for one demand."""

    asked: int = 0
    answered: int = 0
    promised: int = 0


def progress_by_demand() -> defaultdict[int, Progress]:
    """Return how it goes by demand, in one query for each thing counted."""
    counted = {
        "asked": Letter.objects.received_by_demand(),
        "answered": answered_by_demand(),
        "promised": promised_by_demand(),
    }
    found: defaultdict[int, Progress] = defaultdict(Progress)
    for demand in {pk for numbers in counted.values() for pk in numbers}:
        found[demand] = Progress(**{name: numbers.get(demand, 0) for name, numbers in counted.items()})
    return found
