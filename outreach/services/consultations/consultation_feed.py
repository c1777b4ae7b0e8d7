"""The deadlines of consultations as a private calendar of staff, which one subscribes to and can close."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from outreach.models import Consultation
from taushet.ical.writer import WRITER_VERSION, Event, write_feed
from taushet.models import SecretLink, User
from taushet.services import audit, links
from taushet.workdays import OSLO

FEED = "feed-consultations"
LOOKS_BACK = timedelta(days=90)
LOOKS_AHEAD = timedelta(days=548)
CANCELLED_STAYS = timedelta(days=30)
REMINDS = timedelta(minutes=30)  # how long a deadline is drawn, up to its minute
HEARING_LASTS = timedelta(hours=2)  # the export says when a hearing begins, not when it ends


def feed_rows(now: datetime) -> list[Consultation]:
    """Return what the calendar shows: not what is put aside; what was cancelled stays for a while."""
    start, end = now - LOOKS_BACK, now + LOOKS_AHEAD
    within = Q()
    for name in ("speak_by", "answer_by", "starts_at"):
        within |= Q(**{f"{name}__gte": start, f"{name}__lt": end})
    recently = ~Q(state=Consultation.State.CANCELLED) | Q(changed_at__gte=now - CANCELLED_STAYS)
    shown = Consultation.objects.exclude(plan=Consultation.Plan.PASS)
    return list(shown.filter(within & recently).order_by("pk"))


def feed_etag(rows: list[Consultation]) -> str:
    """Return a validator that changes whenever an event comes, goes or changes."""
    seen = [(row.pk, row.sequence, row.changed_at.isoformat()) for row in rows]
    text = f"{WRITER_VERSION} {settings.NEUTRAL_HOST} {settings.BASE_URL} {get_language()} {seen}"
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def write_deadlines(rows: list[Consultation]) -> bytes:
    return write_feed((event for row in rows for event in events_of(row)), name=_("Deadlines of consultations"))


def events_of(row: Consultation) -> Iterator[Event]:
    """Give an event for each deadline, and one for the hearing itself. Each keeps its UID for life."""
    if row.speak_by:
        yield event(row, "speak", _("Ask to speak: %(title)s"), row.speak_by, is_day=row.speak_by_is_day)
    if row.answer_by:
        yield event(row, "answer", _("Written input: %(title)s"), row.answer_by, is_day=row.answer_by_is_day)
    if row.starts_at:
        yield event(row, "hearing", _("Hearing: %(title)s"), row.starts_at, lasts=HEARING_LASTS)


def event(row: Consultation, what: str, title: str, at: datetime, *, is_day=False, lasts: timedelta | None = None):
    is_cancelled = row.state == Consultation.State.CANCELLED
    summary = title % {"title": row.reference or row.title}
    if is_day:
        first = at.astimezone(OSLO).replace(hour=0, minute=0)
        starts_at, ends_at = first, first + timedelta(days=1)
    else:
        starts_at, ends_at = (at, at + lasts) if lasts else (at - REMINDS, at)
    return Event(
        uid=f"consultation-{row.pk}-{what}@{settings.NEUTRAL_HOST.partition(':')[0]}",
        sequence=row.sequence,
        starts_at=starts_at,
        ends_at=ends_at,
        changed_at=row.changed_at,
        summary=_("CANCELLED: %(title)s") % {"title": summary} if is_cancelled else summary,
        description=f"{row.held_by}\n{row.title}\n{settings.BASE_URL}{row.get_absolute_url()}",
        location=row.place if lasts else "",
        url=row.url,
        status="CANCELLED" if is_cancelled else "CONFIRMED",
        is_busy=False,
        is_all_day=is_day,
    )


def deadlines_address(user: User) -> str | None:
    """Return the address of somebody's calendar of deadlines, None while there is none."""
    if not SecretLink.objects.filter(purpose=FEED, subject_id=user.pk, revoked_at=None).exists():
        return None
    return links.link_address(FEED, links.issue_link(FEED, user.pk))


@transaction.atomic
def renew_deadlines(user: User) -> str:
    """Make a new address and close the old one."""
    audit.record("feed.renewed", user, by=user)
    return links.link_address(FEED, links.renew_link(FEED, user.pk))


def close_deadlines_of(user: User, by: User | None = None) -> None:
    """Close the calendar of somebody for good (a Deactivation)."""
    links.revoke_links([FEED], [user.pk])


def rows_now() -> list[Consultation]:
    return feed_rows(timezone.now())
