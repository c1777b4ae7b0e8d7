"""What the database refuses to do with issued documents, whoever asks it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from courses.models import (
    ClosedPeriod,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    NumberSeries,
    Payment,
)
from courses.money_guards import install_money_guards
from courses.triggers import install_triggers, lift_triggers
from tests.factories.invoices import (
    CreditNoteFactory,
    CreditNoteLineFactory,
    InvoiceFactory,
    InvoiceLineFactory,
    PaymentFactory,
)
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


def refuses(name, work):
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        work()


def test_issued_documents_and_money_are_neither_edited_nor_deleted():
    line = InvoiceLineFactory()
    note = CreditNoteFactory(invoice=line.invoice, net=Decimal(300))
    credit = CreditNoteLineFactory(credit_note=note, invoice_line=line, quantity=3)
    payment = PaymentFactory(invoice=line.invoice)
    series = NumberSeries.objects.create(kind="invoice", next_number=5)
    changes = {
        Invoice: {"total": 1, "buyer": {"name": "Others"}, "due_on": date(2028, 1, 1), "buyer_reference": "1"},
        InvoiceLine: {"net": 1, "name": "Others"},
        CreditNote: {"total": 1, "reason": "Other", "buyer_contact": ""},
        CreditNoteLine: {"net": 1, "releases": False},
        Payment: {"amount": 1, "invoice": None, "external_reference": "other"},
        NumberSeries: {"next_number": 4},
    }

    for row in (line.invoice, line, note, credit, payment, series):
        model = type(row)
        for field, value in changes[model].items():
            refuses(
                "_is_never_edited", lambda rows=model.objects, field=field, value=value: rows.update(**{field: value})
            )
        refuses("_is_never_deleted", lambda rows=model.objects: rows.all()._raw_delete("default"))
    assert Invoice.objects.get().total == Decimal(1200)


def test_erasure_empties_people_and_leaves_the_amounts():
    invoice = InvoiceFactory()

    Invoice.objects.update(buyer_contact="", buyer_reference="", erased_at=timezone.now())

    refuses("_is_never_edited", lambda: Invoice.objects.update(total=1, erased_at=timezone.now()))
    invoice.refresh_from_db()
    assert (invoice.buyer_contact, invoice.total) == ("", Decimal(1200))


def test_second_credit_of_the_same_seats_is_refused():
    line = InvoiceLineFactory(invoice__net=Decimal(2400))
    InvoiceLineFactory(invoice=line.invoice, place=2)
    first = CreditNoteFactory(invoice=line.invoice, net=Decimal(1200))
    CreditNoteLineFactory(credit_note=first, invoice_line=line)
    second = CreditNoteFactory(invoice=line.invoice, net=Decimal(1200))

    refuses("credited_at_most_once", lambda: CreditNoteLineFactory(credit_note=second, invoice_line=line, quantity=1))
    refuses(
        "credited_on_its_own_invoice",
        lambda: CreditNoteLineFactory(credit_note=second, invoice_line=InvoiceLineFactory(), quantity=1),
    )
    refuses("credit_notes_within_their_invoice", lambda: CreditNoteFactory(invoice=line.invoice, net=Decimal("0.01")))


def test_line_comes_with_its_document():
    line = InvoiceLineFactory()
    note = CreditNoteFactory(invoice=line.invoice, net=Decimal(300))

    refuses(
        "invoice_line_comes_with_its_invoice",
        lambda: InvoiceLineFactory(invoice=line.invoice, place=2, quantity=1),
    )
    refuses(
        "credit_note_line_comes_with_its_note",
        lambda: CreditNoteLineFactory(credit_note=note, invoice_line=line, quantity=4),
    )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite makes a table anew to change it.")
@pytest.mark.django_db(transaction=True)
def test_tables_can_be_migrated_while_there_are_guards():
    CreditNoteFactory()

    names = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    with connection.cursor() as cursor:
        before = cursor.execute(names).fetchall()
    lift_triggers(connection)
    with connection.schema_editor() as editor:
        editor._remake_table(Invoice)
    install_triggers(connection)
    install_money_guards(connection)

    with connection.cursor() as cursor:
        assert cursor.execute(names).fetchall() == before
    assert CreditNote.objects.get().invoice == Invoice.objects.get()


def test_nothing_is_issued_into_a_closed_period():
    invoice = InvoiceFactory()
    ClosedPeriod.objects.create(until=date(2027, 3, 1), closed_by=StaffFactory())

    refuses("courses_invoice_outside_closed_periods", InvoiceFactory)
    refuses("courses_creditnote_outside_closed_periods", lambda: CreditNoteFactory(invoice=invoice, net=1))
    assert InvoiceFactory(issued_on=date(2027, 3, 2)).number
