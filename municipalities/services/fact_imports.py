"""Putting in facts of many municipalities from a table: kept, looked over, saved as it was seen, and taken back."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import batched

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.exceptions import AlreadyWritten, CannotUndo, FactsChanged, MunicipalitiesError
from municipalities.models import Fact, FactImport, Indicator, Municipality
from taushet.locks import lock_words
from taushet.models import User
from taushet.services import audit
from taushet.tables.reading import Row, Table

from .fact_columns import INDICATOR, PLACE, VALUE, Cell, guess_columns, read_cells
from .fact_plan import FactPlan, plan_facts

AT_ONCE = 500  # SQLite takes so many values, and some more, in one question
NAMED = 3


def entered_indicators() -> list[Indicator]:
    """Return the indicators whose values people put in."""
    return [one for one in Indicator.objects.all() if not one.is_counted_by_us]


def start_facts(table: Table, *, observed_on: date, source: str, by: User) -> FactImport:
    """Keep a table to be looked over; day (Oslo) and source are those of rows that say no others."""
    parts = guess_columns(table.rows, entered_indicators())
    return FactImport.objects.create(
        content=[[row.number, *row.cells] for row in table.rows],
        notes=list(table.notes),
        choices={"parts": parts, "has_heading": any(parts)},
        observed_on=observed_on,
        source=source,
        created_by=by,
    )


def lacking(parts: list[str]) -> str:
    """Return what has to be chosen of the columns before anything can be read."""
    if PLACE not in parts:
        return _("Choose which column says the municipality.")
    if INDICATOR in parts:
        return "" if VALUE in parts else _("Choose which column holds the values.")
    return "" if any(part.startswith("i:") for part in parts) else _("Choose which column holds a fact.")


def cells_of(imported: FactImport) -> list[Cell]:
    """Return every value of a table that waits, as it is read."""
    parts = imported.choices["parts"]
    if lacking(parts):
        return []
    rows = [Row(number, tuple(cells)) for number, *cells in imported.content]
    lines = rows[1:] if imported.choices["has_heading"] else rows
    common = {"observed_on": imported.observed_on, "source": imported.source}
    return read_cells(lines, parts, entered_indicators(), **common)


def plan_of(imported: FactImport) -> FactPlan:
    """Return what a table would change now."""
    return plan_facts(cells_of(imported), chosen=set(imported.chosen))


def waiting(imported: FactImport) -> FactImport:
    """Return a table that can still be saved, locked; raises AlreadyWritten."""
    imported = FactImport.objects.select_for_update().get(pk=imported.pk)
    if not imported.is_waiting:
        raise AlreadyWritten(_("This table has been saved already, or has waited too long. Put it in once more."))
    return imported


@transaction.atomic
def choose(imported: FactImport, *, choices: dict, shown: Iterable[str], used: Iterable[str]) -> bool:
    """Remember what the columns are and which of the doubtful values `shown` are `used`; returns whether that is new.

    Raises AlreadyWritten when it has been saved meanwhile.
    """
    imported = waiting(imported)
    before = imported.choices, imported.chosen
    imported.choices = imported.choices | choices
    imported.chosen = sorted({*imported.chosen} - {*shown} | {*used})
    imported.save(update_fields=["choices", "chosen"])
    return before != (imported.choices, imported.chosen)


@transaction.atomic
def write_facts(imported: FactImport, *, seen: str, by: User) -> FactImport:
    """Save a table exactly as it was looked over; `seen` is the fingerprint of what was on the page.

    What was known is kept as history. Raises AlreadyWritten the second time, and FactsChanged when somebody has put in
    facts meanwhile.
    """
    lock_words("fact-imports")
    imported = waiting(imported)
    cells = cells_of(imported)
    lock_places(cell.place.pk for cell in cells if cell.place)
    plan = plan_facts(cells, chosen=set(imported.chosen))
    if plan.fingerprint != seen:
        raise FactsChanged(_("Facts have changed since you looked it over. This is how it looks now."))
    if not plan.writes:
        raise MunicipalitiesError(_("There is nothing to save."))
    imported.written_at = timezone.now()
    imported.counts = plan.counts
    imported.written = {"replaced": [step.before.pk for step in plan.writes if step.before]}
    update(imported.written["replaced"], replaced_at=imported.written_at)
    facts = Fact.objects.bulk_create((new_fact(step.cell, imported, by) for step in plan.writes), batch_size=AT_ONCE)
    imported.save(update_fields=["counts", "written", "written_at", *imported.drop_content()])
    log("fact.set", facts, by)
    audit.record("fact_import.written", imported, by=by, **plan.counts)
    return imported


def new_fact(cell: Cell, imported: FactImport, by: User) -> Fact:
    return Fact(
        municipality=cell.place,
        indicator=cell.indicator,
        value=cell.value,
        observed_on=cell.observed_on,
        source=cell.source,
        entered_by=by,
        entered_at=imported.written_at,
        put_in_by=imported,
    )


def lock_places(numbers: Iterable[str]) -> None:
    """Take the same locks as when a single fact is put in."""
    for some in batched(sorted(set(numbers)), AT_ONCE, strict=False):
        list(Municipality.objects.select_for_update().filter(pk__in=some).order_by("pk"))


def update(keys: Iterable[int], **values) -> None:
    for some in batched(keys, AT_ONCE, strict=False):
        Fact.objects.filter(pk__in=some).update(**values)


def log(action: str, facts: Iterable[Fact], by: User) -> None:
    told = [
        (fact, {"municipality": fact.municipality_id, "indicator": fact.indicator.key, "value": fact.value})
        for fact in facts
    ]
    audit.record_many(action, told, by=by, kind="import")


@transaction.atomic
def discard_facts(imported: FactImport, *, by: User) -> None:
    """Throw away a table that is not to be used, with all it holds. Raises AlreadyWritten when it has been saved."""
    imported = waiting(imported)
    imported.emptied_at = timezone.now()
    imported.save(update_fields=["emptied_at", *imported.drop_content()])
    audit.record("fact_import.discarded", imported, by=by)


@transaction.atomic
def undo_facts(imported: FactImport, *, by: User) -> None:
    """Take back a table: what was known before it stands again, and what it said is kept as history.

    Raises CannotUndo when something newer is known.
    """
    lock_words("fact-imports")
    imported = FactImport.objects.select_for_update().get(pk=imported.pk)
    if not imported.can_be_undone:
        raise CannotUndo(_("This cannot be taken back any more."))
    facts = list(imported.facts.select_related("indicator"))
    lock_places(fact.municipality_id for fact in facts)
    if why := newer_than(imported):
        raise CannotUndo(why)
    imported.undone_at = timezone.now()
    update([fact.pk for fact in facts], replaced_at=imported.undone_at)
    update(imported.written["replaced"], replaced_at=None)
    imported.written = {}
    imported.save(update_fields=["undone_at", "written"])
    log("fact.taken_back", facts, by)
    audit.record("fact_import.undone", imported, by=by)


def newer_than(imported: FactImport) -> str:
    """Say which facts of a table are known otherwise by now, so that it cannot be taken back; empty when none is."""
    newer = imported.facts.exclude(replaced_at=None).select_related("municipality__county", "indicator")
    named = [f"{fact.municipality}: {fact.indicator}" for fact in newer.order_by("pk")[: NAMED + 1]]
    if not named:
        return ""
    names = "; ".join(named[:NAMED]) + (" …" if len(named) > NAMED else "")
    return _("It cannot be taken back, since something newer is known: %(names)s.") % {"names": names}


def empty_imports(now: datetime) -> int:
    """Forget tables that nobody saved within two weeks."""
    return FactImport.objects.empty(now)
