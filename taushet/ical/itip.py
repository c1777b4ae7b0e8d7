"""Invitations and cancellations that go by mail (iTIP in iMIP, RFC 5546 and 6047)."""

from dataclasses import replace
from datetime import datetime

from .writer import Event, Person, write_calendar

REQUEST = "REQUEST"
CANCEL = "CANCEL"


def write_request(event: Event, *, organizer: Person, attendee: Person, made_at: datetime) -> str:
    """Return the calendar that invites one person to one event, or tells that person of its change."""
    event = replace(event, organizer=organizer, attendee=attendee, made_at=made_at)
    return write_calendar([event], method=REQUEST).decode()


def write_cancel(event: Event, *, organizer: Person, attendee: Person, made_at: datetime) -> str:
    """Return the calendar that takes one event out of one person's calendar."""
    event = replace(event, organizer=organizer, attendee=attendee, made_at=made_at, status="CANCELLED", is_busy=False)
    return write_calendar([event], method=CANCEL).decode()
