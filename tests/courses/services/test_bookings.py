from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from courses.exceptions import ClosedToOthers, NotBookable, SeatsTaken
from courses.models import Booking, BookingMessage, ConfirmedAddress, Participant, Session
from courses.services.bookings import book_for_municipality, book_seats, confirm_address
from courses.services.participants import Person, name_participants
from taushet.models import AuditEntry, Message, User
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def booker(**changes):
    return {
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{Booking.objects.count()}",
    } | changes


def proved(email="kari@bodo.test"):
    ConfirmedAddress.objects.create(email=email)
    return email


def mails(booking):
    rows = BookingMessage.objects.filter(booking=booking).select_related("message")
    return [(row.message.kind, row.message.to_email) for row in rows]


def counted(session):
    session.refresh_from_db()
    return session.seats_taken


def test_first_booking_of_an_address_holds_the_seats_for_a_day():
    session = SessionFactory(capacity=5)

    booking = book_seats(session, **booker())

    assert booking.state == Booking.State.HELD
    assert timedelta(hours=23, minutes=59) < booking.held_until - timezone.now() <= timedelta(hours=24)
    assert counted(session) == 2
    assert mails(booking) == [("booking-confirm-address", "kari@bodo.test")]


def test_hold_does_not_outlive_the_start_of_the_session():
    session = SessionFactory(first_starts_at=timezone.now() + timedelta(hours=3))

    booking = book_seats(session, **booker())

    assert booking.held_until == session.first_starts_at


def test_mail_to_an_unproved_address_repeats_nothing_a_stranger_typed():
    session = SessionFactory(course__title_nb="Når hjemmet er farlig")

    booking = book_seats(
        session, **booker(contact_name="Vinn en bil", contact_role="www.spam.example", unit_name="Rabatt")
    )

    message = Message.objects.get()
    assert message.subject == f"Bekreft bestilling {booking.pk}"
    for typed in ("Vinn", "spam", "Rabatt", "farlig"):
        assert typed not in message.text + message.html + message.subject
    assert f"[[link:booking-confirm:{booking.pk}]]" in message.text


def test_address_that_has_proved_itself_confirms_at_once():
    session = SessionFactory()

    booking = book_seats(session, **booker(contact_email=proved()))

    assert (booking.state, booking.held_until) == (Booking.State.CONFIRMED, None)
    assert mails(booking) == [("booking-confirmed", "kari@bodo.test")]


def test_address_one_is_signed_in_with_confirms_at_once():
    visitor = UserFactory(email="kari@bodo.test")

    booking = book_seats(SessionFactory(), **booker(visitor=visitor))

    assert booking.state == Booking.State.CONFIRMED


@pytest.mark.parametrize(("email", "verified"), [("per@bodo.test", True), ("kari@bodo.test", False)])
def test_other_or_unverified_address_of_somebody_signed_in_is_held(email, verified):
    visitor = UserFactory(email=email)
    EmailAddress.objects.filter(user=visitor).update(verified=verified)

    booking = book_seats(SessionFactory(), **booker(visitor=visitor))

    assert booking.state == Booking.State.HELD


def test_group_is_whole_or_not_at_all():
    session = SessionFactory(capacity=5)
    book_seats(session, **booker(seats=3))

    with pytest.raises(SeatsTaken) as refused:
        book_seats(session, **booker(seats=3, contact_email="per@bodo.test"))

    assert refused.value.free == 2
    assert counted(session) == 3
    assert Booking.objects.count() == 1
    assert Message.objects.count() == 1


@pytest.mark.parametrize("state", [Session.State.DRAFT, Session.State.CANCELLED, Session.State.HELD])
def test_session_that_is_not_open_takes_no_booking(state):
    session = SessionFactory(state=state)

    with pytest.raises(NotBookable):
        book_seats(session, **booker())

    assert counted(session) == 0


def test_session_in_the_past_takes_no_booking():
    session = SessionFactory(first_starts_at=timezone.now() - timedelta(minutes=1))

    with pytest.raises(NotBookable):
        book_seats(session, **booker())


def test_session_that_was_closed_after_the_form_was_shown_takes_no_booking():
    session = SessionFactory()
    Session.objects.filter(pk=session.pk).update(state=Session.State.CANCELLED)

    with pytest.raises(NotBookable):
        book_seats(session, **booker())


def test_closed_session_takes_bookings_of_its_municipality_only():
    host = MunicipalityFactory()
    session = SessionFactory(closed_to=host)

    with pytest.raises(ClosedToOthers) as refused:
        book_seats(session, **booker())
    booking = book_seats(session, **booker(municipality=host))

    assert refused.value.field == "municipality"
    assert booking.municipality == host


