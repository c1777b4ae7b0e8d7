"""The clock after a bad night; run inside `tests.bench.inside`."""

import resource
import time
from datetime import timedelta

from django.utils import timezone

from courses.models import Booking, Meeting, PlannedMail, Session, WaitingPlace
from courses.services.due_mails import write_due_mails
from courses.services.holds import expire_holds
from courses.services.offers import end_lines, lapse_offers, offer_left_over
from taushet.models import Message

SESSIONS, HOLDS, OFFERS, REMINDERS = 100, 40, 20, 40  # and so many of each in every session: 10 000 in all
State = Booking.State


def seed_sweep(ids: list[int]) -> dict:
    """Fill sessions with bookings whose time is up."""
    past = timezone.now() - timedelta(minutes=1)
    for session in Session.objects.filter(pk__in=ids).prefetch_related("meetings"):
        bookings = Booking.objects.bulk_create(
            [
                *(new(session, number, State.HELD, held_until=past) for number in range(HOLDS)),
                *(new(session, HOLDS + number, State.OFFERED) for number in range(OFFERS)),
                *(new(session, HOLDS + OFFERS + number, State.CONFIRMED) for number in range(REMINDERS)),
            ]
        )
        WaitingPlace.objects.bulk_create(
            WaitingPlace(booking=one, wanted=1, proved_at=past, offered_until=past)
            for one in bookings
            if one.state == State.OFFERED
        )
        meeting: Meeting = session.meetings.all()[0]
        PlannedMail.objects.bulk_create(
            PlannedMail(booking=one, session=session, meeting=meeting, kind="reminder", due_at=past)
            for one in bookings
            if one.state == State.CONFIRMED
        )
        Session.objects.filter(pk=session.pk).update(seats_taken=len(bookings))
    return {"rows": PlannedMail.objects.count()}


def new(session: Session, number: int, state: str, **fields) -> Booking:
    return Booking(
        session=session,
        municipality_id=session.municipality_id,
        seats=1,
        state=state,
        contact_name="Kari Nordmann",
        contact_email=f"kari{number}@runde.example",
        contact_phone="+4722331160",
        request_key=f"runde-{session.pk}-{number}",
        **fields,
    )


def sweep() -> dict:
    """Do what the clock does each minute; give the seconds, the peak of the memory and what was settled."""
    started = time.monotonic()
    holds = expire_holds()
    offers = lapse_offers()
    offer_left_over()
    end_lines()
    write_due_mails()
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    settled = {"holds": holds, "offers": offers, "reminders": Message.objects.filter(kind="reminder").count()}
    return {"seconds": seconds, "megabytes": peak, "settled": settled}
