from datetime import timedelta

import pytest
from django.utils import timezone

from courses.exceptions import TooManyHolds, WrongState
from courses.models import Booking, BookingMessage, ConfirmedAddress, HandOver
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_seats, confirm_address
from courses.services.change_requests import ask_for_change, refuse_request
from courses.services.contacts import (
    correct_address,
    hand_over,
    send_lost_links,
    set_second_contact,
    take_over,
)
from courses.services.sessions import MeetingPlan, change_session
from taushet.models import Message, SecretLink, User
from taushet.registries import message_kinds
from taushet.services import people
from taushet.services.links import find_subject, issue_link
from taushet.services.mime import build_email
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


def make_booking(**fields):
    """A booking confirmed by its mail."""
    return confirm_address(make_hold(**fields))


def make_hold(**fields):
    values = {
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{Booking.objects.count()}",
    }
    return book_seats(fields.pop("session", None) or SessionFactory(), **values | fields)


def mails(kind):
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("to_email", flat=True))


def decision(message):
    return message_kinds[message.kind].before_sending(message).action


def test_address_corrected_to_and_fro_does_not_fill_an_inbox():
    booking = make_hold()
    for _turn in range(5):
        correct_address(booking, "per@bodo.test")
        correct_address(booking, "kari@bodo.test")
    correct_address(booking, "per@bodo.test")

    with pytest.raises(TooManyHolds):
        correct_address(booking, "kari@bodo.test")

    assert len(mails("booking-confirm-address")) == 12


def test_hand_over_changes_nothing_before_the_colleague_accepts():
    booking = make_booking()
    token = issue_link("booking", booking.pk)

    hand_over(booking, name="Per Hansen", email="per@bodo.test")

    booking.refresh_from_db()
    assert booking.contact_email == "kari@bodo.test"
    assert find_subject("booking", token) == booking.pk
    assert mails("booking-hand-over") == ["per@bodo.test"]


def test_colleague_takes_over_and_the_old_link_dies():
    booking = make_booking()
    old = issue_link("booking", booking.pk)
    hand_over(booking, name="Per Hansen", email="per@bodo.test")

    take_over(booking, phone="+4741234567", role="Rådgiver")

    booking.refresh_from_db()
    assert (booking.contact_name, booking.contact_email) == ("Per Hansen", "per@bodo.test")
    assert (booking.contact_phone, booking.contact_role) == ("+4741234567", "Rådgiver")
    assert find_subject("booking", old) is None
    assert find_subject("booking", issue_link("booking", booking.pk)) == booking.pk
    assert ConfirmedAddress.objects.filter(email="per@bodo.test").exists()
    assert mails("booking-handed-over") == ["kari@bodo.test"]
    assert mails("booking-confirmed") == ["kari@bodo.test", "per@bodo.test"]


def test_calendar_entries_move_to_the_colleague():
    booking = make_booking()
    hand_over(booking, name="Per Hansen", email="per@bodo.test")

    take_over(booking, phone="+4741234567", role="")

    assert Message.objects.get(kind="booking-handed-over").calendar_method == "CANCEL"
    assert [one.email for one in booking.invitations.filter(cancelled_at=None)] == ["per@bodo.test"]


def test_first_confirmation_link_dies_when_the_booking_is_handed_over():
    booking = make_booking()
    token = issue_link("booking-confirm", booking.pk)
    hand_over(booking, name="Per Hansen", email="per@bodo.test")

    take_over(booking, phone="+4741234567", role="")

    assert find_subject("booking-confirm", token) is None


def test_later_wish_replaces_the_one_that_waits():
    booking = make_booking()
    hand_over(booking, name="Per Hansen", email="per@bodo.test")
    token = issue_link("booking-handover", booking.pk)

    hand_over(booking, name="Ola Hansen", email="ola@bodo.test")

    assert find_subject("booking-handover", token) is None
    assert [decision(message) for message in Message.objects.filter(kind="booking-hand-over").order_by("pk")] == [
        "cancel",
        "send",
    ]


