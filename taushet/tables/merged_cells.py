"""Cells that are merged downwards, such as one party for many names: each row means what stands there."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

Merge = tuple[int, int, int]  # column from 0, first and last line from 1
MERGED = re.compile(rb'<mergeCell [^>]*ref="([A-Z]+)(\d{1,7}):([A-Z]+)(\d{1,7})"')
MAX_MERGES = 500  # each costs a look at every row


def filled_down(rows: Iterable[tuple[int, tuple]], ranges: list[Merge]) -> Iterator[tuple[int, tuple]]:
    """Give rows with what stands in cells that are merged downwards: `ranges` are column, first and last line."""
    values: dict[Merge, object] = {}
    for line, cells in rows:
        made = list(cells)
        for merge in ranges:
            column, first, last = merge
            if column < len(made) and line == first:
                values[merge] = made[column]
            elif column < len(made) and first < line <= last and any(cell is not None for cell in made):
                made[column] = values.get(merge) if made[column] is None else made[column]
        yield line, tuple(made)


def merges_in(data: bytes) -> list[Merge]:
    """Return the cells of a sheet that are merged downwards in one column, the first so many."""
    found = []
    for column, first, last_column, last in islice(MERGED.findall(data), MAX_MERGES):
        if column == last_column and len(column) == 1:
            found.append((column[0] - ord("A"), int(first), int(last)))
    return found
