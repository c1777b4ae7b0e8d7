from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from courses.exceptions import ClosedToOthers, NoMoreSeats, NotBookable, SeatsTaken, TooManyHolds, WrongState
from courses.models import Booking, BookingMessage, ConfirmedAddress, Invitation, Participant, Session
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_for_municipality, book_seats, confirm_address
from courses.services.holds import expire_holds
from courses.services.participants import Person, name_participants
from courses.services.sessions import cancel_session
from municipalities.models import Membership
from taushet.models import AuditEntry, Message, SecretLink, User
from taushet.services.links import find_link, issue_link
from tests.factories.courses import BookingFactory, MeetingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory

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


def test_same_request_key_is_the_same_booking():
    session = SessionFactory(capacity=3)

    first = book_seats(session, **booker(seats=3, request_key="form"))
    again = book_seats(session, **booker(seats=3, request_key="form"))

    assert first == again
    assert counted(session) == 3
    assert Message.objects.count() == 1


def test_same_words_soon_after_are_the_same_booking_whatever_the_key():
    session, form = SessionFactory(capacity=5), booker()
    first = book_seats(session, **form)

    again = book_seats(session, **form | {"request_key": "anew", "contact_role": "Leder"})
    full = [book_seats(session, **form | {"request_key": f"anew-{number}"}) for number in range(5)]

    assert {booking.pk for booking in (again, *full)} == {first.pk}
    assert counted(session) == 2


@pytest.mark.parametrize(
    "changes", [{"seats": 1}, {"contact_name": "Ola Moe"}, {"contact_email": "ola@bodo.test"}, {"municipality": None}]
)
def test_other_words_are_another_booking(changes):
    session, form = SessionFactory(), booker()
    first = book_seats(session, **form)
    changes = changes | {"request_key": "anew"}
    if "municipality" in changes:
        changes["municipality"] = MunicipalityFactory()

    assert book_seats(session, **form | changes) != first


def test_same_words_are_another_booking_later_elsewhere_and_after_cancelling():
    session, form = SessionFactory(), booker(contact_email=proved())
    first = book_seats(session, **form)

    elsewhere = book_seats(SessionFactory(), **form | {"request_key": "elsewhere"})
    Booking.objects.update(created_at=timezone.now() - timedelta(hours=2))
    later = book_seats(session, **form | {"request_key": "later"})
    cancel_booking(later)
    after = book_seats(session, **form | {"request_key": "after"})

    assert len({first.pk, elsewhere.pk, later.pk, after.pk}) == 4


def test_staff_may_book_the_same_for_a_municipality_twice():
    session, form, staff = SessionFactory(), booker(), UserFactory()

    first = book_for_municipality(session, by=staff, **form)
    second = book_for_municipality(session, by=staff, **form | {"request_key": "second"})

    assert first != second


def test_same_request_key_is_the_same_booking_after_it_is_cancelled():
    session = SessionFactory()
    first = book_seats(session, **booker(request_key="form"))
    cancel_booking(first)

    again = book_seats(session, **booker(request_key="form"))

    assert again == first
    assert counted(session) == 0


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


def test_few_holds_per_address(settings):
    settings.HOLDS_PER_ADDRESS = 2
    session = SessionFactory()
    for _turn in range(2):
        book_seats(session, **booker())

    with pytest.raises(TooManyHolds) as refused:
        book_seats(session, **booker())

    assert refused.value.field == "contact_email"
    assert counted(session) == 4


def test_few_holds_per_municipality(settings):
    settings.HOLDS_PER_MUNICIPALITY = 2
    session, place = SessionFactory(), MunicipalityFactory()
    for number in range(2):
        book_seats(session, **booker(municipality=place, contact_email=f"person{number}@bodo.test"))

    with pytest.raises(TooManyHolds) as refused:
        book_seats(session, **booker(municipality=place))
    elsewhere = book_seats(session, **booker())

    assert refused.value.field == "municipality"
    assert elsewhere.state == Booking.State.HELD


def test_booking_and_cancelling_over_and_over_does_not_fill_an_inbox():
    session = SessionFactory(capacity=500)
    for number in range(6):
        cancel_booking(book_seats(session, **booker(request_key=f"again-{number}")))

    with pytest.raises(TooManyHolds) as refusal:
        book_seats(session, **booker(request_key="once-more"))

    assert refusal.value.field == "contact_email"
    assert Message.objects.filter(to_email="kari@bodo.test").count() == 6


