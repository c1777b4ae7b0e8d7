"""E-invoices in each state that finance meets: accepted, refused, faulty, in doubt, downloaded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from courses.models import CreditNote, EInvoice, EInvoiceAttempt, Invoice
from courses.services.access_point import NO_ANSWER
from courses.services.documents import as_document
from courses.services.einvoice_batches import make_batch, mark_batch_sent
from courses.services.einvoice_checking import check_made
from courses.services.einvoice_steps import mark_refused
from courses.services.einvoices import make_einvoice
from taushet.models import User

REFUSED_BECAUSE = "Ukjent referanse. Bestillingsnummeret finnes ikke hos oss."


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    staff = User.objects.filter(email="finance@demo.example").first()
    issued = list(Invoice.objects.filter(is_demonstration=True).order_by("number")[:5])
    if staff is None or len(issued) < 5 or EInvoice.objects.exists():
        return
    first, paid, credited, faulty, in_doubt = issued
    accepted, refused = ready(first), ready(credited)
    ready(paid)
    mark_batch_sent(make_batch(by=staff), by=staff)
    EInvoice.objects.filter(pk=accepted.pk).update(state=EInvoice.State.ACCEPTED)
    mark_refused(refused, reason=REFUSED_BECAUSE, by=staff)
    ready(CreditNote.objects.get(invoice=credited))
    make_batch(by=staff)
    check_made(make_einvoice(replace(as_document(faulty), kid=f"{faulty.kid[:-1]}{9 - int(faulty.kid[-1])}")).pk)
    doubt(ready(in_doubt))
    write("  e-invoices in each state")


def ready(issued: Invoice | CreditNote) -> EInvoice:
    einvoice = make_einvoice(as_document(issued))
    return check_made(einvoice.pk) or einvoice


def doubt(einvoice: EInvoice) -> None:
    """Let the access point have taken one without telling what became of it."""
    tried_at = timezone.now() - timedelta(minutes=50)
    EInvoiceAttempt.objects.create(
        einvoice=einvoice,
        number=1,
        delivery_id=einvoice.delivery_id,
        outcome=EInvoiceAttempt.Outcome.UNKNOWN,
        detail=NO_ANSWER,
        started_at=tried_at,
        finished_at=tried_at + timedelta(seconds=30),
    )
    EInvoice.objects.filter(pk=einvoice.pk).update(state=EInvoice.State.UNKNOWN, state_reason=NO_ANSWER)
