"""What is known about each municipality: values that staff put in, and what the platform counts by itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.exceptions import BadValue
from municipalities.knowledge import knowledge, with_knowledge
from municipalities.models import Fact, Indicator, Municipality
from taushet.models import User
from taushet.services import audit

UNCLEAR = re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+")


@dataclass(frozen=True)
class Known:
    """The value of one indicator for one municipality, and how far it can be trusted today."""

    indicator: Indicator
    value: str
    observed_on: date
    source: str
    is_fresh: bool
    is_demonstration: bool = False

    @property
    def shown_value(self) -> str:
        return self.indicator.show(self.value)


@transaction.atomic
def set_fact(
    municipality: Municipality,
    indicator: Indicator,
    *,
    value: str,
    observed_on: date,
    source: str,
    by: User | None = None,
    is_demonstration: bool = False,
) -> Fact:
    """Put in a value with its date and source; the one before is kept as history.

    Returns the fact that stands, which is the old one when nothing differs. Raises BadValue when the value does not
    suit the indicator, the day has not come, the source is missing, or the platform counts this by itself.
    """
    value = clean_value(indicator, value)
    source = source.strip()
    if observed_on > timezone.localdate():
        raise BadValue(_("The day lies in the future."))
    if not source:
        raise BadValue(_("Say where you have this from."))
    current = current_fact(municipality, indicator)
    if current is not None:
        if (current.value, current.observed_on, current.source) == (value, observed_on, source):
            return current
        close(current)
    fact = Fact.objects.create(
        municipality=municipality,
        indicator=indicator,
        value=value,
        observed_on=observed_on,
        source=source,
        entered_by=by,
        is_demonstration=is_demonstration,
    )
    audit.record("fact.set", fact, by=by, municipality=municipality.pk, indicator=indicator.key, value=value)
    return fact


@transaction.atomic
def forget_fact(municipality: Municipality, indicator: Indicator, *, by: User | None = None) -> None:
    """Make a value unknown again; what was known is kept as history."""
    current = current_fact(municipality, indicator)
    if current is not None:
        close(current)
        audit.record("fact.forgotten", current, by=by, municipality=municipality.pk, indicator=indicator.key)


def current_fact(municipality: Municipality, indicator: Indicator) -> Fact | None:
    """Return the standing fact, locked until the transaction ends."""
    # The lock on the municipality keeps two first facts from being put in at once.
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    return Fact.objects.select_for_update().current().filter(municipality=municipality, indicator=indicator).first()


def close(fact: Fact) -> None:
    fact.replaced_at = timezone.now()
    fact.save(update_fields=["replaced_at"])


def clean_value(indicator: Indicator, value: str) -> str:
    """Return the value as it is stored; raises BadValue when it does not suit the indicator."""
    if indicator.is_counted_by_us:
        raise BadValue(_("The platform counts this by itself."))
    return typed_value(indicator, value)


def typed_value(indicator: Indicator, value: str) -> str:
    """Return a value in the form that values of this kind are stored in, whoever says it; raises BadValue."""
    value = value.strip()
    if not value:
        raise BadValue(_("The value is missing."))
    if len(value) > Fact._meta.get_field("value").max_length:
        raise BadValue(_("The value is too long."))
    match indicator.kind:
        case Indicator.Kind.YES_NO if value not in {"yes", "no"}:
            raise BadValue(_("The value must be yes or no."))
        case Indicator.Kind.NUMBER:
            return clean_number(value)
        case Indicator.Kind.DATE:
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError as error:
                raise BadValue(_("The value must be a date such as 2026-11-22.")) from error
    return value


def refuse_unclear(indicator: Indicator, text: str) -> None:
    """Raise BadValue for a number whose dot may stand for thousands, as in Norway, or for decimals, as elsewhere."""
    if indicator.kind == Indicator.Kind.NUMBER and UNCLEAR.fullmatch(text.strip()):
        whole, shown = text.strip().replace(".", ""), text.strip().replace(".", ",", 1)
        raise BadValue(
            _("“%(text)s” can be read in two ways. Write %(whole)s or %(decimal)s.")
            % {"text": text.strip(), "whole": whole, "decimal": shown}
        )


def clean_number(value: str) -> str:
    try:
        number = Decimal(value.replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise BadValue(_("The value must be a number.")) from error
    if not number.is_finite() or abs(number) >= 10**15 or abs(number.as_tuple().exponent) > 15:
        raise BadValue(_("The value must be a number."))
    return f"{number:f}"


def known_values(
    numbers: Iterable[str], keys: Iterable[str] | None = None, *, on: date | None = None
) -> dict[tuple[str, str], Known]:
    """Return what is known by (municipality number, indicator key); what is not in it is unknown.

    Three queries at most, however many municipalities are asked for.
    """
    indicators = Indicator.objects.all() if keys is None else Indicator.objects.filter(key__in=list(keys))
    return read_values(list(numbers), list(indicators), on or timezone.localdate())


def known_about(municipality: Municipality) -> list[tuple[Indicator, Known | None]]:
    """Return every indicator with what is known about one municipality, None where it is unknown."""
    indicators = [i for i in Indicator.objects.all() if not i.is_counted_by_us or knowledge.get(i.knowledge_key)]
    known = read_values([municipality.pk], indicators, timezone.localdate())
    return [(indicator, known.get((municipality.pk, indicator.key))) for indicator in indicators]


def read_values(numbers: list[str], indicators: list[Indicator], day: date) -> dict[tuple[str, str], Known]:
    by_pk = {indicator.pk: indicator for indicator in indicators}
    known = {}
    entered = [pk for pk, indicator in by_pk.items() if not indicator.is_counted_by_us]
    if entered:
        for fact in Fact.objects.current().filter(municipality__in=numbers, indicator__in=entered):
            fact.indicator = by_pk[fact.indicator_id]
            known[fact.municipality_id, fact.indicator.key] = Known(
                fact.indicator, fact.value, fact.observed_on, fact.source, fact.is_fresh(day), fact.is_demonstration
            )
    return known | counted_values(numbers, by_pk.values(), day)


def counted_values(numbers: list[str], indicators: Iterable[Indicator], day: date) -> dict[tuple[str, str], Known]:
    """Return what upper rooms count, as offered through `knowledge`; always fresh, since it is counted now."""
    counted = [indicator for indicator in indicators if knowledge.get(indicator.knowledge_key)]
    if not counted:
        return {}
    places = with_knowledge(Municipality.objects.filter(pk__in=numbers), *{i.knowledge_key for i in counted})
    known = {}
    for place in places:
        for indicator in counted:
            value = getattr(place, f"known_{indicator.knowledge_key}")
            if value is not None:
                text = stored(value)
                known[place.number, indicator.key] = Known(indicator, text, day, _("Counted by the platform"), True)
    return known


def stored(value) -> str:
    """Return a counted value in the form a fact is stored in."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
