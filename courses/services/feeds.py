"""Calendars to subscribe to. A validator from one query comes first, since most requests ask if anything is new."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import Assignment, Meeting, Session, Trainer
from taushet.ical.writer import WRITER_VERSION, Event, write_feed
from taushet.models import SecretLink, User
from taushet.services import audit, links

from .events import public_event, trainer_event
from .left_events import left_by

TRAINER_FEED = "feed-trainer"
LOOKS_BACK = timedelta(days=90)
LOOKS_AHEAD = timedelta(days=548)
CANCELLED_STAYS = timedelta(days=30)


@dataclass(frozen=True)
class Feed:
    """A calendar that has not been written yet: its validator, and its bytes on demand."""

    etag: str
    write: Callable[[], bytes]


def trainer_feed(trainer: Trainer, *, now: datetime | None = None) -> Feed:
    """Return the sessions of a trainer, with nothing about those who take part."""
    now = now or timezone.now()
    rows = in_window(Meeting.objects.filter(_taught_by(trainer)), now)
    left = left_by(trainer, since=now - CANCELLED_STAYS)
    return _feed(
        rows,
        trainer_event,
        name=_("My teaching"),
        reader=f"trainer {trainer.pk}",
        # Each assignment and each move makes a new row, so that one session for another never looks alike.
        newest=Max("assigned_meetings__pk"),
        also=left,
    )


def public_feed(*, now: datetime | None = None) -> Feed:
    """Return the sessions anybody may see."""
    rows = in_window(Meeting.objects.filter(session__in=Session.objects.public()), now or timezone.now())
    return _feed(rows, public_event, name=_("Courses from Taushet tar liv"), reader="public")


def in_window(meetings: QuerySet[Meeting], now: datetime) -> QuerySet[Meeting]:
    """Return those a calendar shows; what is cancelled stays for a while, so that people notice."""
    cancelled = Q(state=Meeting.State.CANCELLED) | Q(session__state=Session.State.CANCELLED)
    recently = Q(changed_at__gte=now - CANCELLED_STAYS) | Q(session__cancelled_at__gte=now - CANCELLED_STAYS)
    return meetings.filter(ends_at__gte=now - LOOKS_BACK, starts_at__lt=now + LOOKS_AHEAD).filter(~cancelled | recently)


def feed_address(trainer: Trainer) -> str | None:
    """Return the address of a trainer's own feed, or None while there is none."""
    if not SecretLink.objects.filter(purpose=TRAINER_FEED, subject_id=trainer.pk, revoked_at=None).exists():
        return None
    return links.link_address(TRAINER_FEED, links.issue_link(TRAINER_FEED, trainer.pk))


@transaction.atomic
def renew_feed(trainer: Trainer, *, by: User) -> str:
    """Make a new address of a trainer's feed and close the old one; returns the new one."""
    audit.record("feed.renewed", trainer, by=by)
    return links.link_address(TRAINER_FEED, links.renew_link(TRAINER_FEED, trainer.pk))


def close_feed(trainer: Trainer) -> None:
    """Close a trainer's feed for good; calendars that follow it are told to stop asking."""
    links.revoke_link(TRAINER_FEED, trainer.pk)


def _taught_by(trainer: Trainer) -> Q:
    return Q(assigned_meetings__trainer=trainer, assigned_meetings__assignment__state=Assignment.State.ACCEPTED)


def _feed(
    meetings: QuerySet[Meeting],
    event: Callable[[Meeting], Event],
    *,
    name: str,
    reader: str,
    also: Sequence[Event] = (),
    **more,
) -> Feed:
    def events() -> Iterator[Event]:
        rows = meetings.select_related("session__course", "session__municipality").order_by("starts_at", "pk")
        return chain(map(event, rows.iterator(chunk_size=2000)), also)

    if also:
        reader = f"{reader} {[(one.uid, one.sequence, one.changed_at) for one in also]}"
    return Feed(etag=_validator(meetings, reader, **more), write=lambda: write_feed(events(), name=name))


def _validator(meetings: QuerySet[Meeting], reader: str, **more) -> str:
    """Return an ETag that changes whenever an event comes, goes or changes; one query, whatever the size.

    A changed meeting has a new number and time stamp. States, titles and places of sessions and courses are counted
    too, since those rows carry no stamp of their own.
    """
    title = "session__course__title_nb"
    facts = meetings.aggregate(
        count=Count("pk"),
        which=Sum("pk"),
        numbers=Sum("sequence"),
        changed_at=Max("changed_at"),
        drafts=Count("pk", filter=Q(session__state=Session.State.DRAFT)),
        cancelled=Count("pk", filter=Q(session__state=Session.State.CANCELLED)),
        first_title=Min(title),
        last_title=Max(title),
        letters=Sum(Length(title) + Length("session__course__title_nn") + Length("session__course__title_en")),
        places=Sum(Length("session__municipality__name")),
        **more,
    )
    text = f"{WRITER_VERSION} {settings.NEUTRAL_HOST} {get_language()} {reader} {sorted(facts.items())}"
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
