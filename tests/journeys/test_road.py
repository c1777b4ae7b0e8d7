"""A trainer's day on the phone, and a session that changes hands: with scripts, and without."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import ExpenseClaim, RoadNote, Session
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.models import User
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import TrainerUserFactory
from tests.journeys.people import signed_in as enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(signed_in):
    """A session in Bodø with a booking, some weeks ahead."""
    session = SessionFactory(course__title_nb="Når hjemmet er farlig", municipality=MunicipalityFactory(name="Bodø"))
    booking = BookingFactory(session=session, municipality=session.municipality, contact_name="Kari Ås")
    ParticipantFactory(booking=booking, name="Åse Ødegård")
    return session


@pytest.fixture
def trainers(session):
    karim = register_trainer(User.objects.get(email="trainer@demo.example"), courses=[session.course])
    tone = register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[session.course], teaches_nb=False)
    assign_trainer(session, trainer=karim, by=User.objects.get(email="campaign@demo.example"), reason="Haster.")
    return karim, tone


def move_to_today(session):
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    starts = max(timezone.now() - timedelta(minutes=30), midnight)
    ends = starts + timedelta(hours=2)
    Session.objects.update(first_starts_at=starts, last_ends_at=ends)
    session.meetings.update(starts_at=starts, ends_at=ends)
    session.meetings.get().assigned_meetings.update(starts_at=starts, ends_at=ends)


def test_day_on_the_phone(signed_in, session, trainers, accessible):
    move_to_today(session)
    phone = signed_in("trainer", width=390)
    phone.get_by_role("link", name="I dag", exact=True).click()
    accessible(phone)
    expect(phone.get_by_role("heading", name="Når hjemmet er farlig")).to_be_visible()
    expect(phone.get_by_role("link", name="22 33 11 60").first).to_have_attribute("href", "tel:+4722331160")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390

    phone.get_by_role("link", name="Merknad til neste kursholder").click()
    phone.get_by_label("Merknad til neste kursholder").fill("Åse har nøkkelen. Inngang bak.")
    phone.get_by_role("button", name="Lagre").click()
    expect(phone.get_by_text("navnet på en deltaker").first).to_be_visible()
    accessible(phone)
    phone.get_by_label("Merknad til neste kursholder").fill("Resepsjonen har nøkkelen. Inngang bak.")
    phone.get_by_role("button", name="Lagre").click()
    expect(phone.get_by_text("Resepsjonen har nøkkelen. Inngang bak.")).to_be_visible()
    accessible(phone)
    assert RoadNote.objects.get().municipality == session.municipality

    phone.goto("/kursholder/utlegg/")
    accessible(phone)
    phone.get_by_role("link", name="Når hjemmet er farlig").click()
    phone.get_by_label("Kilometer med egen bil").fill("42")
    phone.get_by_role("button", name="Ett utlegg til").click()
    third = phone.get_by_role("group", name="Utlegg 3")
    third.get_by_label("Hva").fill("Bom")
    third.get_by_label("Beløp i kroner").fill("31,50")
    accessible(phone)
    phone.get_by_role("button", name="Lagre").click()
    expect(phone.get_by_text("42 km og 31,50 kroner")).to_be_visible()
    assert ExpenseClaim.objects.get().outlays.count() == 1


def test_session_changes_hands_without_scripts(signed_in, new_page, site, session, trainers, accessible):
    _karim, tone = trainers
    asker = signed_in("trainer", width=390, scripts=False)
    asker.goto(f"/kursholder/{session.pk}/")
    asker.get_by_role("link", name="Be en kollega overta").click()
    asker.get_by_role("button", name="Spør").click()
    expect(asker.get_by_text("Velg en kollega.").first).to_be_visible()
    asker.get_by_label("Kollega", exact=True).select_option(str(tone.pk))
    asker.get_by_role("button", name="Spør").click()
    expect(asker.get_by_text("Tone Tangen får en e-post.")).to_be_visible()
    asker.goto("/kursholder/kalender/valg/")
    asker.get_by_label("Invitasjoner på e-post").check()
    asker.get_by_role("button", name="Lagre").click()
    expect(asker.get_by_text("Du får en invitasjon på e-post for hvert møte du holder")).to_be_visible()
    expect(asker.get_by_role("button", name="Lag adressen min")).to_have_count(0)

    phone = enter(new_page(width=390), tone.user, site)
    phone.goto("/kursholder/bytter/")
    accessible(phone)
    phone.get_by_role("button", name="Ja, jeg kan").click()
    expect(phone.get_by_text("Venter på kampanjestaben")).to_be_visible()

    staff = signed_in("campaign")
    staff.get_by_role("link", name="Karim Kleiva → Tone Tangen").click()
    accessible(staff)
    staff.get_by_role("link", name="Godkjenn").click()
    expect(staff.get_by_text("Dette taler imot Tone Tangen:")).to_be_visible()
    staff.get_by_role("button", name="Godkjenn").click()
    expect(staff.get_by_text("Skriv hvorfor kollegaen skal ta over likevel.").first).to_be_visible()
    accessible(staff)
    staff.get_by_label("Hvorfor likevel").fill("De er enige.")
    staff.get_by_role("button", name="Godkjenn").click()
    expect(staff.get_by_text("Begge får en e-post.")).to_be_visible()

    assert asker.goto(f"/kursholder/{session.pk}/").status == 404
    phone.goto(f"/kursholder/{session.pk}/")
    expect(phone.get_by_text("Åse Ødegård")).to_be_visible()
    accessible(phone)
