"""What an official export of the Storting changes, in the same shape as a list of councillors."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from outreach.models import Politician
from outreach.services.offices.council_plan import ANOTHER
from outreach.services.offices.council_steps import STATES, Step
from outreach.services.offices.office_names import name_key
from outreach.services.offices.storting import PREFIX, import_storting
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
        steps += [Step(state, None, line, "") for line in getattr(changes, state)]
    warnings = [_("Nothing can be written before it is decided who these people are.")] if doubtful else []
    return StortingPlan(steps, same, warnings)


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
