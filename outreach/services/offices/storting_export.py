"""Reading the official export of the Storting, as JSON or XML, and our own bundled copy of it.

Nothing is guessed or skipped: whatever is missing or does not fit is named with file and row.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.exceptions import BrokenExport

BUNDLED = Path(settings.BASE_DIR) / "outreach" / "data" / "storting.json"
SEATS = 169
SOURCE = "Stortinget, data.stortinget.no"
# The official lists and what each is called inside its file.
LISTS = {
    "dagensrepresentanter": ("dagensrepresentanter_liste",),
    "regjering": ("regjeringsmedlemmer_liste",),
    "allekomiteer": ("komiteer_liste", "allekomiteer_liste"),
}
FILES = {
    "dagensrepresentanter": gettext_lazy("today’s representatives"),
    "regjering": gettext_lazy("the government"),
    "allekomiteer": gettext_lazy("the committees"),
}
JSON_DATE = re.compile(r"^/Date\((-?\d+)([+-]\d{4})?\)/$")
LONGEST = {"first_name": 80, "last_name": 80, "party": 80, "constituency": 60, "title": 120, "ministry": 120}
ROWS_NAMED = 10
FIELD_WORDS = {
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "party": gettext_lazy("party"),
    "constituency": gettext_lazy("constituency"),
    "title": gettext_lazy("title"),
    "ministry": gettext_lazy("ministry"),
}


@dataclass(frozen=True)
class Representative:
    id: str
    first_name: str
    last_name: str
    party: str
    constituency: str
    committees: tuple[str, ...] = ()
    email: str = ""
    is_substitute: bool | None = None


@dataclass(frozen=True)
class Minister:
    id: str
    first_name: str
    last_name: str
    party: str
    title: str
    ministry: str


@dataclass(frozen=True)
class Export:
    """Who sits in the Storting and the government on a day."""

    as_of: date
    source: str
    representatives: tuple[Representative, ...]
    ministers: tuple[Minister, ...]
    committees: dict[str, str]


@dataclass
class Problems:
    """What is wrong with the rows of an export, collected so that all can be told at once."""

    lines: list[str] = field(default_factory=list)

    def add(self, file: str, number: int, row_id: str, sentence: str) -> None:
        place = _("%(file)s, row %(number)d") % {"file": file, "number": number}
        self.lines.append(f"{place} ({row_id}): {sentence}" if row_id else f"{place}: {sentence}")

    def raise_if_any(self) -> None:
        if self.lines:
            shown = self.lines[:ROWS_NAMED]
            if len(self.lines) > ROWS_NAMED:
                shown.append(_("and %(number)d more") % {"number": len(self.lines) - ROWS_NAMED})
            raise BrokenExport("\n".join(shown))


def read_bundled() -> Export:
    """Return the copy that comes with the project."""
    data = parse_json(BUNDLED.name, BUNDLED.read_bytes())
    problems = Problems()
    representatives = [
        checked(problems, "representatives", number, Representative, row | {"committees": tuple(row["committees"])})
        for number, row in enumerate(data["representatives"], 1)
    ]
    ministers = [
        checked(problems, "ministers", number, Minister, row) for number, row in enumerate(data["ministers"], 1)
    ]
    committees = {row["id"]: row["name"] for row in data["committees"]}
    return whole_export(
        date.fromisoformat(data["as_of"]), data["source"], representatives, ministers, committees, problems
    )


def read_official(files: dict[str, bytes]) -> Export:
    """Return an official export; `files` holds the content of each of LISTS by its name.

    Raises BrokenExport, which names the rows, when a file is missing, cut off or has a row that cannot be used.
    """
    missing = LISTS.keys() - files.keys()
    if missing:
        raise BrokenExport(_("Missing: %(files)s.") % {"files": ", ".join(sorted(missing))})
    documents, rows, refusals = {}, {}, []
    for name, content in files.items():
        try:
            documents[name] = parse(name, content)
            rows[name] = rows_of(name, documents[name])
        except BrokenExport as error:
            refusals.append(str(error))
    if refusals:  # all at once: a browser forgets every file that was chosen
        raise BrokenExport("\n".join(refusals))
    problems = Problems()
    committees = {}
    for number, row in enumerate(rows["allekomiteer"], 1):
        if not (text(row, "id") and text(row, "navn")):
            problems.add("allekomiteer", number, text(row, "id"), _("A committee needs an id and a name."))
        committees[text(row, "id")] = text(row, "navn")
    representatives = [
        checked(problems, "dagensrepresentanter", number, Representative, official_representative(row))
        for number, row in enumerate(rows["dagensrepresentanter"], 1)
    ]
    ministers = [
        checked(problems, "regjering", number, Minister, official_minister(row))
        for number, row in enumerate(rows["regjering"], 1)
    ]
    as_of = answered_on(documents["dagensrepresentanter"].get("respons_dato_tid"))
    return whole_export(as_of, SOURCE, representatives, ministers, committees, problems)


def parse(name: str, content: bytes) -> dict[str, Any]:
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return parse_xml(name, content) if start == b"<" else parse_json(name, content)


def parse_json(name: str, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise unreadable(name, getattr(error, "lineno", 1)) from error
    if not isinstance(document, dict):
        raise BrokenExport(_("%(file)s does not hold what it should.") % {"file": name})
    return document


def unreadable(name: str, line: int) -> BrokenExport:
    sentence = _("%(file)s cannot be read (line %(line)d): it is cut off, or it is another kind of file.")
    return BrokenExport(sentence % {"file": name, "line": line})


def parse_xml(name: str, content: bytes) -> dict[str, Any]:
    """Turn XML into the shape of the JSON, by local names: two spellings of the namespace are in use."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BrokenExport(_("%(file)s does not hold what it should.") % {"file": name})
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  entities are refused above
    except ElementTree.ParseError as error:
        raise unreadable(name, error.position[0]) from error
    return simplified(root) or {}


