"""Tables that go out, as CSV and as a spreadsheet. No cell can start a formula in the program that opens them."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

from django.utils import timezone

from taushet.tables.signs import CELL_ERRORS, NOT_IN_A_CELL

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LINES_AT_ONCE = 200
IN_MEMORY = 2 * 1024 * 1024
# The last four are the wide forms that some programs read as the narrow ones.
FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Some programs throw these away before they look whether it is a formula (OWASP, CSV Injection).
BLANKS = ("\t", "\r", "\n")


def write_csv(heading: list[str], rows: Iterable[Iterable]) -> Iterator[bytes]:
    """Give a table in pieces, as a Norwegian Excel opens it: semicolons, and a mark that it is UTF-8."""
    written = []
    writer = csv.writer(_Lines(written), delimiter=";")
    written.append("\ufeff")
    writer.writerow(map(plain, heading))
    for row in rows:
        writer.writerow(map(plain, row))
        if len(written) >= LINES_AT_ONCE:
            yield "".join(written).encode()
            written.clear()
    yield "".join(written).encode()


def plain(value) -> str:
    """Return a value as it stands in CSV. A text that a program would compute gets a ' before it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, int):
        return str(value)
    text = NOT_IN_A_CELL.sub("", str(value))
    return f"'{text}" if text.startswith(BLANKS) or text.lstrip().startswith(FORMULA_SIGNS) else text


def write_xlsx(heading: list[str], rows: Iterable[Iterable]) -> BinaryIO:
    """Return a spreadsheet as an open file, written row by row and never held in memory as a whole."""
    from openpyxl import Workbook  # here and below, so that web processes do without its 13 MiB until they write one

    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A2"
    for place in range(len(heading)):
        sheet.column_dimensions[chr(ord("A") + place)].width = 22
    sheet.append([_bold(sheet, text) for text in heading])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet, value):
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, int | Decimal):
        return value
    text = NOT_IN_A_CELL.sub("", str(value))
    return _written_out(sheet, text) if text.startswith("=") or text in CELL_ERRORS else text


def _written_out(sheet, text: str):
    """Return a cell that holds a text, even when it looks like a formula or an error."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _bold(sheet, text: str):
    from openpyxl.styles import Font

    cell = _written_out(sheet, text)
    cell.font = Font(bold=True)
    return cell


class _Lines:
    """What csv writes to: each line is put into a list."""

    def __init__(self, lines: list[str]):
        self.write = lines.append
