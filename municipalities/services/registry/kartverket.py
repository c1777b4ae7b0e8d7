"""Reader of Kartverket's kommuneinfo, `/fylkerkommuner`: names by language, a point, the Sami administrative area.

A county holds `kommuner`, each with `kommunenummer`, `kommunenavnNorsk`, `gyldigeNavn` (always three places, the
unused ones null), `punktIOmrade` (GeoJSON: longitude first) and `samiskForvaltningsomrade`.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from .checking import at
from .reading import need, numbered, text

PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Place:
    """What Kartverket says of a municipality."""

    row: str
    number: str
    county: str
    name: str
    names: tuple[str, ...]
    is_sami_area: bool
    latitude: Decimal
    longitude: Decimal


def read_places(data, where: str) -> dict[str, Place]:
    """Return the municipalities of all counties by number; also takes a plain list of municipalities."""
    places = {}
    for row, county in numbered(data, where):
        municipalities = county.get("kommuner", [county]) if isinstance(county, dict) else county
        for inner, item in numbered(municipalities, row):
            place = read_place(item, inner, county)
            places[place.number] = place
    return places


def read_place(item: dict, row: str, county: dict) -> Place:
    number = text(item, "kommunenummer", row)
    where = f"{row} ({number})"
    longitude, latitude = coordinates(item, where)
    return Place(
        row=where,
        number=number,
        county=item.get("fylkesnummer") or text(county, "fylkesnummer", where),
        name=text(item, "kommunenavnNorsk", where),
        names=tuple(name["navn"] for name in need(item, "gyldigeNavn", where) if name.get("navn")),
        is_sami_area=bool(need(item, "samiskForvaltningsomrade", where)),
        latitude=latitude,
        longitude=longitude,
    )


def coordinates(item: dict, where: str) -> tuple[Decimal, Decimal]:
    pair = need(need(item, "punktIOmrade", where), "coordinates", where)
    try:
        longitude, latitude = (Decimal(str(value)).quantize(PLACES) for value in pair)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise at(where, _("the point is not a pair of numbers")) from error
    return longitude, latitude
