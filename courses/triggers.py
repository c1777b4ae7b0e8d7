"""What the database itself keeps from happening, beyond the constraints that Django knows.

Installed after every migration, since SQLite rebuilds a table by replacing it and its triggers go with it.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

OVERLAP = "trainer_in_one_place"

# What the exclusion constraint of `AssignedMeeting` does on PostgreSQL, for SQLite.
# SQLite holds points in time as text in UTC and one format, so text compares as time does.
OVERLAP_BODY = """
    WHEN NOT NEW.is_cancelled AND EXISTS (
        SELECT 1 FROM courses_assignedmeeting AS other
        WHERE other.trainer_id = NEW.trainer_id AND NOT other.is_cancelled AND other.id IS NOT NEW.id
          AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
    )
    BEGIN SELECT RAISE(ABORT, '{name}'); END
"""


@dataclass(frozen=True)
class Guard:
    """Columns of a table that stay as they were written, except when a row is emptied of people (design rule 14)."""

    table: str
    columns: tuple[str, ...]
    unless: str

    @property
    def name(self) -> str:
        return f"{self.table}_is_never_edited"


GUARDS = (
    Guard("courses_attendancemark", ("meeting_id", "is_present", "made_at", "received_at", "client_key"), "1 = 0"),
    Guard("courses_attendancemark", ("participant_id", "made_by_id"), "NEW.participant_id IS NULL"),
    Guard(
        "courses_certificate",
        (
            "participant_id",
            "session_id",
            "number",
            "code",
            "name",
            "language",
            "course_title",
            "first_on",
            "last_on",
            "hours",
            "required_percent",
            "issued_at",
        ),
        "NEW.erased_at IS NOT NULL",
    ),
    Guard("courses_revocation", ("certificate_id", "percent", "revoked_at"), "1 = 0"),
    Guard("courses_einvoice", ("kind", "number", "key", "issued_on", "total", "buyer_number"), "1 = 0"),
    Guard("courses_einvoice", ("file_id",), "NEW.state = 'made'"),
)


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse two meetings of a trainer at once (SQLite only) and changes of what is never edited."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if connection.vendor == "sqlite" and "courses_assignedmeeting" in tables:
            _refuse_overlaps(cursor)
        if connection.vendor == "postgresql":
            cursor.execute(REFUSE)
        for number, guard in enumerate(GUARDS):
            if guard.table in tables:
                _guard(cursor, guard, number, connection.vendor)


def lift_triggers(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers of SQLite before tables are migrated; whoever migrates installs them again afterwards.

    SQLite changes a table by making it anew, and cannot while a trigger of another table asks about it.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'courses\\_%' ESCAPE '\\'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")


REFUSE = """
    CREATE OR REPLACE FUNCTION courses_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$
"""


def _refuse_overlaps(cursor) -> None:
    for event in ("insert", "update"):
        name = f"{OVERLAP}_{event}"
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE {event.upper()} ON courses_assignedmeeting FOR EACH ROW"
            + OVERLAP_BODY.format(name=OVERLAP)
        )


def _guard(cursor, guard: Guard, number: int, vendor: str) -> None:
    name, columns = f"{guard.name}_{number}", ", ".join(guard.columns)
    start = f"TRIGGER {name} BEFORE UPDATE OF {columns} ON {guard.table} FOR EACH ROW WHEN (NOT ({guard.unless}))"
    if vendor == "postgresql":
        cursor.execute(f"CREATE OR REPLACE {start} EXECUTE FUNCTION courses_refuse_change('{guard.name}')")
    elif vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE {start} BEGIN SELECT RAISE(ABORT, '{guard.name}'); END")
