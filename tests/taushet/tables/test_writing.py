import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from taushet.tables.writing import write_csv, write_xlsx

HEADING = ["Navn", "Når", "Pris", "Plasser"]
WHEN = datetime(2026, 12, 10, 8, 0, tzinfo=UTC)


def lines_of(rows):
    content = b"".join(write_csv(HEADING, rows)).decode()
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:], newline=""), delimiter=";"))


def sheet_of(rows):
    return load_workbook(write_xlsx(HEADING, rows)).active


def test_csv_is_written_as_a_norwegian_excel_opens_it():
    assert lines_of([["Åse; Bjørnø", WHEN, Decimal("450.50"), 3]]) == [
        HEADING,
        ["Åse; Bjørnø", "10.12.2026 09:00", "450,50", "3"],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+4722331160", "-1", "@SUM(A1)", "\t=1", "\n=1", "\r=1", "\tx", " =1", "＝1", "＋1", "－1", "＠1"],
)
def test_no_cell_of_csv_starts_a_formula(text):
    assert lines_of([[text]])[1] == [f"'{text}"]


def test_numbers_and_gaps_are_left_alone_in_csv():
    assert lines_of([[-1, None, "", "a=1"]])[1] == ["-1", "", "", "a=1"]


def test_csv_comes_in_pieces():
    assert len(list(write_csv(HEADING, ([number] for number in range(1000))))) == 6


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x.no")', "+1", "-1", "@SUM(A1)", "#REF!", "=", "1"])
def test_texts_of_a_spreadsheet_stay_texts(text):
    cell = sheet_of([[text]])["A2"]

    assert (cell.value, cell.data_type in {"f", "e", "n"}) == (text, False)


def test_dates_and_numbers_of_a_spreadsheet_can_be_counted_with():
    sheet = sheet_of([["Åse\x0b Bjørnø", WHEN, Decimal("450.50"), 3]])

    assert [cell.value for cell in sheet[1]] == HEADING
    assert [cell.value for cell in sheet[2]] == ["Åse Bjørnø", datetime(2026, 12, 10, 9, 0), 450.5, 3]
