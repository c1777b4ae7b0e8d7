"""The tile map of Norway: one square for each municipality, coloured by what is known of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import ngettext

from municipalities.models import Municipality
from municipalities.models.registry import joined_names

# A square and the gap after it, in the units of the drawing.
SIDE = 20
STEP = 22
# From how many on a square gets its colour: none, one, a few, many.
LEVELS = (0, 1, 2, 4)


@dataclass(frozen=True)
class Tile:
    """One square: where it stands, how dark it is, what it leads to."""

    municipality: Municipality
    count: int | None
    level: str
    x: int
    y: int
    is_dimmed: bool

    @property
    def label(self) -> str:
        """What the square says to those who hear it or rest on it."""
        names = joined_names(self.municipality.name, self.municipality.parallel_names)
        place = f"{names}, {self.municipality.county.name}"
        if self.count is None:
            return place
        held = ngettext("%(count)s course held", "%(count)s courses held", self.count) % {"count": self.count}
        return f"{place}: {held}"

    @property
    def middle(self) -> int:
        return self.x + SIDE // 2

    @property
    def baseline(self) -> int:
        return self.y + 15


@dataclass(frozen=True)
class TileMap:
    """The drawing as a whole."""

    tiles: tuple[Tile, ...]
    width: int
    height: int
    side: int = SIDE


def tile_map(municipalities: Iterable[Municipality], shown: set[str], knowledge: str) -> TileMap:
    """Return the map; those not in `shown` are dimmed. `knowledge` names the annotation that colours it."""
    tiles = tuple(
        tile(place, getattr(place, knowledge, None), place.number not in shown)
        for place in municipalities
        if place.grid_column is not None and place.grid_row is not None
    )
    width = max((tile.x for tile in tiles), default=0) + STEP
    height = max((tile.y for tile in tiles), default=0) + STEP
    return TileMap(tiles, width, height)


def tile(place: Municipality, count: int | None, is_dimmed: bool) -> Tile:
    return Tile(place, count, level(count), place.grid_column * STEP + 1, place.grid_row * STEP + 1, is_dimmed)


def level(count: int | None) -> str:
    """Return the step of colour: unknown, or 0 to 3."""
    if count is None:
        return "unknown"
    return str(max(step for step, least in enumerate(LEVELS) if count >= least))
