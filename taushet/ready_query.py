"""A query that is put together once, for the few pages that very many open at the same moment."""

from collections.abc import Callable
from functools import cached_property

from django.db import connections
from django.db.models import QuerySet


class ReadyQuery:
    """A query of values that each process puts together once and then asks with other values each time.

    Django puts a query together anew whenever it is asked, which for a handful of joins takes several times as long as
    the answer. `build` makes the query, a `values_list`, from stand-ins: texts and whole numbers that occur nowhere
    else in it; dates and decimals do not reach every database as they are. What the database is asked is exactly what
    Django would ask.
    """

    def __init__(self, build: Callable[..., QuerySet], *stand_ins) -> None:
        self.build = build
        self.stand_ins = stand_ins

    def rows(self, *values) -> list[tuple]:
        """Return the rows for these values, given in the order of the stand-ins."""
        alias, sql, places, compiler = self.ready
        with connections[alias].cursor() as cursor:
            cursor.execute(sql, [values[place] if place is not None else fixed for place, fixed in places])
            found = cursor.fetchall()
        return list(compiler.results_iter([found], tuple_expected=True))

    @cached_property
    def ready(self) -> tuple:
        queryset = self.build(*self.stand_ins)
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        places = [(self.stand_ins.index(value) if value in self.stand_ins else None, value) for value in params]
        if sorted(place for place, _value in places if place is not None) != list(range(len(self.stand_ins))):
            raise ValueError("Each stand-in has to occur once in what the database is asked.")
        return queryset.db, sql, places, compiler
