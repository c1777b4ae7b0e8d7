"""The demands a fresh copy starts with, from `outreach/data/demands.toml`."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from municipalities.models import Indicator
from outreach.exceptions import OutreachError
from outreach.models import Demand, LegalHook

from .wordings import publish_version

BUNDLED = Path(settings.BASE_DIR) / "outreach" / "data" / "demands.toml"
ABOUT_DEMAND = ("number", "slug", "level")
LINKS = ("hooks", "indicators")


@transaction.atomic
def load_demands(say: Callable[[str], None] = lambda line: None) -> None:
    """Add the hooks and demands that are missing; what is there is looked after by staff and stays as it is.

    Raises OutreachError when an indicator that a demand needs is not there.
    """
    data = tomllib.loads(BUNDLED.read_text("utf-8"))
    for row in data["hooks"]:
        defaults = row | {"checked_on": data["checked_on"]}
        _hook, is_new = LegalHook.objects.get_or_create(key=row["key"], defaults=defaults)
        if is_new:
            say(f"legal hook {row['key']}")
    for row in data["demands"]:
        load_demand(row, say)


def load_demand(row: dict, say: Callable[[str], None]) -> None:
    demand, is_new = Demand.objects.get_or_create(
        number=row["number"], defaults={name: row[name] for name in ABOUT_DEMAND}
    )
    if not is_new:
        return
    indicators = {indicator.key: indicator for indicator in Indicator.objects.filter(key__in=row["indicators"])}
    missing = sorted(set(row["indicators"]) - indicators.keys())
    if missing:
        raise OutreachError(f"Not known here: {', '.join(missing)}. Run manage.py import_municipalities first.")
    hooks = LegalHook.objects.in_bulk(row["hooks"], field_name="key")
    publish_version(
        demand,
        texts={name: text.strip() for name, text in row.items() if name not in (*ABOUT_DEMAND, *LINKS)},
        indicators=[indicators[key] for key in row["indicators"]],
        hooks=[hooks[key] for key in row["hooks"]],
    )
    say(f"demand {demand.number} {demand.slug}")
