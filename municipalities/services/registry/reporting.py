"""Says in words what an import did or would do."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from .comparing import Difference, Plan

SHOWN = 5


def plan_lines(plan: Plan, *, dry_run: bool, details: bool = False) -> Iterator[str]:
    """Yield a line for each kind of change, with the first few rows, or all of them when details are asked for."""
    if plan.is_empty:
        yield _("Nothing to change: the registry says the same already.")
        return
    yield _("This would change:") if dry_run else _("Changed:")
    for title, rows in sections(plan):
        if not rows:
            continue
        yield f"  {title}: {len(rows)}"
        if len(rows) <= SHOWN or details:
            yield from (f"    {describe(row)}" for row in rows)
        else:
            yield from (f"    {describe(row)}" for row in rows[:SHOWN])
            yield "    " + _("… and %(count)d more (-v 2 shows all)") % {"count": len(rows) - SHOWN}


def sections(plan: Plan) -> list[tuple[str, list]]:
    return [
        (_("new counties"), plan.new_counties),
        (_("changed counties"), plan.changed_counties),
        (_("new municipalities"), plan.new_municipalities),
        (_("changed municipalities"), plan.changed_municipalities),
        (_("ended municipalities"), plan.ended),
        (_("links from a municipality to what continues it"), plan.new_successions),
        (_("new paying units"), plan.new_units),
        (_("changed paying units"), plan.changed_units),
        (_("new crisis centres"), plan.new_centres),
        (_("new indicators"), plan.new_indicators),
    ]


def describe(row) -> str:
    if not isinstance(row, Difference):
        number = getattr(row, "number", "")
        return f"{number} {row}".strip()
    parts = [f"{name} {old!r} → {new!r}" for name, (old, new) in row.changes.items() if name != "sort_key"]
    number = getattr(row.row, "number", "")
    return f"{number} {row.row}: {', '.join(parts)}".strip()
