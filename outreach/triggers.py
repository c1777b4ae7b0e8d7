"""What has left and what has been approved stays as it was, also for whoever goes past the services.

Installed after every migration, since SQLite rebuilds a table by replacing it and its triggers go with it. Who goes
back to an older release has tables with fewer columns: what asks about those that are gone is not installed.
"""

import re
from collections.abc import Callable

from django.db.backends.base.base import BaseDatabaseWrapper

# What of a letter is the letter: where it is on its way may still become known afterwards.
LETTER = (
    "mailing_id demand_version_id municipality_id mandate_id channel occasion language to_name to_email subject text"
    " facts is_demonstration content_hash message_id pdf_id pdf_sha256 edited_by_id"
    " edited_at drafted_subject drafted_text holder message_hash"
)
# What a letter asks of an office follows the letter, and its first demand is written by the database itself.
TAKEN = "'queued', 'sent', 'stayed', 'unknown', 'failed', 'stopped'"
FOLLOWED = "demand_version_id mandate_id channel occasion status"
FOLLOW = f"""UPDATE outreach_letterdemand SET mandate_id = NEW.mandate_id, channel = NEW.channel,
 occasion = NEW.occasion, is_taken = NEW.status IN ({TAKEN}),
 demand_version_id = CASE WHEN position = 0 THEN NEW.demand_version_id ELSE demand_version_id END
 WHERE letter_id = NEW.id"""  # noqa: S608  nothing but constants
BEGIN = f"""INSERT INTO outreach_letterdemand
 (letter_id, demand_version_id, position, mandate_id, channel, occasion, is_taken) VALUES
 (NEW.id, NEW.demand_version_id, 0, NEW.mandate_id, NEW.channel, NEW.occasion, NEW.status IN ({TAKEN}))"""  # noqa: S608
JOIN = f"""UPDATE outreach_letterdemand SET mandate_id = letter.mandate_id, channel = letter.channel,
 occasion = letter.occasion, is_taken = letter.status IN ({TAKEN})
 FROM outreach_letter AS letter WHERE letter.id = NEW.letter_id AND outreach_letterdemand.id = NEW.id"""  # noqa: S608
