"""Municipalities picked by a fact about them: that they have it, lack it, or that nobody knows any longer."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.db.models import Exists, OuterRef, Q, QuerySet

from municipalities.exceptions import BadValue
from municipalities.knowledge import knowledge, with_knowledge
from municipalities.models import Fact, Indicator, Municipality
from municipalities.services.fact_columns import normal
from municipalities.services.facts import typed_value

# Has: yes, a number above zero, or any text or date. Lacks: no, zero, or nobody knows.
HAS, LACKS, UNKNOWN, STALE, EQUALS = "has", "lacks", "unknown", "stale", "equals"
ZEROS = ("0", "0.0", "0.00")
Kind = Indicator.Kind


@dataclass(frozen=True)
class Split:
    """How municipalities stand with a fact; `stale` are those of `has` and `others` whose value is too old."""

    has: int
    others: int
    unknown: int
    stale: int


def by_indicator(key: str, how: str, value: str, day: date) -> Q:
    """Return what picks municipalities by what is known of an indicator on a day; nobody when it is not there."""
    indicator = Indicator.objects.filter(key=key).first()
    if indicator is None or (indicator.is_counted_by_us and knowledge.get(indicator.knowledge_key) is None):
        return Q(pk__in=())
    known, has, stale = _counted(indicator) if indicator.is_counted_by_us else _entered(indicator, day)
    if how == EQUALS:
        return _equal(indicator, value)
    return {HAS: has, LACKS: ~has, UNKNOWN: ~known, STALE: stale}.get(how, has)


def split_by(key: str, places: QuerySet[Municipality], day: date) -> Split:
    """Return how many of some municipalities have what an indicator asks, have not, are unknown, are out of date."""
    count = {how: places.filter(by_indicator(key, how, "", day)).count() for how in (HAS, UNKNOWN, STALE)}
    return Split(count[HAS], places.count() - count[HAS] - count[UNKNOWN], count[UNKNOWN], count[STALE])


def _entered(indicator: Indicator, day: date) -> tuple[Q, Q, Q]:
    facts = Fact.objects.current().filter(indicator=indicator, municipality=OuterRef("pk"))
    has = facts
    if indicator.kind == Kind.YES_NO:
        has = facts.filter(value="yes")
    elif indicator.kind == Kind.NUMBER:
        has = facts.exclude(value__in=ZEROS).exclude(value__startswith="-")
    stale = Q(pk__in=())
    if indicator.fresh_days is not None:  # as `Fact.stale_on`
        stale = Q(Exists(facts.filter(observed_on__lte=day - timedelta(days=indicator.fresh_days))))
    return Q(Exists(facts)), Q(Exists(has)), stale


def _counted(indicator: Indicator) -> tuple[Q, Q, Q]:
    known = _known(indicator, isnull=False)
    ways = {Kind.YES_NO: {"exact": True}, Kind.NUMBER: {"gt": 0}}
    return known, _known(indicator, **ways.get(indicator.kind, {"isnull": False})), Q(pk__in=())


def _known(indicator: Indicator, **ways) -> Q:
    name = f"known_{indicator.knowledge_key}"
    counted = with_knowledge(Municipality.objects.all(), indicator.knowledge_key)
    return Q(pk__in=counted.filter(**{f"{name}__{way}": value for way, value in ways.items()}).values("pk"))


def _equal(indicator: Indicator, value: str) -> Q:
    """What has a value; nobody when it is none that the indicator can have."""
    try:
        stored = as_stored(indicator, value)
        if not indicator.is_counted_by_us:
            facts = Fact.objects.current().filter(indicator=indicator)
            alike = [value for value in facts.values_list("value", flat=True).distinct() if is_same(stored, value)]
            return Q(Exists(facts.filter(municipality=OuterRef("pk"), value__in=alike)))
        asked = {
            Kind.YES_NO: lambda: {"yes": True, "no": False}[stored],
            Kind.NUMBER: lambda: Decimal(stored),
            Kind.DATE: lambda: date.fromisoformat(stored),
        }.get(indicator.kind, lambda: stored)()
    except (BadValue, KeyError, ValueError, InvalidOperation):
        return Q(pk__in=())
    return _known(indicator, exact=asked)


def as_stored(indicator: Indicator, value: str) -> str:
    """Return a value that somebody asks for as facts are stored: 2,5 is 2.5 and 1.11.2026 is 2026-11-01.

    Raises BadValue when the indicator can have no such value.
    """
    return typed_value(indicator, normal(indicator, value))


def is_same(asked: str, value: str) -> bool:
    """Whether a stored value is the one asked for: 2.50 is 2.5, and a text is the same in capitals."""
    try:
        return Decimal(asked) == Decimal(value)
    except InvalidOperation:
        return asked.casefold() == value.casefold()
