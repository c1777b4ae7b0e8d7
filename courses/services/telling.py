"""What everybody of a session has to hear: that its meetings are changed, or that it is cancelled.

Few people are written to with the change itself. More are left to the worker, since each mail takes some
milliseconds: the task is queued in the transaction of the change, and may run twice or stop in the middle, as who has
heard of it stands in the database.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256
from itertools import batched

from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.utils import timezone

from courses.models import Booking, BookingMessage, Invitation, Meeting, Session

from . import planned_mails
from .booking_mail import contacts_of, post
from .calendars import cancel_invitations, update_invitations
from .events import is_cancelled
from .invitation_mail import CANCELLATION, mail_of

AT_ONCE = 10
MEETINGS_CHANGED = "meetings-changed"
State = Booking.State


def tell_meetings_changed(session: Session, meetings: Iterable[Meeting]) -> None:
    """Tell everybody concerned what has become of a session's meetings; called in the transaction of the change.

    Those who hold it get it into the calendar. Contacts who hold nothing, and groups that wait for seats or have been
    offered some, get a mail of words.
    """
    meetings = list(meetings)
    if not meetings:
        return
    without_entry = concerned_without_entry(session)
    if len(_holders(session)) + len(without_entry) > AT_ONCE:
        tell_changes_later.enqueue(session.pk, [meeting.pk for meeting in meetings])
    else:
        update_invitations(*meetings)
        _tell_in_words(session, meetings, without_entry)


@task()
def tell_changes_later(session_id: int, numbers: list[int]) -> int:
    """Tell of changed meetings, a few people in each transaction; returns how many mails. Who has heard is left out."""
    session = Session.objects.get(pk=session_id)
    holders, others = _holders(session), list(concerned_without_entry(session))
    told = sum(_tell_some_of_changes(session_id, numbers, some) for some in batched(holders, AT_ONCE, strict=False))
    return told + sum(_tell_some_in_words(session_id, numbers, some) for some in batched(others, AT_ONCE, strict=False))


def concerned_without_entry(session: Session) -> dict[str, Booking]:
    """Return who has to hear of a change and holds no calendar entry, by address, each with one booking of it."""
    waiting = Q(state__in=[State.WAITING, State.OFFERED], waiting_place__proved_at__isnull=False)
    bookings = session.bookings.filter(Q(state=State.CONFIRMED) | waiting).select_related("municipality")
    holders = set(_holders(session))
    found: dict[str, Booking] = {}
    for booking in bookings.order_by("pk"):
        for email, _purpose in contacts_of(booking):
            if email not in holders:
                found.setdefault(email, booking)
    return found


@transaction.atomic
def _tell_some_in_words(session_id: int, numbers: list[int], emails: Iterable[str]) -> int:
    session = Session.objects.select_for_update(no_key=True).get(pk=session_id)
    if session.state == Session.State.CANCELLED:
        return 0
    people = concerned_without_entry(session)
    chosen = {email: people[email] for email in emails if email in people}
    return _tell_in_words(session, list(session.meetings.filter(pk__in=numbers)), chosen)


def _tell_in_words(session: Session, meetings: list[Meeting], people: dict[str, Booking]) -> int:
    """Write what has become of coming meetings, once for each change; returns how many mails."""
    coming = [one for one in meetings if one.ends_at > timezone.now()]
    for one in coming:
        one.session = session
    in_order = sorted(coming, key=lambda one: (is_cancelled(one), one.starts_at, one.pk))
    if not in_order:
        return 0
    change = ",".join(f"{one.pk}:{one.sequence}" for one in sorted(coming, key=lambda one: one.pk))
    key = f"changed-{sha256(change.encode()).hexdigest()[:16]}"
    told = set(BookingMessage.objects.filter(key__startswith=f"{key}-").values_list("message__to_email", flat=True))
    waiting = {email: booking for email, booking in people.items() if email not in told}
    first, *others = in_order
    template = "invitation_cancellation" if is_cancelled(first) else "invitation_change"
    for email, booking in waiting.items():
        booking.session = session
        mail = mail_of(template, first, booking, None, email, others=others, has_calendar=False)
        role = "b" if email == booking.contact_email else "s"
        post(MEETINGS_CHANGED, booking, email, *mail, key=f"{key}-{booking.pk}{role}")
    return len(waiting)


@transaction.atomic
def _tell_some_of_changes(session_id: int, numbers: list[int], emails: Iterable[str]) -> int:
    session = Session.objects.select_for_update(no_key=True).get(pk=session_id)
    if session.state == Session.State.CANCELLED:  # its cancellation says it all
        return 0
    meetings = session.meetings.filter(pk__in=numbers).order_by("starts_at", "pk")
    return len(update_invitations(*meetings, emails=emails))


def tell_session_cancelled(session: Session) -> int:
    """Tell everybody who was to come that a session is cancelled, each address once; returns how many hear of it.

    Calendars are emptied of it and nothing that was planned is written. A second contact holds no entry, and is told
    all the same. Called in the transaction that cancels it.
    """
    planned_mails.drop_plans_of(session)
    people = _not_yet_told(session)
    if len(people) > AT_ONCE:
        tell_cancelled_later.enqueue(session.pk)
    else:
        _tell_cancelled(session, people)
    return len(people)


@task()
def tell_cancelled_later(session_id: int) -> int:
    """Tell of a cancelled session, a few people in each transaction; returns how many. Who has heard is left out."""
    people = _not_yet_told(Session.objects.get(pk=session_id))
    return sum(_tell_some_of_end(session_id, some) for some in batched(people, AT_ONCE, strict=False))


@transaction.atomic
def _tell_some_of_end(session_id: int, emails: Iterable[str]) -> int:
    session = Session.objects.select_for_update(no_key=True).get(pk=session_id)
    waiting = set(emails) & set(_not_yet_told(session))
    _tell_cancelled(session, waiting)
    return len(waiting)


def _tell_cancelled(session: Session, emails: Collection[str]) -> None:
    told = {message.to_email for message in cancel_invitations(session=session, emails=emails)}
    meetings = list(session.meetings.filter(ends_at__gt=session.cancelled_at).order_by("starts_at", "pk"))
    for meeting in meetings:
        meeting.session = session
    for booking in _confirmed(session).select_related("municipality"):
        booking.session = session
        for email, _purpose in contacts_of(booking):
            if email in emails and email not in told:
                told.add(email)
                first, *others = meetings
                mail = mail_of(
                    "invitation_cancellation", first, booking, None, email, others=others, has_calendar=False
                )
                post(CANCELLATION, booking, email, *mail)


def _holders(session: Session) -> list[str]:
    """Return the addresses that hold meetings of a session."""
    held = Invitation.objects.filter(meeting__session=session, cancelled_at=None)
    return list(held.order_by("email").values_list("email", flat=True).distinct())


def _not_yet_told(session: Session) -> list[str]:
    """Return the addresses that have still to hear that a session is cancelled."""
    ahead = Invitation.objects.filter(meeting__session=session, cancelled_at=None, meeting__ends_at__gt=timezone.now())
    people = set(ahead.values_list("email", flat=True))
    people.update(email for booking in _confirmed(session) for email, _purpose in contacts_of(booking))
    told = BookingMessage.objects.filter(
        booking__session=session, message__kind=CANCELLATION, message__created_at__gte=session.cancelled_at
    )
    return sorted(people - set(told.values_list("message__to_email", flat=True)))


def _confirmed(session: Session):
    return session.bookings.filter(state=Booking.State.CONFIRMED).order_by("pk")