def simplified(element: ElementTree.Element) -> Any:
    name = local_name(element.tag)
    if any(local_name(key) == "nil" and value == "true" for key, value in element.attrib.items()):
        return None
    if name.endswith("_liste"):
        return [simplified(child) for child in element]
    if len(element):
        return {local_name(child.tag): simplified(child) for child in element}
    return element.text


def local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def rows_of(name: str, document: dict[str, Any]) -> list[dict[str, Any]]:
    for key in LISTS[name]:
        rows = document.get(key)
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
    other = next((one for one, keys in LISTS.items() if any(isinstance(document.get(key), list) for key in keys)), None)
    if other:
        told = _("The file chosen as “%(file)s” holds “%(other)s”.")
        raise BrokenExport(told % {"file": FILES[name], "other": FILES[other]})
    raise BrokenExport(_("%(file)s has no list called %(key)s.") % {"file": name, "key": LISTS[name][0]})


def text(row: dict[str, Any] | None, *path: str) -> str:
    """Return a text inside a row, or nothing when it is not there."""
    value: Any = row
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return str(value).strip() if value is not None else ""


def official_representative(row: dict[str, Any]) -> dict[str, Any]:
    substitute = {"true": True, "false": False}.get(text(row, "vara_representant").lower())
    committees = row.get("komiteer_liste")
    return {
        "id": text(row, "id"),
        "first_name": text(row, "fornavn"),
        "last_name": text(row, "etternavn"),
        "party": text(row, "parti", "navn"),
        "constituency": text(row, "fylke", "navn"),
        "committees": tuple(text(item, "id") for item in committees) if isinstance(committees, list) else (),
        "email": text(row, "epost").lower(),
        "is_substitute": substitute,
    }


def official_minister(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": text(row, "id"),
        "first_name": text(row, "fornavn"),
        "last_name": text(row, "etternavn"),
        "party": text(row, "parti", "navn"),
        "title": text(row, "tittel"),
        "ministry": text(row, "departement"),
    }


def checked[Row](problems: Problems, file: str, number: int, shape: type[Row], values: dict[str, Any]) -> Row:
    """Make a row and note what it lacks."""
    optional = {"committees", "email", "is_substitute", "party"}
    lacking = [name for name, value in values.items() if not value and name not in optional]
    if lacking:
        problems.add(file, number, values["id"], _("Missing: %(fields)s.") % {"fields": words_of(lacking)})
    too_long = [name for name, longest in LONGEST.items() if len(values.get(name, "")) > longest]
    if too_long:
        problems.add(file, number, values["id"], _("Too long: %(fields)s.") % {"fields": words_of(too_long)})
    if values.get("email"):
        try:
            validate_email(values["email"])
        except ValidationError:
            problems.add(file, number, values["id"], _("The e-mail address is not valid."))
    return shape(**values)


def words_of(fields: list[str]) -> str:
    return ", ".join(str(FIELD_WORDS.get(name, name)) for name in fields)


def whole_export(
    as_of: date,
    source: str,
    representatives: list[Representative],
    ministers: list[Minister],
    committees: dict[str, str],
    problems: Problems,
) -> Export:
    """Check what only shows when all rows are seen together."""
    for file, people in (("dagensrepresentanter", representatives), ("regjering", ministers)):
        for number in repeated(person.id for person in people):
            problems.add(file, number, people[number - 1].id, _("This id stands here twice."))
    for number, person in enumerate(representatives, 1):
        for unknown in sorted(set(person.committees) - committees.keys()):
            sentence = _("The committee %(id)s is not in the list of committees.") % {"id": unknown}
            problems.add("dagensrepresentanter", number, person.id, sentence)
    problems.raise_if_any()
    return Export(as_of, source, tuple(representatives), tuple(ministers), committees)


def repeated(ids: Iterable[str]) -> list[int]:
    """Return the row numbers whose id stood in an earlier row."""
    seen: set[str] = set()
    again = []
    for number, row_id in enumerate(ids, 1):
        if row_id in seen:
            again.append(number)
        seen.add(row_id)
    return again


def answered_on(value: object) -> date:
    """Return the Oslo day on which the service answered; today when it does not say."""
    match = JSON_DATE.match(value) if isinstance(value, str) else None
    if match:
        moment = datetime.fromtimestamp(int(match[1]) / 1000, tz=UTC)
        return timezone.localdate(moment)
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return timezone.localdate()
