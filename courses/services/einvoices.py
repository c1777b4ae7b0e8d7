"""E-invoices as rows: made from a document, and made anew while nothing has left for good.

One document is one row, one number and one key, however often it is made or tried. Whoever issues a document calls
`make_einvoice` afterwards, in the worker; before it is given a number, `check_draft` says whether it will hold.
"""

from dataclasses import replace
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, NotInvoiceable
from courses.models import EInvoice
from courses.services.einvoice_checks import Report, check_einvoice
from courses.services.einvoice_sending import carry_einvoice_on
from courses.services.einvoice_words import rule_words
from courses.services.einvoice_writing import write_einvoice
from courses.services.invoice_documents import Document, DocumentKind
from taushet.models import StoredFile, User
from taushet.services import audit
from taushet.services.files import XML, store_file

State = EInvoice.State

FILE_WORDS = {DocumentKind.INVOICE: "faktura", DocumentKind.CREDIT_NOTE: "kreditnota"}
CAN_BE_WRITTEN_ANEW = {State.MADE, State.CHECKED, State.FAULTY, State.REFUSED}
YEARS_KEPT = 5  # after the end of the year: bokføringsloven § 13


def check_draft(document: Document) -> Report:
    """Return what would be wrong with the e-invoice of a document that has no number yet."""
    return check_einvoice(write_einvoice(document if document.number else replace(document, number="1")))


def refuse_faulty(document: Document) -> None:
    """Raise NotInvoiceable, with what is wrong, when the e-invoice of a document that has no number would not hold."""
    report = check_draft(document)
    if not report.is_valid:
        said = dict.fromkeys(str(rule_words(fault.rule)) or fault.rule for fault in report.faults)
        raise NotInvoiceable(
            _("The payer’s accounts system would not take it: %(faults)s") % {"faults": " ".join(said)}
        )


def make_einvoice(document: Document) -> EInvoice:
    """Return the e-invoice of a document that has been issued; the first time it is made, for the worker to check."""
    same = EInvoice.objects.filter(kind=document.kind, number=document.number)
    if known := same.first():
        return known
    try:
        with transaction.atomic():
            einvoice = EInvoice.objects.create(
                kind=document.kind.value,
                number=document.number,
                issued_on=document.issued_on,
                buyer_name=document.buyer.name[:200],
                buyer_number=document.buyer.organisation_number[:20],
                total=document.total,
                file=_store(document),
            )
            audit.record("einvoice.made", einvoice, kind="clock")
            carry_einvoice_on.enqueue(einvoice.pk)
    except IntegrityError:  # another worker was quicker
        return same.get()
    return einvoice


@transaction.atomic
def remake_einvoice(einvoice: EInvoice, document: Document, *, by: User | None = None) -> EInvoice:
    """Write an e-invoice anew from its document, under the same number, when what was wrong has been put right.

    Raises CoursesError when it is another document, or when what was written may have arrived.
    """
    einvoice = EInvoice.objects.select_for_update().get(pk=einvoice.pk)
    if (einvoice.kind, einvoice.number) != (document.kind.value, document.number):
        raise CoursesError(_("This is another document."))
    if einvoice.state not in CAN_BE_WRITTEN_ANEW:
        raise CoursesError(_("It may have arrived, so it stays as it is."))
    start_again(einvoice, file=_store(document))
    audit.record("einvoice.remade", einvoice, by=by, kind="" if by else "clock")
    return einvoice


def start_again(einvoice: EInvoice, *, file: StoredFile | None = None) -> None:
    """Let one the caller has locked be checked and sent from the start; what was refused goes in its next round."""
    if einvoice.state == State.REFUSED:
        einvoice.round += 1
    einvoice.state, einvoice.state_reason, einvoice.checked_sha256, einvoice.access_point_id = State.MADE, "", "", ""
    einvoice.batch = einvoice.due_at = einvoice.sent_at = einvoice.settled_at = None
    einvoice.asked = 0
    einvoice.file = file or einvoice.file
    changed = ["state", "state_reason", "checked_sha256", "access_point_id", "batch", "due_at", "sent_at"]
    einvoice.save(update_fields=[*changed, "settled_at", "asked", "round", "file"])
    carry_einvoice_on.enqueue(einvoice.pk)


def forget_einvoices(now: datetime) -> int:
    """Delete what is older than the bookkeeping act asks for, with its file; returns how many."""
    old = EInvoice.objects.filter(issued_on__lt=date(timezone.localtime(now).year - YEARS_KEPT, 1, 1))
    count = 0
    for einvoice in old.order_by("pk"):
        with transaction.atomic():
            einvoice.attempts.all().delete()
            einvoice.delete()
            StoredFile.objects.filter(pk=einvoice.file_id).delete()
        count += 1
    return count


def _store(document: Document) -> StoredFile:
    name = f"{FILE_WORDS[document.kind]}-{document.number}.xml"
    return store_file(name, write_einvoice(document), allowed=frozenset({XML}))
