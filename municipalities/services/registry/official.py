"""Joins the answers of the official services to one edition."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from municipalities.names import sort_key

from . import brreg, kartverket, klass
from .checking import at
from .records import CountyRecord, Edition, MunicipalityRecord

# Kartverket's point may lie at sea, and ours do not; so an official point fills a gap and replaces nothing.
FILL_ONLY = frozenset({"latitude", "longitude"})


@dataclass
class Answers:
    """The answers as they came: the parsed JSON of each, with the file or address it is from."""

    municipalities: tuple[str, dict]
    counties: tuple[str, dict]
    changes: tuple[str, dict] | None = None
    counties_of: tuple[str, dict] | None = None
    places: list[tuple[str, list]] = field(default_factory=list)
    units: list[tuple[str, dict]] = field(default_factory=list)


def read_answers(answers: Answers, *, label: str, as_of: date) -> Edition:
    """Return the edition the official services give together; raises RegistryError where they cannot be right."""
    codes = klass.read_codes(answers.municipalities[1], answers.municipalities[0], digits=4)
    counties = klass.read_codes(answers.counties[1], answers.counties[0], digits=2)
    counties_of = klass.read_counties_of(answers.counties_of[1], answers.counties_of[0]) if answers.counties_of else {}
    places = {}
    for where, data in answers.places:
        places |= kartverket.read_places(data, where)
    named = {code.number: norwegian_name(code, places.get(code.number)) for code in codes}
    units = brreg.by_municipality(brreg.read_units(answers.units), named) if answers.units else {}
    complete(codes, places, _("Kartverket"))
    complete(codes, units, _("Enhetsregisteret"))
    return Edition(
        label=label,
        as_of=as_of,
        fill_only=FILL_ONLY,
        counties=tuple(county(code) for code in counties),
        municipalities=tuple(
            municipality(code, named[code.number], places.get(code.number), units.get(code.number), counties_of)
            for code in codes
        ),
        changes=klass.read_changes(answers.changes[1], answers.changes[0]) if answers.changes else (),
    )


def complete(codes: Iterable[klass.Code], found: dict, source: str) -> None:
    """Raise RegistryError when a source that was asked lacks a municipality."""
    for code in codes:
        if found and code.number not in found:
            raise at(code.row, _("%(source)s lacks it") % {"source": source})


def county(code: klass.Code) -> CountyRecord:
    """Klass puts the Norwegian name of a county first."""
    return CountyRecord(row=code.row, number=code.number, name=code.names[0], parallel_names=code.names[1:])


def municipality(
    code: klass.Code,
    name: str,
    place: kartverket.Place | None,
    unit: brreg.LegalUnit | None,
    counties_of: dict[str, str],
) -> MunicipalityRecord:
    county_number = counties_of.get(code.number, code.number[:2])
    if place and place.county != county_number:
        reason = _("Klass puts it in county %(klass)s, Kartverket in county %(kartverket)s")
        raise at(code.row, reason % {"klass": county_number, "kartverket": place.county})
    official = [spelled(one, place) for one in code.names]
    return MunicipalityRecord(
        row=code.row,
        number=code.number,
        name=name,
        county=county_number,
        parallel_names=tuple(one for one in official if one != name),
        official_name=" - ".join(official),
        organisation_number=unit.organisation_number if unit else None,
        is_sami_area=place.is_sami_area if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        website=unit.website if unit else None,
    )


def norwegian_name(code: klass.Code, place: kartverket.Place | None) -> str:
    """Return which of the official names is the Norwegian one. Only Kartverket says it, where there are several."""
    if len(code.names) == 1:
        return code.names[0]
    if place is None:
        raise at(code.row, _("it has several names, and only Kartverket tells which of them is Norwegian"))
    for name in code.names:
        if sort_key(name) == sort_key(place.name):
            return spelled(name, place)
    raise at(code.row, _("Kartverket calls it %(name)s") % {"name": place.name})


def spelled(name: str, place: kartverket.Place | None) -> str:
    """Return a name as Kartverket spells it: Klass writes Porsángu for Porsáŋgu."""
    same = [other for other in place.names if sort_key(other) == sort_key(name)] if place else []
    return same[0] if same else name
