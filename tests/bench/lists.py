"""Lists that go out and come in: exports for staff, and a booker's list of names; run inside `tests.bench.inside`."""

import re
import time
from itertools import count

from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Booking, Participant, Session
from courses.views.exports import booking_export, participant_export
from municipalities.models import Municipality
from taushet.services.links import issue_link
from tests.factories.taushet import StaffFactory

FEW, MANY = 30, 3000
GOOD, FAULTY = 460, 40
numbers = count(1)


def exports(session_id: str) -> dict:
    """Take out the participants and bookings of a session that gets 30 of each, and then 3 000."""
    session = Session.objects.get(pk=session_id)
    staff = StaffFactory(is_superuser=True)
    found = {}
    for wanted in (FEW, MANY):
        fill(session, wanted)
        found[f"csv_{wanted}"] = take_out(participant_export, staff, session_id=session.pk, ending="csv")
        found[f"xlsx_{wanted}"] = take_out(booking_export, staff, ending="xlsx", query={"q": "booker@liste.example"})
    return found


def take_out(view, user, query=None, **arguments) -> dict:
    """Give the seconds to the last byte of an export, and its queries."""
    request = RequestFactory().get("/", query or {})
    request.user = user
    started = time.monotonic()
    with CaptureQueriesContext(connection) as counted:
        response = view(request, **arguments)
        size = sum(map(len, response.streaming_content))
    return {"seconds": time.monotonic() - started, "queries": len(counted), "bytes": size}


def fill(session: Session, wanted: int) -> None:
    """Bring bookings and participants of a session up to so many, one name to a booking."""
    place = Municipality.objects.first()
    missing = range(wanted - session.bookings.count())
    bookings = Booking.objects.bulk_create(
        Booking(
            session=session,
            municipality=place,
            seats=1,
            state=Booking.State.CONFIRMED,
            contact_name="Kari Nordmann",
            contact_email="booker@liste.example",
            contact_phone="+4722331160",
            request_key=f"liste-{session.pk}-{next(numbers)}",
        )
        for _number in missing
    )
    Participant.objects.bulk_create(
        Participant(
            booking=booking,
            name="Åse Bjørnø",
            email=f"deltaker{booking.pk}@liste.example",
            workplace="NAV",
            role="Rådgiver",
            request_key=f"{booking.request_key}/0",
        )
        for booking in bookings
    )


def name_list(session_id: str) -> dict:
    """Look over a list of 500 names of which 40 are faulty, as the booker's page does."""
    booking = Booking.objects.create(
        session_id=session_id,
        municipality=Municipality.objects.first(),
        seats=GOOD + FAULTY,
        state=Booking.State.CONFIRMED,
        contact_name="Kari Nordmann",
        contact_email="kari@liste.example",
        request_key=f"navneliste-{session_id}",
    )
    lines = [f"Åse Bjørnø;d{number}@liste.example;NAV;Rådgiver" for number in range(GOOD)]
    lines += [f"Per Hansen;feil-{number};NAV;Rådgiver" for number in range(FAULTY)]
    text = "\n".join(["Navn;E-post;Arbeidssted;Rolle", *lines])
    path = reverse("courses:name_list", args=[issue_link("booking", booking.pk)])
    client = Client(headers={"host": "127.0.0.1"})
    client.get(path)
    started = time.monotonic()
    response = client.post(path, {"text": text})
    seconds = time.monotonic() - started
    faulty, usable = re.findall(r'class="count">(\d+)<', response.content.decode())
    return {"seconds": seconds, "usable": int(usable), "faulty": int(faulty)}
