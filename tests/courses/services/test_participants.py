from datetime import timedelta

import pytest
from django.utils import timezone

from courses.exceptions import NameTaken, WrongState
from courses.models import Booking, BookingMessage, Invitation, Participant, Session
from courses.services.participants import (
    Person,
    name_participants,
    replace_participant,
    sign_up,
    withdraw_participant,
)
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, ParticipantFactory

pytestmark = pytest.mark.django_db

KARI = Person("Kari Nordmann", "kari@bodo.test", "NAV Bodø", "Rådgiver")
PER = Person("Per Hansen", "per@bodo.test")


def mails():
    return [(message.kind, message.to_email) for message in Message.objects.order_by("pk")]


def names(booking):
    return list(booking.participants.active().values_list("name", flat=True))


def test_named_participants_get_a_mail_each_with_the_calendar_entry():
    booking = BookingFactory(seats=2)

    [kari, per] = name_participants(booking, [KARI, PER], request_key="form")

    assert mails() == [("participant-welcome", "kari@bodo.test"), ("participant-welcome", "per@bodo.test")]
    assert Invitation.objects.get(participant=kari).email == "kari@bodo.test"
    assert BookingMessage.objects.get(participant=per).message.calendar_method == "REQUEST"
    assert (kari.workplace, kari.role, kari.named_by) == ("NAV Bodø", "Rådgiver", Participant.NamedBy.BOOKER)


def test_name_without_an_address_gets_no_mail():
    name_participants(BookingFactory(), [Person("Kari")], request_key="form")

    assert mails() == []


def test_same_request_key_names_once():
    booking = BookingFactory(seats=5)

    first = name_participants(booking, [KARI, PER], request_key="form")
    again = name_participants(booking, [KARI, PER], request_key="form")

    assert first == again
    assert booking.participants.count() == 2
    assert len(mails()) == 2


def test_more_names_than_seats_are_all_refused():
    booking = BookingFactory(seats=2)
    ParticipantFactory(booking=booking)

    with pytest.raises(NameTaken) as refused:
        name_participants(booking, [KARI, PER], request_key="form")

    assert "1" in str(refused.value)
    assert booking.participants.count() == 1
    assert mails() == []


def test_same_address_twice_is_refused():
    booking = BookingFactory(seats=3)
    ParticipantFactory(booking=booking, email="kari@bodo.test")

    with pytest.raises(NameTaken):
        name_participants(booking, [KARI], request_key="one")
    with pytest.raises(NameTaken):
        name_participants(booking, [PER, PER], request_key="two")


def test_two_names_without_an_address_may_be_alike():
    booking = BookingFactory(seats=2)

    name_participants(booking, [Person("Kari"), Person("Kari")], request_key="form")

    assert names(booking) == ["Kari", "Kari"]


@pytest.mark.parametrize("state", [Booking.State.CANCELLED, Booking.State.EXPIRED])
def test_booking_without_seats_takes_no_names(state):
    with pytest.raises(WrongState):
        name_participants(BookingFactory(state=state), [KARI], request_key="form")


def test_course_that_is_over_takes_no_names():
    booking = BookingFactory()
    Session.objects.update(
        first_starts_at=timezone.now() - timedelta(days=2), last_ends_at=timezone.now() - timedelta(days=1)
    )

    with pytest.raises(WrongState):
        name_participants(Booking.objects.get(pk=booking.pk), [KARI], request_key="form")


def test_replaced_participant_stays_in_the_history():
    booking = BookingFactory(seats=1)
    [kari] = name_participants(booking, [KARI], request_key="form")

    per = replace_participant(kari, PER, request_key="swap")

    kari.refresh_from_db()
    assert (kari.state, per.replaces, names(booking)) == (Participant.State.REPLACED, kari, ["Per Hansen"])
    assert mails()[1:] == [("participant-removed", "kari@bodo.test"), ("participant-welcome", "per@bodo.test")]
    assert Invitation.objects.filter(cancelled_at=None).get().email == "per@bodo.test"


