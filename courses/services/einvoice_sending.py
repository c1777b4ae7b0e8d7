"""Sending e-invoices through the access point, so that a crash at any point neither loses nor doubles one.

As in the outbox (design rule 3), three commits a document and nothing slow inside any of them: claim (the attempt is
written), the access point is called, settle. What has no answer is `unknown`, and the access point is asked what became
of it by our own name for it; only when it says that it has never seen it, the document goes again, under the same name.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext_noop

from courses.models import EInvoice, EInvoiceAttempt
from courses.services import access_point
from courses.services.access_point import Answer, Told
from courses.services.einvoice_checking import check_made, distrust, is_as_checked
from courses.services.einvoice_settling import ask_later, note_answer, settle

logger = logging.getLogger(__name__)

State = EInvoice.State
Outcome = EInvoiceAttempt.Outcome
LEASE = timedelta(minutes=5)  # far longer than a call may take; after it whoever called is taken for dead
REST = timedelta(seconds=30)  # after trouble with the line nobody knocks for so long
FORGOTTEN = timedelta(minutes=2)
MOST_IN_A_ROW = 200
TROUBLE = {Told.LATER, Told.UNKNOWN}

STOPPED_MIDWAY = gettext_noop("The worker stopped while it was handing it over.")


@task()
def carry_einvoice_on(einvoice_id: int) -> str:
    """Do what comes next for one e-invoice. It lives here because the services above tasks.py enqueue it."""
    carry_on(einvoice_id)
    return EInvoice.objects.values_list("state", flat=True).get(pk=einvoice_id)


@task()
def carry_all_einvoices_on() -> int:
    return carry_all_on()


def carry_on(einvoice_id: int) -> Told | None:
    """Check what has been made, send what is ready, ask about what is in doubt.

    Returns what the access point told, or None when it was not asked.
    """
    check_made(einvoice_id)
    if not access_point.is_configured():
        return None
    if attempt := _claim(einvoice_id):
        return _send(attempt)
    return _ask(einvoice_id) if _asks_now(einvoice_id) else None


def carry_all_on() -> int:
    """Take up whatever is due until the line is in trouble; returns how many were taken up."""
    recover_attempts()
    count = 0
    for pk in list(_due().order_by("due_at", "pk").values_list("pk", flat=True)[:MOST_IN_A_ROW]):
        count += 1
        if carry_on(pk) in TROUBLE or line_rests():
            break
    return count


def enqueue_when_due() -> None:
    """Enqueue the work of the clock, if there is any."""
    if _due().exists() or EInvoiceAttempt.objects.filter(outcome=Outcome.STARTED).exists():
        carry_all_einvoices_on.enqueue()


def recover_attempts() -> int:
    """Call unknown what a worker had in hand that has not been heard of since; returns how many."""
    long_ago = timezone.now() - LEASE
    lost = EInvoiceAttempt.objects.filter(outcome=Outcome.STARTED, started_at__lt=long_ago)
    count = 0
    for attempt in lost:
        logger.warning("the attempt %s at an e-invoice lost its worker", attempt.pk)
        settle(attempt, Answer(Told.UNKNOWN, STOPPED_MIDWAY))
        count += 1
    return count


def line_rests() -> bool:
    """Whether the last thing that came of the line was trouble, a moment ago: then the others need not try it too."""
    last = EInvoiceAttempt.objects.exclude(finished_at=None).order_by("-finished_at", "-pk").first()
    is_trouble = last is not None and last.outcome in {Outcome.LATER, Outcome.UNKNOWN}
    return is_trouble and timezone.now() - last.finished_at < REST


def _due():
    """What the clock has to take up: what is due at the access point, and what was made and then forgotten."""
    forgotten = Q(state=State.MADE, made_at__lt=timezone.now() - FORGOTTEN)
    if not access_point.is_configured():
        return EInvoice.objects.filter(forgotten)
    ready = Q(state=State.CHECKED) & (Q(due_at=None) | Q(due_at__lte=timezone.now()))
    in_doubt = Q(state__in=[State.UNKNOWN, State.SENT], due_at__lte=timezone.now())
    return EInvoice.objects.filter(forgotten | ready | in_doubt)


def _claim(einvoice_id: int) -> EInvoiceAttempt | None:
    """Write down that it is about to be sent; None when it is not ready, or another has it in hand."""
    if line_rests():
        return None
    with transaction.atomic(durable=True):  # the attempt has to be there whatever becomes of this process
        ready = EInvoice.objects.ready().due().filter(pk=einvoice_id)
        einvoice = ready.select_for_update(skip_locked=True).first()
        if einvoice is None:
            return None
        if not is_as_checked(einvoice, bytes(einvoice.file.content)):
            distrust(einvoice)
            carry_einvoice_on.enqueue(einvoice.pk)
            return None
        einvoice.state, einvoice.state_reason = State.SENDING, ""
        einvoice.save(update_fields=["state", "state_reason"])
        return einvoice.attempts.create(number=einvoice.attempts.count() + 1, delivery_id=einvoice.delivery_id)


def _send(attempt: EInvoiceAttempt) -> Told:
    """Give the document to the access point; whatever goes wrong on the way, the attempt gets an outcome."""
    content = bytes(attempt.einvoice.file.content)
    try:
        answer = access_point.send(attempt.delivery_id, content)
    except Exception:
        settle(attempt, Answer(Told.UNKNOWN, STOPPED_MIDWAY))
        raise
    settle(attempt, answer)
    logger.info("e-invoice %s attempt %s: %s", attempt.einvoice_id, attempt.number, answer.told)
    return answer.told


def _asks_now(einvoice_id: int) -> bool:
    in_doubt = EInvoice.objects.filter(state__in=[State.UNKNOWN, State.SENT], due_at__lte=timezone.now())
    return in_doubt.filter(pk=einvoice_id, batch=None).exists()


def _ask(einvoice_id: int) -> Told:
    """Ask what became of it. Two that ask at once hear the same, and the second changes nothing."""
    einvoice = EInvoice.objects.get(pk=einvoice_id)
    attempts = einvoice.attempts.count()
    answer = access_point.ask(einvoice.delivery_id)
    logger.info("e-invoice %s is %s at the access point", einvoice_id, answer.told)
    with transaction.atomic():
        same = EInvoice.objects.select_for_update().filter(pk=einvoice_id, state=einvoice.state, round=einvoice.round)
        found = same.first()
        if found is None or found.attempts.count() != attempts:
            return answer.told
        if answer.told in TROUBLE:
            ask_later(found, answer)
        else:
            note_answer(found, answer)
    return answer.told
