"""Checking the very bytes of an e-invoice that has been made, before anybody may send them."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext_noop

from courses.models import EInvoice, EInvoiceFault
from courses.services.einvoice_checks import Report, check_einvoice
from taushet.services import audit

State = EInvoice.State

FAULTS_FOUND = gettext_noop("It does not keep all the rules.")
NOT_WHOLE = gettext_noop("It could not be checked completely, so it does not leave.")

CHANGED = gettext_noop("The file is not the one that was checked. It is checked again.")


def check_made(einvoice_id: int) -> EInvoice | None:
    """Check one that has been made and note each fault; returns None when it is not waiting for that."""
    einvoice = EInvoice.objects.select_related("file").get(pk=einvoice_id)
    if einvoice.state != State.MADE:
        return None
    content = bytes(einvoice.file.content)
    report = check_einvoice(content)
    with transaction.atomic():
        waiting = EInvoice.objects.select_for_update().filter(pk=einvoice_id, state=State.MADE, file=einvoice.file_id)
        found = waiting.first()
        if found:
            _note(found, report, content)
    return found


def is_as_checked(einvoice: EInvoice, content: bytes) -> bool:
    """Whether these are the very bytes that were found good."""
    return hashlib.sha256(content).hexdigest() == einvoice.checked_sha256


def distrust(einvoice: EInvoice) -> None:
    """Let one the caller has locked be checked again, since its file is not the one that was found good."""
    einvoice.state, einvoice.state_reason, einvoice.checked_sha256 = State.MADE, CHANGED, ""
    einvoice.save(update_fields=["state", "state_reason", "checked_sha256"])


def _note(einvoice: EInvoice, report: Report, content: bytes) -> None:
    einvoice.faults.all().delete()
    found = [*((fault, False) for fault in report.faults), *((fault, True) for fault in report.remarks)]
    EInvoiceFault.objects.bulk_create(
        EInvoiceFault(
            einvoice=einvoice, rule=fault.rule[:40], text=fault.text[:500], path=fault.path[:300], is_remark=is_remark
        )
        for fault, is_remark in found
    )
    if report.is_valid:
        einvoice.state, einvoice.state_reason = State.CHECKED, ""
        einvoice.checked_sha256 = hashlib.sha256(content).hexdigest()
    else:
        einvoice.state = State.FAULTY
        einvoice.state_reason = FAULTS_FOUND if report.complete else NOT_WHOLE
        audit.record(
            "einvoice.faulty", einvoice, kind="clock", rules=sorted({fault.rule for fault in report.faults})[:20]
        )
    einvoice.save(update_fields=["state", "state_reason", "checked_sha256"])
