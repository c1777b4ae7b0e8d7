"""Tables from outside: CSV, spreadsheets and pasted text, known by their content and never by their name.

What comes in may have been made to harm, so everything is bounded before it is unpacked or parsed.
"""

import csv
import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from xml.parsers import expat

from django.utils.translation import gettext as _

from taushet.exceptions import TaushetError
from taushet.tables.addresses import addresses, is_address_list, name_and_address
from taushet.tables.merged_cells import filled_down, merges_in
from taushet.tables.signs import CELL_ERRORS
from taushet.templatetags.ui import number

logger = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
MAX_UNPACKED = 8 * MAX_BYTES
MAX_PARTS = 500
MAX_ROWS = 2000
MAX_COLUMNS = 30
LAST_ROW = 1024 * 1024  # of a sheet in Excel
DELIMITERS = (";", "\t", ",")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
ZIP = b"PK\x03\x04"
OTHER_KINDS = ("%pdf-", "{\\rtf", "<!doctype", "<html", "<?xml")  # text by its signs, but no table
KINDS = frozenset({"csv", "tsv", "txt", "xlsx", "xlsm"})
LINE_SIGNS = frozenset("\t\r\n\f\v")


class TableRefused(TaushetError):
    """A table that is empty, too large, or none at all."""


class TableTooLong(TableRefused):
    """A table of more rows than are read."""


@dataclass(frozen=True)
class Limits:
    """How large a table may be."""

    bytes: int = MAX_BYTES
    rows: int = MAX_ROWS

    @property
    def unpacked(self) -> int:
        return max(MAX_UNPACKED, 8 * self.bytes)


USUAL = Limits()