def test_shared_session_takes_bookings_of_host_and_neighbours_only():
    host, neighbour = MunicipalityFactory(), MunicipalityFactory()
    session = SessionFactory(closed_to=host)
    session.shared_with.add(neighbour)

    with pytest.raises(ClosedToOthers):
        book_seats(session, **booker())

    assert book_seats(session, **booker(municipality=neighbour)).municipality == neighbour
    assert [list(Session.objects.open_to(place)) for place in (host, neighbour, MunicipalityFactory())] == [
        [session],
        [session],
        [],
    ]


def test_contact_who_takes_part_is_named():
    booking = book_seats(SessionFactory(), **booker(takes_part=True, contact_role="SLT-koordinator"))

    participant = Participant.objects.get()
    assert (participant.booking, participant.name, participant.email, participant.role) == (
        booking,
        "Kari Nordmann",
        "kari@bodo.test",
        "SLT-koordinator",
    )
    confirm_address(booking)
    assert [kind for kind, _email in mails(booking)] == ["booking-confirm-address", "booking-confirmed"]


def test_participants_named_while_held_are_told_once_it_is_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    name_participants(booking, [Person("Per", "per@bodo.test")], request_key="names")
    assert mails(booking) == [("booking-confirm-address", "kari@bodo.test")]

    confirm_address(booking)

    assert mails(booking)[1:] == [("booking-confirmed", "kari@bodo.test"), ("participant-welcome", "per@bodo.test")]


def test_staff_books_on_behalf_of_a_municipality():
    session, staff = SessionFactory(), UserFactory()
    fields = booker()

    booking = book_for_municipality(session, **fields, by=staff)

    assert (booking.state, booking.created_by) == (Booking.State.CONFIRMED, staff)
    assert not User.objects.filter(email="kari@bodo.test").exists()
    assert not ConfirmedAddress.objects.exists()
    assert AuditEntry.objects.get(action="booking.confirmed").actor == staff


def test_staff_goes_beyond_the_capacity_with_a_reason_only():
    session, staff = SessionFactory(capacity=2), UserFactory()

    with pytest.raises(SeatsTaken):
        book_for_municipality(session, **booker(seats=3), by=staff)
    book_for_municipality(session, **booker(seats=3), by=staff, reason="One more chair.")

    session.refresh_from_db()
    assert (session.seats_taken, session.seats_over) == (3, 1)


def test_price_of_the_day_stays_with_the_booking():
    session = SessionFactory(price=1200)

    booking = book_seats(session, **booker(seats=3))
    Session.objects.update(price=1500)

    booking.refresh_from_db()
    assert booking.total_price == 3600


def test_mails_come_in_the_language_of_the_booking():
    booking = book_seats(SessionFactory(), **booker(language="nn", contact_email=proved()))

    assert Message.objects.get().subject == f"Bestilling {booking.pk} er stadfesta"


def test_course_name_stands_in_mail_when_the_booker_chose_it():
    session = SessionFactory(course__title_nb="Når hjemmet er farlig")

    book_seats(session, **booker(contact_email=proved()))
    book_seats(session, **booker(contact_email=proved("per@bodo.test"), shows_course_name=True))

    hidden, shown = Message.objects.order_by("pk")
    assert "farlig" not in hidden.text + hidden.subject + hidden.calendar
    assert "Kurs: Når hjemmet er farlig" in shown.text
    assert "farlig" not in shown.subject


def test_audit_holds_ids_and_no_names():
    booking = book_seats(SessionFactory(), **booker())

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_kind, entry.object_id) == ("booking.held", "booker", str(booking.pk))
    assert entry.detail == {"seats": 2, "session": booking.session_id}


def test_held_booking_costs_few_queries_and_fewer_behind_the_door(django_assert_max_num_queries):
    session = SessionFactory()
    fields = booker()

    with django_assert_max_num_queries(18) as asked:
        book_seats(session, **fields)

    statements = [query["sql"] for query in asked.captured_queries]
    opened = max(place for place, sql in enumerate(statements) if sql.startswith("SELECT") and '_session"."cap' in sql)
    assert any("INSERT" in sql for sql in statements[:opened])
    assert not any("INSERT" in sql for sql in statements[opened:])
    assert len(statements[opened:]) <= 8


@pytest.mark.parametrize(
    ("state", "session_state"), [("cancelled", "open"), ("expired", "open"), ("confirmed", "cancelled")]
)
def test_what_does_not_come_about_has_no_price(state, session_state):
    booking = BookingFactory(session=SessionFactory(state=session_state), state=state, seats=3, seat_price=1200)

    assert booking.total_price == 0
