"""How the e-invoices of invoices and credit notes fare, for the pages that show these."""

from collections.abc import Iterable
from datetime import date

from django.db.models import CharField, Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from courses.models import CreditNote, EInvoice, EInvoiceFault, Invoice

from .einvoices import YEARS_KEPT

Kind = EInvoice.Kind


def add_einvoices(documents: Iterable[Invoice | CreditNote]) -> list[Invoice | CreditNote]:
    """Return the documents, each with its `einvoice`, or None where none has been made yet; one query for all.

    Each e-invoice brings the rules it does not keep as `standing_faults`.
    """
    documents = list(documents)
    keys = [_key(document) for document in documents]
    wanted = Q(pk__in=[])
    for kind in Kind:
        wanted |= Q(kind=kind, number__in=[number for of_kind, number in keys if of_kind == kind])
    faults = Prefetch("faults", EInvoiceFault.objects.standing(), to_attr="standing_faults")
    found = {(row.kind, row.number): row for row in EInvoice.objects.filter(wanted).prefetch_related(faults)}
    for document in documents:
        document.einvoice = found.get(_key(document))
    return documents


def add_einvoices_of_all(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Return the invoices as `add_einvoices` does, each with `notes_in_trouble`: credit notes whose own did not arrive.

    Their credit notes are read as `credit_notes.all()`.
    """
    invoices = list(invoices)
    notes = [note for invoice in invoices for note in invoice.credit_notes.all()]
    add_einvoices([*invoices, *notes])
    for invoice in invoices:
        invoice.notes_in_trouble = [
            note for note in invoice.credit_notes.all() if note.einvoice and note.einvoice.state in EInvoice.TROUBLE
        ]
    return invoices


def lacking_files(model: type[Invoice] | type[CreditNote]) -> QuerySet[Invoice] | QuerySet[CreditNote]:
    """Return the documents that have no paper or no e-invoice, as far as they are kept that long."""
    kind, letter = (Kind.INVOICE, "") if model is Invoice else (Kind.CREDIT_NOTE, "K")
    shown = Concat(Value(letter), Cast(OuterRef("number"), CharField()), output_field=CharField())
    first = date(timezone.localdate().year - YEARS_KEPT, 1, 1)
    unmade = Q(file=None) | ~Exists(EInvoice.objects.filter(kind=kind, number=shown))
    return model.objects.filter(unmade, erased_at=None, issued_on__gte=first)


def _key(document: Invoice | CreditNote) -> tuple[str, str]:
    kind = Kind.INVOICE if isinstance(document, Invoice) else Kind.CREDIT_NOTE
    return kind.value, document.shown_number


def issued_of(einvoice: EInvoice) -> Invoice | CreditNote | None:
    """Return the document an e-invoice is of, where it is one of ours."""
    digits = einvoice.number.removeprefix("K")
    if not digits.isdecimal() or len(digits) > 9:
        return None
    model = Invoice if einvoice.kind == Kind.INVOICE else CreditNote
    return model.objects.filter(number=int(digits)).first()


def invoices_of(einvoices: Iterable[EInvoice]) -> QuerySet[Invoice]:
    """Return the invoices that e-invoices are of, or that their credit notes take back from."""
    numbers = {kind: [] for kind in Kind}
    for einvoice in einvoices:
        digits = einvoice.number.removeprefix("K")
        if digits.isdecimal() and len(digits) < 10:
            numbers[einvoice.kind].append(int(digits))
    notes = CreditNote.objects.filter(number__in=numbers[Kind.CREDIT_NOTE])
    return Invoice.objects.filter(Q(number__in=numbers[Kind.INVOICE]) | Q(pk__in=notes.values("invoice")))
