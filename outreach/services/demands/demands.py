"""The demands a fresh copy starts with, from `outreach/data/`: what is there already stays as staff have it."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from municipalities.models import Indicator
from outreach.exceptions import OutreachError
from outreach.models import Demand, LegalHook
from outreach.services.demands.gullstandard import load_indicators, read_gullstandard
from outreach.services.demands.wordings import publish_version

DATA = Path(settings.BASE_DIR) / "outreach" / "data"
BUNDLED = ("hooks.toml", "demands.toml", "demands_local.toml", "demands_national.toml")
ABOUT_DEMAND = ("number", "slug", "level")
LINKS = ("hooks", "indicators")
GREETING = "{{ greeting }}\n\n"


@transaction.atomic
def load_demands(say: Callable[[str], None] = lambda line: None) -> None:
    """Add the indicators, hooks and demands that are missing; what is there is looked after by staff and stays so.

    Raises OutreachError when an indicator that a demand needs is not there.
    """
    files = [tomllib.loads((DATA / name).read_text("utf-8")) for name in BUNDLED]
    load_indicators([row for data in files for row in data.get("indicators", [])], say)
    load_indicators(read_gullstandard().indicators, say)
    for data in files:
        for row in data.get("hooks", []):
            load_hook(row | {"checked_on": data["checked_on"]}, say)
    for data in files:
        for row in data.get("demands", []):
            load_demand(with_closing(row, data), say)


def load_hook(row: dict[str, Any], say: Callable[[str], None]) -> None:
    _hook, is_new = LegalHook.objects.get_or_create(key=row["key"], defaults=row)
    if is_new:
        say(f"legal hook {row['key']}")


def with_closing(row: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Return a demand with its letters whole: the files that have a closing write only what differs between them."""
    if "closing_nb" not in data:
        return row
    letters = {
        f"letter_{code}": f"{GREETING}{row[f'letter_{code}'].strip()}\n\n{data[f'closing_{code}'].strip()}"
        for code in ("nb", "nn")
    }
    return row | letters


def load_demand(row: dict[str, Any], say: Callable[[str], None]) -> None:
    if Demand.objects.filter(number=row["number"]).exists() or Demand.objects.filter(slug=row["slug"]).exists():
        return
    indicators = {indicator.key: indicator for indicator in Indicator.objects.filter(key__in=row["indicators"])}
    missing = sorted(set(row["indicators"]) - indicators.keys())
    if missing:
        raise OutreachError(f"Not known here: {', '.join(missing)}. Run manage.py import_municipalities first.")
    hooks = LegalHook.objects.in_bulk(row["hooks"], field_name="key")
    demand = Demand.objects.create(**{name: row[name] for name in ABOUT_DEMAND})
    publish_version(
        demand,
        texts={name: text.strip() for name, text in row.items() if name not in (*ABOUT_DEMAND, *LINKS)},
        indicators=[indicators[key] for key in row["indicators"]],
        hooks=[hooks[key] for key in row["hooks"]],
    )
    say(f"demand {demand.number} {demand.slug}")
