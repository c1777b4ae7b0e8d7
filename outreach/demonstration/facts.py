"""Facts of municipalities in the demonstration: invented, and marked as such."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from municipalities.models import Indicator, Municipality
from municipalities.services.facts import known_values, set_fact
from outreach.demonstration.offices import CHECKED_ON, NUMBERS, PLACES, SOURCE

# Whether there is an action plan, where the letters of the demonstration go (None leaves it unknown).
PLANS = {
    "4631": "no",
    "3301": "yes",
    "5610": "no",
    "1506": "yes",
    "0301": "yes",
    "4644": "no",
    "3238": "no",
    "5501": "yes",
    "3901": None,
}
# A yes, a no, or nothing known, for the others.
MORE_PLANS = ("yes", "no", "no", None)
# Answers by a digit of the municipality's number, so that they differ and are always the same.
CHECKLIST = (
    ("help-on-website", {0: "yes", 1: "no"}),
    ("equal-offer", {0: "no", 2: "yes"}),
    ("follow-up-after-stay", {1: "yes"}),
    ("gull-attitudes", {0: "yes", 2: "no"}),
    ("coordination-routine", {0: "no", 1: "yes"}),
    ("averting-routine", {1: "no", 2: "yes"}),
)


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    """Say of municipalities whether they have an action plan, and answer some questions of the Gullstandard."""
    keys = ["action-plan", *(key for key, _answers in CHECKLIST)]
    indicators = Indicator.objects.in_bulk(keys, field_name="key")
    for number, value in PLANS.items():
        invent(number, indicators["action-plan"], value)
    others = [number for number in NUMBERS if number not in PLANS]
    for rank, number in enumerate(others):
        # The first is out of date.
        days = 1200 if rank == 0 else 10 * rank
        invent(number, indicators["action-plan"], MORE_PLANS[rank % len(MORE_PLANS)], days)
    for number in PLACES:
        for (key, answers), digit in zip(CHECKLIST, number * 2, strict=False):
            invent(number, indicators[key], answers.get(int(digit) % 3))


def invent(number: str, indicator: Indicator, value: str | None, days: int = 0) -> None:
    """Put in a value seen some days before the others, unless there is none or somebody has put in another."""
    municipality = Municipality.objects.filter(pk=number).first()
    if municipality is None or value is None or known_values([number], [indicator.key]):
        return
    set_fact(
        municipality,
        indicator,
        value=value,
        observed_on=CHECKED_ON - timedelta(days=days),
        source=SOURCE,
        is_demonstration=True,
    )
