"""E-invoices handed over as files: downloaded together, uploaded somewhere by a person, and marked as sent.

This is the way without an access point of ours, and the way out when it is away for long.
"""

import io
import zipfile

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import EInvoice, EInvoiceBatch
from courses.services.einvoice_checking import distrust, is_as_checked
from taushet.models import User
from taushet.services import audit

State = EInvoice.State

MOST_IN_A_BATCH = 200
FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)  # the same documents give the same bytes


@transaction.atomic
def make_batch(*, by: User) -> EInvoiceBatch:
    """Put those that are ready into a batch, the oldest first; whatever is in one is not sent in another way.

    Raises CoursesError when none is ready.
    """
    ready = EInvoice.objects.ready().select_for_update(of=("self",)).select_related("file").order_by("pk")
    pks = []
    for einvoice in ready[:MOST_IN_A_BATCH]:
        if is_as_checked(einvoice, bytes(einvoice.file.content)):
            pks.append(einvoice.pk)
        else:
            distrust(einvoice)
    if not pks:
        raise CoursesError(_("No e-invoice is waiting to be sent."))
    batch = EInvoiceBatch.objects.create(made_by=by)
    EInvoice.objects.filter(pk__in=pks).update(
        state=State.HANDED_OVER, state_reason="", batch=batch, due_at=None, asked=0
    )
    audit.record("einvoice.batch_made", batch, by=by, count=len(pks))
    return batch


def zip_batch(batch: EInvoiceBatch, *, by: User) -> bytes:
    """Return the files of a batch that have not been marked as sent or taken back since, and note who got them."""
    einvoices = batch.einvoices.filter(state=State.HANDED_OVER).select_related("file").order_by("pk")
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for einvoice in einvoices:
            archive.writestr(zipfile.ZipInfo(einvoice.file.name, FIRST_DAY_OF_ZIP), bytes(einvoice.file.content))
    audit.record("einvoice.batch_downloaded", batch, by=by, count=len(einvoices))
    return whole.getvalue()


@transaction.atomic
def mark_batch_sent(batch: EInvoiceBatch, *, by: User) -> int:
    """Note that what is left of a batch has been sent; doing it twice changes nothing. Returns how many."""
    left = _left_of(batch)
    now = timezone.now()
    EInvoice.objects.filter(pk__in=left).update(state=State.SENT, sent_at=now, settled_at=now, due_at=None)
    if left:
        audit.record("einvoice.batch_sent", batch, by=by, count=len(left))
    return len(left)


@transaction.atomic
def take_batch_back(batch: EInvoiceBatch, *, by: User) -> int:
    """Let what is left of a batch wait again, since it was never sent; returns how many."""
    left = _left_of(batch)
    EInvoice.objects.filter(pk__in=left).update(state=State.CHECKED, batch=None, due_at=None)
    if left:
        audit.record("einvoice.batch_taken_back", batch, by=by, count=len(left))
    return len(left)


def _left_of(batch: EInvoiceBatch) -> list[int]:
    waiting = batch.einvoices.filter(state=State.HANDED_OVER).select_for_update().order_by("pk")
    return [einvoice.pk for einvoice in waiting]
