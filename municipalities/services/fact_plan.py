"""What a table of facts changes, worked out before anything is written."""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from municipalities.models import Fact
from taushet.templatetags.ui import short_day

from .fact_columns import Cell

STATES = ("doubtful", "faulty", "new", "changed", "same")
Here = dict[tuple[str, int], Fact]


@dataclass
class FactStep:
    """What one value of a table becomes."""

    state: str
    cell: Cell
    told: list[str]
    before: Fact | None = None

    @property
    def shown(self) -> str:
        """The value as it is read, or as it stood in the table when it cannot be used."""
        return self.cell.indicator.show(self.cell.value) if self.cell.value else self.cell.text

    @property
    def sign(self) -> list:
        """What a fingerprint covers."""
        cell = self.cell
        place, before = cell.place.pk if cell.place else None, self.before.pk if self.before else None
        return [self.state, cell.key, cell.value, str(cell.observed_on), cell.source, place, before]


@dataclass
class FactPlan:
    """All values of a table with what they become."""

    steps: list[FactStep]

    def of(self, state: str) -> list[FactStep]:
        return [step for step in self.steps if step.state == state]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(step.state for step in self.steps)
        return {state: counted[state] for state in STATES}

    @property
    def writes(self) -> list[FactStep]:
        return [step for step in self.steps if step.state in {"new", "changed"}]

    @property
    def fingerprint(self) -> str:
        """What tells whether a plan is still the one that was looked over."""
        signs = [step.sign for step in self.steps]
        return hashlib.sha256(json.dumps(signs).encode()).hexdigest()


def plan_facts(cells: list[Cell], *, chosen: set[str] = frozenset()) -> FactPlan:
    """Return what a table changes; `chosen` are the doubtful values a person has said to use, by their keys."""
    usable = [cell for cell in cells if not cell.faults]
    places = {cell.place.pk for cell in usable}
    here: Here = {
        (fact.municipality_id, fact.indicator_id): fact
        for fact in Fact.objects.current().filter(
            municipality__in=places, indicator__in={cell.indicator.pk for cell in usable}
        )
    }
    rivals: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    for cell in usable:
        rivals[cell.place.pk, cell.indicator.pk].append(cell)
    return FactPlan([step_of(cell, here, rivals, chosen) for cell in cells])


def step_of(cell: Cell, here: Here, rivals: dict, chosen: set[str]) -> FactStep:
    if cell.faults:
        return FactStep("faulty", cell, cell.faults)
    key = (cell.place.pk, cell.indicator.pk)
    before, group = here.get(key), rivals[key]
    alike = [one for one in group if same(one, cell)]
    if len(alike) > 1 and alike[0] is not cell:
        return FactStep("same", cell, [_("The same stands on line %(line)d.") % {"line": alike[0].line}], before)
    picked = [one for one in group if one.key in chosen]
    if len(alike) < len(group) and (cell.key not in chosen or len(picked) > 1):
        lines = ", ".join(str(one.line) for one in group if one not in alike)
        return FactStep("doubtful", cell, [_("Line %(lines)s says something else.") % {"lines": lines}], before)
    if cell.doubts and cell.key not in chosen:
        return FactStep("doubtful", cell, cell.doubts, before)
    if before is None:
        return FactStep("new", cell, [])
    told = [_("It was %(value)s.") % {"value": f"{shown(before, cell)}, {short_day(before.observed_on)}"}]
    if cell.observed_on < before.observed_on and cell.key not in chosen:
        if cell.value == before.value:
            return FactStep("same", cell, [], before)
        return FactStep("doubtful", cell, [_("What we know is newer."), *told], before)
    if (cell.value, cell.observed_on, cell.source) == (before.value, before.observed_on, before.source):
        return FactStep("same", cell, [], before)
    return FactStep("changed", cell, told, before)


def shown(fact: Fact, cell: Cell) -> str:
    return cell.indicator.show(fact.value)


def same(one: Cell, other: Cell) -> bool:
    return (one.value, one.observed_on, one.source) == (other.value, other.observed_on, other.source)
