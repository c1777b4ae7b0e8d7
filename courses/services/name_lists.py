"""Names from a list that a booker pasted or uploaded: what its columns are, and what each line says."""

import re
from collections.abc import Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taushet.tables.addresses import bare_address
from taushet.tables.reading import Row, Table


class Part(TextChoices):
    """What a column of a list holds."""

    NAME = "name", gettext_lazy("Name")
    FORENAME = "forename", gettext_lazy("First name")
    SURNAME = "surname", gettext_lazy("Last name")
    EMAIL = "email", gettext_lazy("Work e-mail")
    WORKPLACE = "workplace", gettext_lazy("Workplace")
    ROLE = "role", gettext_lazy("Role")


# Headings as people write them, in small letters and without anything else.
HEADINGS = {
    Part.NAME: "navn namn name fulltnavn fulltnamn deltaker deltakar deltakere deltakarar visningsnavn",
    Part.FORENAME: "fornavn førenamn fornamn firstname givenname forename",
    Part.SURNAME: "etternavn etternamn lastname surname familyname",
    Part.EMAIL: "epost epostadresse mail mailadresse email emailaddress epostjobb jobbepost workemail",
    Part.WORKPLACE: "arbeidssted arbeidsstad arbeidsplass enhet eining avdeling virksomhet verksemd etat workplace",
    Part.ROLE: "rolle stilling stillingstittel tittel yrke funksjon role title jobtitle position",
}
ABOVE_HEADING = 6  # so many rows are looked into
KNOWN_HEADINGS = {word: part for part, words in HEADINGS.items() for word in words.split()}


def start_at_heading(table: Table) -> Table:
    """Return a table without what stands above its headings, such as a title over all of its columns."""
    for place, row in enumerate(table.rows[:ABOVE_HEADING]):
        if len(set(_headings(row)) - {""}) > 1:
            note = (_("What stands above the headings is left out."),) if place else ()
            return Table(table.rows[place:], (*table.notes, *note))
    return table


def guess_columns(table: Table) -> tuple[list[str], bool]:
    """Return what each column seems to hold, empty for what is of no use, and whether the first row is a heading."""
    headings = _headings(table.rows[0])
    if any(headings):
        return _once_each(headings), True
    columns = list(zip(*(row.cells for row in table.rows), strict=True))
    parts = [Part.EMAIL if _most(column, lambda cell: "@" in cell) else "" for column in columns]
    names = [place for place, column in enumerate(columns) if not parts[place] and _most(column, _is_wordy)]
    single = [place for place in names[:2] if _most(columns[place], lambda cell: " " not in cell)]
    if len(single) == 2:
        parts[single[0]], parts[single[1]] = Part.FORENAME, Part.SURNAME
    elif names:
        parts[names[0]] = Part.NAME
    return _once_each(parts), False


def read_line(row: Row, parts: Sequence[str]) -> dict[str, str]:
    """Return what a row says of a person, by the fields of a participant."""
    said = {part: cell for part, cell in zip(parts, row.cells, strict=True) if part}
    name = said.get(Part.NAME) or f"{said.get(Part.FORENAME, '')} {said.get(Part.SURNAME, '')}".strip()
    others = {part.value: said.get(part, "") for part in (Part.WORKPLACE, Part.ROLE)}
    return {"name": name, "email": bare_address(said.get(Part.EMAIL, ""))} | others


def _headings(row: Row) -> list[str]:
    """Return what each cell says that its column is; nothing in a row that holds an address."""
    if any("@" in cell for cell in row.cells):
        return []
    return [KNOWN_HEADINGS.get(re.sub(r"[\W\d_]", "", cell.lower()), "") for cell in row.cells]


def _once_each(parts: list[str]) -> list[str]:
    return [part if part not in parts[:place] else "" for place, part in enumerate(parts)]


def _most(column: Sequence[str], holds) -> bool:
    filled = [cell for cell in column if cell]
    return bool(filled) and sum(map(holds, filled)) * 2 > len(filled)


def _is_wordy(cell: str) -> bool:
    return any(sign.isalpha() for sign in cell) and not any(sign.isdigit() for sign in cell)
