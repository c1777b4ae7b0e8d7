"""Visitors who want to be told of new dates: asked for, confirmed by mail, told once, stopped by one click.

Nothing here says whether an address is known: who asks gets the same answer, and only the mail differs.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone, translation

from courses.models import Course, DateAlert, Format, Session
from municipalities.models import County
from taushet.models import Message, SecretLink, User
from taushet.services import audit
from taushet.services.links import placeholder
from taushet.services.outbox import render_mail, write_message

from .catalogue import session_texts
from .contacts import is_shut_out

CONFIRM = "date-alert-confirm"
NEWS = "date-alert-news"
PAGE, CONFIRM_LINK, STOP_LINK = LINKS = ("alert", "alert-confirm", "alert-stop")

# Staff often open several sessions one after the other, and take one back; and it lets every transaction that opened
# one come to its end before the next look.
SETTLE = timedelta(hours=1)
ASK_PAUSE = timedelta(minutes=10)
ASKS_A_DAY = 4
PENDING_LIFE = timedelta(days=7)
STOPPED_LIFE = timedelta(days=30)
LISTED = 20
ONLINE = Q(municipality=None) | Q(format=Format.ONLINE)


@transaction.atomic
def ask_for_dates(email: str, *, course: Course | None, county: County | None, language: str) -> None:
    """Ask the owner of an address whether new dates are really wanted there; nothing is told before that is confirmed.

    Nothing happens when the address has been asked the same some minutes ago, or too often today.
    """
    now = timezone.now()
    if is_shut_out(email) or _is_asked_too_often(email, now):
        return
    fresh = {"language": language, "created_at": now, "told_until": now}
    alert, is_new = DateAlert.objects.get_or_create(
        email=email, course=course, county=county, stopped_at=None, defaults=fresh
    )
    if not is_new and alert.created_at > now - ASK_PAUSE:
        return
    # A wish that waits begins anew; one that is confirmed stays as it is, and its mail leads to its page.
    DateAlert.objects.pending().filter(pk=alert.pk).update(**fresh)
    _write(CONFIRM, alert, language, page=placeholder(CONFIRM_LINK, alert.pk))
    if is_new:
        audit.record("date_alert.asked", alert, kind="visitor")


def _is_asked_too_often(email: str, now: datetime) -> bool:
    asked = Message.objects.filter(kind=CONFIRM, to_email=email, created_at__gt=now - timedelta(days=1))
    return asked.count() >= ASKS_A_DAY


@transaction.atomic
def confirm_alert(alert: DateAlert) -> DateAlert:
    """Begin to tell, since the mail has been opened. Confirming twice changes nothing, nor does it after a stop."""
    alert = DateAlert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    if alert.confirmed_at is None and alert.stopped_at is None:
        alert.confirmed_at = timezone.now()
        alert.save(update_fields=["confirmed_at"])
        audit.record("date_alert.confirmed", alert, kind="visitor")
    return alert


@transaction.atomic
def stop_alerts(email: str, *, by: User | None = None) -> int:
    """Tell an address of nothing more, whatever it has asked for; returns how many wishes ended."""
    alerts = list(DateAlert.objects.standing().filter(email=email).select_for_update().order_by("pk"))
    DateAlert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(stopped_at=timezone.now())
    for alert in alerts:
        audit.record("date_alert.stopped", alert, by=by, kind="" if by else "visitor")
    return len(alerts)


def tell_of_new_dates(now: datetime | None = None) -> int:
    """Write to everybody who wants it about the sessions opened since they were told last; returns how many mails.

    One mail an address, whatever it has asked for. Mail and mark are one transaction, so that a crash between two
    addresses loses and doubles nothing, and a second worker finds the mark set.
    """
    until = (now or timezone.now()) - SETTLE
    waiting = DateAlert.objects.live().filter(Exists(_new_sessions(until)))
    emails = list(waiting.order_by("email").values_list("email", flat=True).distinct())
    return sum(_tell(email, until) for email in emails)


def _new_sessions(until: datetime) -> QuerySet[Session]:
    """Return the sessions an alert has not been told of, as a subquery of the alerts."""
    return (
        _bookable()
        .filter(course=Coalesce(OuterRef("course"), F("course")))
        .filter(ONLINE | Q(municipality__county=Coalesce(OuterRef("county"), F("municipality__county"))))
        .filter(opened_at__gt=OuterRef("told_until"), opened_at__lte=until)
    )


def matching_sessions(alert: DateAlert) -> QuerySet[Session]:
    """Return the sessions with free seats that fit a wish; a date online is in every county."""
    sessions = _bookable()
    if alert.course_id:
        sessions = sessions.filter(course=alert.course_id)
    if alert.county_id:
        sessions = sessions.filter(ONLINE | Q(municipality__county=alert.county_id))
    return sessions


def _bookable() -> QuerySet[Session]:
    return Session.objects.public().with_free_seats()


@transaction.atomic
def _tell(email: str, until: datetime) -> bool:
    """Write to one address about what is new for it, unless another worker has; the lock lets one in at a time."""
    alerts = list(DateAlert.objects.live().filter(email=email).select_for_update().order_by("pk"))
    sessions = _sessions_new_to(alerts, until)
    if not sessions:
        return False
    DateAlert.objects.filter(pk__in=[alert.pk for alert in alerts], told_until__lt=until).update(told_until=until)
    alert = alerts[-1]
    with translation.override(alert.language):
        rows = [session_texts(session) for session in sessions[:LISTED]]
    _write(
        NEWS,
        alert,
        alert.language,
        rows=rows,
        count=len(sessions),
        more=len(sessions) - len(rows),
        page=placeholder(PAGE, alert.pk),
        stop=placeholder(STOP_LINK, alert.pk),
        is_demonstration=all(session.is_demonstration for session in sessions),
    )
    audit.record("date_alert.told", alert, kind="clock", sessions=[session.pk for session in sessions])
    return True


def _sessions_new_to(alerts: list[DateAlert], until: datetime) -> list[Session]:
    numbers = set()
    for alert in alerts:
        new = matching_sessions(alert).filter(opened_at__gt=alert.told_until, opened_at__lte=until)
        numbers |= set(new.values_list("pk", flat=True))
    found = Session.objects.filter(pk__in=numbers).order_by("first_starts_at", "pk")
    return list(found.select_related("municipality__county"))


def _write(kind: str, alert: DateAlert, language: str, *, is_demonstration: bool = False, **context) -> Message:
    subject, text = render_mail(kind.replace("-", "_"), context, language)
    return write_message(
        kind=kind,
        to_email=alert.email,
        subject=subject,
        text=text,
        language=language,
        priority=Message.Priority.BULK if kind == NEWS else Message.Priority.BOOKING,
        headers=stop_headers(alert) if kind == NEWS else None,
        is_demonstration=is_demonstration,
    )


def stop_headers(alert: DateAlert) -> dict[str, str]:
    """Return what lets a mail program show its own button to stop (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{placeholder(STOP_LINK, alert.pk)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def is_wanted(message: Message) -> bool:
    """Whether a mail may still leave: its address has not stopped, nor been shut out, since it was written."""
    alerts = DateAlert.objects.live() if message.kind == NEWS else DateAlert.objects.standing()
    return alerts.filter(email=message.to_email).exists() and not is_shut_out(message.to_email)


def stop_alerts_of(user: User, by: User | None) -> None:
    """Stop what a person who is deactivated has asked for, and close the links; called in that transaction."""
    stop_alerts(user.email, by=by)
    numbers = DateAlert.objects.filter(email=user.email).values("pk")
    SecretLink.objects.filter(purpose__in=LINKS, subject_id__in=numbers, revoked_at=None).update(
        revoked_at=timezone.now()
    )


@transaction.atomic
def erase_alerts(now: datetime) -> int:
    """Delete wishes that nobody confirmed in a week, and those stopped a month ago, with their links."""
    due = Q(confirmed_at=None, created_at__lt=now - PENDING_LIFE) | Q(stopped_at__lt=now - STOPPED_LIFE)
    numbers = list(DateAlert.objects.filter(due).select_for_update().values_list("pk", flat=True))
    SecretLink.objects.filter(purpose__in=LINKS, subject_id__in=numbers, revoked_at=None).update(revoked_at=now)
    DateAlert.objects.filter(pk__in=numbers).delete()
    return len(numbers)
