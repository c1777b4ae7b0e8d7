"""Reader of Enhetsregisteret: the legal unit of each municipality (organisation form KOMM).

A page is HAL: the units in `_embedded.enheter`, the paging in `page`. Herøy and Våler occur twice, so a unit belongs to
the municipality whose number its business address carries, never to one with its name.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .checking import at
from .reading import need, numbered, text


@dataclass(frozen=True)
class LegalUnit:
    """A municipality as a legal unit."""

    row: str
    number: str
    organisation_number: str
    name: str
    website: str | None


def read_units(pages: Iterable[tuple[str, dict]]) -> tuple[LegalUnit, ...]:
    """Return the units of all pages; raises RegistryError when pages are missing."""
    units: list[LegalUnit] = []
    total, where = None, ""
    for where, page in pages:
        total = need(need(page, "page", where), "totalElements", where)
        if total:
            units += [read_unit(item, row) for row, item in rows(page, where) if not item.get("slettedato")]
    if total is not None and len(units) < total:
        raise at(where, _("%(count)d of %(total)d units are here") % {"count": len(units), "total": total})
    return tuple(units)


def rows(page: dict, where: str):
    return numbered(need(need(page, "_embedded", where), "enheter", where), where)


def read_unit(item: dict, row: str) -> LegalUnit:
    organisation_number, name = text(item, "organisasjonsnummer", row), text(item, "navn", row)
    where = f"{row} ({organisation_number} {name})"
    return LegalUnit(
        row=where,
        number=text(need(item, "forretningsadresse", where), "kommunenummer", where),
        organisation_number=organisation_number,
        name=name,
        website=clean_website(item.get("hjemmeside") or ""),
    )


def clean_website(address: str) -> str | None:
    """Return `www.gjovik.kommune.no` for `https://www.gjovik.kommune.no/`, or None when nothing is said."""
    return address.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/") or None


def by_municipality(units: Iterable[LegalUnit], names: dict[str, str]) -> dict[str, LegalUnit]:
    """Return the unit of each municipality; where two share an address, the one that carries the name."""
    found: dict[str, LegalUnit] = {}
    for unit in units:
        other = found.setdefault(unit.number, unit)
        if other is unit:
            continue
        mine = [u for u in (other, unit) if f"{names.get(unit.number, '').upper()} KOMMUNE" in u.name]
        if len(mine) != 1:
            raise at(
                unit.row,
                _("%(number)s has another unit already: %(other)s")
                % {
                    "number": unit.number,
                    "other": other.row,
                },
            )
        found[unit.number] = mine[0]
    return found
