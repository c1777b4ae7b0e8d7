"""Files kept as rows: looked into before they are stored, and only ever handed out as attachments."""

import hashlib
import io
import unicodedata
import zipfile

from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext as _

from taushet.exceptions import TaushetError
from taushet.models import StoredFile, User

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
CSV, ICS, TEXT, XML, ZIP = "text/csv", "text/calendar", "text/plain", "application/xml", "application/zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"

SIGNATURES = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
ENDINGS = {
    PDF: ("pdf",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg"),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    PPTX: ("pptx",),
    ODT: ("odt",),
    CSV: ("csv",),
    ICS: ("ics",),
    TEXT: ("txt",),
    XML: ("xml",),
    ZIP: ("zip",),
}
DOCUMENTS = frozenset({PDF, DOCX, ODT})
IMAGES = frozenset({PNG, JPEG})
TABLES = frozenset({CSV, XLSX})


class FileRefused(TaushetError):
    """A file that is too large, empty, or not what its name says."""


def store_file(name: str, content: bytes, *, allowed: frozenset[str], by: User | None = None) -> StoredFile:
    """Keep a file after looking into it; its type is what the bytes say, not what the sender says.

    Raises FileRefused when it is empty or too large, when its type is not in `allowed`, or when its name ends as
    another type does.
    """
    name = clean_name(name)
    if not content:
        raise FileRefused(_("The file is empty."))
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise FileRefused(_("The file is larger than 10 MB."))
    content_type = sniff(name, content)
    if content_type not in allowed:
        raise FileRefused(_("This is not one of the kinds of file that can be used here."))
    if not name.lower().endswith(tuple(f".{ending}" for ending in ENDINGS[content_type])):
        raise FileRefused(_("The file is not what its name says."))
    return StoredFile.objects.create(
        name=name,
        content_type=content_type,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by=by,
    )


def serve_file(file: StoredFile) -> FileResponse:
    """Answer with a file as a download that no browser opens as a page; the caller has checked who asks."""
    response = FileResponse(
        io.BytesIO(bytes(file.content)), as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def sniff(name: str, content: bytes) -> str:
    """Return the type the bytes show; among plain texts the name decides. Empty for anything unknown."""
    for signature, content_type in SIGNATURES.items():
        if content.startswith(signature):
            return content_type
    if content.startswith(b"PK\x03\x04"):
        return _sniff_zip(content)
    return _sniff_text(name, content)


def clean_name(name: str) -> str:
    """Return a file name without folders, control characters or more than 150 characters, keeping its ending."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in name if character.isprintable()).strip(" .") or "fil"
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= 150 else f"{stem[: 149 - len(ending)]}{dot}{ending}"[:150]


def _sniff_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            first = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        return ""
    if first == ODT:
        return ODT
    return next((kind for part, kind in OFFICE_PARTS.items() if part in names), ZIP)


def _sniff_text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if any(ord(character) < 32 and character not in "\t\r\n\f" for character in text):
        return ""
    if text.lstrip().startswith("BEGIN:VCALENDAR"):
        return ICS
    if text.startswith("<?xml ") and name.lower().endswith(".xml"):
        return XML
    return CSV if name.lower().endswith(".csv") else TEXT
