"""Who types the address of somebody with a protected name learns nothing from the answer."""

import pytest
from django.urls import reverse

from courses.exceptions import NameTaken
from courses.services.participants import NAMED_A_DAY, Person, name_participants, replace_participant
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory

pytestmark = pytest.mark.django_db

NOT_NOW = "kari@bodo.test kan ikke settes på listen nå. Prøv igjen i morgen, eller ring oss."


@pytest.fixture
def booking():
    return BookingFactory(seats=6)


def test_typed_address_of_somebody_protected_is_refused_without_telling_whose_it_is(booking):
    ParticipantFactory(booking=booking, name="Kari Nordmann", email="kari@bodo.test", alias="Deltaker A")
    ParticipantFactory(booking=booking, name="Per Berg", email="per@bodo.test")

    with pytest.raises(NameTaken) as protected:
        name_participants(booking, [Person("Hvem", "kari@bodo.test")], request_key="one")
    with pytest.raises(NameTaken) as shown:
        name_participants(booking, [Person("Hvem", "per@bodo.test")], request_key="two")

    assert str(protected.value) == NOT_NOW
    assert str(shown.value) == "per@bodo.test står på listen fra før."


def test_address_of_somebody_protected_is_refused_as_one_that_is_named_too_often(booking):
    ParticipantFactory(booking=booking, name="Kari Nordmann", email="kari@bodo.test", alias="Deltaker A")
    often = ParticipantFactory.create_batch(NAMED_A_DAY, name="Per", email="per@bodo.test")[0].email

    with pytest.raises(NameTaken) as refused:
        name_participants(booking, [Person("Per", often)], request_key="one")

    assert str(refused.value) == NOT_NOW.replace("kari", "per")


def test_replacing_somebody_protected_does_not_tell_whether_an_address_was_guessed(booking):
    protected = ParticipantFactory(booking=booking, name="Kari Nordmann", email="kari@bodo.test", alias="Deltaker A")

    with pytest.raises(NameTaken) as refused:
        replace_participant(protected, Person("Hvem", "kari@bodo.test"), request_key="one")

    assert str(refused.value) == NOT_NOW


def test_pasted_list_does_not_tell_who_is_protected(client, booking):
    ParticipantFactory(booking=booking, name="Kari Nordmann", email="kari@bodo.test", alias="Deltaker A")
    lines = "Navn;E-post\nHvem;kari@bodo.test\nKari Nordmann;"
    path = reverse("courses:name_list", args=[issue_link("booking", booking.pk)])

    shown = client.post(path, {"text": lines}).content.decode()

    assert NOT_NOW in shown
    assert "listen fra før" not in shown