def test_replacing_twice_with_the_same_key_does_it_once():
    [kari] = name_participants(BookingFactory(), [KARI], request_key="form")

    first = replace_participant(kari, PER, request_key="swap")
    again = replace_participant(kari, PER, request_key="swap")

    assert first == again
    assert Participant.objects.count() == 2


def test_replaced_participant_cannot_be_replaced_again():
    [kari] = name_participants(BookingFactory(), [KARI], request_key="form")
    replace_participant(kari, PER, request_key="swap")

    with pytest.raises(WrongState):
        replace_participant(kari, Person("Ola", "ola@bodo.test"), request_key="other")


def test_mistyped_name_is_put_right_without_a_mail():
    [kari] = name_participants(BookingFactory(), [Person("Kari Nordman", "kari@bodo.test")], request_key="form")

    corrected = replace_participant(kari, KARI, request_key="swap")

    assert (corrected, corrected.name) == (kari, "Kari Nordmann")
    assert len(mails()) == 1


def test_withdrawn_participant_leaves_the_seat_to_the_booking():
    booking = BookingFactory(seats=1)
    [kari] = name_participants(booking, [KARI], request_key="form")

    withdraw_participant(kari, by_self=True)
    withdraw_participant(kari, by_self=True)
    name_participants(booking, [PER], request_key="next")

    assert names(booking) == ["Per Hansen"]
    assert mails()[1:] == [
        ("participant-removed", "kari@bodo.test"),
        ("participant-withdrew", booking.contact_email),
        ("participant-welcome", "per@bodo.test"),
    ]
    assert AuditEntry.objects.get(action="participant.withdrawn").actor_kind == "participant"


def test_contact_is_not_told_of_what_the_contact_did():
    booking = BookingFactory()
    [kari] = name_participants(booking, [KARI], request_key="form")

    withdraw_participant(kari)

    assert mails()[1:] == [("participant-removed", "kari@bodo.test")]


def test_sign_up_takes_a_seat_of_the_booking():
    booking = BookingFactory(seats=1)

    kari = sign_up(booking, KARI, request_key="form")

    assert (kari.booking, kari.named_by) == (booking, Participant.NamedBy.SELF)
    assert AuditEntry.objects.get().actor_kind == "participant"


def test_sign_up_stops_at_the_number_of_seats():
    booking = BookingFactory(seats=1)
    sign_up(booking, KARI, request_key="form")

    with pytest.raises(NameTaken):
        sign_up(booking, PER, request_key="other")

    assert names(booking) == ["Kari Nordmann"]


def test_signing_up_twice_with_one_form_is_one_sign_up():
    booking = BookingFactory(seats=2)

    first = sign_up(booking, KARI, request_key="form")
    again = sign_up(booking, KARI, request_key="form")

    assert first == again
    assert len(mails()) == 1


def test_signing_up_an_address_again_tells_only_its_owner():
    booking = BookingFactory(seats=2)
    sign_up(booking, KARI, request_key="form")
    Message.objects.update(created_at=timezone.now() - timedelta(hours=2))

    assert sign_up(booking, Person("Nysgjerrig", "kari@bodo.test"), request_key="other") is None
    assert sign_up(booking, Person("Nysgjerrig", "kari@bodo.test"), request_key="third") is None

    assert names(booking) == ["Kari Nordmann"]
    assert mails()[1:] == [("participant-link", "kari@bodo.test")]


@pytest.mark.parametrize("state", [Booking.State.HELD, Booking.State.CANCELLED])
def test_sign_up_is_closed_unless_the_booking_is_confirmed(state):
    booking = BookingFactory(state=state, held_until=timezone.now() + timedelta(hours=1))

    with pytest.raises(WrongState):
        sign_up(booking, KARI, request_key="form")
