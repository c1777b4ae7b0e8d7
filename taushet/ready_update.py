"""An UPDATE that is put together once, for the few that the sender makes for each of very many messages."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django.db import DataError, connections, transaction
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery


class ReadyUpdate:
    """An update that each process puts together once and then makes with other values each time.

    Django puts an update together anew whenever it is made, which takes several times as long as the database does.
    `build` returns the rows and their new values from stand-ins that occur nowhere else in it: texts, whole numbers or
    moments. What the database is told is exactly what Django would tell it.
    """

    def __init__(self, build: Callable[..., tuple[QuerySet, Mapping[str, Any]]], *stand_ins) -> None:
        self.build = build
        self.stand_ins = stand_ins

    def run(self, *values) -> int:
        """Make the update with these values, given in the order of the stand-ins; return how many rows it changed."""
        sql, _places, using = self.ready
        with connections[using].cursor() as cursor:
            cursor.execute(sql, self.params(values))
            return cursor.rowcount

    def params(self, values: tuple) -> list[Any]:
        """Return what the database is given for these values."""
        _sql, places, using = self.ready
        given = [prepare(connections[using], value) for value in values]
        return [fixed if place is None else given[place] for place, fixed in places]

    @cached_property
    def ready(self) -> tuple[str, list[tuple[int | None, Any]], str]:
        rows, values = self.build(*self.stand_ins)
        query = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        using = rows.db
        sql, params = query.get_compiler(using).as_sql()
        stand_ins = [prepare(connections[using], value) for value in self.stand_ins]
        places = [(stand_ins.index(value) if value in stand_ins else None, value) for value in params]
        if {place for place, _value in places if place is not None} != set(range(len(stand_ins))):
            raise ValueError("Each stand-in has to occur in what the database is told.")
        return sql, places, using


class NotAllChanged(Exception):
    """One of several updates has changed nothing; caught here."""


def update_together(*updates: tuple[ReadyUpdate, tuple]) -> bool:
    """Make several updates, each with its values, in their order and in one commit of their own, or none of them.

    Returns False, with everything as it was, when one of them changes no row. PostgreSQL makes them in one statement,
    since each way to the database and back costs as much as the update itself.
    """
    connection = connections[updates[0][0].ready[2]]
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        params = [param for update, values in updates for param in update.params(values)]
        try:
            with connection.cursor() as cursor:
                cursor.execute(joined(tuple(update for update, _values in updates)), params)
        except DataError:
            return False
        return True
    try:
        with transaction.atomic(using=connection.alias):
            for update, values in updates:
                if not update.run(*values):
                    raise NotAllChanged
    except NotAllChanged:
        return False
    return True


@cache
def joined(updates: tuple[ReadyUpdate, ...]) -> str:
    """Return updates as one statement of PostgreSQL: each waits for the one before, and the last row divides by none.

    The division is what undoes the first of them when a later one has met no row, which no condition could.
    """
    number, parts = 0, []
    for number, update in enumerate(updates):
        after = f" AND EXISTS (SELECT FROM step{number - 1})" if number else ""
        parts.append(f"step{number} AS ({update.ready[0]}{after} RETURNING 1)")
    return f"WITH {', '.join(parts)} SELECT 1 / count(*) FROM step{number}"  # noqa: S608  Django put the parts together


def prepare(connection, value: Any) -> Any:
    """Return a value as the database takes it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
