"""How quickly a mailing of 9 400 letters is drafted, frozen, listed and counted."""

from .figures import Figure

LETTERS = 9400
ANSWERS, UNSORTED = 2000, 500


def letter_figures(inside, database: str) -> list[Figure]:
    """Measure a whole mailing, each step in a process that does nothing else."""
    inside("seed_offices")
    drafted = inside("dry_run")
    if (drafted["letters"], drafted["forms"]) != (LETTERS, ["nb", "nn"]):
        raise RuntimeError(f"{drafted['letters']} letters were drafted in {drafted['forms']}.")
    frozen = inside("freeze")
    if frozen["status"] != "submitted":
        raise RuntimeError(f"The mailing is {frozen['status']}.")
    read = inside("letter_list")
    after = inside("after_sending")
    if (after["ready"], after["waits"]) != (LETTERS - ANSWERS - UNSORTED, UNSORTED):
        raise RuntimeError(f"A reminder has {after['ready']} letters, and {after['waits']} wait.")
    return [
        limit(f"dry run of {LETTERS} letters, {database}", drafted["seconds"], "s", 30),
        limit(f"memory of that dry run, {database}", drafted["megabytes"], "MB", 300),
        limit(f"freezing {LETTERS} letters, {database}", frozen["seconds"], "s", 60),
        limit(f"list of those letters, filtered, p95, {database}", read["list"], "ms", 200),
        limit(f"audience count, any filter, p95, {database}", read["count"], "ms", 100),
        limit(f"the same once they have left and {ANSWERS} have answered, {database}", after["count"], "ms", 100),
        limit(f"that count for a reminder, {database}", after["reminder_count"], "ms", 1000),
        limit(f"a reminder of {LETTERS} letters, until it is begun, {database}", after["pressed"], "s", 3),
        limit(f"the same until it is drafted, {database}", after["drafted"], "s", 30),
        limit(f"what is to be followed up of them, {database}", after["follow_ups"], "s", 10),
    ]


def limit(name: str, value: float, unit: str, most: float) -> Figure:
    return Figure(name, value, unit, most, "most allowed", at_most=1)
