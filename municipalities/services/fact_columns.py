"""What the columns of a table of facts are, and what its cells say."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.exceptions import BadValue
from municipalities.models import Indicator, Municipality
from municipalities.names import fold
from taushet.tables.cells import clean_text
from taushet.tables.reading import Row

from .facts import UNCLEAR, clean_value
from .place_cells import Places

PLACE, INDICATOR, VALUE, DAY, SOURCE = "place", "indicator", "value", "day", "source"
HEADINGS = {
    PLACE: ("kommune", "kommunenr", "kommunenummer", "kommunenavn", "kommunenamn", "knr", "municipality"),
    INDICATOR: ("indikator", "maltall", "opplysning", "indicator"),
    VALUE: ("verdi", "value", "svar"),
    DAY: ("dato", "date", "per", "gjelder", "gjelder per", "gjeld", "gjeld per", "sann per", "observert", "true on"),
    SOURCE: ("kilde", "kjelde", "source"),
}
YES = {"ja", "yes", "j", "y", "1", "sann", "sant", "true", "x", "har"}
NO = {"nei", "no", "n", "0", "usann", "usant", "false", "har ikke", "har ikkje"}
UNKNOWN = {"", "ukjent", "ukjend", "unknown", "vet ikke", "veit ikkje", "?", "-", "–", "i/t", "n/a"}
DAY_FORMS = re.compile(r"^(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4}))(?:[ T]00:00(?::00)?)?$")
LONGEST_SOURCE = 300


@dataclass
class Cell:
    """One value of a table with where it stands, and what is wrong with it."""

    line: int
    place: Municipality | None
    place_text: str
    indicator: Indicator | None
    text: str
    value: str = ""
    observed_on: date | None = None
    source: str = ""
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.line}:{self.indicator.key if self.indicator else ''}"


def indicator_column(indicator: Indicator) -> str:
    return f"i:{indicator.key}"


def guess_columns(rows: tuple[Row, ...], indicators: list[Indicator]) -> list[str]:
    """Return what each column seems to be, by its heading."""
    words = {fold(word): part for part, known in HEADINGS.items() for word in known}
    for indicator in indicators:
        for name in (indicator.name_nb, indicator.name_nn, indicator.name_en, indicator.key):
            words.setdefault(fold(name), indicator_column(indicator))
    guessed: list[str] = []
    for cell in rows[0].cells:
        part = words.get(fold(cell), "")
        guessed.append(part if part not in guessed else "")
    return guessed


def read_cells(
    rows: list[Row], columns: list[str], indicators: list[Indicator], *, observed_on: date, source: str
) -> list[Cell]:
    """Return every value that a table states; day and source are those of the row, else the common ones.

    Empty cells and those that say unknown state nothing.
    """
    places = Places()
    by_key = {indicator.key: indicator for indicator in indicators}
    by_name = {fold(name): one for one in indicators for name in (one.key, one.name_nb, one.name_nn, one.name_en)}
    cells = []
    for row in rows:
        said = {part: clean_text(text) for part, text in zip(columns, row.cells, strict=False) if part}
        if INDICATOR in columns:
            wanted = [(by_name.get(fold(said.get(INDICATOR, ""))), said.get(VALUE, ""))]
        else:
            wanted = [(by_key[part[2:]], text) for part, text in said.items() if part[2:] in by_key and part[1] == ":"]
        place = places.find(said.get(PLACE, ""))
        fault = "" if place and place.municipality else places.why_unknown(said.get(PLACE, ""))
        for indicator, text in wanted:
            if text.casefold() not in UNKNOWN:
                cell = Cell(row.number, place.municipality if place else None, said.get(PLACE, ""), indicator, text)
                cell.source = said.get(SOURCE, "") or source
                if fault:
                    cell.faults.append(fault)
                complete(cell, said.get(DAY, ""), observed_on)
                cells.append(cell)
    return cells


def complete(cell: Cell, day_text: str, observed_on: date) -> None:
    """Fill in what follows from the texts, and note what is wrong."""
    if cell.indicator is None:
        cell.faults.append(_("We do not measure what this line is about."))
    else:
        try:
            cell.value = clean_value(cell.indicator, normal(cell.indicator, cell.text))
        except BadValue as error:
            cell.faults.append(str(error))
        else:
            cell.doubts += doubts_about(cell)
    cell.observed_on = read_day(day_text) if day_text else observed_on
    if cell.observed_on is None:
        cell.faults.append(_("“%(text)s” is not a date.") % {"text": day_text[:40]})
    elif cell.observed_on > timezone.localdate():
        cell.faults.append(_("The day lies in the future."))
    if not cell.source:
        cell.faults.append(_("This line says no source, and there is none for the whole table."))
    if len(cell.source) > LONGEST_SOURCE:
        cell.faults.append(_("The source is too long."))


def doubts_about(cell: Cell) -> list[str]:
    """Say of a number such as 1.234 that the point may part thousands, as many write it."""
    if cell.indicator.kind != Indicator.Kind.NUMBER or not UNCLEAR.fullmatch(normal(cell.indicator, cell.text)):
        return []
    words = {"text": cell.text[:40], "value": cell.indicator.show_number(cell.value)}
    return [_("“%(text)s” is read as %(value)s. Is the point between thousands, write the number without it.") % words]


def normal(indicator: Indicator, text: str) -> str:
    """Return what people write in a cell in the form a value is stored in."""
    if indicator.kind == Indicator.Kind.YES_NO:
        word = text.casefold()
        return "yes" if word in YES else "no" if word in NO else text
    if indicator.kind == Indicator.Kind.DATE:
        day = read_day(text)
        return day.isoformat() if day else text
    if indicator.kind == Indicator.Kind.NUMBER:
        return text.removesuffix(indicator.unit).strip() if indicator.unit else text
    return text


def read_day(text: str) -> date | None:
    match = DAY_FORMS.match(text)
    if match is None:
        return None
    year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
