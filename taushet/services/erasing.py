"""What the retention rules of the house erase. Each function returns how many rows it changed."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from auditlog.models import LogEntry as AdminChange
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from taushet.models import Attempt, AuditEntry, DeliveryEvent, Message, MessageAttachment, Suppression, Tick
from taushet.services.settling import rest

YEAR = timedelta(days=365)
AT_ONCE = 500
ON_ITS_WAY = (Message.State.QUEUED, Message.State.SENDING, Message.State.HELD)


def erase_messages(now: datetime) -> int:
    """Empty messages of everything that tells who got what, a year after they were written."""
    old = Message.objects.filter(created_at__lt=now - YEAR).exclude(to_email="").exclude(state__in=ON_ITS_WAY)
    erased = 0
    while numbers := list(old.values_list("pk", flat=True).order_by("pk")[:AT_ONCE]):
        erased += empty_messages(numbers)
    return erased


@transaction.atomic
def withdraw_messages(numbers: list[int], reason: str) -> int:
    """Cancel what still waits of some messages, and empty all of them but those that are leaving this moment.

    Returns how many were emptied.
    """
    waiting = Message.objects.select_for_update().filter(
        pk__in=numbers, state__in=[Message.State.QUEUED, Message.State.HELD]
    )
    for message in waiting.order_by("pk"):
        rest(message, Message.State.CANCELLED, reason)
    there = Message.objects.filter(pk__in=numbers).exclude(state=Message.State.SENDING).exclude(to_email="")
    return empty_messages(list(there.values_list("pk", flat=True)))


@transaction.atomic
def empty_messages(numbers: list[int]) -> int:
    """Empty messages of everything that tells who got what; kind, time and outcome stay. Returns how many."""
    MessageAttachment.objects.filter(message__in=numbers).delete()
    Attempt.objects.filter(message__in=numbers).update(detail="")
    DeliveryEvent.objects.filter(message__in=numbers).update(detail="")
    return Message.objects.filter(pk__in=numbers).update(
        to_email="",
        to_name="",
        reply_to="",
        subject="",
        text="",
        html="",
        sealed_text=None,
        calendar="",
        calendar_method="",
        headers={},
        erased_at=timezone.now(),
    )


def erase_sealed_texts(now: datetime) -> int:
    """Erase sign-in mail that was not sent within a day; what was sent is erased at that moment."""
    old = Message.objects.filter(created_at__lt=now - timedelta(days=1), sealed_text__isnull=False)
    return old.exclude(state=Message.State.SENDING).update(sealed_text=None, erased_at=now)


def erase_audit(now: datetime) -> int:
    """Delete what was done and seen three years ago, also in the administration pages."""
    old = [
        AuditEntry.objects.filter(at__lt=now - 3 * YEAR),
        AdminChange.objects.filter(timestamp__lt=now - 3 * YEAR),
        LogEntry.objects.filter(action_time__lt=now - 3 * YEAR),
    ]
    return sum(rows.delete()[0] for rows in old)


def erase_sessions(now: datetime) -> int:
    """Delete sign-ins that have run out, and where they were made from."""
    count, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    gone = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return count + gone.delete()[0]


def erase_suppressions(now: datetime) -> int:
    """Forget dead addresses after two years; a wish to be left alone is kept."""
    old = Suppression.objects.filter(cause=Suppression.Cause.BOUNCE, created_at__lt=now - 2 * YEAR)
    return old.delete()[0]


def erase_traces(now: datetime) -> int:
    """Delete what the worker and the rate limits leave behind."""
    finished = Q(status="SUCCESSFUL", finished_at__lt=now - timedelta(days=14))
    failed = Q(status="FAILED", finished_at__lt=now - timedelta(days=90))
    count, _by_model = DBTaskResult.objects.filter(finished | failed).delete()
    count += Tick.objects.filter(due_at__lt=now - timedelta(days=90)).delete()[0]
    unmatched = DeliveryEvent.objects.filter(message=None, received_at__lt=now - timedelta(days=90))
    return count + unmatched.delete()[0] + _erase_expired_cache(now)


def _erase_expired_cache(now: datetime) -> int:
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [moment])  # noqa: S608  the name is a setting
        return cursor.rowcount
