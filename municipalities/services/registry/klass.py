"""Reader of Statistics Norway's Klass: 131 municipalities, 104 counties, what became of what, who is in which county.

`codesAt`: {"codes": [{"code", "name", …}]}. `changes`: {"codeChanges": [{"oldCode", "newCode", "changeOccurred", …}]}.
`correspondsAt`: {"correspondenceItems": [{"sourceCode", "targetCode", …}]}.
"""

import re
from dataclasses import dataclass

from municipalities.names import split_official

from .checking import check_number
from .reading import day, need, numbered, text
from .records import ChangeRecord

# 99 is «uoppgitt»; 21–23 are Svalbard, Jan Mayen and the continental shelf, which have no municipalities.
NOT_COUNTIES = frozenset({"21", "22", "23", "99"})
COUNTY_IN_BRACKETS = re.compile(r" \([^)]*\)$")


@dataclass(frozen=True)
class Code:
    """A code of a classification with its official names, in their official order."""

    row: str
    number: str
    names: tuple[str, ...]


def read_codes(data, where: str, *, digits: int) -> tuple[Code, ...]:
    """Return the codes that are municipalities or counties: without 9999 Uoppgitt, Svalbard and the like."""
    codes = []
    for row, item in numbered(need(data, "codes", where), where):
        number, name = text(item, "code", row), text(item, "name", row)
        if number[:2] not in NOT_COUNTIES:
            names = tuple(split_official(COUNTY_IN_BRACKETS.sub("", name)))
            check_number(f"{row} ({name})", number, digits=digits)
            codes.append(Code(f"{row} ({number} {name})", number, names))
    return tuple(codes)


def read_changes(data, where: str) -> tuple[ChangeRecord, ...]:
    """Return mergers, splits and new numbers; a change of name alone is not one of them."""
    changes = []
    for row, item in numbered(need(data, "codeChanges", where), where):
        old, new = need(item, "oldCode", row), need(item, "newCode", row)
        on = day(need(item, "changeOccurred", row), row)
        if old and new and old != new:
            changes.append(ChangeRecord(row=f"{row} ({old} → {new})", old=old, new=new, on=on))
    return tuple(changes)


def read_counties_of(data, where: str) -> dict[str, str]:
    """Return the county number of each municipality number."""
    items = need(data, "correspondenceItems" if "correspondenceItems" in data else "correspondenceMaps", where)
    return {text(item, "targetCode", row): text(item, "sourceCode", row) for row, item in numbered(items, where)}
