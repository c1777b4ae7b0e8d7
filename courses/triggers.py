"""What the exclusion constraint of `AssignedMeeting` does on PostgreSQL, for SQLite.

Installed after every migration, since SQLite rebuilds a table by replacing it and its triggers go with it.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

NAME = "trainer_in_one_place"

# SQLite holds points in time as text in UTC and one format, so text compares as time does.
BODY = """
    WHEN NOT NEW.is_cancelled AND EXISTS (
        SELECT 1 FROM courses_assignedmeeting AS other
        WHERE other.trainer_id = NEW.trainer_id AND NOT other.is_cancelled AND other.id IS NOT NEW.id
          AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
    )
    BEGIN SELECT RAISE(ABORT, '{name}'); END
"""


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make SQLite refuse two meetings of a trainer at once; other databases are left alone."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        if "courses_assignedmeeting" not in connection.introspection.table_names(cursor):
            return
        for event in ("insert", "update"):
            name = f"{NAME}_{event}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE {event.upper()} ON courses_assignedmeeting FOR EACH ROW"
                + BODY.format(name=NAME)
            )
