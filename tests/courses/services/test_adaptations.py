from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from courses.exceptions import WrongState
from courses.models import Adaptation, Booking, Participant, Session
from courses.services.adaptations import (
    delete_adaptations,
    seen_by_trainers,
    tell_adaptation,
    to_arrange,
    withdraw_consent,
)
from courses.services.participants import Person, replace_participant, withdraw_participant
from taushet.models import AuditEntry, Message
from taushet.registries import retention_rules
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")


def told(participant=None, **wishes):
    return tell_adaptation(participant or ParticipantFactory(), **(wishes or {"food": "Nøtter"}))


def test_telling_again_replaces_what_was_told():
    participant = ParticipantFactory()
    told(participant, food="Nøtter", hearing_loop=True)

    told(participant, food="", hearing_loop=True, interpreter="tigrinja")

    row = Adaptation.objects.get()
    assert row.wishes == ["Teleslynge", "Tolk: tigrinja"]


def test_log_says_that_something_was_told_and_not_what():
    participant = told().participant

    entry = AuditEntry.objects.get(action="adaptation.told")
    assert (entry.actor_kind, entry.object_id) == ("participant", str(participant.pk))
    assert entry.detail == {"booking": participant.booking_id}
    assert Message.objects.count() == 0


def test_consent_that_is_taken_back_deletes_at_once_and_twice_is_once():
    participant = told().participant

    withdraw_consent(participant)
    withdraw_consent(participant)

    assert Adaptation.objects.count() == 0
    assert AuditEntry.objects.filter(action="adaptation.withdrawn").count() == 1


@pytest.mark.parametrize(
    "end", [withdraw_participant, lambda one: replace_participant(one, Person("Ny"), request_key="n")]
)
def test_whoever_does_not_come_has_told_nothing(end):
    participant = told().participant

    end(participant)

    assert Adaptation.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda one: Participant.objects.update(state="withdrawn"),
        lambda one: Booking.objects.update(state="cancelled"),
        lambda one: Session.objects.update(state="cancelled"),
        lambda one: Session.objects.update(
            first_starts_at=timezone.now() - timedelta(hours=4), last_ends_at=timezone.now() - timedelta(hours=1)
        ),
    ],
)
def test_nothing_is_told_by_those_who_do_not_take_part(change):
    participant = ParticipantFactory()
    change(participant)

    with pytest.raises(WrongState):
        told(participant)

    assert Adaptation.objects.count() == 0


def test_what_was_told_is_deleted_the_day_after_the_last_meeting():
    ends_at = datetime(2027, 3, 9, 23, 30, tzinfo=OSLO)
    session = SessionFactory(first_starts_at=ends_at - timedelta(hours=3), last_ends_at=ends_at)
    told(ParticipantFactory(booking=BookingFactory(session=session)))
    rule = retention_rules["adaptations"].apply

    same_day = rule(datetime(2027, 3, 9, 23, 59, tzinfo=OSLO))
    next_day = rule(datetime(2027, 3, 10, 0, 30, tzinfo=OSLO))

    assert (same_day, next_day) == (0, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Participant.objects.update(state="replaced"),
        lambda: Booking.objects.update(state="cancelled"),
        lambda: Session.objects.update(state="cancelled"),
    ],
)
def test_the_clock_deletes_what_was_told_by_people_who_do_not_come(change):
    told()
    change()

    assert delete_adaptations(timezone.now()) == 1


@pytest.mark.parametrize(("days", "seen"), [(8, False), (7, True), (-1, True)])
def test_trainers_see_it_from_a_week_before(days, seen):
    now = timezone.now()

    assert seen_by_trainers(Session(first_starts_at=now + timedelta(days=days)), now) == seen


def test_staff_are_told_where_something_has_to_be_arranged_and_not_what():
    participant = told().participant
    told(ParticipantFactory(booking=participant.booking))
    ParticipantFactory(booking=participant.booking)

    [(sentence, address)] = to_arrange(StaffFactory())

    assert sentence.endswith(": 2 deltakere trenger tilrettelegging")
    assert "Nøtter" not in sentence
    assert address == f"/stab/kurs/{participant.booking.session_id}/behov/"
