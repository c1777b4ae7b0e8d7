import re

import pytest
from django.urls import reverse

from courses.models import Booking
from courses.services.discretion import choose_for_participant
from courses.services.protection import protect_name
from taushet.models import AuditEntry, Message
from taushet.services.links import issue_link, link_address, revoke_link
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory

pytestmark = pytest.mark.django_db

TITLE = "Når hjemmet er farlig"


@pytest.fixture
def booking():
    session = SessionFactory(course__title_nb=TITLE, course__title_nn="Når heimen er farleg")
    booking = BookingFactory(session=session, seats=4, contact_name="Per Hansen")
    ParticipantFactory(booking=booking, name="Åse Ødegård", email="")
    ParticipantFactory(booking=booking, name="Ola Ås", email="")
    ParticipantFactory(booking=booking, name="Kari Nordmann", email="kari@bodo.test")
    return booking


def address(booking, name, *args, purpose="booking"):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk), *args])


def papers(response):
    return re.findall(r"<article.*?</article>", response.content.decode(), re.DOTALL)


def person(booking, name):
    return booking.participants.get(name=name)


def test_everybody_without_mail_gets_a_paper_and_nobody_else(client, booking):
    response = client.get(address(booking, "booking_sheets"))

    told = papers(response)
    assert ["Åse Ødegård" in told[0], "Ola Ås" in told[1], len(told)] == [True, True, 2]
    assert "Kari Nordmann" not in response.content.decode()
    assert all("Rådhuset" in paper and "Per Hansen" in paper for paper in told)
    assert link_address("participant", issue_link("participant", person(booking, "Åse Ødegård").pk)) in told[0]
    assert "<svg" in told[0]
    assert AuditEntry.objects.get(action="participants.sheets").detail == {"count": 2}
    assert Message.objects.count() == 0


def test_one_paper_alone(client, booking):
    response = client.get(address(booking, "participant_sheet", person(booking, "Ola Ås").pk))

    assert ["Ola Ås" in paper for paper in papers(response)] == [True]


def test_paper_names_the_course_only_to_whoever_chose_that(client, booking):
    choose_for_participant(person(booking, "Ola Ås"), shows_course=True)

    first, second = papers(client.get(address(booking, "booking_sheets")))

    assert ("farlig" in first, "<h2>Kurs</h2>" in first, "farlig" in second) == (False, True, True)


def test_paper_is_in_the_language_of_the_booking_whatever_the_browser_chose(client, booking):
    Booking.objects.update(language="nn")
    client.cookies["sprak"] = "en"

    response = client.get(address(booking, "booking_sheets"))

    assert "To print and hand over" in response.content.decode()
    assert all("Di eiga side" in paper and 'lang="nn"' in paper for paper in papers(response))


def test_paper_of_a_protected_name_holds_neither_name_nor_link(client, booking):
    protect_name(person(booking, "Ola Ås"), alias="Fjellrev")

    _first, second = papers(client.get(address(booking, "booking_sheets")))

    assert ("Fjellrev" in second, "Ola" in second, "/deltaker/" in second, "<svg" in second) == (
        True,
        False,
        False,
        False,
    )


def test_paper_of_a_closed_link_has_none(client, booking):
    issue_link("participant", person(booking, "Ola Ås").pk)
    revoke_link("participant", person(booking, "Ola Ås").pk)

    _first, second = papers(client.get(address(booking, "booking_sheets")))

    assert "/deltaker/" not in second


@pytest.mark.parametrize("state", [Booking.State.HELD, Booking.State.CANCELLED])
def test_there_is_no_paper_of_a_booking_that_is_not_confirmed(client, booking, state):
    Booking.objects.update(state=state, held_until=booking.session.first_starts_at)

    assert client.get(address(booking, "booking_sheets")).status_code == 404


def test_there_is_no_paper_for_somebody_with_mail_nor_of_another_booking(client, booking):
    other = ParticipantFactory(email="")

    for participant in (person(booking, "Kari Nordmann"), other):
        assert client.get(address(booking, "participant_sheet", participant.pk)).status_code == 404


def test_receipt_prints_nothing(client, booking):
    assert client.get(address(booking, "booking_sheets", purpose="booking-receipt")).status_code == 404


def test_booking_page_leads_to_the_papers(client, booking):
    page = client.get(address(booking, "booking_detail")).content.decode()

    assert address(booking, "booking_sheets") in page
    assert address(booking, "participant_sheet", person(booking, "Ola Ås").pk) in page
    assert address(booking, "participant_sheet", person(booking, "Kari Nordmann").pk) not in page
