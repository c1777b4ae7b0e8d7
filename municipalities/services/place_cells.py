"""Which municipality or county a cell of a table means, by number or by name."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from municipalities.models import County, Municipality
from municipalities.names import fold

WORDS_OF_PLACES = ("kommune", "herad", "bykommune", "fylkeskommune", "fylke", "suohkan", "gielda", "tjielte")


@dataclass(frozen=True)
class Place:
    """Where a list's offices are: one municipality or one county."""

    key: str
    name: str
    municipality: Municipality | None = None
    county: County | None = None

    @property
    def label(self) -> str:
        """The place as it is shown: with its county when two share the name."""
        return str(self.municipality or self.name)

    @property
    def where(self) -> dict:
        """The place as the fields of a body."""
        return {"municipality": self.municipality, "county": self.county}


def municipality_place(municipality: Municipality) -> Place:
    return Place(municipality.pk, municipality.name, municipality=municipality)


def county_place(county: County) -> Place:
    return Place(f"f{county.pk}", f"{county.name} fylkeskommune", county=county)


class Places:
    """Today's municipalities and counties, found by number or by name however it is spelled."""

    def __init__(self) -> None:
        self.by_key: dict[str, Place] = {}
        self.by_name: dict[str, set[str]] = {}
        for county in County.objects.current():
            place = county_place(county)
            self.add(place, [f"{name} fylkeskommune" for name in [county.name, *county.parallel_names]])
            self.by_key[county.pk] = place
        for municipality in Municipality.objects.current().select_related("county"):
            names = [municipality.name, *municipality.parallel_names, municipality.official_name]
            full = f"{municipality.name} ({municipality.county.name})"
            self.add(municipality_place(municipality), [*names, full])

    def add(self, place: Place, names: list[str]) -> None:
        self.by_key[place.key] = place
        for name in names:
            self.by_name.setdefault(place_key(name), set()).add(place.key)

    def find(self, text: str) -> Place | None:
        """Return the place a cell means, None when it is unknown or could be two (Herøy and Våler)."""
        number = text.removeprefix("K-").strip()
        if number.isdigit() and len(number) in {1, 2, 3, 4}:
            # Spreadsheets take the 0 off 0301; a county has two digits.
            return self.by_key.get(number.zfill(4) if len(number) > 2 else number.zfill(2))
        head = text.split()[0] if text.split() else ""
        if head.isdigit() and len(head) == 4:
            return self.by_key.get(head)
        keys = self.by_name.get(place_key(text), set())
        return self.by_key[next(iter(keys))] if len(keys) == 1 else None

    def why_unknown(self, text: str) -> str:
        """Return in words why a cell means no place: unknown, or two places of one name."""
        keys = self.by_name.get(place_key(text), set())
        if len(keys) < 2:
            return _("We do not know the municipality “%(name)s”.") % {"name": text[:60]}
        names = sorted(f"{self.by_key[key].label} {key}" for key in keys)
        return _("“%(name)s” can be %(places)s. Write the number, or the county in brackets.") % {
            "name": text[:60],
            "places": _(" or ").join(names),
        }


def place_key(name: str) -> str:
    words = fold(name).split()
    is_county = any(word in {"fylkeskommune", "fylke"} for word in words)
    bare = " ".join(word for word in words if word not in WORDS_OF_PLACES)
    return f"fylke {bare}" if is_county else bare
