"""What a dead worker had in hand, and what becomes of it.

A process is dead when its parent saw it end, or when its sign of life is older than DEAD_AFTER by the database's
clock. It may still wake up (a suspended machine): every step here and in `sending` and `jobs` is conditional on
the row being as it was, so two views of the same death, or a ghost, do no harm.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from taushet.models import Attempt, Message, WorkerProcess
from taushet.models.workers import DEAD_AFTER
from taushet.services.answers import Answer
from taushet.services.jobs import revive_jobs
from taushet.services.settling import queue_again, rest, settle

logger = logging.getLogger(__name__)

Outcome = Attempt.Outcome
NEVER_LEFT = gettext_noop("The worker stopped before anything had left.")
STOPPED_MIDWAY = gettext_noop("The worker stopped while it was handing it over.")
CODE_IS_DEAD = gettext_noop("Nobody knows whether it arrived, but the code in it no longer works.")
CODE_DIES_AFTER = timedelta(hours=1)


def give_back(name: str) -> None:
    """Give back what a process had in hand that is known to have let go of it."""
    for attempt in Attempt.objects.filter(outcome=Outcome.STARTED, worker=name):
        recover_attempt(attempt)
    revive_jobs(lambda worker: worker == name)


def bury(name: str) -> None:
    """Do that for a process that is known to have ended, and forget it."""
    give_back(name)
    WorkerProcess.objects.filter(name=name).delete()


def bury_the_dead() -> None:
    """Do the same for every process without a fresh sign of life, on whatever machine it was."""
    alive = set(WorkerProcess.objects.alive().values_list("name", flat=True))
    long_ago = timezone.now() - DEAD_AFTER
    for attempt in Attempt.objects.filter(outcome=Outcome.STARTED, started_at__lt=long_ago):
        if attempt.worker not in alive:
            recover_attempt(attempt)
    revive_jobs(lambda worker: worker not in alive, started_before=long_ago)
    WorkerProcess.objects.dead().delete()


def recover_attempt(attempt: Attempt) -> None:
    """Send the message again when the provider never saw it; call it unknown when it may have."""
    logger.warning("attempt %s lost its worker", attempt.pk)
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=attempt.message_id)
        unseen = Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.STARTED, handed_over_at=None)
        if unseen.update(outcome=Outcome.LATER, detail=NEVER_LEFT, finished_at=timezone.now()):
            if message.state == Message.State.SENDING:
                queue_again(message, reason=NEVER_LEFT)
            return
    settle(attempt, Answer(Outcome.UNKNOWN, STOPPED_MIDWAY))


def close_dead_codes() -> int:
    """Close unknown sign-in mail whose code has expired: nobody needs to decide about it. Returns how many."""
    long_ago = timezone.now() - CODE_DIES_AFTER
    closed = 0
    for pk in _dead_codes(long_ago).values_list("pk", flat=True):
        with transaction.atomic():
            for message in _dead_codes(long_ago).select_for_update().filter(pk=pk):
                rest(message, Message.State.CANCELLED, CODE_IS_DEAD)
                closed += 1
    return closed


def _dead_codes(long_ago):
    return Message.objects.filter(
        state=Message.State.UNKNOWN, priority=Message.Priority.SIGN_IN, created_at__lt=long_ago
    )
