"""The writing of feeds beside the icalendar library, and whole feeds from the database."""

from .figures import Figure


def writer_figures(found: dict) -> list[Figure]:
    """The writer beside the library in the same run."""
    return [
        Figure(
            "feed of 1 000 events, events a second of CPU",
            1_000_000 / found["hand"],
            "1/s",
            1_000_000 / found["library"],
            "the icalendar library",
            at_least=10,
        ),
        Figure("fields read back otherwise than from it", found["different"], "fields", 1, "none allowed", at_most=0),
    ]


def whole_figures(found: dict, database: str) -> list[Figure]:
    """Whole feeds, read and written; in CPU, which on SQLite holds the work of the database too."""
    return [
        Figure(f"whole feed of 1 000 events, CPU, {database}", found["cold_1000"], "ms", 50, "most allowed", at_most=1),
        Figure(f"the same, unchanged, CPU, {database}", found["unchanged_1000"], "ms", 5, "most allowed", at_most=1),
        Figure(
            f"whole feed of 10 000 events, CPU, {database}", found["cold_10000"], "ms", 600, "most allowed", at_most=1
        ),
    ]
