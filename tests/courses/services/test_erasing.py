from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Assignment, Booking, ConfirmedAddress, HandOver, Participant, Session
from courses.services import erasing
from courses.services.bookings import book_seats
from courses.services.contacts import hand_over
from courses.services.holds import expire_holds
from taushet.models import SecretLink
from taushet.registries import retention_rules
from taushet.services import people
from taushet.services.links import find_subject, issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PERSONAL = [*erasing.CONTACT_FIELDS]


def in_days(days):
    """A moment so many days after the sessions of these tests end."""
    return Session.objects.latest("last_ends_at").last_ends_at + days * DAY


def full_booking(**fields):
    values = {
        "contact_role": "Leder",
        "second_name": "Per",
        "second_email": "per@bodo.test",
        "invoice_reference": "4711",
    }
    return BookingFactory(**values | fields)


def test_booking_is_emptied_of_people_two_years_after_its_course():
    booking = full_booking(seats=3)
    ParticipantFactory(booking=booking)
    issue_link("booking", booking.pk)

    assert erasing.erase_bookings(in_days(730)) == 0
    assert erasing.erase_bookings(in_days(732)) == 1

    booking.refresh_from_db()
    participant = Participant.objects.get()
    assert [getattr(booking, name) for name in PERSONAL] == [""] * len(PERSONAL)
    assert booking.erased_at is not None
    assert (participant.name, participant.email) == ("", "")
    assert (booking.seats, booking.state, booking.municipality_id) == (
        3,
        Booking.State.CONFIRMED,
        booking.municipality_id,
    )
    assert not SecretLink.objects.filter(revoked_at=None).exists()
    assert erasing.erase_bookings(in_days(732)) == 0


def test_booking_that_nobody_confirmed_goes_after_a_month():
    session = SessionFactory()
    booking = book_seats(
        session,
        municipality=MunicipalityFactory(),
        seats=1,
        contact_name="Kari",
        contact_email="kari@bodo.test",
        contact_phone="+4722331160",
        request_key="key",
    )
    expire_holds(timezone.now() + 2 * DAY)
    kept = full_booking()

    assert erasing.erase_unconfirmed(timezone.now() + 29 * DAY) == 0
    assert erasing.erase_unconfirmed(timezone.now() + 31 * DAY) == 1

    booking.refresh_from_db()
    kept.refresh_from_db()
    assert (booking.contact_email, kept.erased_at) == ("", None)


def test_participants_lose_how_they_were_reached_after_a_month_and_keep_the_name():
    participant = ParticipantFactory(name="Per Hansen", workplace="NAV", role="Leder")

    assert erasing.erase_participants(in_days(29)) == 0
    assert erasing.erase_participants(in_days(31)) == 1

    participant.refresh_from_db()
    assert (participant.name, participant.email, participant.workplace, participant.role) == ("Per Hansen", "", "", "")
    assert participant.erased_at is None
    assert erasing.erase_participants(in_days(31)) == 0


@pytest.mark.parametrize("state", [Participant.State.REPLACED, Participant.State.WITHDRAWN])
def test_names_that_were_taken_off_go_after_a_month(state):
    participant = ParticipantFactory(state=state)
    token = issue_link("participant", participant.pk)

    erasing.erase_participants(in_days(31))

    participant.refresh_from_db()
    assert participant.name == ""
    assert find_subject("participant", token) is None


def test_colleagues_who_were_asked_are_forgotten_after_a_month():
    hand_over(BookingFactory(), name="Per", email="per@bodo.test")

    assert erasing.erase_hand_overs(timezone.now() + 29 * DAY) == 0
    assert erasing.erase_hand_overs(timezone.now() + 31 * DAY) == 1

    wish = HandOver.objects.get()
    assert (wish.name, wish.email) == ("", "")
    assert wish.ended_at is not None


