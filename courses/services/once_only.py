"""One planned mail to whoever sits in several bookings of one session, instead of one for each of the bookings.

Which booking writes it is decided by a rule, not by who comes first, so that two workers that write at the same time
agree: the one where the address is a participant rather than a contact, and of several the oldest.
"""

from collections import defaultdict
from collections.abc import Iterable

from courses.models import Booking, BookingMessage, MailKind, Participant, PlannedMail

# Of a booking and not of a person: who is missing, and for the contact what those without an address have to hear.
OF_THE_BOOKING = {MailKind.NAMES_MISSING}
AS_PARTICIPANT, AS_CONTACT = 0, 1
Place = tuple[int, int]  # the role of an address in a booking, and the booking


class SharedAddresses:
    """The addresses that some due rows write to and that stand in other bookings of the same session too."""

    def __init__(self, rows: list[PlannedMail], emails: set[str]) -> None:
        self._places = self._find_places({row.session_id for row in rows}, emails)
        shared = {place[1] for places in self._places.values() for place in places}
        self._rows: dict[tuple, PlannedMail] = {}
        self._written: set[tuple[int, str]] = set()
        if shared:
            self._read_rows(shared)

    def hears_elsewhere(self, row: PlannedMail, email: str, *, is_participant: bool) -> bool:
        """Whether another booking writes the same mail to an address, or has done so."""
        kind = MailKind(row.kind)
        if kind in OF_THE_BOOKING or (not is_participant and kind != MailKind.REMINDER):
            return False
        mine = (AS_PARTICIPANT if is_participant else AS_CONTACT, row.booking_id)
        for place in self._places.get((row.session_id, email), ()):
            if place >= mine or place[1] == row.booking_id or (place[0] == AS_CONTACT and kind != MailKind.REMINDER):
                continue
            other = self._rows.get((place[1], *_occasion(row)))
            if other and (other.state == PlannedMail.State.PLANNED or (other.pk, email) in self._written):
                return True
        return False

    @staticmethod
    def _find_places(sessions: set[int], emails: set[str]) -> dict[tuple[int, str], set[Place]]:
        """Return where each address stands that more than one booking of its session has."""
        confirmed = Booking.objects.filter(session__in=sessions, state=Booking.State.CONFIRMED, erased_at=None)
        found: dict[tuple[int, str], set[Place]] = defaultdict(set)
        people = Participant.objects.active().filter(booking__in=confirmed, email__in=emails)
        for session, email, booking in people.values_list("booking__session", "email", "booking"):
            found[session, email].add((AS_PARTICIPANT, booking))
        contacts = confirmed.filter(contact_email__in=emails)
        for session, email, booking in contacts.values_list("session", "contact_email", "pk"):
            found[session, email].add((AS_CONTACT, booking))
        return {key: places for key, places in found.items() if len({booking for _role, booking in places}) > 1}

    def _read_rows(self, bookings: Iterable[int]) -> None:
        live = (PlannedMail.State.PLANNED, PlannedMail.State.WRITTEN)
        for row in PlannedMail.objects.filter(booking__in=bookings, state__in=live):
            self._rows[row.booking_id, *_occasion(row)] = row
        written = [row.pk for row in self._rows.values() if row.state == PlannedMail.State.WRITTEN]
        told = BookingMessage.objects.filter(planned__in=written)
        self._written = set(told.values_list("planned", "message__to_email"))


def _occasion(row: PlannedMail) -> tuple:
    return (row.kind, row.session_id, row.meeting_id, row.step)
