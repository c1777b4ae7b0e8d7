"""Values of texts with blanks in them, which compare as one thing and are shown as another."""

from decimal import Decimal
from typing import Any


class Named:
    """A value that is compared as what it is and shown as its name."""

    name = ""


class NamedText(Named, str):
    """A text shown as its name."""


class NamedNumber(Named, int):
    """A number shown as its name."""


class Number(Decimal):
    """A number that compares as one, and is shown as it is written where the text is read, such as 12 500 or 2,5."""

    shown = ""

    def __str__(self) -> str:
        return self.shown or super().__str__()

    def __eq__(self, other: Any) -> bool:
        return super().__eq__(exact(other))

    def __lt__(self, other: Any) -> bool:
        return super().__lt__(exact(other))

    def __le__(self, other: Any) -> bool:
        return super().__le__(exact(other))

    def __gt__(self, other: Any) -> bool:
        return super().__gt__(exact(other))

    def __ge__(self, other: Any) -> bool:
        return super().__ge__(exact(other))

    __hash__ = Decimal.__hash__


class NamedDecimal(Named, Number):
    """A decimal number shown as its name."""


def number(value: Decimal, shown: str) -> Number:
    """Return a number as a template compares and shows it."""
    made = Number(value)
    made.shown = shown
    return made


def exact(value: Any) -> Any:
    """Return a number that a template has with a point as the decimal it says: 0.1 is a tenth."""
    return Decimal(repr(value)) if isinstance(value, float) else value


class Blank(str):
    """A value that is not there: it compares as nothing, and cannot be shown."""

    name = ""
