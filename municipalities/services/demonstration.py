"""The registry's part of the demonstration: the real municipalities, and a few facts marked as invented."""

from collections.abc import Callable

from municipalities.exceptions import OlderEdition
from municipalities.models import Municipality

from .registry.bundled import read_bundled
from .registry.writing import import_edition


def load(write: Callable[[str], None]) -> None:
    """Load the municipalities that come with the project."""
    try:
        import_edition(read_bundled())
    except OlderEdition as error:
        write(str(error))
    write(f"{Municipality.objects.current().count()} municipalities")
