from datetime import timedelta

import pytest
from django.utils import timezone, translation

from courses.models import RoadNote
from courses.services import road_notes
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import TrainerUserFactory

pytestmark = pytest.mark.django_db

EMAIL, PHONE, NAME = "an e-mail address", "a phone number", "the name of a participant or contact"


@pytest.fixture
def session():
    session = SessionFactory(municipality=MunicipalityFactory(name="Bodø"))
    booking = BookingFactory(session=session, contact_name="Kari Ås", contact_email="kari@bodo.test")
    ParticipantFactory(booking=booking, name="Åse Marie Ødegård")
    ParticipantFactory(booking=booking, name="Signe Hemmelig", alias="Deltaker 7")
    return session


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Inngang fra baksiden, nøkkel i resepsjonen. Rom 2026, buss 300.", []),
        ("Møt opp 30 minutter før, 26.10.2026 var det fullt.", []),
        ("Spør etter Åse i resepsjonen.", [NAME]),
        ("Spør etter åse marie ødegård.", [NAME]),
        ("Ødegårds nøkkel passer.", [NAME]),
        ("Kari har nøkkelen.", [NAME]),
        ("Kåre har nøkkelen.", []),
        ("Signe har nøkkelen.", []),  # a protected name cannot be found out by trying
        ("Vaktmesteren: 755 55 000.", [PHONE]),
        ("Vaktmesteren: +47 22 33 11 60", [PHONE]),
        ("Skriv til post@bodo.kommune.no", [EMAIL]),
        ("Ring Kari på 22331160 eller kari@bodo.test", [EMAIL, PHONE, NAME]),
    ],
)
def test_what_tells_of_people_is_noticed(session, text, found):
    with translation.override("en"):
        assert road_notes.what_tells_of_people(session, text) == found


def test_note_stays_with_the_place_and_meets_the_next_trainer_there(session):
    karim, tone = TrainerUserFactory(), TrainerUserFactory()
    there_again = SessionFactory(municipality=session.municipality)
    elsewhere = SessionFactory(municipality=MunicipalityFactory())

    road_notes.write_note(session, "Inngang bak.", by=karim)
    road_notes.write_note(session, "Inngang bak. Ta med kabel.", by=karim)
    road_notes.write_note(there_again, "Parkering er vanskelig.", by=tone)

    assert [note.text for note in road_notes.notes_for(there_again)] == [
        "Parkering er vanskelig.",
        "Inngang bak. Ta med kabel.",
    ]
    assert list(road_notes.notes_for(elsewhere)) == []
    road_notes.write_note(session, "", by=karim)
    assert road_notes.notes_for(session).count() == 1


def test_online_session_has_no_place_to_say_something_about():
    online = SessionFactory(municipality=None)

    with pytest.raises(road_notes.NoteRefused):
        road_notes.write_note(online, "Fin lenke.", by=TrainerUserFactory())
    assert list(road_notes.notes_for(online)) == []


def test_notes_go_after_two_years(session):
    road_notes.write_note(session, "Inngang bak.", by=TrainerUserFactory())

    assert road_notes.forget_notes(timezone.now() + timedelta(days=730)) == 0
    assert road_notes.forget_notes(timezone.now() + timedelta(days=732)) == 1
    assert not RoadNote.objects.exists()
