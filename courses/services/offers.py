"""Who on a waiting list is offered seats that have become free, and until when.

The rule, as the pages tell it: strict order of arrival. When the first in line asked for more than is free, that group
is asked whether it will make do with fewer, and keeps its place whatever it answers; only when it has said no, or let
the time pass, are the seats offered to the next group that fits whole. An offer holds its seats.

Every path that frees seats calls `offer_free_seats` before its door closes, so that nobody gets in between.
"""

from datetime import datetime

from django.db.models import F, QuerySet, prefetch_related_objects
from django.utils import timezone

from courses.models import Booking, Session, WaitingPlace
from taushet import workdays
from taushet.services import audit

from . import seats, waiting_messages
from .guards import refuse_unbookable
from .prices import share_price

State = Booking.State
ANSWER_WITHIN = 2  # working days
ANSWER_FEWER_WITHIN = 1  # working day, since others wait meanwhile for seats that may come to nothing


def offer_free_seats(door: seats.Door) -> list[Booking]:
    """Offer what is free in an open door to those who wait; returns the bookings that were offered seats."""
    if not door.free or not door.session.is_bookable:
        return []
    offered = _enlarge_offers(door)
    waiting = _locked(door.session, State.WAITING)
    while door.free and waiting:
        place, count = next_in_line(waiting, door.free)
        if place is None:
            break
        waiting.remove(place)
        offered.append(_offer(door, place, count))
    return offered


def next_in_line(waiting: list[WaitingPlace], free: int) -> tuple[WaitingPlace | None, int]:
    """Return who in an ordered line is offered how many of the free seats; nobody when no group fits."""
    first = waiting[0]
    if first.wanted > free > first.asked:
        return first, free
    return next(((place, place.wanted) for place in waiting if place.wanted <= free), (None, 0))


def _enlarge_offers(door: seats.Door) -> list[Booking]:
    """Give what has become free to a group that was offered fewer seats than it wants, which stands first in line."""
    return [
        _offer(door, place, place.booking.seats + more)
        for place in _locked(door.session, State.OFFERED, booking__seats__lt=F("wanted"))
        if (more := min(door.free, place.wanted - place.booking.seats))
    ]


def _locked(session: Session, state: str, **more) -> list[WaitingPlace]:
    """Return the places of a session's bookings in a state, in order, locked with their bookings."""
    places = WaitingPlace.objects.in_line().filter(booking__session=session, booking__state=state, **more)
    return list(places.in_order(session).select_related("booking").select_for_update(of=("self", "booking")))


def _offer(door: seats.Door, place: WaitingPlace, count: int) -> Booking:
    booking = place.booking
    held = booking.seats if booking.state == State.OFFERED else 0
    door.take(count - held)
    booking.session = door.session
    booking.state, booking.seats = State.OFFERED, count
    share_price(booking, door.session)
    booking.save(update_fields=["state", "seats", "fixed_price", "funded_seats"])
    place.offered_until = answer_before(door.session, is_for_fewer=count < place.wanted)
    place.save(update_fields=["offered_until"])
    waiting_messages.tell_offered(booking, place)
    audit.record("booking.offered", booking, kind="clock", seats=count, wanted=place.wanted)
    return booking


def answer_before(session: Session, *, is_for_fewer: bool, now: datetime | None = None) -> datetime:
    """Return until when an offer made now stands, in UTC: whole working days, but never beyond the start."""
    local = timezone.localtime(now)
    day = workdays.add_workdays(local.date(), ANSWER_FEWER_WITHIN if is_for_fewer else ANSWER_WITHIN)
    return min(datetime.combine(day, local.time(), local.tzinfo), session.first_starts_at)


def take_back(place: WaitingPlace, door: seats.Door, *, state: str) -> None:
    """Free the seats of an offer that was declined or has lapsed.

    One for fewer seats than were asked for sends the group back to its place in the line, with a note of what it was
    asked; of a whole one the booking ends in `state`.
    """
    _free(place, door, state=state)
    place.save(update_fields=["offered_until", "asked"])
    place.booking.save(update_fields=["state", "seats", "ended_at"])


def _free(place: WaitingPlace, door: seats.Door, *, state: str) -> None:
    booking = place.booking
    door.give_back(booking.seats)
    place.offered_until = None
    if place.is_for_fewer:
        place.asked = max(place.asked, booking.seats)
        booking.state, booking.seats = State.WAITING, place.wanted
    else:
        booking.state, booking.ended_at = state, timezone.now()


