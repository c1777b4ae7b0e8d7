import io
import zipfile

import pytest

from taushet.services.files import (
    CSV,
    DOCUMENTS,
    IMAGES,
    PDF,
    XLSX,
    FileRefused,
    clean_name,
    serve_file,
    sniff,
    store_file,
)

PDF_BYTES = b"%PDF-1.7\n..."
PNG_BYTES = b"\x89PNG\r\n\x1a\n...."


def office(*names, **contents):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name, "x"))
    return buffer.getvalue()


def test_file_is_kept_with_the_type_of_its_bytes(db):
    file = store_file("program.pdf", PDF_BYTES, allowed=DOCUMENTS)

    file.refresh_from_db()
    assert (file.name, file.content_type, file.size, bytes(file.content)) == ("program.pdf", PDF, 12, PDF_BYTES)
    assert len(file.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("program.pdf", b""),
        ("program.pdf", b"<html><script>alert(1)</script>"),
        ("program.pdf", PNG_BYTES),
        ("program.exe", PDF_BYTES),
        ("program", PDF_BYTES),
        ("program.pdf.html", PDF_BYTES),
        ("program.docx", b"PK\x03\x04 not a zip"),
        ("program.docx", office("xl/workbook.xml")),
        ("bilde.png", PNG_BYTES),
    ],
)
def test_file_that_is_not_what_it_says_is_refused(db, name, content):
    with pytest.raises(FileRefused):
        store_file(name, content, allowed=DOCUMENTS)


def test_large_file_is_refused(db, settings):
    settings.UPLOAD_MAX_BYTES = 20

    with pytest.raises(FileRefused):
        store_file("program.pdf", PDF_BYTES * 2, allowed=DOCUMENTS)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.xlsx", office("xl/workbook.xml"), XLSX),
        ("a.csv", "navn;e-post\næøå;x".encode(), CSV),
        ("a.csv", b"\xff\xfe\x00n", ""),
        ("a.txt", b"a\x00b", ""),
        ("a.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar"),
        ("faktura.xml", b'<?xml version="1.0"?><a/>', "application/xml"),
        ("faktura.txt", b'<?xml version="1.0"?><a/>', "text/plain"),
        ("faktura.xml", b"<a/>", "text/plain"),
    ],
)
def test_bytes_tell_the_type(name, content, content_type):
    assert sniff(name, content) == content_type


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\mappe\\program.pdf", "program.pdf"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("...", "fil"),
        ("x" * 200 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_carry_no_folder_and_no_control_character(given, clean):
    assert clean_name(given) == clean


def test_file_is_served_as_a_download(db):
    file = store_file("bilde æ.png", PNG_BYTES, allowed=IMAGES)

    response = serve_file(file)

    assert response.headers["Content-Disposition"] == "attachment; filename*=utf-8''bilde%20%C3%A6.png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "image/png"
    assert b"".join(response.streaming_content) == PNG_BYTES