def test_address_is_asked_again_the_day_after():
    session = SessionFactory(capacity=500)
    for number in range(6):
        cancel_booking(book_seats(session, **booker(request_key=f"again-{number}")))
    Message.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))

    booking = book_seats(session, **booker(request_key="once-more"))

    assert booking.state == Booking.State.HELD


def test_confirmed_bookings_are_no_holds(settings):
    settings.HOLDS_PER_ADDRESS = 1
    session = SessionFactory()
    confirm_address(book_seats(session, **booker()))

    assert book_seats(session, **booker()).state == Booking.State.CONFIRMED


def test_confirming_proves_the_address_and_sends_the_invitation():
    session = SessionFactory(meetings=[])
    MeetingFactory.create_batch(2, session=session)
    booking = book_seats(session, **booker())

    confirm_address(booking)

    booking.refresh_from_db()
    assert (booking.state, booking.held_until) == (Booking.State.CONFIRMED, None)
    assert ConfirmedAddress.objects.get().email == "kari@bodo.test"
    assert mails(booking)[1:] == [("booking-confirmed", "kari@bodo.test"), ("invitation", "kari@bodo.test")]
    assert Invitation.objects.filter(booking=booking).count() == 2
    assert counted(session) == 2


def test_confirming_twice_changes_nothing():
    booking = book_seats(SessionFactory(), **booker())
    confirm_address(booking)
    before = Message.objects.count(), AuditEntry.objects.count()

    confirm_address(booking)

    assert (Message.objects.count(), AuditEntry.objects.count()) == before


def test_confirming_lets_the_contact_sign_in_and_proposes_where_the_person_belongs():
    booking = book_seats(SessionFactory(), **booker())

    confirm_address(booking)

    user = User.objects.get(email="kari@bodo.test")
    assert [group.name for group in user.groups.all()] == ["booker"]
    assert EmailAddress.objects.get(user=user).verified
    assert not user.has_usable_password()
    membership = Membership.objects.get(user=user)
    assert (membership.municipality, membership.confirmed_at) == (booking.municipality, None)


def test_closed_access_is_not_opened_by_a_booking():
    user = UserFactory(email="kari@bodo.test", is_active=False)
    booking = book_seats(SessionFactory(), **booker())

    confirm_address(booking)

    user.refresh_from_db()
    assert not user.is_active
    assert not user.memberships.exists()


def test_link_of_the_browser_dies_when_the_address_is_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    token = issue_link("booking-receipt", booking.pk)

    confirm_address(booking)

    assert find_link("booking-receipt", token).revoked_at is not None
    assert not SecretLink.objects.filter(purpose="booking", revoked_at__isnull=False).exists()


def test_hold_that_ran_out_frees_its_seats():
    session = SessionFactory()
    booking = book_seats(session, **booker())
    later = timezone.now() + timedelta(hours=25)

    assert expire_holds(later) == 1

    booking.refresh_from_db()
    assert booking.state == Booking.State.EXPIRED
    assert counted(session) == 0
    assert expire_holds(later) == 0


def test_only_holds_that_are_due_run_out():
    session, other = SessionFactory(), SessionFactory()
    due = book_seats(session, **booker())
    Booking.objects.filter(pk=due.pk).update(held_until=timezone.now() - timedelta(seconds=1))
    kept = book_seats(session, **booker())
    confirmed = confirm_address(book_seats(other, **booker()))

    expire_holds()

    assert list(Booking.objects.taking_seats().order_by("pk")) == [kept, confirmed]
    assert (counted(session), counted(other)) == (2, 2)


def test_hold_that_ran_out_is_taken_up_again_while_there_is_room():
    session = SessionFactory(capacity=2)
    booking = book_seats(session, **booker())
    expire_holds(timezone.now() + timedelta(hours=25))

    confirm_address(booking)

    booking.refresh_from_db()
    assert (booking.state, booking.ended_at) == (Booking.State.CONFIRMED, None)
    assert counted(session) == 2


