"""Forms sent twice at once while the session is moved, in processes of their own."""

from datetime import timedelta

import pytest

from courses.models import Booking, Session
from courses.services.bookings import book_seats
from courses.services.session_meetings import MeetingPlan
from courses.services.sessions import change_session
from taushet.models import Message
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory
from tests.rivals import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_forms_sent_twice_while_the_session_is_moved_make_one_booking_each():
    session, staff, place = SessionFactory(capacity=5), StaffFactory(), MunicipalityFactory()
    meeting = session.meetings.get()

    def work(key):
        if key:
            person = {"contact_name": key, "contact_email": f"{key}@bodo.test", "contact_phone": "+4722331160"}
            now = Session.objects.get(pk=session.pk)
            return "done", book_seats(now, request_key=key, municipality=place, seats=2, **person).seats
        later = {"starts_at": meeting.starts_at + timedelta(days=1), "ends_at": meeting.ends_at + timedelta(days=1)}
        change_session(session, by=staff, meetings=[MeetingPlan(pk=meeting.pk, place="Nytt", **later)])
        return "done", 0

    outcomes = at_once(work, ["a", "a", "b", "b", "c", ""])

    assert not {kind for kind, _answer in outcomes} - {"done", "SeatsTaken"}, outcomes
    session.refresh_from_db()
    assert (Booking.objects.count(), session.seats_taken) == (2, 4)
    assert Message.objects.filter(kind="booking-confirm-address").count() == 2
