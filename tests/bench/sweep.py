"""How long the clock needs after a bad night: holds, offers and reminders whose time is up, all at once."""

from .figures import Figure

SETTLED = {"holds": 4000, "offers": 2000, "reminders": 4000}


def sweep_figures(inside, database: str) -> list[Figure]:
    """Measure one round of the clock over 10 000 rows, in a process that does nothing else."""
    inside("seed_sweep")
    found = inside("sweep")
    if found["settled"] != SETTLED:
        raise RuntimeError(f"The sweep settled {found['settled']}.")
    return [
        Figure(f"sweep of 10 000 rows, {database}", found["seconds"], "s", 20, "most allowed", at_most=1),
        Figure(f"memory of that sweep, {database}", found["megabytes"], "MB", 150, "most allowed", at_most=1),
    ]
