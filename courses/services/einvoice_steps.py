"""What staff may do with one e-invoice, and when that is safe: never so that a payer could get it twice unasked."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from courses.exceptions import CoursesError
from courses.models import EInvoice
from courses.services.documents import as_document
from courses.services.einvoice_sending import carry_einvoice_on
from courses.services.einvoice_states import issued_of
from courses.services.einvoices import remake_einvoice, start_again
from taushet.models import User
from taushet.services import audit

State = EInvoice.State

NEVER_ARRIVED = gettext_noop("Somebody found out that it had not arrived.")


@transaction.atomic
def send_again(einvoice: EInvoice, *, by: User) -> EInvoice:
    """Make, check and send one again that the other side has refused, or that had faults; the number stays.

    It says the same as the document, which is never changed. Raises CoursesError in any other state: then it may have
    arrived.
    """
    einvoice = _locked(einvoice, {State.FAULTY, State.REFUSED})
    issued = issued_of(einvoice)
    if issued and not issued.erased_at:
        return remake_einvoice(einvoice, as_document(issued), by=by)
    start_again(einvoice)
    audit.record("einvoice.sent_again", einvoice, by=by, round=einvoice.round)
    return einvoice


@transaction.atomic
def ask_now(einvoice: EInvoice, *, by: User) -> EInvoice:
    """Let the worker ask the access point what became of one that was sent through it."""
    einvoice = _locked(einvoice, {State.UNKNOWN, State.SENT})
    if not einvoice.attempts.exists():
        raise CoursesError(_("It was not sent through the access point."))
    einvoice.due_at = timezone.now()
    einvoice.save(update_fields=["due_at"])
    carry_einvoice_on.enqueue(einvoice.pk)
    return einvoice


@transaction.atomic
def mark_sent(einvoice: EInvoice, *, by: User) -> EInvoice:
    """Note that one has been sent, which was downloaded or of which nobody knew."""
    einvoice = _locked(einvoice, {State.HANDED_OVER, State.UNKNOWN})
    now = timezone.now()
    einvoice.state, einvoice.state_reason, einvoice.sent_at, einvoice.settled_at = State.SENT, "", now, now
    einvoice.due_at = None
    einvoice.save(update_fields=["state", "state_reason", "sent_at", "settled_at", "due_at"])
    audit.record("einvoice.marked_sent", einvoice, by=by)
    return einvoice


@transaction.atomic
def mark_never_arrived(einvoice: EInvoice, *, by: User) -> EInvoice:
    """Let one wait again of which nobody knew, since somebody has found out that it has not arrived."""
    einvoice = _locked(einvoice, {State.UNKNOWN})
    einvoice.state, einvoice.state_reason, einvoice.due_at = State.CHECKED, NEVER_ARRIVED, None
    einvoice.save(update_fields=["state", "state_reason", "due_at"])
    audit.record("einvoice.never_arrived", einvoice, by=by)
    carry_einvoice_on.enqueue(einvoice.pk)
    return einvoice


@transaction.atomic
def mark_refused(einvoice: EInvoice, *, reason: str, by: User) -> EInvoice:
    """Note that the payer has refused one, as told by mail or telephone; it keeps its number."""
    einvoice = _locked(einvoice, {State.SENT, State.ACCEPTED, State.HANDED_OVER})
    einvoice.state, einvoice.state_reason, einvoice.due_at = State.REFUSED, reason[:300], None
    einvoice.settled_at = timezone.now()
    einvoice.save(update_fields=["state", "state_reason", "due_at", "settled_at"])
    audit.record("einvoice.refused", einvoice, by=by, round=einvoice.round)
    return einvoice


def _locked(einvoice: EInvoice, states: set[str]) -> EInvoice:
    einvoice = EInvoice.objects.select_for_update().get(pk=einvoice.pk)
    if einvoice.state not in states:
        raise CoursesError(
            _("It is “%(state)s” now, so this can no longer be done.") % {"state": einvoice.get_state_display()}
        )
    return einvoice