def test_hold_that_ran_out_comes_too_late_when_the_seats_are_gone():
    session = SessionFactory(capacity=2)
    booking = book_seats(session, **booker())
    expire_holds(timezone.now() + timedelta(hours=25))
    BookingFactory(session=Session.objects.get(pk=session.pk), seats=1)

    with pytest.raises(SeatsTaken):
        confirm_address(booking)

    booking.refresh_from_db()
    assert booking.state == Booking.State.EXPIRED
    assert not ConfirmedAddress.objects.exists()


def test_hold_of_a_cancelled_session_cannot_be_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    cancel_session(booking.session, by=StaffFactory())

    with pytest.raises(NotBookable):
        confirm_address(booking)

    booking.refresh_from_db()
    assert booking.state == Booking.State.HELD
    assert mails(booking) == [("booking-confirm-address", "kari@bodo.test")]


def test_hold_of_a_session_that_has_begun_cannot_be_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    Session.objects.update(first_starts_at=timezone.now() - timedelta(minutes=1))

    with pytest.raises(NotBookable):
        confirm_address(booking)


def test_cancelled_booking_cannot_be_confirmed():
    booking = book_seats(SessionFactory(), **booker())
    cancel_booking(booking)

    with pytest.raises(WrongState):
        confirm_address(booking)


def test_cancelled_booking_frees_its_seats():
    session = SessionFactory(capacity=3)
    booking = book_seats(session, **booker(seats=3))
    cancel_booking(booking)

    new = book_seats(session, **booker(seats=2))

    assert list(session.bookings.taking_seats()) == [new]
    assert counted(session) == 2


def test_cancelling_tells_exactly_those_who_were_told_of_it():
    booking = book_seats(SessionFactory(), **booker(contact_email=proved()))
    name_participants(booking, [Person("Per", "per@bodo.test"), Person("Ola")], request_key="names")
    before = len(mails(booking))

    cancel_booking(booking)

    assert mails(booking)[before:] == [
        ("participant-removed", "per@bodo.test"),
        ("booking-cancelled", "kari@bodo.test"),
    ]
    methods = Message.objects.filter(kind__in=["participant-removed", "booking-cancelled"])
    assert {message.calendar_method for message in methods} == {"CANCEL"}
    assert not Invitation.objects.filter(cancelled_at=None).exists()


def test_cancelling_a_hold_writes_to_nobody():
    booking = book_seats(SessionFactory(), **booker())

    cancel_booking(booking)

    assert mails(booking) == [("booking-confirm-address", "kari@bodo.test")]


def test_cancelling_twice_gives_the_seats_back_once():
    session = SessionFactory()
    BookingFactory(session=session, seats=4)
    booking = book_seats(session, **booker())
    cancel_booking(booking)

    cancel_booking(booking)

    assert counted(session) == 4


def test_booking_cannot_be_cancelled_once_the_course_has_begun():
    booking = book_seats(SessionFactory(), **booker())
    Session.objects.update(first_starts_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(WrongState):
        cancel_booking(booking)


def test_seats_of_a_confirmed_booking_can_be_changed():
    session = SessionFactory(capacity=6)
    booking = book_seats(session, **booker(contact_email=proved()))

    change_seats(booking, 5)
    change_seats(booking, 3)

    booking.refresh_from_db()
    assert booking.seats == 3
    assert counted(session) == 3
    assert [kind for kind, _email in mails(booking)] == ["booking-confirmed", "booking-changed", "booking-changed"]


def test_booking_that_cannot_grow_stays_as_it_was():
    session = SessionFactory(capacity=6)
    BookingFactory(session=session, seats=3)
    booking = book_seats(session, **booker(contact_email=proved()))

    with pytest.raises(NoMoreSeats) as refused:
        change_seats(booking, 4)

    booking.refresh_from_db()
    assert (refused.value.free, booking.seats) == (3, 2)
    assert counted(session) == 5


def test_seats_with_names_are_not_given_back():
    booking = book_seats(SessionFactory(), **booker(seats=3, contact_email=proved()))
    name_participants(booking, [Person("Per"), Person("Ola")], request_key="names")

    with pytest.raises(WrongState) as refused:
        change_seats(booking, 1)

    assert refused.value.field == "seats"


def test_held_booking_is_not_changed():
    booking = book_seats(SessionFactory(), **booker())

    with pytest.raises(WrongState):
        change_seats(booking, 1)


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
