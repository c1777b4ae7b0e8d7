"""What an official export of the Storting changes, in the same shape as a list of councillors."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from outreach.models import Body, Mandate, Politician
from outreach.services.offices.council_plan import ANOTHER
from outreach.services.offices.council_steps import STATES, Step
from outreach.services.offices.office_names import name_key
from outreach.services.offices.storting import PREFIX, Changes, Line, import_storting, newest_export
from outreach.services.offices.storting_export import Export


@dataclass
class StortingPlan:
    """The lines of an import, who has to be decided on, and what a person has decided."""

    steps: list[Step]
    same: dict[str, int]
    warnings: list[str]

    def of(self, state: str) -> list[Step]:
        return [step for step in self.steps if step.state == state]

    @property
    def counts(self) -> dict[str, int]:
        return {state: len(self.of(state)) for state in STATES}

    @property
    def writes(self) -> bool:
        """The export is written as a whole, so nothing is while somebody has to be decided on."""
        return not self.of("doubtful") and any(step.state in {"new", "changed", "ended"} for step in self.steps)


def plan_storting(export: Export, *, seats: int, decisions: dict[str, str]) -> StortingPlan:
    """Return what an export changes. Raises BrokenExport as the import does."""
    doubtful, same = namesakes(export, decisions)
    changes = import_storting(export, seats=seats, write=False, same=same)
    steps = list(doubtful)
    for state in ("new", "changed", "ended"):
        steps += [step_of(state, line) for line in getattr(changes, state)]
    warnings = [_("Nothing can be written before it is decided who these people are.")] if doubtful else []
    return StortingPlan(steps, same, warnings + doubts(export, changes))


def step_of(state: str, line: Line) -> Step:
    """Return what a line is about as the columns of a list show it."""
    row, told = line.row, [line.told] if line.told else []
    if isinstance(row, Mandate):
        return Step(state, None, str(row.politician), str(row.body), row.party, [row.office], told)
    kind = row.get_kind_display() if isinstance(row, Body) else ""
    return Step(state, None, str(row), "", "", [str(kind)] if kind else [], told)


def doubts(export: Export, changes: Changes) -> list[str]:
    """Return what should make a person look once more: an old export, or one by which most would leave."""
    warnings = []
    newest, held = newest_export(), Mandate.objects.filter(external_id__startswith=PREFIX, ends_on=None).count()
    if newest and export.as_of < newest:
        days = {"as_of": date_format(export.as_of, "j. F Y"), "newest": date_format(newest, "j. F Y")}
        warnings.append(
            _("This export is of %(as_of)s. What is here is of %(newest)s, so this would put old things back.") % days
        )
    if 2 * len(changes.ended) > held:
        numbers = {"ended": len(changes.ended), "held": held}
        warnings.append(
            _("%(ended)d of %(held)d offices would end. Are the files whole, and of the same day?") % numbers
        )
    return warnings


def namesakes(export: Export, decisions: dict[str, str]) -> tuple[list[Step], dict[str, int]]:
    """Return those new in the export whose name somebody here has, and whom a person has said to be the same."""
    known = set(Politician.objects.filter(external_id__startswith=PREFIX).values_list("external_id", flat=True))
    others = defaultdict(list)
    for politician in Politician.objects.filter(external_id="").exclude(last_name=""):
        others[name_key(str(politician))].append(politician)
    doubtful, same = [], {}
    seen = set()
    for person in (*export.representatives, *export.ministers):
        key = PREFIX + person.id
        name = f"{person.first_name} {person.last_name}"
        candidates = others.get(name_key(name), [])
        if key in known or key in seen or not candidates:
            continue
        seen.add(key)
        decision = decisions.get(person.id, "")
        chosen = next((one for one in candidates if str(one.pk) == decision), None)
        if chosen is not None:
            same[key] = chosen.pk
        elif decision != ANOTHER:
            told = [_("Somebody with the same name is here already.")]
            doubtful.append(Step("doubtful", person.id, name, "", person.party, [], told, candidates=candidates))
    return doubtful, same
