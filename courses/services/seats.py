"""The one door to a seat (design rule 1): lock the session, count, write, keep `seats_taken`.

    with seats.door(session_id) as door:
        door.take(3)
        Booking.objects.create(...)

Everything between is one transaction under the session's lock, so nothing slow belongs there. Whoever locks a
session and one of its bookings locks the session first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Sum
from django.utils.translation import ngettext

from courses.exceptions import CapacityTooSmall, NoMoreSeats, SeatsTaken
from courses.models import Booking, Session
from taushet.models import User
from taushet.ready_query import ReadyQuery
from taushet.services import audit


class Door:
    """A locked session with its seats counted. What is taken and freed here is written when the door closes."""

    def __init__(self, session: Session, taken: int) -> None:
        self.session = session
        self.stored = (session.capacity, session.seats_over, session.seats_taken)
        session.seats_taken = taken

    @property
    def free(self) -> int:
        return max(self.session.free_seats, 0)

    def take(self, count: int) -> None:
        """Take seats for one group, all of them or none. Raises SeatsTaken with the number that is free."""
        if count < 1:
            raise ValueError("A group has at least one member.")
        if count > self.free:
            raise SeatsTaken(self.free)
        self.session.seats_taken += count

    def take_beyond(self, count: int, *, by: User, reason: str) -> None:
        """Take seats for a group although there are too few: staff decided so and says why, which is logged."""
        if count < 1:
            raise ValueError("A group has at least one member.")
        if not reason.strip():
            raise ValueError("Seats beyond the capacity need a reason.")
        missing = count - self.free
        if missing > 0:
            self.session.seats_over += missing
            audit.record("session.seats_over", self.session, by=by, seats=missing, reason=reason)
        self.session.seats_taken += count

    def give_back(self, count: int) -> None:
        """Free seats. Those beyond the capacity go first, so that a full room does not look free."""
        self.session.seats_taken = max(self.session.seats_taken - count, 0)
        beyond = max(self.session.seats_taken - self.session.capacity, 0)
        self.session.seats_over = min(self.session.seats_over, beyond)

    def change(self, before: int, after: int) -> None:
        """Let a group grow or shrink. Raises NoMoreSeats with the most it could have when there are too few."""
        if after < before:
            self.give_back(before - after)
        elif after > before:
            try:
                self.take(after - before)
            except SeatsTaken as error:
                raise NoMoreSeats(before + error.free) from error

    def set_capacity(self, capacity: int, *, accepts_over: int = 0) -> None:
        """Give the session another number of seats.

        When more are taken, nobody loses a seat: those beyond stay, and no seat is free until as many were given back.
        That needs a yes to just so many, `accepts_over`, else raises CapacityTooSmall.
        """
        over = max(self.session.seats_taken - capacity, 0)
        if over > max(self.session.seats_over, accepts_over):
            raise CapacityTooSmall(
                ngettext(
                    "%(taken)d seat is taken. Say below that the session may have fewer all the same.",
                    "%(taken)d seats are taken. Say below that the session may have fewer all the same.",
                    self.session.seats_taken,
                )
                % {"taken": self.session.seats_taken},
                over=over,
            )
        self.session.capacity = capacity
        self.session.seats_over = over

    def close(self) -> None:
        session = self.session
        if (session.capacity, session.seats_over, session.seats_taken) != self.stored:
            session.save(update_fields=["capacity", "seats_over", "seats_taken"])


@contextmanager
def door(
    session_id: int, *, for_written: Booking | None = None, count: Callable[[int], int] | None = None
) -> Iterator[Door]:
    """Open the door of one session: everything until it closes happens alone and as a whole.

    `for_written` is a booking that this very transaction has written already, and that takes its seats here: nobody
    else sees it yet, and it does not count. Whatever is refused then undoes the whole transaction. Raises
    Session.DoesNotExist. `count` counts the taken seats where the same trip asks for something else.
    """
    with transaction.atomic(savepoint=for_written is None):
        session = lock_session(session_id)
        taken = (count or count_taken)(session_id)
        door = Door(session, taken - (for_written.seats if for_written else 0))
        yield door
        door.close()


def lock_session(session_id: int) -> Session:
    """Return a session whose seats nobody else touches until the transaction ends. Raises Session.DoesNotExist."""
    session = LOCKED.first(session_id)
    if session is None:
        raise Session.DoesNotExist(f"There is no session {session_id}.")
    return session


@contextmanager
def two_doors(first_id: int, second_id: int) -> Iterator[tuple[Door, Door]]:
    """Open the doors of two sessions, always in the same order, and give them in the order that was asked for."""
    low, high = sorted([first_id, second_id])
    with door(low) as one, door(high) as other:
        yield (one, other) if first_id == low else (other, one)


def count_taken(session_id: int) -> int:
    """Count the seats of a session that bookings take; true for as long as the session is locked."""
    return sum(seats for (seats,) in SEATS_TAKEN.rows(session_id))


def sum_taken(session: int | OuterRef) -> QuerySet:
    """Return the question for the sum of the seats that bookings take; it has no row where there are none."""
    grouped = Booking.objects.filter(session=session).taking_seats().order_by().values("session")
    return grouped.annotate(taken=Sum("seats")).values_list("taken")


SEATS_TAKEN = ReadyQuery(sum_taken, -1)
LOCKED = ReadyQuery(lambda number: Session.objects.select_for_update(no_key=True).filter(pk=number), -1)
