"""What is known all over the country of what a demand measures: how many yes, how many no, and how many unknown."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q

from municipalities.models import Fact, Indicator, Municipality


@dataclass(frozen=True)
class Measure:
    """An indicator with its answers among the municipalities of today; None where it is not a yes or a no."""

    indicator: Indicator
    yes: int | None = None
    no: int | None = None
    unknown: int | None = None


def measures_of(indicators: Iterable[Indicator]) -> list[Measure]:
    """Count the answers to each indicator, in two queries. What is invented for a demonstration counts only there."""
    indicators = list(indicators)
    facts = Fact.objects.current().filter(indicator__in=indicators, municipality__in=Municipality.objects.current())
    if not settings.DEMO:
        facts = facts.filter(is_demonstration=False)
    counted = (
        facts.order_by()
        .values("indicator")
        .annotate(yes=Count("pk", filter=Q(value="yes")), no=Count("pk", filter=Q(value="no")))
    )
    by_indicator = {row["indicator"]: (row["yes"], row["no"]) for row in counted}
    total = Municipality.objects.current().count()
    measures = []
    for indicator in indicators:
        if indicator.kind != Indicator.Kind.YES_NO or indicator.is_counted_by_us:
            measures.append(Measure(indicator))
            continue
        yes, no = by_indicator.get(indicator.pk, (0, 0))
        measures.append(Measure(indicator, yes, no, total - yes - no))
    return measures
