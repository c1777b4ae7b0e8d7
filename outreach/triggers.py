"""What has left and what has been approved stays as it was, also for whoever goes past the services.

Installed after every migration, since SQLite rebuilds a table by replacing it and its triggers go with it.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

# What of a letter is the letter: where it is on its way may still become known afterwards.
LETTER = (
    "mailing_id demand_version_id municipality_id mandate_id channel occasion language to_name to_email subject text"
    " facts is_demonstration content_hash message_id"
)
APPROVAL = "mailing_id approver_id house author_id last_editor_id content_hash is_public_confirmed approved_at"
HAS_LEFT = "OLD.status IN ('sent', 'stayed', 'unknown', 'failed')"


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse to edit letters that have left, and approvals in anything but that they become void."""
    differs = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"

    def changed(columns: str) -> str:
        return " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns.split())

    guards = {
        ("outreach_letter", "letter_stays_as_it_left"): f"{HAS_LEFT} AND ({changed(LETTER)})",
        ("outreach_approval", "approval_stays_as_it_was"): f"OLD.voided_at IS NOT NULL OR {changed(APPROVAL)}",
    }
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for (table, name), condition in guards.items():
            if table in tables:
                install(connection, cursor, table, name, condition)


def install(connection: BaseDatabaseWrapper, cursor, table: str, name: str, condition: str) -> None:
    when = f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN"
    if connection.vendor == "postgresql":
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = '{name}'; END $$"
        )
        cursor.execute(f"CREATE OR REPLACE TRIGGER {name} {when} ({condition}) EXECUTE FUNCTION {name}()")
    elif connection.vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE TRIGGER {name} {when} {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END")
