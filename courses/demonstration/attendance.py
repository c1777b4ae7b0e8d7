"""Who came to the sessions that were held: invented people, with ticks as a trainer makes them."""

from collections.abc import Callable
from itertools import cycle

from django.db import transaction

from courses.models import AttendanceMark, Booking, Participant, Session
from taushet.models import User

FIRST = [
    "Anne",
    "Bjørn",
    "Cecilie",
    "Dag",
    "Eli",
    "Finn",
    "Grete",
    "Håkon",
    "Inger",
    "Jan",
    "Kari",
    "Lars",
    "Marit",
    "Nils",
    "Oda",
    "Per",
    "Ragnhild",
    "Sverre",
]
LAST = [
    "Aas",
    "Berg",
    "Dahl",
    "Eide",
    "Foss",
    "Haug",
    "Iversen",
    "Lund",
    "Moen",
    "Nygård",
    "Olsen",
    "Riise",
    "Solheim",
    "Tveit",
    "Ødegård",
]
STAYED_AWAY = 7  # every so many stays away


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    held = Session.objects.filter(is_demonstration=True, state=Session.State.HELD)
    if AttendanceMark.objects.filter(meeting__session__in=held).exists():
        return
    names = cycle(f"{first} {last}" for last in LAST for first in FIRST)
    bookings = Booking.objects.filter(session__is_demonstration=True, contact_name="Eksempel Eksempelsen")
    people = [
        Participant(booking=booking, name=next(names), request_key=f"{booking.request_key}-navn-{number}")
        for booking in bookings.order_by("pk")
        for number in range(booking.seats)
    ]
    Participant.objects.bulk_create(people)
    trainer = User.objects.get(email="trainer@demo.example")
    count = 0
    for session in held.prefetch_related("meetings", "bookings__participants"):
        here = [person for booking in session.bookings.all() for person in booking.participants.all()]
        count += len(here)
        AttendanceMark.objects.bulk_create(
            AttendanceMark(
                meeting=meeting,
                participant=person,
                is_present=number % STAYED_AWAY != 0,
                made_at=meeting.starts_at,
                received_at=meeting.starts_at,
                made_by=trainer,
                client_key=f"demonstrasjon-{meeting.pk}-{person.pk}",
            )
            for meeting in session.meetings.all()
            for number, person in enumerate(here, start=1)
        )
    write(f"  {len(people)} participants, {count} ticked off")
