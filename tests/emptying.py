"""Empties the database after a test that really committed: only what it has filled, not hundreds of tables.

Django truncates every table and lets all receivers of post_migrate write their rows again, which takes longer than most
of these tests. That happens once here; what then stands in the database is remembered and put back after the next ones.
"""

from contextlib import contextmanager

from django.db import connection, transaction
from django.test import TransactionTestCase

from courses.money_guards import KEPT
from outreach.triggers import KEPT as COMMITMENTS

flush = TransactionTestCase._fixture_teardown
remembered = {}


def install():
    TransactionTestCase._fixture_teardown = empty


def empty(self):
    if not can_pass_over_keys() or self.available_apps is not None or self.serialized_rollback:
        with unguarded():
            flush(self)
        return
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    if not remembered:
        with unguarded():
            flush(self)
        remembered.update((table, rows(table)) for table in filled(tables))
        return
    with transaction.atomic(), unguarded(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled(tables) | set(remembered):
            kept = remembered.get(table, [])
            if kept and rows(table) == kept:
                continue
            cursor.execute(f"DELETE FROM {quoted(table)}")
            if kept:
                places = ", ".join(["%s"] * len(kept[0]))
                cursor.executemany(f"INSERT INTO {quoted(table)} VALUES ({places})", kept)


@contextmanager
def unguarded():
    """Let rows that are never deleted be deleted: on SQLite their triggers stand aside; PostgreSQL passes over them."""
    guards = []
    if connection.vendor == "sqlite" and filled([*KEPT, *COMMITMENTS]):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_is_never_deleted'"
            )
            guards = cursor.fetchall()
            for name, _sql in guards:
                cursor.execute(f"DROP TRIGGER {name}")
    yield
    with connection.cursor() as cursor:
        for name, sql in guards:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")  # a flush has put it back already
            cursor.execute(sql)


def can_pass_over_keys() -> bool:
    """Whether rows may be deleted in any order: SQLite looks at the commit, a superuser of PostgreSQL need not look."""
    if connection.vendor != "postgresql":
        return connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return cursor.fetchone()[0]


def filled(tables) -> set[str]:
    """Return those of the tables that have rows."""
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})" for table in tables]
    found = set()
    with connection.cursor() as cursor:
        for first in range(0, len(asked), 100):  # SQLite takes no more in one statement than 500
            cursor.execute(" UNION ALL ".join(asked[first : first + 100]))
            found |= {table for (table,) in cursor.fetchall()}
    return found


def rows(table) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quoted(table)}")
        return sorted(cursor.fetchall(), key=repr)


def quoted(table):
    return connection.ops.quote_name(table)
