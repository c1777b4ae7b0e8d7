"""What the database itself keeps from happening to issued documents and to money that has come in (design rule 14).

No row of them is deleted, nothing they say is changed but what may tell of a person, no line is put in afterwards,
nothing is credited twice, and nothing is issued into a closed period. The same conditions hold on both databases.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from courses.triggers import Guard

OF_DOCUMENTS = (
    "number",
    "issued_on",
    "issued_at",
    "issued_by_id",
    "seller",
    "buyer",
    "account",
    "kid",
    "language",
    "vat",
    "net",
    "vat_total",
    "total",
    "note",
)
OF_LINES = (
    "place",
    "name",
    "description",
    "quantity",
    "unit_price",
    "net",
    "vat_category",
    "vat_percent",
    "account_code",
    "vat_code",
)
OF_PEOPLE = ("buyer_contact", "buyer_reference", "order_reference")
NEVER, WHEN_ERASED = "1 = 0", "NEW.erased_at IS NOT NULL"
OF_PAYMENTS = (
    "amount",
    "way",
    "paid_at",
    "external_reference",
    "kid",
    "corrects_id",
    "recorded_at",
    "recorded_by_id",
)

MONEY_GUARDS = (
    Guard(
        "courses_invoice",
        (
            *OF_DOCUMENTS,
            "due_on",
            "delivered_on",
            "delivery_place",
            "terms",
            "prepaid",
            "is_collective",
            "replaces_id",
            "payer_id",
            "municipality_id",
        ),
        NEVER,
    ),
    Guard("courses_invoice", OF_PEOPLE, WHEN_ERASED),
    Guard("courses_creditnote", (*OF_DOCUMENTS, "invoice_id", "reason"), NEVER),
    Guard("courses_creditnote", OF_PEOPLE, WHEN_ERASED),
    Guard("courses_invoiceline", (*OF_LINES, "invoice_id", "booking_id", "fee_id", "what"), NEVER),
    Guard("courses_creditnoteline", (*OF_LINES, "credit_note_id", "invoice_line_id", "releases"), NEVER),
    Guard("courses_payment", OF_PAYMENTS, NEVER),
    Guard(
        "courses_payment", ("invoice_id",), "OLD.invoice_id IS NULL OR OLD.invoice_id = COALESCE(NEW.invoice_id, -1)"
    ),
    Guard(
        "courses_payment", ("booking_id",), "OLD.booking_id IS NULL OR OLD.booking_id = COALESCE(NEW.booking_id, -1)"
    ),
    Guard("courses_numberseries", ("next_number",), "NEW.next_number >= OLD.next_number"),
)

KEPT = (
    "courses_invoice",
    "courses_invoiceline",
    "courses_creditnote",
    "courses_creditnoteline",
    "courses_payment",
    "courses_numberseries",
    "courses_closedperiod",
)


@dataclass(frozen=True)
class Refusal:
    """Rows of a table that are not let in: those where `condition` holds. PostgreSQL first locks what it counts."""

    name: str
    table: str
    condition: str
    lock: str = ""


REFUSALS = (
    Refusal(
        "invoice_line_comes_with_its_invoice",
        "courses_invoiceline",
        "ROUND(COALESCE((SELECT SUM(net) FROM courses_invoiceline WHERE invoice_id = NEW.invoice_id), 0) + NEW.net, 2)"
        " > ROUND((SELECT net FROM courses_invoice WHERE id = NEW.invoice_id), 2)",
    ),
    Refusal(
        "credit_note_line_comes_with_its_note",
        "courses_creditnoteline",
        "ROUND(COALESCE((SELECT SUM(net) FROM courses_creditnoteline WHERE credit_note_id = NEW.credit_note_id), 0)"
        " + NEW.net, 2) > ROUND((SELECT net FROM courses_creditnote WHERE id = NEW.credit_note_id), 2)",
    ),
    Refusal(
        "credited_at_most_once",
        "courses_creditnoteline",
        "ROUND(COALESCE((SELECT SUM(net) FROM courses_creditnoteline WHERE invoice_line_id = NEW.invoice_line_id), 0)"
        " + NEW.net, 2) > ROUND((SELECT net FROM courses_invoiceline WHERE id = NEW.invoice_line_id), 2)",
        lock="SELECT 1 FROM courses_invoiceline WHERE id = NEW.invoice_line_id FOR UPDATE",
    ),
    Refusal(
        "credited_on_its_own_invoice",
        "courses_creditnoteline",
        "(SELECT invoice_id FROM courses_invoiceline WHERE id = NEW.invoice_line_id)"
        " <> (SELECT invoice_id FROM courses_creditnote WHERE id = NEW.credit_note_id)",
    ),
    Refusal(
        "credit_notes_within_their_invoice",
        "courses_creditnote",
        "ROUND(COALESCE((SELECT SUM(total) FROM courses_creditnote WHERE invoice_id = NEW.invoice_id), 0)"
        " + NEW.total, 2) > ROUND((SELECT total FROM courses_invoice WHERE id = NEW.invoice_id), 2)",
        lock="SELECT 1 FROM courses_invoice WHERE id = NEW.invoice_id FOR UPDATE",
    ),
    Refusal(
        "payment_taken_back_as_it_stands",
        "courses_payment",
        "NEW.amount < 0 AND NOT EXISTS (SELECT 1 FROM courses_payment wrong WHERE wrong.id = NEW.corrects_id"
        " AND wrong.way <> 'card' AND wrong.way = NEW.way AND ROUND(wrong.amount + NEW.amount, 2) = 0"
        " AND COALESCE(wrong.invoice_id, -1) = COALESCE(NEW.invoice_id, -1)"
        " AND COALESCE(wrong.booking_id, -1) = COALESCE(NEW.booking_id, -1))",
    ),
    *(
        Refusal(
            f"{table}_outside_closed_periods",
            table,
            "EXISTS (SELECT 1 FROM courses_closedperiod WHERE until >= NEW.issued_on)",
        )
        for table in ("courses_invoice", "courses_creditnote")
    ),
)


def install_money_guards(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse what must not happen; called after migration, when all tables stand."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if "courses_payment" not in tables:
            return
        install = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
        for number, guard in enumerate(MONEY_GUARDS):
            event = f"UPDATE OF {', '.join(guard.columns)}"
            install(cursor, f"{guard.name}_{number}", guard.table, event, f"NOT ({guard.unless})")
        for table in KEPT:
            install(cursor, f"{table}_is_never_deleted", table, "DELETE", "1 = 1")
        for refusal in REFUSALS:
            install(cursor, refusal.name, refusal.table, "INSERT", refusal.condition, lock=refusal.lock)


def _on_postgresql(cursor, name: str, table: str, event: str, condition: str, lock: str = "") -> None:
    lock = f"PERFORM {lock.removeprefix('SELECT ')};" if lock else ""
    row = "OLD" if event == "DELETE" else "NEW"
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock}"
        f" IF {condition} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$"
    )
    cursor.execute(f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _on_sqlite(cursor, name: str, table: str, event: str, condition: str, lock: str = "") -> None:
    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    cursor.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )
