"""Finds the answers of the official services in a folder, by what is in the files and not by their names."""

from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from municipalities.exceptions import RegistryError

from .checking import at
from .official import Answers, read_answers
from .reading import parse
from .records import Edition


def read_saved(folder: Path, *, as_of: date) -> Edition:
    """Return the edition of the saved answers; raises RegistryError when a needed one is missing or broken."""
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not files:
        raise RegistryError(_("There are no JSON files in %(folder)s.") % {"folder": folder})
    found: dict[str, list] = {}
    for path in files:
        data = parse(path.read_bytes(), path.name)
        found.setdefault(kind_of(data, path.name), []).append((path.name, data))
    for kind, title in (("municipalities", "Klass 131 codesAt"), ("counties", "Klass 104 codesAt")):
        if kind not in found:
            raise RegistryError(_("The folder lacks the answer of %(service)s.") % {"service": title})
    answers = Answers(
        municipalities=found["municipalities"][-1],
        counties=found["counties"][-1],
        changes=merged(found.get("changes", [])),
        counties_of=found["counties_of"][-1] if "counties_of" in found else None,
        places=[(name, data if isinstance(data, list) else [data]) for name, data in found.get("places", [])],
        units=found.get("units", []),
    )
    return read_answers(answers, label=str(folder), as_of=as_of)


def kind_of(data, name: str) -> str:
    """Tell by its shape which service a file is from."""
    first = data[0] if isinstance(data, list) and data else data
    if isinstance(first, dict):
        if "codes" in data:
            codes = [item.get("code", "") for item in data["codes"] if isinstance(item, dict)]
            return "counties" if codes and all(len(str(code)) == 2 for code in codes) else "municipalities"
        for key, kind in {
            "codeChanges": "changes",
            "correspondenceItems": "counties_of",
            "correspondenceMaps": "counties_of",
            "_embedded": "units",
            "kommuner": "places",
            "kommunenummer": "places",
        }.items():
            if key in first:
                return kind
    raise at(name, _("this is not an answer of Klass, Kartverket or Enhetsregisteret"))


def merged(changes: list) -> tuple[str, dict] | None:
    """Several periods of changes count as one answer."""
    if not changes:
        return None
    rows = [row for _name, data in changes for row in data["codeChanges"]]
    return ", ".join(name for name, _data in changes), {"codeChanges": rows}
