"""What the retention rule of invoices erases: what may tell of a person, never an amount (design rule 14)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from courses.models import CreditNote, Invoice
from taushet.models import StoredFile

KEPT_YEARS = 5
AT_ONCE = 200
PERSONAL = ("buyer_contact", "buyer_reference", "order_reference")


def erase_invoices(now: datetime) -> int:
    """Empty contact and references, and delete the papers, five years after the year of issue (bokføringsloven § 13).

    Returns how many documents were emptied.
    """
    first_kept = date(timezone.localdate(now).year - KEPT_YEARS, 1, 1)
    erased = 0
    for model in (Invoice, CreditNote):
        due = model.objects.filter(erased_at=None, issued_on__lt=first_kept).order_by("pk")
        while numbers := list(due.values_list("pk", flat=True)[:AT_ONCE]):
            _empty(model, numbers, now)
            erased += len(numbers)
    return erased


@transaction.atomic
def _empty(model: type[Invoice] | type[CreditNote], numbers: list[int], now: datetime) -> None:
    documents = model.objects.filter(pk__in=numbers)
    files = list(documents.exclude(file=None).values_list("file", flat=True))
    documents.update(**dict.fromkeys(PERSONAL, ""), file=None, erased_at=now)
    StoredFile.objects.filter(pk__in=files).delete()
