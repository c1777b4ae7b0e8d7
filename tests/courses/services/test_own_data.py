from datetime import timedelta

import pytest
from django.utils import timezone

from courses.exceptions import NameTaken, WrongState
from courses.models import Booking, Invitation, Participant, Session
from courses.services import own_data
from courses.services.adaptations import tell_adaptation
from courses.services.calendars import invite
from courses.services.own_erasing import erase_participant
from courses.services.participants import Person, replace_participant
from taushet.models import AuditEntry, Message
from taushet.services.links import find_subject, issue_link
from tests.factories.courses import ParticipantFactory, SessionFactory

pytestmark = pytest.mark.django_db

OLD, NEW = "kari@bodo.test", "kari@nord.test"


def invited(**fields):
    participant = ParticipantFactory(email=OLD, name="Kari Nordmann", **fields)
    invite(participant.booking, email=OLD, name=participant.name, participant=participant)
    Message.objects.update(state=Message.State.SENT)
    return participant


def mails(**fields):
    return list(Message.objects.filter(**fields).order_by("pk").values_list("kind", "to_email", "calendar_method"))


def test_name_workplace_and_role_are_put_right_where_they_stand():
    participant = ParticipantFactory()

    own_data.correct_participant(participant, name="Kari Berg", workplace="NAV", role="Leder")

    participant.refresh_from_db()
    assert (participant.name, participant.workplace, participant.role) == ("Kari Berg", "NAV", "Leder")
    assert AuditEntry.objects.about(participant).get().detail == {"booking": participant.booking_id}


def test_nothing_is_put_right_on_a_seat_that_was_given_away():
    participant = ParticipantFactory(state=Participant.State.REPLACED)

    with pytest.raises(WrongState):
        own_data.correct_participant(participant, name="Kari Berg", workplace="", role="")


def test_new_address_counts_only_once_its_link_has_been_opened():
    participant = invited()

    own_data.ask_for_address(participant, NEW)

    participant.refresh_from_db()
    assert participant.email == OLD
    assert mails(to_email=NEW) == [("participant-prove-address", NEW, "")]
    assert "Kari" not in Message.objects.get(to_email=NEW).text


def test_proved_address_gets_the_calendar_that_the_former_one_loses():
    participant = invited()
    token = issue_link("participant", participant.pk)
    own_data.ask_for_address(participant, NEW)

    new_token = own_data.prove_address(participant)

    participant.refresh_from_db()
    assert participant.email == NEW
    assert mails(to_email=OLD)[1:] == [("participant-address-changed", OLD, "CANCEL")]
    assert mails(to_email=NEW)[1:] == [("participant-welcome", NEW, "REQUEST")]
    assert find_subject("participant", token) is None
    assert find_subject("participant", new_token) == participant.pk
    assert list(Invitation.objects.filter(cancelled_at=None).values_list("email", flat=True)) == [NEW]


def test_proving_twice_is_refused_and_changes_nothing():
    participant = invited()
    own_data.ask_for_address(participant, NEW)
    own_data.prove_address(participant)
    before = Message.objects.count()

    with pytest.raises(WrongState):
        own_data.prove_address(participant)

    assert Message.objects.count() == before


def test_planned_mail_follows_to_the_new_address():
    participant = invited()
    row = participant.messages.get()
    later = timezone.now() + timedelta(days=90)
    Message.objects.filter(pk=row.message_id).update(state="queued", due_at=later, calendar="", calendar_method="")
    own_data.ask_for_address(participant, NEW)

    own_data.prove_address(participant)

    assert Message.objects.get(pk=row.message_id).to_email == NEW


def test_address_of_somebody_else_on_the_list_is_refused():
    participant = invited()
    ParticipantFactory(booking=participant.booking, email=NEW)

    with pytest.raises(NameTaken):
        own_data.ask_for_address(participant, NEW)


def test_address_taken_by_somebody_else_meanwhile_is_refused_when_proved():
    participant = invited()
    own_data.ask_for_address(participant, NEW)
    ParticipantFactory(booking=participant.booking, email=NEW)

    with pytest.raises(NameTaken):
        own_data.prove_address(participant)


def test_wish_for_an_address_lasts_seven_days():
    participant = invited()
    own_data.ask_for_address(participant, NEW)
    participant.address_changes.update(created_at=timezone.now() - timedelta(days=7, minutes=1))

    with pytest.raises(WrongState):
        own_data.prove_address(participant)


def test_nobody_is_written_to_over_and_over():
    participant = invited()
    for number in range(own_data.CHANGES_A_DAY):
        own_data.ask_for_address(participant, f"kari{number}@nord.test")

    with pytest.raises(WrongState):
        own_data.ask_for_address(participant, NEW)

    assert participant.address_changes.filter(ended_at=None).count() == 1


@pytest.mark.parametrize("state", [Booking.State.HELD, Booking.State.CANCELLED])
def test_nobody_is_written_to_about_a_booking_that_is_not_confirmed(state):
    participant = invited()
    Booking.objects.update(state=state, held_until=timezone.now())
    participant = Participant.objects.get()

    with pytest.raises(WrongState):
        own_data.ask_for_address(participant, NEW)


def test_page_that_was_open_while_its_owner_erased_everything_is_told_so():
    begun = SessionFactory(first_starts_at=timezone.now() - timedelta(hours=1))  # the seat is counted all the same
    participant = invited(booking__session=begun)
    own_data.ask_for_address(participant, NEW)
    erase_participant(Participant.objects.get(pk=participant.pk))

    for act in (
        lambda: own_data.prove_address(participant),
        lambda: own_data.ask_for_address(participant, NEW),
        lambda: own_data.correct_participant(participant, name="Kari", workplace="", role=""),
        lambda: tell_adaptation(participant, hearing_loop=True),
    ):
        with pytest.raises(WrongState):
            act()

    assert not Participant.objects.exclude(name="", email="").exists()


def test_own_address_is_not_asked_for():
    assert own_data.ask_for_address(invited(), OLD) is None


def test_address_is_not_kept_anew_a_month_after_the_course():
    participant = invited(booking__session=SessionFactory())
    over = timezone.now() - timedelta(days=31)
    Session.objects.update(first_starts_at=over - timedelta(hours=3), last_ends_at=over)
    participant = Participant.objects.get()

    with pytest.raises(WrongState):
        own_data.ask_for_address(participant, NEW)


def test_seat_that_is_passed_on_moves_the_calendar_and_tells_the_contact():
    participant = invited()
    booking = participant.booking

    colleague = replace_participant(participant, Person("Per Berg", "per@bodo.test"), request_key="one", by_self=True)
    again = replace_participant(participant, Person("Per Berg", "per@bodo.test"), request_key="one", by_self=True)

    participant.refresh_from_db()
    assert again == colleague
    assert (participant.state, colleague.named_by, colleague.replaces) == ("replaced", "self", participant)
    assert mails()[1:] == [
        ("participant-removed", OLD, "CANCEL"),
        ("participant-welcome", "per@bodo.test", "REQUEST"),
        ("participant-passed-on", booking.contact_email, ""),
    ]
    assert AuditEntry.objects.get(action="participant.replaced").actor_kind == "participant"
    welcome = Message.objects.get(kind="participant-welcome", to_email="per@bodo.test")
    assert "En kollega som ikke kan komme, har gitt deg plassen. Du er påmeldt." in welcome.text