def test_same_wish_twice_is_one_mail():
    booking = make_booking()

    hand_over(booking, name="Per Hansen", email="per@bodo.test")
    hand_over(booking, name="Per Hansen", email="per@bodo.test")

    assert mails("booking-hand-over") == ["per@bodo.test"]


def test_wish_of_last_week_is_too_old():
    booking = make_booking()
    hand_over(booking, name="Per Hansen", email="per@bodo.test")
    HandOver.objects.update(created_at=timezone.now() - timedelta(days=8))

    with pytest.raises(WrongState):
        take_over(booking, phone="+4741234567", role="")


def test_nobody_takes_over_without_being_asked():
    with pytest.raises(WrongState):
        take_over(make_booking(), phone="+4741234567", role="")


def test_booking_is_not_handed_over_to_its_own_contact():
    with pytest.raises(WrongState) as refused:
        hand_over(make_booking(), name="Kari", email="kari@bodo.test")

    assert refused.value.field == "email"


def test_cancelled_booking_is_not_taken_over():
    booking = make_booking()
    hand_over(booking, name="Per Hansen", email="per@bodo.test")
    token = issue_link("booking-handover", booking.pk)

    cancel_booking(booking)

    assert find_subject("booking-handover", token) is None
    with pytest.raises(WrongState):
        take_over(booking, phone="+4741234567", role="")


def test_second_contact_gets_a_link_of_the_own():
    booking = make_booking()

    set_second_contact(booking, name="Per Hansen", email="per@bodo.test")

    message = Message.objects.get(kind="booking-second-contact")
    assert message.to_email == "per@bodo.test"
    assert f"[[link:booking-second:{booking.pk}]]" in message.text


def test_second_contact_who_is_replaced_loses_the_link():
    booking = make_booking()
    set_second_contact(booking, name="Per Hansen", email="per@bodo.test")
    token = issue_link("booking-second", booking.pk)

    set_second_contact(booking, name="Ola Hansen", email="ola@bodo.test")

    assert find_subject("booking-second", token) is None
    assert [decision(message) for message in Message.objects.filter(kind="booking-second-contact").order_by("pk")] == [
        "cancel",
        "send",
    ]


def test_second_contact_can_be_removed():
    booking = make_booking()
    set_second_contact(booking, name="Per Hansen", email="per@bodo.test")

    set_second_contact(booking, name="", email="")

    booking.refresh_from_db()
    assert (booking.second_name, booking.second_email) == ("", "")
    assert not SecretLink.objects.filter(purpose="booking-second", revoked_at=None).exists()


def test_cancellation_reaches_both_contacts():
    booking = make_booking()
    set_second_contact(booking, name="Per Hansen", email="per@bodo.test")

    cancel_booking(booking)

    assert mails("booking-cancelled") == ["kari@bodo.test", "per@bodo.test"]


def test_mistyped_address_is_corrected_while_the_seats_are_held():
    booking = make_hold(contact_email="kari@bod.test", takes_part=True)
    token = issue_link("booking-confirm", booking.pk)

    correct_address(booking, "kari@bodo.test")

    booking.refresh_from_db()
    assert (booking.contact_email, booking.participants.get().email) == ("kari@bodo.test", "kari@bodo.test")
    assert find_subject("booking-confirm", token) is None
    first, second = Message.objects.order_by("pk")
    assert (second.to_email, decision(first), decision(second)) == ("kari@bodo.test", "cancel", "send")


def test_correcting_does_not_get_around_the_limit(settings):
    settings.HOLDS_PER_ADDRESS = 1
    make_hold()
    other = make_hold(contact_email="per@bodo.test")

    with pytest.raises(TooManyHolds):
        correct_address(other, "kari@bodo.test")

    other.refresh_from_db()
    assert other.contact_email == "per@bodo.test"


def test_confirmed_booking_keeps_its_address():
    with pytest.raises(WrongState):
        correct_address(make_booking(), "per@bodo.test")


