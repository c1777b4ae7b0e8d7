"""Out-of-office replies to every letter of a mailing, in ten minutes."""

from .figures import Figure

WANTED = 2000
TEN_MINUTES = 600


def absence_figures(inside, database: str) -> list[Figure]:
    """Measure how long one process takes to store them all and read them all; none may count or be answered."""
    found = inside("absences", WANTED)
    if (found["stored"], found["recorded"], found["counted"], found["answered"]) != (WANTED, WANTED, 0, 0):
        raise RuntimeError(f"Not all of {WANTED} absences were recorded and left alone: {found}")
    seconds = found["store_seconds"] + found["read_seconds"]
    name = f"{WANTED} out-of-office replies stored and read, {database}"
    return [Figure(name, seconds, "s", TEN_MINUTES, "most allowed", at_most=1)]
