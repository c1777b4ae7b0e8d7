"""The Gullstandard: the campaign's checklist for municipalities, each question a yes/no indicator."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from municipalities.models import Indicator, Municipality
from municipalities.services.facts import Known, forget_fact, known_values, set_fact
from outreach.models import Demand
from taushet.models import User

BUNDLED = Path(settings.BASE_DIR) / "outreach" / "data" / "gullstandard.toml"
NAMES = ("name_nb", "name_nn", "name_en")


def named(row: Mapping[str, str]) -> str:
    return row.get(f"name_{get_language() or 'nb'}", row["name_nb"])


@dataclass(frozen=True)
class Standard:
    """The checklist as its data file has it."""

    source: str
    year: int
    headings: list[dict[str, Any]]
    indicators: list[dict[str, Any]]

    @property
    def keys(self) -> list[str]:
        return [question["key"] for heading in self.headings for question in heading.get("questions", [])]


@dataclass(frozen=True)
class Question:
    """A question with what is known of one municipality; None is unknown."""

    key: str
    text: str
    known: Known | None
    demand: Demand | None

    @property
    def answer(self) -> str:
        return self.known.value if self.known else ""


@dataclass(frozen=True)
class Heading:
    title: str
    questions: list[Question]
    is_not_seen: bool


@cache
def read_gullstandard() -> Standard:
    """Return the checklist. A question with a `demand` may share the indicator of that demand."""
    data = tomllib.loads(BUNDLED.read_text("utf-8"))
    questions = [question for heading in data["headings"] for question in heading.get("questions", [])]
    indicators = [
        {"key": question["key"], "kind": Indicator.Kind.YES_NO, "fresh_days": data["fresh_days"]}
        | {name: question[name] for name in NAMES}
        for question in questions
    ]
    return Standard(data["source"], data["year"], data["headings"], indicators)


def load_indicators(rows: Iterable[Mapping[str, Any]], say: Callable[[str], None]) -> None:
    """Add the indicators that are missing; those that are there stay as they are."""
    for row in rows:
        _indicator, is_new = Indicator.objects.get_or_create(key=row["key"], defaults=dict(row))
        if is_new:
            say(f"indicator {row['key']}")


def checklist(municipality: Municipality) -> list[Heading]:
    """Return the checklist of one municipality, heading by heading; three queries."""
    standard = read_gullstandard()
    known = known_values([municipality.pk], standard.keys)
    demands = {demand.number: demand for demand in Demand.objects.public()}
    return [
        Heading(
            title=named(heading),
            questions=[
                Question(
                    key=question["key"],
                    text=named(question),
                    known=known.get((municipality.pk, question["key"])),
                    demand=demands.get(question.get("demand", 0)),
                )
                for question in heading.get("questions", [])
            ],
            is_not_seen=heading.get("is_not_seen", False),
        )
        for heading in standard.headings
    ]


def answers_of(municipality: Municipality) -> list[str]:
    """Return each answer of one municipality: "yes", "no" or "" where it is unknown."""
    keys = read_gullstandard().keys
    known = known_values([municipality.pk], keys)
    return [known[municipality.pk, key].value if (municipality.pk, key) in known else "" for key in keys]


@transaction.atomic
def fill_in(
    municipality: Municipality,
    answers: Mapping[str, str],
    *,
    observed_on: date,
    source: str,
    by: User,
) -> int:
    """Save the answers that differ from what is known, with one day and one source; returns how many.

    An answer is "yes", "no" or "" for unknown. Raises BadValue when day or source will not do.
    """
    indicators = Indicator.objects.in_bulk(list(answers), field_name="key")
    known = known_values([municipality.pk], list(indicators))
    changed = 0
    for key, indicator in indicators.items():
        before = known.get((municipality.pk, key))
        if answers[key] == (before.value if before else ""):
            continue
        if answers[key]:
            set_fact(municipality, indicator, value=answers[key], observed_on=observed_on, source=source, by=by)
        else:
            forget_fact(municipality, indicator, by=by)
        changed += 1
    return changed