def test_proved_address_is_forgotten_when_no_booking_has_it_any_more():
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = full_booking(contact_email="kari@bodo.test")
    late = timezone.now() + 800 * DAY

    assert erasing.erase_addresses(late) == 0
    erasing.erase_bookings(late)
    assert erasing.erase_addresses(timezone.now()) == 0
    assert erasing.erase_addresses(late) == 1

    booking.refresh_from_db()
    assert not ConfirmedAddress.objects.exists()


def test_every_rule_is_in_the_table_the_privacy_page_prints():
    keys = {rule.key for rule in retention_rules}

    assert {"bookings", "unconfirmed-bookings", "participants", "hand-overs", "confirmed-addresses"} <= keys


def test_links_of_a_person_who_is_shut_out_die_at_once():
    user = UserFactory(email="kari@bodo.test")
    booking = BookingFactory(contact_email="kari@bodo.test")
    other = BookingFactory(second_email="kari@bodo.test")
    mine, seconds, theirs = (
        issue_link("booking", booking.pk),
        issue_link("booking-second", other.pk),
        issue_link("booking", other.pk),
    )

    people.deactivate(user, by=StaffFactory())

    assert find_subject("booking", mine) is None
    assert find_subject("booking-second", seconds) is None
    assert find_subject("booking", theirs) == other.pk


def test_wish_to_hand_a_booking_to_a_person_who_is_shut_out_ends_at_once():
    user, booking = UserFactory(email="per@bodo.test"), BookingFactory()
    wish = hand_over(booking, name="Per Hansen", email="per@bodo.test")
    token = issue_link("booking-handover", booking.pk)

    people.deactivate(user, by=StaffFactory())

    wish.refresh_from_db()
    assert find_subject("booking-handover", token) is None
    assert wish.ended_at is not None


def test_hours_and_days_go_a_month_after_they_have_passed():
    now = timezone.now()
    today = timezone.localdate(now)
    old, late = today - timedelta(days=32), today - timedelta(days=29)
    trainer = TrainerFactory(home=MunicipalityFactory(), most_a_week=2)
    for day in (old, late):
        trainer.availabilities.create(weekday=0, starts="09:00", ends="12:00", valid_to=day)
        trainer.availability_exceptions.create(kind="away", first_on=old, last_on=day)
    always = trainer.availabilities.create(weekday=0, starts="09:00", ends="12:00")

    assert erasing.erase_availability(now) == 2

    trainer.refresh_from_db()
    assert {one.valid_to for one in trainer.availabilities.all()} == {late, always.valid_to}
    assert [one.last_on for one in trainer.availability_exceptions.all()] == [late]
    assert trainer.most_a_week == 2


def test_who_no_longer_teaches_keeps_no_hours_and_no_home():
    trainer = TrainerFactory(home=MunicipalityFactory(), most_a_month=3, is_active=False)
    trainer.availabilities.create(weekday=0, starts="09:00", ends="12:00")
    trainer.impartial_in.add(MunicipalityFactory())

    assert erasing.erase_availability(timezone.now()) == 3

    trainer.refresh_from_db()
    assert (trainer.home, trainer.most_a_month) == (None, None)
    assert (trainer.availabilities.count(), trainer.impartial_in.count()) == (0, 0)
    assert erasing.erase_availability(timezone.now()) == 0


def test_why_a_trainer_was_chosen_is_forgotten_after_two_years():
    now = timezone.now()
    kept, due = (
        Assignment.objects.create(
            session=SessionFactory(first_starts_at=now - timedelta(days=days)),
            trainer=TrainerFactory(),
            state="accepted",
            overridden=["county"],
            override_reason="Kjenner stedet.",
        )
        for days in (730, 733)
    )

    assert erasing.erase_override_reasons(now) == 1

    kept.refresh_from_db()
    due.refresh_from_db()
    assert (kept.override_reason, due.override_reason, due.overridden) == ("Kjenner stedet.", "", [])