def test_lost_links_come_in_one_mail():
    held = make_hold()
    confirmed = BookingFactory(contact_email="kari@bodo.test")
    second = BookingFactory(second_email="kari@bodo.test")
    BookingFactory()

    send_lost_links("kari@bodo.test", language="nb")

    message = Message.objects.get(kind="booking-lost-link")
    assert message.to_email == "kari@bodo.test"
    assert [line for line in message.text.splitlines() if line.startswith("[[")] == [
        f"[[link:booking-confirm:{held.pk}]]",
        f"[[link:booking:{confirmed.pk}]]",
        f"[[link:booking-second:{second.pk}]]",
    ]


def test_links_that_were_closed_are_made_anew_for_somebody_let_in_again():
    booking = make_booking()
    former = issue_link("booking", booking.pk)
    user, administrator = User.objects.get(email="kari@bodo.test"), StaffFactory()
    people.deactivate(user, by=administrator)
    people.reactivate(user, by=administrator)

    send_lost_links("kari@bodo.test", language="nb")

    message = Message.objects.get(kind="booking-lost-link")
    text = build_email(message, first_tried_at=timezone.now()).body
    assert issue_link("booking", booking.pk) in text
    assert former not in text


def test_unknown_address_gets_no_mail():
    BookingFactory()

    send_lost_links("kari@bodo.test", language="nb")

    assert not Message.objects.exists()


def test_lost_links_are_sent_once_in_a_while():
    BookingFactory(contact_email="kari@bodo.test")

    send_lost_links("kari@bodo.test", language="nb")
    send_lost_links("kari@bodo.test", language="nb")
    assert mails("booking-lost-link") == ["kari@bodo.test"]

    Message.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    send_lost_links("kari@bodo.test", language="nb")
    assert len(mails("booking-lost-link")) == 2


@pytest.mark.parametrize(
    ("state", "action"),
    [("held", "send"), ("confirmed", "cancel"), ("cancelled", "cancel"), ("expired", "cancel")],
)
def test_confirmation_is_asked_for_only_while_the_seats_are_held(state, action):
    booking = make_hold()
    Booking.objects.update(state=state)

    assert decision(BookingMessage.objects.get(booking=booking).message) == action


def test_mail_of_an_erased_booking_does_not_leave():
    make_hold()
    Booking.objects.update(erased_at=timezone.now())

    assert decision(Message.objects.get()) == "cancel"


def handed_over(booking):
    hand_over(booking, name="Per Hansen", email="per@bodo.test")
    return take_over(booking, phone="+4741234567", role="")


def test_former_contact_who_takes_part_is_told_of_changes_with_the_own_link_only():
    booking = make_booking(takes_part=True)
    participant = booking.participants.get()
    Message.objects.update(state="sent")

    handed_over(booking)
    meeting = booking.session.meetings.get()
    change_session(
        booking.session,
        by=StaffFactory(),
        meetings=[
            MeetingPlan(meeting.starts_at + timedelta(days=1), meeting.ends_at + timedelta(days=1), pk=meeting.pk)
        ],
    )

    changed = Message.objects.get(kind="invitation-change", to_email="kari@bodo.test")
    assert f"[[link:participant:{participant.pk}]]" in changed.text
    assert "[[link:booking:" not in changed.text + changed.html
    assert decision(changed) == "send"


def test_change_that_waits_for_a_former_contact_who_takes_part_loses_the_link_of_the_booking():
    booking = make_booking(takes_part=True)
    meeting = booking.session.meetings.get()
    change_session(
        booking.session,
        by=StaffFactory(),
        meetings=[
            MeetingPlan(meeting.starts_at + timedelta(days=1), meeting.ends_at + timedelta(days=1), pk=meeting.pk)
        ],
    )
    Message.objects.exclude(kind="invitation-change").update(state="sent")

    handed_over(booking)

    changed = Message.objects.get(kind="invitation-change", to_email="kari@bodo.test")
    assert "[[link:booking:" not in changed.text + changed.html
    assert decision(changed) == "send"


def test_no_mail_that_waits_brings_a_former_contact_the_new_link():
    booking = make_booking()
    asked = ask_for_change(booking, kind="seats", seats=5, request_key="ask")
    refuse_request(asked, by=StaffFactory(), answer="Rommet er fullt.")
    refused = Message.objects.get(kind="booking-change-refused")
    assert decision(refused) == "send"

    handed_over(booking)

    assert decision(refused) == "cancel"
