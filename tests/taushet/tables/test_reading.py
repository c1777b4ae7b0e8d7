import io
import time
import zipfile
from contextlib import suppress

import pytest
from openpyxl import Workbook

from taushet.tables import reading
from taushet.tables.reading import TableRefused, read_table, read_text

PEOPLE = [("Navn", "E-post"), ("Åse Bjørnø", "ase@bodo.no")]
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>'


def cells(table):
    return [row.cells for row in table.rows]


def workbook(*rows, merge=None, sheets=1):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    for _sheet in range(sheets - 1):
        book.create_sheet()
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(content, changes):
    """Return a workbook with some of its parts exchanged or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in changes:
                new.writestr(part, old.read(part))
        for part, data in changes.items():
            new.writestr(part, data)
    return file.getvalue()


def sheet_of(rows: bytes):
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    data = b'<worksheet xmlns="' + space + b'"><sheetData>' + rows + b"</sheetData></worksheet>"
    return changed(workbook(["Navn"]), {"xl/worksheets/sheet1.xml": data})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_files_are_read_in_every_common_dress(encoding, delimiter):
    text = "\r\n".join(delimiter.join(row) for row in PEOPLE)

    assert cells(read_table(text.encode(encoding))) == PEOPLE


def test_a_cell_may_hold_the_sign_that_parts_cells_and_a_line_break():
    text = 'Navn;Arbeidssted\n"Nordmann; Kari";"Rådhuset,\nBodø"\nPer;NAV'

    table = read_text(text)

    assert cells(table) == [("Navn", "Arbeidssted"), ("Nordmann; Kari", "Rådhuset, Bodø"), ("Per", "NAV")]
    assert [row.number for row in table.rows] == [1, 2, 4]


def test_a_quotation_mark_without_its_fellow_swallows_no_lines():
    table = read_text('Navn;Rolle\n"Kari;leder\nPer;lærer')

    assert cells(table) == [("Navn", "Rolle"), ('"Kari', "leder"), ("Per", "lærer")]


def test_empty_lines_are_left_out_and_lines_keep_their_number():
    table = read_text("sep=;\nKari;a@x.no\n\n;;\nPer;b@x.no;;;\n")

    assert [(row.number, row.cells) for row in table.rows] == [(2, ("Kari", "a@x.no")), (5, ("Per", "b@x.no"))]


def test_one_name_a_line_is_one_column():
    assert cells(read_text("Kari Nordmann\nPer Hansen\n")) == [("Kari Nordmann",), ("Per Hansen",)]


def test_a_line_parted_by_another_sign_than_the_others_is_parted_by_its_own():
    text = "Navn;E-post\nKari Li;kari@x.no\nOla Nordmann\tola@x.no\nPer Hansen,per@x.no\nHansen, Anne\nÅse;ase@x.no"

    assert cells(read_text(text)) == [
        ("Navn", "E-post"),
        ("Kari Li", "kari@x.no"),
        ("Ola Nordmann", "ola@x.no"),
        ("Per Hansen", "per@x.no"),
        ("Hansen, Anne", ""),
        ("Åse", "ase@x.no"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Nordmann, Kari <kari@x.no>; Hansen, Per <per@x.no>",
        "Nordmann, Kari <kari@x.no>;\r\nHansen, Per <per@x.no>;\r\n",
        '"Nordmann, Kari" <kari@x.no>, "Hansen, Per" <mailto:per@x.no>',
        "Kari Nordmann <kari@x.no>, Per Hansen <per@x.no>",
        "Til: Kari Nordmann <kari@x.no>\r\nKopi: Hansen, Per <per@x.no>",
        "1. Kari Nordmann – kari@x.no\n2. Per Hansen – per@x.no",
        "Kari Nordmann kari@x.no\nPer Hansen (per@x.no)\n",
    ],
)
def test_addresses_from_a_mail_program_become_name_and_address(text):
    assert cells(read_text(text)) == [("Kari Nordmann", "kari@x.no"), ("Per Hansen", "per@x.no")]


def test_bare_addresses_and_names_among_them_are_kept():
    table = read_text("Kari Nordmann <kari@x.no>; per@x.no; Ola Hansen <ola@x.no>; Uten Adresse")

    assert cells(table) == [
        ("Kari Nordmann", "kari@x.no"),
        ("", "per@x.no"),
        ("Ola Hansen", "ola@x.no"),
        ("Uten Adresse", ""),
    ]
    assert cells(read_text("kari@x.no; per@x.no, ola@x.no")) == [("", "kari@x.no"), ("", "per@x.no"), ("", "ola@x.no")]


@pytest.mark.parametrize(
    "text",
    [
        "Kari Nordmann; Hansen, Per",  # as some mail programs copy the people of the own house
        "Kari Nordmann </O=EXCHANGELABS/CN=RECIPIENTS/CN=KARI>; Per Hansen; Ola Li <ola@x.no>; Siv Li <siv@x.no>",
        "1. Kari Nordmann\n2) Per Hansen",
        "• Kari Nordmann\n- Per Hansen",
    ],
)
def test_names_without_an_address_stand_for_themselves(text):
    assert [row[0] for row in cells(read_text(text))][:2] == ["Kari Nordmann", "Per Hansen"]


def test_a_spreadsheet_gives_what_its_cells_show():
    table = read_table(workbook(["Navn", "Ansatt nr.", "Rolle"], [" Åse  Bjørnø ", 12.0, None], [None, None, None]))

    assert cells(table) == [("Navn", "Ansatt nr.", "Rolle"), ("Åse Bjørnø", "12", "")]
    assert table.notes == ()


def test_formulas_are_never_computed_nor_shown():
    assert cells(read_table(workbook(["Kari", '=HYPERLINK("http://x.no")', "#REF!"], ["Per", "NAV", "leder"]))) == [
        ("Kari", "", ""),
        ("Per", "NAV", "leder"),
    ]


def test_merged_cells_and_further_sheets_are_told():
    table = read_table(workbook(["Kari", "Rådhuset"], ["Per", None], merge="B1:B2", sheets=2))

    assert cells(table) == [("Kari", "Rådhuset"), ("Per", "Rådhuset")]
    assert table.notes == (
        "Bare det første arket blir lest.",
        "Tabellen har sammenslåtte celler: nedover gjelder de hver rad, bortover bare den første kolonnen.",
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Det står ingenting i tabellen."),
        (b" \r\n;;\n", "Det står ingenting i tabellen."),
        (b"a" * (1024 * 1024 + 1), "Filen er større enn 1 MB. Ta ut bilder og ark som ikke trengs."),
        (b"Kari\n" * 2001, "Tabellen har mer enn 2 000 rader. Del den opp og legg inn én del om gangen."),
        (b";".join([b"x"] * 31), "Tabellen har mer enn 30 kolonner. Ta ut dem som ikke trengs."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "Filen er fra et gammelt Excel eller har passord. Lagre den som .xlsx eller .csv uten passord.",
        ),
    ],
)
def test_what_is_too_much_or_nothing_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(TableRefused) as refused:
        read_table(content)

    assert str(refused.value).replace("\xa0", " ") == sentence


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.4\n1 0 obj\n",
        b"\xef\xbb\xbf{\\rtf1 Kari}",
        b"<!DOCTYPE html><p>Kari",
        b"%PDF-1.7\n\x81\x8d\x00",
        b"PK\x03\x04 no archive",
        b"\xff\xfe\x00\xd8\x00",
        changed(workbook(["Navn"]), {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}),
        changed(workbook(["Navn"]), {"xl/worksheets/sheet1.xml": DOCTYPE}),
        changed(workbook(["Navn"]), {"xl/sharedStrings.xml": b"<!--" + b"x" * 9000 + b"-->" + DOCTYPE[21:]}),
        changed(workbook(["Navn"]), {"xl/workbook.xml": b"<workbook/>"}),
        sheet_of(b'<row r="1"><c r="?" t="s"><v>99</v></c></row>'),
    ],
)
def test_what_is_no_table_is_refused_and_its_content_not_logged(content, caplog):
    with pytest.raises(TableRefused) as refused:
        read_table(content)

    assert str(refused.value) == ("Dette er ikke en tabell vi kan lese. Lagre den som .xlsx eller .csv.")
    assert "Navn" not in caplog.text


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = changed(workbook(["Navn"]), {"xl/worksheets/sheet1.xml": b"0" * 200_000_000})
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_arguments: pytest.fail("It was unpacked."))

    with pytest.raises(TableRefused) as refused:
        read_table(bomb)

    assert len(bomb) < reading.MAX_BYTES
    assert str(refused.value) == (
        "Regnearket er for stort når det pakkes ut. Kopier navnene til et nytt ark, og last opp det."
    )


def test_an_archive_that_lies_about_its_sizes_is_refused():
    bomb = changed(workbook(["Navn"]), {"xl/worksheets/sheet1.xml": b"0" * 50_000_000})
    true, lie = (50_000_000).to_bytes(4, "little"), (500).to_bytes(4, "little")

    with pytest.raises(TableRefused):
        read_table(bomb.replace(true, lie))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>Kari</t></is></c></row>', [("Kari",)]),
        (b'<row r="1"><c r="A1" t="inlineStr"><is><t>Kari</t></is></c></row>' + b"<row/>" * 200_000, [("Kari",)]),
        (
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>Kari</t></is></c></row>'
            b'<row r="999999999999"><c r="A999999999999" t="inlineStr"><is><t>Per</t></is></c></row>',
            [("Kari",)],
        ),
    ],
)
def test_a_million_rows_take_no_time(rows, expected):
    content = sheet_of(rows)
    started = time.process_time()

    assert cells(read_table(content)) == expected
    assert time.process_time() - started < 10


@pytest.mark.parametrize("text", ["<a@b>" + "x" * 500_000, "<" * 500_000, "<a@b" + " " * 500_000, ";" * 500_000])
def test_text_made_to_be_slow_is_not(text):
    started = time.process_time()

    with suppress(TableRefused):
        read_text(text)

    assert time.process_time() - started < 5
