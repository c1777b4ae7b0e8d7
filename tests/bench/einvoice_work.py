"""E-invoices of all sorts, checked and made; run inside `tests.bench.inside`."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace

from courses.models import EInvoice
from courses.services.einvoice_checks import check_einvoice
from courses.services.einvoice_writing import write_einvoice
from courses.services.einvoices import make_einvoice
from courses.services.invoice_documents import Document
from taushet.services.jobs import run_all_due_jobs
from tests.factories.invoice_documents import STANDARD, credit_note, document, line

DOCUMENTS = 200


def einvoices() -> dict:
    """Check documents one after the other, then let the worker make and check as many."""
    documents = list(some_documents(DOCUMENTS))
    check_einvoice(write_einvoice(documents[0]))  # reads the schemas
    started = time.monotonic()
    if not all(check_einvoice(write_einvoice(one)).is_valid for one in documents):
        raise RuntimeError("An e-invoice is not valid.")
    checked = DOCUMENTS / (time.monotonic() - started)
    started = time.monotonic()
    for one in documents:
        make_einvoice(one)
    run_all_due_jobs()
    seconds = time.monotonic() - started
    if EInvoice.objects.ready().count() != DOCUMENTS:
        raise RuntimeError("Not all e-invoices are ready.")
    return {"checked": checked, "thousand": seconds * 1000 / DOCUMENTS}


def some_documents(count: int) -> Iterator[Document]:
    """Give documents of one to eight lines, every second with VAT on one of them, every fifth a credit note."""
    chance = random.Random(1)
    for number in range(count):
        lines = [
            line(place, name=f"Plass {place}", unit_price=str(chance.randrange(100, 5000)))
            for place in range(1, chance.randrange(2, 10))
        ]
        taxed = line(1, name="Foredrag", category=STANDARD, percent="25")
        lines[0] = taxed if number % 2 else replace(lines[0], name="Kurs")
        make = document if number % 5 else credit_note
        yield make(*lines, number=str(50000 + number))
