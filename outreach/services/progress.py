"""How it goes with the demands: how many have been asked, have answered and have promised something."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from outreach.models import Letter

# What counts answers and promises fills these in when it is there: demand id -> number of municipalities or offices.
Counter = Callable[[], dict[int, int]]
counters: dict[str, Counter] = {"asked": Letter.objects.received_by_demand}


@dataclass(frozen=True)
class Progress:
    """Numbers for one demand; None where nobody counts yet."""

    asked: int = 0
    answered: int | None = None
    promised: int | None = None


def progress_by_demand() -> defaultdict[int, Progress]:
    """Return how it goes by demand, in one query for each thing counted."""
    counted = {name: count() for name, count in counters.items()}
    nothing = Progress(**dict.fromkeys(counted, 0))
    found: defaultdict[int, Progress] = defaultdict(lambda: nothing)
    for demand in {pk for numbers in counted.values() for pk in numbers}:
        found[demand] = Progress(**{name: numbers.get(demand, 0) for name, numbers in counted.items()})
    return found
