"""Calendars to subscribe to. A validator from one query comes first, since most requests ask if anything is new."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Max, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Length
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import Assignment, Booking, Course, Invitation, Meeting, Participant, Session, Trainer
from municipalities.models import Membership
from taushet.ical.writer import WRITER_VERSION, Event, write_feed
from taushet.models import SecretLink, User
from taushet.services import audit, links

from .events import Shown, invited_event, municipality_event, public_event, staff_event, trainer_event
from .feed_rows import rows_of
from .left_events import left_by, lost_by

TRAINER_FEED = "feed-trainer"
BOOKER_FEED = "feed-booker"
MUNICIPALITY_FEED = "feed-municipality"
STAFF_FEED = "feed-staff"
LOOKS_BACK = timedelta(days=90)
LOOKS_AHEAD = timedelta(days=548)
CANCELLED_STAYS = timedelta(days=30)
# A number for each meeting that does not grow with its own, so that two others of the same sum look different.
SCATTERED = (F("pk") * F("pk") * 7919 + F("pk") * 104729) % 1000003


@dataclass(frozen=True)
class Feed:
    """A calendar that has not been written yet: its validator, and its bytes on demand."""

    etag: str
    write: Callable[[], bytes]


def trainer_feed(trainer: Trainer, *, now: datetime | None = None) -> Feed:
    """Return the sessions of a trainer, with nothing about those who take part; what was left stays as cancelled."""
    now = now or timezone.now()
    rows = in_window(Meeting.objects.filter(_taught_by(trainer)), now)
    lost = lost_by(trainer)
    left = left_by(trainer, lost, since=now - CANCELLED_STAYS)

    def event(row: Shown) -> Event:
        return trainer_event(row, sequence=row.sequence + lost.ahead(row.meeting))

    return _feed(
        rows,
        event,
        name=_("My teaching"),
        reader=f"trainer {trainer.pk} {sorted(lost.times.items())}",
        # Each assignment and each move makes a new row, so that one session for another never looks alike.
        assigned=Max("assigned_meetings__pk"),
        also=left,
    )


def booker_feed(user: User, *, now: datetime | None = None) -> Feed:
    """Return the sessions a person has booked, each under the title its mail has for them.

    They are shown as free time: whoever books is not always the one who goes. Never older than what was sent by mail.
    """
    titles = _chosen_titles(user.email)
    sent = Invitation.objects.filter(email=user.email, cancelled_at=None, meeting__session__in=titles)
    sent = dict(sent.values_list("meeting", "sequence"))

    def event(row: Shown) -> Event:
        sequence = max(row.sequence, sent.get(row.meeting, 0))
        return invited_event(row, shows_course=titles[row.session], sequence=sequence, is_busy=False)

    return _feed(
        in_window(Meeting.objects.filter(session__in=titles), now or timezone.now()),
        event,
        name=_("Courses you have booked"),
        reader=f"booker {user.pk} {sorted(titles.items())} {sorted(sent.items())}",
    )


def _chosen_titles(email: str) -> dict[int, bool]:
    """Return the sessions an address has booked, and whether its calendar names the course of each."""
    own = Participant.objects.filter(booking=OuterRef("pk"), email=email, shows_course_name__isnull=False)
    chosen = Subquery(own.order_by("-pk").values("shows_course_name")[:1])
    bookings = Booking.objects.filter(Q(contact_email=email) | Q(second_email=email), state=Booking.State.CONFIRMED)
    titles: dict[int, bool] = {}
    for session, shows in bookings.values_list("session", Coalesce(chosen, "shows_course_name")):
        titles[session] = shows and titles.get(session, True)
    return titles


def municipality_feed(membership: Membership, *, now: datetime | None = None) -> Feed:
    """Return the sessions a municipality or a unit has booked, and those held for it, without any course name."""
    bookings = Booking.objects.filter(state=Booking.State.CONFIRMED)
    if membership.unit_id:
        sessions = Q(pk__in=bookings.filter(unit=membership.unit_id).values("session"))
    else:
        place = membership.municipality_id
        shared = Session.shared_with.through.objects.filter(municipality=place).values("session")
        held_for = Q(pk__in=Session.objects.announced().filter(Q(closed_to=place) | Q(pk__in=shared)).values("pk"))
        sessions = held_for | Q(pk__in=bookings.filter(municipality=place).values("session"))
    meetings = Meeting.objects.filter(session__in=Session.objects.filter(sessions))
    return _feed(
        in_window(meetings, now or timezone.now()),
        municipality_event,
        name=_("Courses of the municipality"),
        reader=f"membership {membership.pk}",
    )


def staff_feed(*, now: datetime | None = None) -> Feed:
    """Return all sessions, drafts among them, with nobody's name."""
    rows = in_window(Meeting.objects.all(), now or timezone.now())
    return _feed(rows, staff_event, name=_("All sessions"), reader="staff")