# What was promised, by whom and when; only how it goes may change, and that once by a second person.
COMMITMENT = "reply_id quote mandate_id speaker said_on demand_id municipality_id due_on entered_by_id entered_at"
DECIDED = "confirmed_by_id confirmed_at refused_by_id refused_at refused_why"
WAS_DECIDED = "(OLD.confirmed_at IS NOT NULL OR OLD.refused_at IS NOT NULL)"
# How it stood with a promise and what shows it; a second person decides on it once.
CHANGE = (
    "commitment_id status reason evidence evidence_url evidence_file_id changed_by_id changed_at is_public needs_second"
)
# The same letter to another address: what is proposed stays, what is approved or taken back stays so.
REDELIVERY = "letter_id to_email proposed_by_id proposed_at content_hash"
REDELIVERED = "approved_by_id approved_at message_id message_hash withdrawn_at"
WAS_SETTLED = "(OLD.approved_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL)"
# Who objected and when; what was said is only ever erased.
OBJECTION = "politician_id source made_at recorded_by_id"
# Rows that are never taken away: all of a table, or those for which a condition holds.
KEPT = {
    "outreach_commitmentchange": ("commitment_change_is_never_deleted", "1 = 1"),
    "outreach_publishedwords": ("public_wording_is_never_deleted", "1 = 1"),
    "outreach_commitment": ("commitment_is_never_deleted", WAS_DECIDED),
    "outreach_letter": ("letter_is_never_deleted", "OLD.message_id IS NOT NULL"),
    "outreach_approval": ("approval_is_never_deleted", "1 = 1"),
    "outreach_submissionapproval": ("submission_approval_is_never_deleted", "1 = 1"),
    "outreach_redelivery": ("redelivery_is_never_deleted", "1 = 1"),
    "outreach_objection": ("objection_is_never_deleted", "1 = 1"),
}
# What was public stays as it was; only its words may be emptied, when the reply is erased.
PUBLISHED = "reply_id number published_at published_by_id"
OF_AN_APPROVAL = "approver_id house author_id last_editor_id content_hash is_public_confirmed approved_at"
APPROVAL = f"mailing_id {OF_AN_APPROVAL}"
SUBMISSION_APPROVAL = f"submission_id {OF_AN_APPROVAL}"
HAS_LEFT = "OLD.status IN ('sent', 'stayed', 'unknown', 'failed')"
COLUMN = re.compile(r"\b(?:OLD|NEW)\.(\w+)")


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse to edit or take away what has left, what is approved and what is decided."""
    differs = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"

    def changed(columns: str) -> str:
        return " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns.split())

    guards = {
        ("outreach_letter", "letter_stays_as_it_left"): f"{HAS_LEFT} AND ({changed(LETTER)})",
        ("outreach_approval", "approval_stays_as_it_was"): f"OLD.voided_at IS NOT NULL OR {changed(APPROVAL)}",
        ("outreach_commitment", "commitment_stays_as_it_was"): (
            f"{changed(COMMITMENT)} OR {WAS_DECIDED} AND ({changed(DECIDED)})"
            f" OR OLD.status = 'withdrawn' AND ({changed('status hidden_at')})"
        ),
        ("outreach_commitmentchange", "commitment_change_stays_as_it_was"): (
            f"{changed(CHANGE)} OR {WAS_DECIDED} AND ({changed(DECIDED)})"
        ),
        ("outreach_publishedwords", "published_words_stay_as_they_were"): (
            f"{changed(PUBLISHED)} OR ({changed('text speaker')}) AND (NEW.text <> '' OR NEW.speaker <> '')"
        ),
        ("outreach_redelivery", "redelivery_stays_as_it_was"): (
            f"{changed(REDELIVERY)} OR {WAS_SETTLED} AND ({changed(REDELIVERED)})"
        ),
        ("outreach_objection", "objection_stays_as_it_was"): (
            f"{changed(OBJECTION)} OR NEW.note <> '' AND ({changed('note')})"
            f" OR OLD.withdrawn_at IS NOT NULL AND ({changed('withdrawn_at')})"
        ),
        (
            "outreach_submissionapproval",
            "submission_approval_stays_as_it_was",
        ): f"OLD.voided_at IS NOT NULL OR {changed(SUBMISSION_APPROVAL)}",
    }
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if "outreach_letterdemand" in tables:
            install_followers(connection, cursor, changed)
        for (table, name), condition in guards.items():
            if table in tables:
                install(connection, cursor, table, name, condition)
        for table, (name, condition) in KEPT.items():
            if table in tables:
                install(connection, cursor, table, name, condition, event="DELETE")


def install(
    connection: BaseDatabaseWrapper, cursor, table: str, name: str, condition: str, event: str = "UPDATE"
) -> None:
    when = f"BEFORE {event} ON {table} FOR EACH ROW WHEN"
    there = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    if not there.issuperset(COLUMN.findall(condition)):
        drop(connection, cursor, table, name)
    elif connection.vendor == "postgresql":
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = '{name}'; END $$"
        )
        cursor.execute(f"CREATE OR REPLACE TRIGGER {name} {when} ({condition}) EXECUTE FUNCTION {name}()")
    elif connection.vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE TRIGGER {name} {when} {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END")


def drop(connection: BaseDatabaseWrapper, cursor, table: str, name: str) -> None:
    of_table = f" ON {table}" if connection.vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of_table}")


FOLLOWERS = {
    "letter_asks": "outreach_letter",
    "letter_asks_on": "outreach_letter",
    "demand_joins_letter": "outreach_letterdemand",
}


def drop_followers(connection: BaseDatabaseWrapper) -> None:
    """Take them away while tables change: SQLite renames none that a trigger of another table names."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for name, table in FOLLOWERS.items():
            if table in tables:
                drop(connection, cursor, table, name)


def install_followers(connection: BaseDatabaseWrapper, cursor, changed: Callable[[str], str]) -> None:
    """Keep what letters ask of offices in step with the letters, also for whoever goes past the services."""
    for table, name, event, condition, statement in (
        ("outreach_letter", "letter_asks", "INSERT", "TRUE", BEGIN),
        ("outreach_letter", "letter_asks_on", "UPDATE", changed(FOLLOWED), FOLLOW),
        ("outreach_letterdemand", "demand_joins_letter", "INSERT", "NEW.position > 0", JOIN),
    ):
        when = f"AFTER {event} ON {table} FOR EACH ROW WHEN"
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {statement}; RETURN NULL; END $$"
            )
            cursor.execute(f"CREATE OR REPLACE TRIGGER {name} {when} ({condition}) EXECUTE FUNCTION {name}()")
        elif connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE TRIGGER {name} {when} {condition} BEGIN {statement}; END")
