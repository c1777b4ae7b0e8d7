"""What the retention rules of requests erase. Each function returns how many rows it changed.

Erased means emptied: municipalities, days, offers and states stay, so that what was asked for can be counted.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from courses.models import CourseRequest, RequestEvent
from taushet.models import SecretLink, User
from taushet.services import audit

TWO_YEARS = timedelta(days=731)
MONTH = timedelta(days=30)
LINKS = ("request", "request-receipt", "request-confirm")
EMPTIED = ("contact_name", "contact_email", "contact_phone", "contact_role", "invoice_reference", "note", "place")


def erase_requests(now: datetime) -> int:
    """Empty requests two years after they ended, those that became a course two years after it, and those forgotten."""
    long_ago = now - TWO_YEARS
    ended = Q(session=None, ended_at__lt=long_ago) | Q(session__last_ends_at__lt=long_ago)
    forgotten = Q(ended_at=None, created_at__lt=long_ago, state__in=CourseRequest.OPEN_STATES)
    return _erase(CourseRequest.objects.filter(ended | forgotten, erased_at=None), now)


def erase_unproved(now: datetime) -> int:
    """Empty requests that nobody ever confirmed, a month after they came."""
    due = CourseRequest.objects.filter(state=CourseRequest.State.UNPROVED, erased_at=None, created_at__lt=now - MONTH)
    return _erase(due, now, state=CourseRequest.State.EXPIRED, ended_at=now)


def _erase(due: QuerySet[CourseRequest], now: datetime, **changes) -> int:
    erased = 0
    for number in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            SecretLink.objects.filter(purpose__in=LINKS, subject_id=number, revoked_at=None).update(revoked_at=now)
            RequestEvent.objects.filter(request=number).exclude(word="").update(word="")
            row = CourseRequest.objects.filter(pk=number, erased_at=None)
            erased += row.update(**dict.fromkeys(EMPTIED, ""), erased_at=now, **changes)
            audit.record("request.erased", CourseRequest(pk=number), kind="clock")
    return erased


def close_request_links_of(user: User, by: User | None) -> None:
    """Close the links to the requests of a person who is deactivated; called in that transaction."""
    numbers = list(CourseRequest.objects.filter(contact_email=user.email).values_list("pk", flat=True))
    SecretLink.objects.filter(purpose__in=LINKS, subject_id__in=numbers, revoked_at=None).update(
        revoked_at=timezone.now()
    )
