"""What is measured for every municipality, as staff decide it."""

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from municipalities.exceptions import BadValue
from municipalities.knowledge import knowledge
from municipalities.models import Fact, Indicator
from taushet.models import User
from taushet.services import audit

from .facts import clean_value

TYPED = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "ae", "Ø": "o", "Å": "a"})


@transaction.atomic
def make_indicator(*, by: User, **values) -> Indicator:
    """Make an indicator; its key follows from its name in bokmål."""
    stem = slugify(values["name_nb"].translate(TYPED))[:44].strip("-") or "indikator"
    taken = set(Indicator.objects.filter(key__startswith=stem).values_list("key", flat=True))
    keys = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    indicator = Indicator.objects.create(key=next(key for key in keys if key not in taken), **values)
    audit.record("indicator.created", indicator, by=by, key=indicator.key)
    return indicator


@transaction.atomic
def change_indicator(indicator: Indicator, *, by: User, **values) -> Indicator:
    """Change an indicator. Raises BadValue when a value that is stored would not fit what it becomes."""
    indicator = Indicator.objects.select_for_update().get(pk=indicator.pk)
    changed = [name for name, value in values.items() if getattr(indicator, name) != value]
    for name in changed:
        setattr(indicator, name, values[name])
    if {"kind", "knowledge_key"} & set(changed):
        refuse_contradiction(indicator)
    if changed:
        indicator.save(update_fields=changed)
        audit.record("indicator.changed", indicator, by=by, key=indicator.key, fields=changed)
    return indicator


def refuse_contradiction(indicator: Indicator) -> None:
    facts = Fact.objects.filter(indicator=indicator)
    if indicator.is_counted_by_us and facts.exists():
        raise BadValue(_("Values have been put in by hand, so the platform cannot count this by itself."))
    for value in facts.values_list("value", flat=True).distinct():
        try:
            clean_value(indicator, value)
        except BadValue as error:
            raise BadValue(
                _("The kind cannot change: the value “%(value)s” is stored, and would not fit.") % {"value": value[:60]}
            ) from error


def known_by_us() -> list[tuple[str, str]]:
    """Return what the platform can count, as key and label."""
    return [(entry.key, str(entry.label)) for entry in knowledge]
