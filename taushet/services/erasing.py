"""What the retention rules of the house erase. Each function returns how many rows it changed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from auditlog.models import LogEntry as AdminChange
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from taushet.models import Attempt, AuditEntry, DeliveryEvent, Message, MessageAttachment, Suppression, Tick, User
from taushet.models.users import ERASED_DOMAIN
from taushet.registries import known_addresses
from taushet.roles import STAFF_ROLES
from taushet.services.settling import rest

YEAR = timedelta(days=365)
# What belongs to an account and goes with it, and the log, which has a time of its own.
OF_AN_ACCOUNT = frozenset(
    {
        "account.EmailAddress",
        "mfa.Authenticator",
        "socialaccount.SocialAccount",
        "usersessions.UserSession",
        "taushet.User_groups",
        "taushet.User_user_permissions",
        "taushet.AuditEntry",
        "admin.LogEntry",
        "auditlog.LogEntry",
    }
)
AT_ONCE = 500
GONE = "(slettet)"
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
    DeliveryEvent.objects.filter(message__in=numbers).update(detail="", raw="")
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
    return sum(delete_in_turns(rows) for rows in old)


def delete_in_turns(rows: QuerySet) -> int:
    """Delete rows some at a time, so that no transaction grows with their number; returns how many."""
    deleted = 0
    while numbers := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        deleted += rows.model._base_manager.filter(pk__in=numbers).delete()[0]
    return deleted


def forget_in_admin_log(model: type[Model], numbers: Iterable[int]) -> None:
    """Empty what the administration pages have logged about some rows of everything but that something was done."""
    kind = ContentType.objects.get_for_model(model)
    numbers = [str(number) for number in numbers]
    AdminChange.objects.filter(content_type=kind, object_pk__in=numbers).update(
        object_repr=GONE, changes={}, changes_text="", serialized_data=None, additional_data=None
    )
    LogEntry.objects.filter(content_type=kind, object_id__in=numbers).update(object_repr=GONE, change_message="")


def erase_accounts(now: datetime) -> int:
    """Empty the accounts nobody has used for two years and nothing refers to; those of staff stay.

    Whoever has an address that is known, such as from a booking, may still come back and is kept too.
    """
    long_ago = now - 2 * YEAR
    unused = Q(last_login__lt=long_ago) | Q(last_login=None, date_joined__lt=long_ago)
    due = User.objects.filter(unused | Q(is_active=False, deactivated_at__lt=long_ago), is_superuser=False)
    due = due.exclude(email__endswith=ERASED_DOMAIN).exclude(groups__name__in=STAFF_ROLES)
    for field in _fields_that_point_at_users():
        due = due.filter(~Exists(field.model._base_manager.filter(**{field.name: OuterRef("pk")})))
    erased = 0
    for user in due.order_by("pk").iterator(chunk_size=AT_ONCE):
        if not any(entry.find(user.email) for entry in known_addresses):
            erased += _empty_account(user, now)
    return erased


def _fields_that_point_at_users() -> Iterator[ForeignKey]:
    """Give what makes an account needed by something else."""
    for relation in User._meta.get_fields(include_hidden=True):
        points_here = relation.auto_created and not relation.concrete and not relation.many_to_many
        if points_here and relation.related_model._meta.label not in OF_AN_ACCOUNT:
            yield relation.field


@transaction.atomic
def _empty_account(user: User, now: datetime) -> int:
    for model in (EmailAddress, Authenticator, SocialAccount, UserSession):
        model.objects.filter(user=user).delete()
    user.email, user.name = f"{user.pk}{ERASED_DOMAIN}", ""
    user.is_active, user.deactivated_at = False, user.deactivated_at or now
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "is_active", "deactivated_at", "password"])
    return 1


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
    count = delete_in_turns(DBTaskResult.objects.filter(finished | failed))
    count += delete_in_turns(Tick.objects.filter(due_at__lt=now - timedelta(days=90)))
    unmatched = DeliveryEvent.objects.filter(message=None, received_at__lt=now - timedelta(days=90))
    return count + delete_in_turns(unmatched) + _erase_expired_cache(now)


def _erase_expired_cache(now: datetime) -> int:
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [moment])  # noqa: S608  the name is a setting
        return cursor.rowcount
