"""An UPDATE that is put together once, for the few that the sender makes for each of very many messages."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connections
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
        sql, places, using = self.ready
        connection = connections[using]
        given = [prepare(connection, value) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(sql, [fixed if place is None else given[place] for place, fixed in places])
            return cursor.rowcount

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


def prepare(connection, value: Any) -> Any:
    """Return a value as the database takes it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
