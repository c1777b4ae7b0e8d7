"""A booking whose session is moved while it is being written, and many who hold at once."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation

from courses.models import Booking, Session
from courses.services import seats
from courses.services.bookings import book_seats
from municipalities.models import Unit
from taushet.models import AuditEntry, Message
from taushet.templatetags.ui import day
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def when_somebody_waits(act):
    """Do something in another connection as soon as it sees this one wait for a lock."""
    errors = []

    def run():
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised in the test below
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


def somebody_waits():
    with connection.cursor() as cursor:
        for _try in range(400):
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody came to wait at the door.")


def test_mail_tells_the_time_the_session_was_moved_to_while_the_booking_was_written():
    """Also of a session whose counter was wrong: the seats that are taken then are written once and stay."""
    session = SessionFactory(capacity=3)
    payer = Unit(municipality=MunicipalityFactory(), kind=Unit.Kind.OTHER, name="IKS", organisation_number="974760673")
    at_the_door = threading.Event()

    def move():
        with transaction.atomic():
            move_behind_the_door()
            Session.objects.filter(pk=session.pk).update(seats_taken=1)

    def move_behind_the_door():
        with seats.door(session.pk) as door:
            at_the_door.set()
            somebody_waits()
            for meeting in session.meetings.all():
                meeting.starts_at += timedelta(days=1)
                meeting.ends_at += timedelta(days=1)
                meeting.place = "Kulturhuset"
                meeting.save()
            later = door.session.first_starts_at + timedelta(days=1)
            Session.objects.filter(pk=session.pk).update(first_starts_at=later, last_ends_at=later + timedelta(hours=6))

    thread, errors = when_somebody_waits(move)
    assert at_the_door.wait(10)
    booking = book_seats(
        session,
        request_key="key",
        municipality=payer.municipality,
        seats=2,
        contact_name="Åse",
        contact_email="ase@bodo.test",
        contact_phone="+4722331160",
        payer=payer,
    )
    thread.join(20)

    assert errors == []
    with translation.override("nb"):
        moved_to = day(session.first_starts_at + timedelta(days=1))
    assert Booking.objects.get().payer.name == "IKS"
    assert [(one.kind, moved_to in one.text, "Kulturhuset" in one.text) for one in Message.objects.all()] == [
        ("booking-confirm-address", True, True)
    ]
    assert AuditEntry.objects.filter(action="booking.held", object_id=str(booking.pk)).count() == 1
    session.refresh_from_db()
    assert (session.seats_taken, booking.seats) == (2, 2)