@dataclass(frozen=True)
class Row:
    """The cells of one row, and where it stood in what was read."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows that hold something, all of the same width, and what its owner should know about them."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.rows[0].cells)


def read_table(content: bytes, limits: Limits = USUAL) -> Table:
    """Read an uploaded table. Raises TableRefused, with a sentence that says what to do."""
    if len(content) > limits.bytes:
        raise TableRefused(
            _("The file is larger than %(size)d MB. Take out pictures and sheets that are not needed.")
            % {"size": limits.bytes // MAX_BYTES}
        )
    if content.startswith(ZIP):
        return _read_workbook(content, limits)
    if content.startswith(OLD_OFFICE):
        raise TableRefused(
            _("This is a file from an old Excel, or one with a password. Save it as .xlsx or .csv without password.")
        )
    return read_text(_decode(content), limits)


def read_text(text: str, limits: Limits = USUAL) -> Table:
    """Read pasted text: cells copied from a spreadsheet, CSV, one name a line, or addresses from a mail program.

    Raises TableRefused, with a sentence that says what to do.
    """
    if len(text) > limits.bytes:
        raise TableRefused(_("The text is too long. Put in fewer names at a time."))
    text = text.removeprefix("\ufeff")
    if text[:100].lstrip().lower().startswith(OTHER_KINDS):
        raise _not_a_table()
    if any(sign < " " and sign not in LINE_SIGNS for sign in text):
        raise _not_a_table()
    return _bounded(addresses(text) if is_address_list(text) else _separated(text, limits), limits=limits)


def refuse_other_kind(name: str) -> None:
    """Raise TableRefused for a file whose name says that it is something else, such as a program or a picture."""
    _stem, dot, kind = name.rpartition(".")
    if dot and kind.casefold() not in KINDS:
        raise TableRefused(
            _("A file of the kind .%(kind)s is no table. Save it as .xlsx or .csv.") % {"kind": kind[:10].casefold()}
        )


def _not_a_table() -> TableRefused:
    return TableRefused(_("This is not a table we can read. Save it as .xlsx or .csv."))


def _decode(content: bytes) -> str:
    """Return the text of a file: UTF-8, or what Excel writes on Windows."""
    encodings = ["utf-16"] if content.startswith(UTF_16) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _not_a_table()


def _bounded(rows: Iterable[tuple[int, list[str]]], notes: tuple[str, ...] = (), *, limits: Limits) -> Table:
    """Keep the rows that hold something, cut and filled to one width."""
    kept, width = [], 0
    for line, cells in rows:
        cells = [" ".join(cell.split()) for cell in cells]
        filled = max((place for place, cell in enumerate(cells, 1) if cell), default=0)
        if not filled:
            continue
        if filled > MAX_COLUMNS:
            raise TableRefused(
                _("The table has more than %(columns)d columns. Take out those that are not needed.")
                % {"columns": MAX_COLUMNS}
            )
        if len(kept) == limits.rows:
            raise TableTooLong(
                _("The table has more than %(rows)s rows. Divide it, and put in one part at a time.")
                % {"rows": number(limits.rows)}
            )
        width = max(width, filled)
        kept.append((line, cells))
    if not kept:
        raise TableRefused(_("There is nothing in the table."))
    return Table(tuple(Row(line, tuple([*cells, *[""] * width][:width])) for line, cells in kept), notes)


def _separated(text: str, limits: Limits) -> list[tuple[int, list[str]]]:
    """Return the cells of each line, parted by the sign that parts most lines alike."""
    first, _newline, rest = text.partition("\n")
    skipped = 0
    delimiters = DELIMITERS
    if re.fullmatch(r"sep=[;,\t]\s*", first):  # Excel's own way to say it
        text, skipped, delimiters = rest, 1, (first[4],)
    parsed = [_parse(text, delimiter, limits) for delimiter in delimiters]
    best = max(parsed, key=_agreement)
    if not skipped and _agreement(best)[1] > 1:
        best = [(line, _part_otherwise(cells)) for line, cells in best]
    elif all(len(cells) == 1 for _line, cells in best):
        best = [(line, name_and_address(cells[0])) for line, cells in best]
    return [(line + skipped, cells) for line, cells in best]


def _part_otherwise(cells: list[str]) -> list[str]:
    """Part the only cell of a line by the sign that stands in it, when somebody has mixed the signs.

    A comma stands in names too, so it parts only what holds an address.
    """
    alone = [cell for cell in cells if cell.strip()]
    if len(alone) != 1 or "\n" in alone[0]:
        return cells
    signs = [sign for sign in DELIMITERS if sign in alone[0].strip() and (sign != "," or "@" in alone[0])]
    return alone[0].strip().split(signs[0]) if signs else cells


def _parse(text: str, delimiter: str, limits: Limits) -> list[tuple[int, list[str]]]:
    """Parse text as CSV; where its quotation marks do not fit together, they are signs like any other."""
    for rule in ({"strict": True}, {"quoting": csv.QUOTE_NONE}):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **rule)
        rows, line = [], 1
        try:
            for cells in reader:
                if any(cells):
                    rows.append((line, cells))
                line = reader.line_num + 1
                if len(rows) > limits.rows:
                    break
        except csv.Error:
            continue
        return rows
    raise _not_a_table()


def _agreement(rows: list[tuple[int, list[str]]]) -> tuple[int, int]:
    """Return how many of the first lines have the commonest number of cells; those of one cell do not count."""
    widths = Counter(len(cells) for _line, cells in rows[:50])
    width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return (lines, width) if width > 1 else (0, 0)


def _read_workbook(content: bytes, limits: Limits) -> Table:
    """Read the first sheet of a spreadsheet: what its cells show, never what they would compute."""
    from openpyxl import load_workbook  # only here, so that web processes do without its 13 MiB until they read one

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            merged = _look_into(archive, limits)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        notes = (_("Only the first sheet is read."),) if len(book.worksheets) > 1 else ()
        if merged:
            told = _("The table has merged cells: downwards they count for every row, sideways for the first column.")
            notes += (told,)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size need not be true
        rows = islice(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), LAST_ROW)
        rows = filled_down(enumerate(rows, 1), merged.get(sheet._worksheet_path, []))
        filled = ((line, cells) for line, cells in rows if cells.count(None) < len(cells))
        return _bounded(((line, [_text(value) for value in cells]) for line, cells in filled), notes, limits=limits)
    except TableRefused:
        raise
    except Exception as error:
        # A broken file breaks its reader in any way there is, and the error may hold what stands in a cell.
        logger.warning("A spreadsheet could not be read: %s", type(error).__name__)
        raise _not_a_table() from error


def _look_into(archive: zipfile.ZipFile, limits: Limits) -> dict[str, list[tuple[int, int, int]]]:
    """Refuse what is no workbook or would burst when unpacked, and return the merged cells of each sheet that has any.

    The sizes in the archive's directory can be trusted: no more than that is ever unpacked of a part.
    """
    parts = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        raise _not_a_table()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
        raise TableRefused(
            _("The spreadsheet is too large when it is unpacked. Copy the names into a new one, and upload that.")
        )
    if any(
        part.flag_bits & 1 or part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts
    ):
        raise _not_a_table()
    merged = {}
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            data = archive.read(part)
            _refuse_entities(data)
            if part.filename.startswith("xl/worksheets/") and b"<mergeCell " in data:
                merged[part.filename] = merges_in(data)
    return merged


def _refuse_entities(data: bytes) -> None:
    """Refuse XML that declares a document type: no spreadsheet does, and entities can be made to grow without end."""

    def refuse(*_declared) -> None:
        raise _not_a_table()

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def _text(value) -> str:
    if value is None or value in CELL_ERRORS:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)
