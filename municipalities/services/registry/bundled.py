"""Reader of the project's own data files under municipalities/data/ (see the README there)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from municipalities.exceptions import RegistryError
from taushet.fields import parse_phone

from .checking import at
from .reading import day, made, need, numbered, parse
from .records import CentreRecord, ChangeRecord, CountyRecord, Edition, IndicatorRecord, MunicipalityRecord

DATA = Path(__file__).resolve().parents[2] / "data"


def read_bundled(folder: Path = DATA) -> Edition:
    """Return the edition that comes with the project; raises RegistryError when a file is broken."""
    head = load(folder / "municipalities.json")
    sources = {row["key"]: row for row in rows(folder, "sources.json", "sources", "key")}
    year = population_year(head)
    return Edition(
        label=_("the project's own data"),
        as_of=day(need(head, "as_of", "municipalities.json"), "municipalities.json"),
        counties=read(folder, "counties.json", "counties", "number", county),
        municipalities=read(
            folder, "municipalities.json", "municipalities", "number", lambda row: municipality(row, year)
        ),
        changes=read(folder, "municipalities.json", "changes", "old", change) if "changes" in head else (),
        centres=read(folder, "crisis_centres.json", "crisis_centres", "name", lambda row: centre(row, sources)),
        indicators=read(folder, "indicators.json", "indicators", "key", indicator),
    )


def population_year(head: dict) -> int:
    facts = need(head, "facts", "municipalities.json")
    counted = need(need(facts, "population", "municipalities.json"), "as_of", "municipalities.json")
    return day(counted, "municipalities.json").year


def read[Record](folder: Path, file: str, key: str, name: str, reader: Callable[[dict], Record]) -> tuple[Record, ...]:
    return tuple(made(reader, row) for row in rows(folder, file, key, name))


def load(path: Path) -> dict:
    try:
        return parse(path.read_bytes(), path.name)
    except FileNotFoundError as error:
        raise RegistryError(_("The file %(file)s is missing.") % {"file": path.name}) from error


def rows(folder: Path, file: str, key: str, name: str) -> list[dict]:
    """Return the rows of a file, each with the place it is found at under `row`."""
    found = []
    for where, row in numbered(need(load(folder / file), key, file), file):
        found.append(row | {"row": f"{where} ({need(row, name, where)})"})
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
    where = row["row"]
    return ChangeRecord(row=where, old=row["old"], new=need(row, "new", where), on=day(need(row, "on", where), where))


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
        website_checked_on=optional_day(row, "website_checked_on"),
        phone=phone,
        phone_checked_on=optional_day(row, "phone_checked_on"),
        source="\n".join(source_line(need(sources, key, where)) for key in row.get("sources", [])),
        source_year=row.get("source_year"),
    )


def source_line(source: dict) -> str:
    return f"{source['publisher']}: {source['title']}. {source['url']}"


def optional_day(row: dict, key: str) -> date | None:
    return day(row[key], row["row"]) if key in row else None


def indicator(row: dict) -> IndicatorRecord:
    return IndicatorRecord(**row)