def public_feed(*, now: datetime | None = None) -> Feed:
    """Return the sessions anybody may see."""
    rows = in_window(Meeting.objects.filter(session__in=Session.objects.public()), now or timezone.now())
    return _feed(rows, public_event, name=_("Courses from Taushet tar liv"), reader="public")


def in_window(meetings: QuerySet[Meeting], now: datetime) -> QuerySet[Meeting]:
    """Return those a calendar shows; what is cancelled stays for a while, so that people notice."""
    cancelled = Q(state=Meeting.State.CANCELLED) | Q(session__state=Session.State.CANCELLED)
    recently = Q(changed_at__gte=now - CANCELLED_STAYS) | Q(session__cancelled_at__gte=now - CANCELLED_STAYS)
    return meetings.filter(ends_at__gte=now - LOOKS_BACK, starts_at__lt=now + LOOKS_AHEAD).filter(~cancelled | recently)


def feed_address(subject: Model, purpose: str = TRAINER_FEED) -> str | None:
    """Return the address of the feed of a trainer, a person or a membership, or None while there is none."""
    if not SecretLink.objects.filter(purpose=purpose, subject_id=subject.pk, revoked_at=None).exists():
        return None
    return links.link_address(purpose, links.issue_link(purpose, subject.pk))


@transaction.atomic
def renew_feed(subject: Model, purpose: str = TRAINER_FEED, *, by: User) -> str:
    """Make a new address of a feed and close the old one; returns the new one."""
    audit.record("feed.renewed", subject, by=by)
    return links.link_address(purpose, links.renew_link(purpose, subject.pk))


def close_feeds_of(user: User, by: User | None = None) -> None:
    """Close all feeds of a person for good (a Deactivation)."""
    links.revoke_links([BOOKER_FEED, STAFF_FEED], [user.pk])
    links.revoke_links([MUNICIPALITY_FEED], user.memberships.values_list("pk", flat=True))


def close_feed(trainer: Trainer) -> None:
    """Close a trainer's feed for good; calendars that follow it are told to stop asking."""
    links.revoke_link(TRAINER_FEED, trainer.pk)


def _taught_by(trainer: Trainer) -> Q:
    return Q(assigned_meetings__trainer=trainer, assigned_meetings__assignment__state=Assignment.State.ACCEPTED)


def _feed(
    meetings: QuerySet[Meeting],
    event: Callable[[Shown], Event],
    *,
    name: str,
    reader: str,
    also: Sequence[Event] = (),
    **more,
) -> Feed:
    def events() -> Iterator[Event]:
        return chain(map(event, rows_of(meetings)), also)

    if also:
        reader = f"{reader} {[(one.uid, one.sequence, one.changed_at) for one in also]}"
    return Feed(etag=_validator(meetings, reader, **more), write=lambda: write_feed(events(), name=name))


def _validator(meetings: QuerySet[Meeting], reader: str, **more) -> str:
    """Return an ETag that changes whenever an event comes, goes or changes; two queries, whatever the size.

    A changed meeting has a new number and time stamp. States of sessions, titles of courses and names of places are
    looked at too, since a change of theirs is no change of the meeting.
    """
    facts = meetings.aggregate(
        count=Count("pk"),
        which=Sum(SCATTERED),
        numbers=Sum("sequence"),
        changed_at=Max("changed_at"),
        drafts=Count("pk", filter=Q(session__state=Session.State.DRAFT)),
        cancelled=Count("pk", filter=Q(session__state=Session.State.CANCELLED)),
        places=Sum(Length("session__municipality__name")),
        places_changed_at=Max("session__municipality__changed_at"),
        **more,
    )
    titles = list(Course.objects.order_by("pk").values_list("pk", "slug", "title_nb", "title_nn", "title_en"))
    where = f"{settings.NEUTRAL_HOST} {settings.BASE_URL} {get_language()} {reader}"
    text = f"{WRITER_VERSION} {where} {sorted(facts.items())} {titles}"
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
