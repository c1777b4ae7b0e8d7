"""Reader of the project's own data files under municipalities/data/ (see the README there)."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from municipalities.exceptions import RegistryError
from taushet.fields import parse_phone

from .checking import at
from .records import CentreRecord, ChangeRecord, CountyRecord, Edition, IndicatorRecord, MunicipalityRecord

DATA = Path(__file__).resolve().parents[2] / "data"


def read_bundled(folder: Path = DATA) -> Edition:
    """Return the edition that comes with the project; raises RegistryError when a file is broken."""
    municipalities = load(folder / "municipalities.json")
    facts = need(municipalities, "facts", "municipalities.json")
    year = int(facts["population"]["as_of"][:4])
    sources = {row["key"]: row for row in rows(folder, "sources.json", "sources", "key")}
    return Edition(
        label=_("the project's own data"),
        as_of=date.fromisoformat(need(municipalities, "as_of", "municipalities.json")),
        counties=tuple(county(row) for row in rows(folder, "counties.json", "counties", "number")),
        municipalities=tuple(
            municipality(row, year) for row in rows(folder, "municipalities.json", "municipalities", "number")
        ),
        changes=tuple(change(row) for row in municipalities.get("changes", [])),
        centres=tuple(centre(row, sources) for row in rows(folder, "crisis_centres.json", "crisis_centres", "name")),
        indicators=tuple(indicator(row) for row in rows(folder, "indicators.json", "indicators", "key")),
    )


def load(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RegistryError(_("The file %(file)s is missing.") % {"file": path.name}) from error
    except ValueError as error:
        raise RegistryError(
            _("The file %(file)s is broken or cut off: %(error)s.") % {"file": path.name, "error": error}
        ) from error


def need(row: dict, key: str, where: str):
    """Return a value that must be there; raises RegistryError with the row when it is not."""
    if not isinstance(row, dict) or key not in row:
        raise at(where, _("“%(key)s” is missing") % {"key": key})
    return row[key]


def rows(folder: Path, file: str, key: str, name: str) -> list[dict]:
    """Return the rows of a file, each with the place it is found at under `row`."""
    found = need(load(folder / file), key, file)
    for place, row in enumerate(found, start=1):
        where = _("%(file)s, row %(place)d") % {"file": file, "place": place}
        row["row"] = f"{where} ({need(row, name, where)})"
    return found


def county(row: dict) -> CountyRecord:
    return CountyRecord(
        row=row["row"],
        number=row["number"],
        name=need(row, "name", row["row"]),
        parallel_names=tuple(row.get("parallel_names", [])),
        organisation_number=need(row, "organisation_number", row["row"]),
        language_form=need(row, "language_form", row["row"]),
        website=row.get("website", ""),
    )


def municipality(row: dict, year: int) -> MunicipalityRecord:
    where = row["row"]
    name = need(row, "name", where)
    latitude, longitude = need(row, "point", where)
    column, line = need(row, "cell", where)
    return MunicipalityRecord(
        row=where,
        number=row["number"],
        name=name,
        county=need(row, "county", where),
        parallel_names=tuple(row.get("parallel_names", [])),
        official_name=row.get("official_name", name),
        organisation_number=need(row, "organisation_number", where),
        language_form=need(row, "language_form", where),
        is_sami_area=row.get("is_sami_area", False),
        population=need(row, "population", where),
        population_year=year,
        latitude=Decimal(str(latitude)),
        longitude=Decimal(str(longitude)),
        grid_column=column,
        grid_row=line,
        website=row.get("website", ""),
    )


def change(row: dict) -> ChangeRecord:
    where = f"municipalities.json, {row}"
    on = date.fromisoformat(need(row, "on", where))
    return ChangeRecord(row=where, old=need(row, "old", where), new=need(row, "new", where), on=on)


def centre(row: dict, sources: dict[str, dict]) -> CentreRecord:
    where = row["row"]
    phone = row.get("phone", "")
    if phone and not (phone := parse_phone(phone)):
        raise at(where, _("“%(phone)s” is not a phone number") % {"phone": row["phone"]})
    return CentreRecord(
        row=where,
        name=row["name"],
        host=row.get("host"),
        municipalities=tuple(row.get("municipalities", [])),
        organisation_number=row.get("organisation_number", ""),
        website=row.get("website", ""),
        website_checked_on=day(row.get("website_checked_on")),
        phone=phone,
        phone_checked_on=day(row.get("phone_checked_on")),
        source="\n".join(source_line(need(sources, key, where)) for key in row.get("sources", [])),
        source_year=row.get("source_year"),
    )


def source_line(source: dict) -> str:
    return f"{source['publisher']}: {source['title']}. {source['url']}"


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def indicator(row: dict) -> IndicatorRecord:
    return IndicatorRecord(**row)
