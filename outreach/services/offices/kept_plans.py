"""Large lists as they were looked over: worked out once, so that each page of them is shown at once.

What is kept is for showing only. Before anything is written the list is worked out anew and compared.
"""

from dataclasses import dataclass, field
from typing import Any

from outreach.models import Politician

LARGE = 2_000  # lines


@dataclass
class KeptStep:
    """A line as its page shows it."""

    state: str
    line: int | str | None
    name: str
    place: str
    party: str
    offices: list[str]
    told: list[str]
    decision: str
    row: bool
    candidate_keys: list[int]
    candidates: list[Politician] = field(default_factory=list)


@dataclass
class KeptPlan:
    """A plan as its pages show it."""

    counts: dict[str, int]
    warnings: list[str]
    writes: bool
    fingerprint: str
    steps: list[KeptStep]

    def of(self, state: str) -> list[KeptStep]:
        """Return the lines of one kind; those that are doubtful with whom they could be about."""
        found = [step for step in self.steps if step.state == state]
        if state == "doubtful":
            people = in_bulk({key for step in found for key in step.candidate_keys})
            for step in found:
                step.candidates = [people[key] for key in step.candidate_keys if key in people]
        return found


def in_bulk(keys: set[int]) -> dict[int, Politician]:
    """Return people by key, some at a time: SQLite takes so many values in one question."""
    wanted, found = sorted(keys), {}
    for start in range(0, len(wanted), 500):
        found |= Politician.objects.in_bulk(wanted[start : start + 500])
    return found


def to_keep(plan: Any, fingerprint: str) -> dict:
    """Return a plan as it is stored."""
    steps = [
        KeptStep(
            *(step.state, step.line, step.name, step.place, step.party, list(map(str, step.offices))),
            told=list(map(str, step.told)),
            decision=getattr(step, "decision", ""),
            row=bool(step.row),
            candidate_keys=[one.pk for one in step.candidates],
        )
        for step in plan.steps
    ]
    rows = [[value for name, value in vars(step).items() if name != "candidates"] for step in steps]
    warnings = list(map(str, plan.warnings))
    return {
        "counts": plan.counts,
        "warnings": warnings,
        "writes": plan.writes,
        "fingerprint": fingerprint,
        "steps": rows,
    }


def from_kept(kept: dict) -> KeptPlan:
    return KeptPlan(**kept | {"steps": [KeptStep(*row) for row in kept["steps"]]})
