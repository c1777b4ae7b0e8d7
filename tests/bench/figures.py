"""A measured figure, and how it is printed."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Figure:
    """One figure. `reference` is what it is held against: something measured in the same run, or a stated goal."""

    name: str
    value: float
    unit: str
    reference: float
    reference_is: str
    at_least: float | None = None  # the ratio value / reference that is aimed at
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.reference if self.reference else 0.0

    @property
    def reached(self) -> bool:
        low = self.at_least is None or self.ratio >= self.at_least
        return low and (self.at_most is None or self.ratio <= self.at_most)

    def line(self) -> str:
        aim = f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"
        word = "reached" if self.reached else "MISSED"
        return (
            f"{self.name:<52} {self.value:10.2f} {self.unit:<8} {self.reference:9.2f} {self.reference_is:<31} "
            f"{self.ratio:6.2f}  {aim:<7} {word}"
        )


def heading() -> str:
    return f"{'name':<52} {'value':>10} {'unit':<8} {'reference':>9} {'which is':<31} {'ratio':>6}  aim"


def save(figures: list[Figure], path: Path) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(figure) | {"ratio": figure.ratio, "reached": figure.reached} for figure in figures]
    path.write_text(json.dumps(rows, indent=1) + "\n")
