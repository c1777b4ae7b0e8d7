"""What every reader gives: plain records. None means that the source does not speak of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class CountyRecord:
    row: str
    number: str
    name: str
    parallel_names: tuple[str, ...] | None = None
    organisation_number: str | None = None
    language_form: str | None = None
    website: str | None = None
    valid_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class MunicipalityRecord:
    row: str
    number: str
    name: str
    county: str
    parallel_names: tuple[str, ...] | None = None
    official_name: str | None = None
    organisation_number: str | None = None
    language_form: str | None = None
    is_sami_area: bool | None = None
    population: int | None = None
    population_year: int | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    grid_column: int | None = None
    grid_row: int | None = None
    website: str | None = None
    valid_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeRecord:
    """One number continued by another from a day on."""

    row: str
    old: str
    new: str
    on: date


@dataclass(frozen=True, kw_only=True)
class CentreRecord:
    row: str
    name: str
    host: str | None = None
    municipalities: tuple[str, ...] = ()
    organisation_number: str = ""
    website: str = ""
    website_checked_on: date | None = None
    phone: str = ""
    phone_checked_on: date | None = None
    source: str = ""
    source_year: int | None = None


@dataclass(frozen=True, kw_only=True)
class IndicatorRecord:
    row: str
    key: str
    name_nb: str
    name_nn: str
    name_en: str
    kind: str
    unit: str = ""
    fresh_days: int | None = None
    knowledge_key: str = ""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Everything one import wants the registry to say, and the day it was true.

    What is named in `fill_only` is written only where the registry says nothing yet.
    """

    label: str
    as_of: date
    counties: tuple[CountyRecord, ...]
    municipalities: tuple[MunicipalityRecord, ...]
    changes: tuple[ChangeRecord, ...] = ()
    centres: tuple[CentreRecord, ...] = ()
    indicators: tuple[IndicatorRecord, ...] = ()
    fill_only: frozenset[str] = frozenset()