def stand_in_line(booking: Booking, place: WaitingPlace, door: seats.Door) -> None:
    """Let a place count from the moment it was taken, since its address has proved itself; the door is open.

    One that had run out begins anew at the end of the line.
    """
    if booking.state == State.EXPIRED:
        refuse_unbookable(door.session, booking.municipality)
        place.since = timezone.now()
    place.proved_at = timezone.now()
    place.save(update_fields=["since", "proved_at"])
    booking.state = State.WAITING
    booking.held_until = booking.ended_at = None
    booking.save(update_fields=["state", "held_until", "ended_at"])
    waiting_messages.tell_waiting(booking, place)
    offer_free_seats(door)


def lapse_offers(now: datetime | None = None) -> int:
    """Take back the offers nobody answered in time and pass their seats on; returns how many lapsed.

    Session by session, each row read again under the lock, so that an offer is passed on exactly once.
    """
    now = now or timezone.now()
    due = WaitingPlace.objects.filter(booking__state=State.OFFERED, offered_until__lte=now)
    lapsed = 0
    for session_id in list(due.order_by("booking__session").values_list("booking__session", flat=True).distinct()):
        with seats.door(session_id) as door:
            lapsed += _lapse(door, due.filter(booking__session=session_id))
            offer_free_seats(door)
    return lapsed


def _lapse(door: seats.Door, due: QuerySet[WaitingPlace]) -> int:
    """Take back the offers of one session, whose door is open; returns how many."""
    together = due.select_related("booking__municipality").select_for_update(of=("self", "booking"))
    places = list(together.order_by("pk"))
    prefetch_related_objects([door.session], "meetings")
    for place in places:
        place.booking.session = door.session
        _free(place, door, state=State.EXPIRED)
    _save_freed(places)
    bookings = [place.booking for place in places]
    waiting_messages.tell_offers_lapsed(places)
    audit.record_many(
        "booking.offer_lapsed", [(booking, {"session": door.session.pk}) for booking in bookings], kind="clock"
    )
    return len(places)


def _save_freed(places: list[WaitingPlace]) -> None:
    ended = [place for place in places if place.booking.state == State.EXPIRED]
    back_in_line = [place for place in places if place not in ended]
    WaitingPlace.objects.filter(pk__in=[place.pk for place in ended]).update(offered_until=None)
    numbers = [place.booking_id for place in ended]
    Booking.objects.filter(pk__in=numbers).update(state=State.EXPIRED, ended_at=timezone.now())
    WaitingPlace.objects.bulk_update(back_in_line, ["offered_until", "asked"])
    Booking.objects.bulk_update([place.booking for place in back_in_line], ["state", "seats"])


def offer_left_over() -> int:
    """Offer what is free while somebody waits: a net below the paths that free seats; returns how many got some."""
    open_sessions = Session.objects.bookable().filter(seats_taken__lt=F("capacity") + F("seats_over"))
    waited_for = WaitingPlace.objects.in_line().filter(booking__state=State.WAITING).values("booking__session")
    offered = 0
    for session_id in list(open_sessions.filter(pk__in=waited_for).values_list("pk", flat=True)):
        with seats.door(session_id) as door:
            offered += len(offer_free_seats(door))
    return offered


def end_line(door: seats.Door) -> int:
    """End the wait of everybody in line for a session that has begun or is cancelled; returns how many waited."""
    waiting = WaitingPlace.objects.filter(
        booking__session=door.session, booking__state__in=[State.WAITING, State.OFFERED]
    ).select_related("booking")
    ended = 0
    for place in waiting.select_for_update(of=("self", "booking")).order_by("pk"):
        booking = place.booking
        booking.session = door.session
        if booking.state == State.OFFERED:
            door.give_back(booking.seats)
        booking.state, booking.seats, booking.ended_at = State.EXPIRED, place.wanted, timezone.now()
        booking.save(update_fields=["state", "seats", "ended_at"])
        if place.proved_at:
            waiting_messages.tell_wait_ended(booking)
        audit.record("booking.wait_ended", booking, kind="clock")
        ended += 1
    return ended


def end_lines(now: datetime | None = None) -> int:
    """End the waiting lists of sessions that have begun; returns how many groups waited."""
    begun = Session.objects.filter(
        first_starts_at__lte=now or timezone.now(), bookings__state__in=[State.WAITING, State.OFFERED]
    ).distinct()
    ended = 0
    for session_id in list(begun.values_list("pk", flat=True)):
        with seats.door(session_id) as door:
            ended += end_line(door)
    return ended
