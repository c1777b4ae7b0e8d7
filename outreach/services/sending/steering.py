"""Pause, resume and cancel: each one statement over all that waits, so that it holds from the next letter on."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from outreach.exceptions import WrongStatus
from outreach.models import Letter, Mailing, Redelivery
from outreach.services.sending.departures import forget_turns, letters_an_hour
from taushet.models import Message, User
from taushet.services import audit
from taushet.workdays import next_business_time

PAUSED = gettext_noop("The mailing is paused.")
WAITING = (Message.State.QUEUED, Message.State.HELD)
UNTIL_RESUMED = datetime(2999, 1, 1, tzinfo=UTC)


@transaction.atomic
def pause_mailing(mailing: Mailing, *, by: User) -> Mailing:
    """Let no more letters leave until somebody resumes it. Pausing twice is pausing once.

    A letter that is being handed over this moment still leaves. Raises WrongStatus unless it is approved.
    """
    mailing = lock_running(mailing)
    if mailing.paused_at is None:
        mailing.paused_at = timezone.now()
        mailing.save(update_fields=["paused_at"])
        waiting(mailing).update(due_at=UNTIL_RESUMED, state_reason=PAUSED)
        audit.record("mailing.paused", mailing, by=by)
    return mailing


@transaction.atomic
def resume_mailing(mailing: Mailing, *, by: User, rate: int | None) -> Mailing:
    """Let the letters leave again, so many an hour at most; None keeps to the pace that was approved.

    What leaves is what was approved, whatever the pace. Raises WrongStatus unless it is approved and paused.
    """
    mailing = lock_running(mailing)
    if mailing.paused_at is None:
        raise WrongStatus(_("The mailing is not paused."))
    was = letters_an_hour(mailing)
    now = timezone.now()
    mailing.paused_at, mailing.rate_now = None, rate
    mailing.run += 1  # a new run deals out new turns
    mailing.save(update_fields=["paused_at", "rate_now", "run"])
    forget_turns(mailing)
    waiting(mailing).update(due_at=first_departure(mailing, now), state_reason="")
    audit.record("mailing.resumed", mailing, by=by, was=was, rate=letters_an_hour(mailing))
    return mailing


@transaction.atomic
def set_rate(mailing: Mailing, *, by: User, rate: int | None) -> Mailing:
    """Let a mailing go on at another pace, also while it is paused; None keeps to the pace that was approved.

    Raises WrongStatus unless it is approved.
    """
    mailing = lock_running(mailing)
    was = letters_an_hour(mailing)
    mailing.rate_now = rate
    if letters_an_hour(mailing) == was:
        return mailing
    mailing.run += 1
    mailing.save(update_fields=["rate_now", "run"])
    forget_turns(mailing)
    if mailing.paused_at is None:
        waiting(mailing).update(due_at=first_departure(mailing, timezone.now()), state_reason="")
    audit.record("mailing.rate_set", mailing, by=by, was=was, rate=letters_an_hour(mailing))
    return mailing


def first_departure(mailing: Mailing, now: datetime) -> datetime:
    """Return when the first letter of a mailing may leave: not before its time, nor outside business hours."""
    return next_business_time(max(now, mailing.leaves_after or now))


def waiting(mailing: Mailing):
    """The messages of a mailing that wait in the outbox, also those to a corrected address."""
    return Message.objects.waiting().filter(carrying(mailing))


def carrying(mailing: Mailing) -> Q:
    """What picks every message that carries a letter of a mailing: to its first address, or to a corrected one."""
    again = Redelivery.objects.filter(letter__mailing=mailing).exclude(message=None)
    first = mailing.letters.exclude(message=None).order_by()
    return Q(pk__in=first.values("message")) | Q(pk__in=again.order_by().values("message"))


def withdraw_proposals(mailing: Mailing) -> None:
    """Take back the corrected addresses that wait for approval: what they would lead to is not approved any more."""
    waiting = Redelivery.objects.filter(letter__mailing=mailing, approved_at=None, withdrawn_at=None)
    waiting.update(withdrawn_at=timezone.now())


def stop_what_waits(mailing: Mailing, reason: str, states: Sequence[str] = WAITING) -> int:
    """Cancel every letter of a mailing that is in one of some states, in the caller's transaction; return how many."""
    now = timezone.now()
    stopped = Message.objects.filter(carrying(mailing), state__in=states)
    # By number: what a worker takes meanwhile waits for this transaction, and then finds itself cancelled.
    numbers = list(stopped.select_for_update().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), 500):
        some = numbers[start : start + 500]
        Message.objects.filter(pk__in=some).update(state=Message.State.CANCELLED, state_reason=reason, settled_at=now)
        carried = Q(message__in=some) | Q(pk__in=Redelivery.objects.filter(message__in=some).values("letter"))
        Letter.objects.filter(carried).update(status=Letter.Status.CANCELLED, settled_at=now)
    withdraw_proposals(mailing)
    return len(numbers)


def lock_running(mailing: Mailing) -> Mailing:
    """Return an approved mailing locked until the transaction ends; raises WrongStatus from any other status."""
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if mailing.status != Mailing.Status.APPROVED:
        raise WrongStatus(
            _("This cannot be done now. The mailing is: %(status)s.") % {"status": mailing.get_status_display()}
        )
    return mailing
