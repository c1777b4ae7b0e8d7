"""Helps the readers to take values out of foreign JSON and to say where it is not as it should be."""

import json
from collections.abc import Callable, Iterable
from datetime import date

from django.utils.translation import gettext as _

from municipalities.exceptions import RegistryError

from .checking import at


def parse(text: str | bytes, where: str):
    """Return the JSON of a file or an answer; raises RegistryError when it is cut off or no JSON at all."""
    try:
        return json.loads(text)
    except ValueError as error:
        reason = {"file": where, "error": error}
        raise RegistryError(_("The file %(file)s is broken or cut off: %(error)s.") % reason) from error


def need(row, key: str, where: str):
    """Return a value that must be there; raises RegistryError with the row when it is not."""
    if not isinstance(row, dict) or key not in row:
        raise at(where, _("“%(key)s” is missing") % {"key": key})
    return row[key]


def text(row, key: str, where: str) -> str:
    value = need(row, key, where)
    if not isinstance(value, str) or not value.strip():
        raise at(where, _("“%(key)s” is empty or no text") % {"key": key})
    return value.strip()


def day(value, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise at(where, _("“%(value)s” is not a date") % {"value": value}) from error


def numbered(rows, file: str) -> Iterable[tuple[str, dict]]:
    """Yield each row of a list with the place it stands at; raises RegistryError when it is no list."""
    if not isinstance(rows, list):
        raise at(file, _("there is no list where one should be"))
    for place, row in enumerate(rows, start=1):
        where = _("%(file)s, row %(place)d") % {"file": file, "place": place}
        if not isinstance(row, dict):
            raise at(where, _("this is not a row with named values"))
        yield where, row


def made[Record](reader: Callable[[dict], Record], row: dict) -> Record:
    """Return what a reader makes of a row; a value of the wrong sort becomes an error that names the row."""
    try:
        return reader(row)
    except (TypeError, ValueError, ArithmeticError, AttributeError, KeyError) as error:
        raise at(row["row"], _("it cannot be read (%(error)s)") % {"error": error}) from error
