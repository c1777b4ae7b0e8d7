"""A query that is put together once, for the few pages that very many open at the same moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable


class ReadyQuery:
    """A query that each process puts together once and then asks with other values each time.

    Django puts a query together anew whenever it is asked, which for a handful of joins takes several times as long as
    the answer. `build` makes the query from stand-ins: texts and whole numbers that occur nowhere else in it; dates and
    decimals do not reach every database as they are. What the database is asked is exactly what Django would ask.
    """

    def __init__(self, build: Callable[..., QuerySet], *stand_ins) -> None:
        self.build = build
        self.stand_ins = stand_ins

    def rows(self, *values) -> list[tuple]:
        """Return the rows of a `values_list` for these values, given in the order of the stand-ins."""
        return list(self.ready.compiler.results_iter([self._fetch(values)], tuple_expected=True))

    def objects(self, *values) -> list[Model]:
        """Return the objects for these values, those of `select_related` with them; nothing is prefetched."""
        return list(ModelIterable(_Answered(self.ready, self._fetch(values))))

    def first(self, *values) -> Any:
        """Return the first object for these values, or None."""
        return next(iter(self.objects(*values)), None)

    def _fetch(self, values: tuple) -> list[tuple]:
        ready = self.ready
        with connections[ready.queryset.db].cursor() as cursor:
            cursor.execute(ready.sql, [values[place] if place is not None else fixed for place, fixed in ready.places])
            return cursor.fetchall()

    @cached_property
    def ready(self) -> "_Ready":
        queryset = self.build(*self.stand_ins)
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        places = [(self.stand_ins.index(value) if value in self.stand_ins else None, value) for value in params]
        if sorted(place for place, _value in places if place is not None) != list(range(len(self.stand_ins))):
            raise ValueError("Each stand-in has to occur once in what the database is asked.")
        return _Ready(queryset, compiler, sql, places)


@dataclass(frozen=True)
class _Ready:
    queryset: QuerySet
    compiler: Any
    sql: str
    places: list[tuple[int | None, Any]]


class _Answered:
    """A queryset and its compiler in one, as Django's `ModelIterable` wants them, with the answer there already."""

    def __init__(self, ready: _Ready, rows: list[tuple]) -> None:
        self.ready = ready
        self.rows = rows
        self.query = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ready.queryset, name)

    def get_compiler(self, **_using) -> "_Answered":
        return self

    def execute_sql(self, **_chunks) -> list[list[tuple]]:
        return [self.rows]

    def results_iter(self, results: list[list[tuple]]) -> Iterator:
        return self.ready.compiler.results_iter(results)

    @property
    def select(self):
        return self.ready.compiler.select

    @property
    def klass_info(self):
        return self.ready.compiler.klass_info

    @property
    def annotation_col_map(self):
        return self.ready.compiler.annotation_col_map
