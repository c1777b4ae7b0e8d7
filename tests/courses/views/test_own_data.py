import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from courses.models import Adaptation, AttendanceMark, Participant, Session
from courses.services import messages, own_data, planned_mails
from courses.services.archive import MOST_LETTERS, _sections
from courses.services.booking_changes import change_seats
from courses.services.calendars import invite
from courses.services.case_rows import STEPS
from courses.services.contacts import set_second_contact
from courses.services.participants import Person, name_participants, replace_participant
from courses.services.protection import protect_name
from taushet.models import AuditEntry, Message
from taushet.registries import logged_actions
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

from .test_participants import address, shown_form, text_of

pytestmark = pytest.mark.django_db


def own(participant, name):
    return address("participant", participant, name)


def unzipped(response):
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_own_page_shows_what_is_kept_and_what_can_be_done(client):
    participant = ParticipantFactory(name="Kari Nordmann", email="kari@bodo.test", role="Leder")

    page = client.get(own(participant, "participant_detail")).content.decode()

    assert "kari@bodo.test" in page
    for name in ("own_correct", "own_address", "own_pass_on", "own_copy", "own_erase"):
        assert own(participant, name) in page


def test_page_of_a_seat_that_was_given_away_offers_only_to_take_out_and_erase(client):
    participant = ParticipantFactory(state=Participant.State.REPLACED)

    page = client.get(own(participant, "participant_detail")).content.decode()

    offered = ("own_correct", "own_address", "own_pass_on", "own_copy", "own_erase")
    assert [name for name in offered if own(participant, name) in page] == ["own_copy", "own_erase"]


def test_name_is_corrected_and_nothing_else_is_touched(client):
    participant = ParticipantFactory(email="kari@bodo.test")

    posted = client.post(own(participant, "own_correct"), {"name": "Kari Berg", "workplace": "NAV", "role": ""})

    participant.refresh_from_db()
    assert posted.url == own(participant, "participant_detail")
    assert (participant.name, participant.workplace, participant.email) == ("Kari Berg", "NAV", "kari@bodo.test")


def test_empty_name_is_refused(client):
    participant = ParticipantFactory(name="Kari Nordmann")

    posted = client.post(own(participant, "own_correct"), {"name": " ", "workplace": "", "role": ""})

    participant.refresh_from_db()
    assert posted.status_code == 200
    assert participant.name == "Kari Nordmann"


def test_new_address_is_proved_by_a_press_of_a_button_in_its_mail(client):
    participant = ParticipantFactory(email="kari@bodo.test")
    client.post(own(participant, "own_address"), {"email": "kari@nord.test"})
    path = address("participant-address", participant, "own_address_prove")

    opened = client.get(path)
    participant.refresh_from_db()
    unchanged = participant.email
    posted = client.post(path)

    participant.refresh_from_db()
    assert "kari@nord.test" in text_of(opened)
    assert (unchanged, participant.email) == ("kari@bodo.test", "kari@nord.test")
    assert posted.url == own(participant, "participant_detail")
    assert client.post(path).status_code == 404


def test_address_is_not_changed_with_the_link_of_the_own_page(client):
    participant = ParticipantFactory()
    own_data.ask_for_address(participant, "kari@nord.test")
    token = issue_link("participant", participant.pk)

    assert client.post(reverse("courses:own_address_prove", args=[token])).status_code == 404


def test_seat_is_passed_on_once_however_often_the_form_is_sent(client):
    participant = ParticipantFactory()
    path = own(participant, "own_pass_on")
    form = shown_form(client, path)

    client.post(path, form)
    client.post(path, form)

    participant.refresh_from_db()
    assert participant.state == Participant.State.REPLACED
    assert Participant.objects.active().get().email == "per@bodo.test"
    page = text_of(client.get(own(participant, "participant_detail")))
    assert "Du har gitt plassen videre." in page
    assert "står ikke på listen" not in page


def test_who_was_replaced_by_the_booker_is_not_said_to_have_passed_the_seat_on(client):
    participant = ParticipantFactory()
    replace_participant(participant, Person("Per Berg", "per@bodo.test"), request_key="one")

    page = text_of(client.get(own(participant, "participant_detail")))

    assert "Du har gitt plassen videre." not in page


def test_seat_is_not_passed_on_to_oneself(client):
    participant = ParticipantFactory(email="kari@bodo.test")
    path = own(participant, "own_pass_on")

    posted = client.post(path, shown_form(client, path, email="kari@bodo.test"))

    assert "Dette er din egen adresse." in text_of(posted)
    assert Participant.objects.count() == 1


def test_seat_is_not_passed_on_once_the_course_is_over(client):
    participant = ParticipantFactory()
    path = own(participant, "own_pass_on")
    form = shown_form(client, path)
    over = timezone.now() - timedelta(hours=1)
    Session.objects.update(first_starts_at=over - timedelta(hours=3), last_ends_at=over)

    client.post(path, form)

    assert Participant.objects.get().state == Participant.State.ACTIVE


def test_copy_holds_everything_about_the_person_and_no_secret(client):
    participant = ParticipantFactory(name="Kari Nordmann", email="kari@bodo.test", workplace="NAV", role="Leder")
    invite(participant.booking, email="kari@bodo.test", name="Kari Nordmann", participant=participant)
    own_data.ask_for_address(participant, "kari@nord.test")
    meeting = participant.booking.session.meetings.get()
    AttendanceMark.objects.create(
        meeting=meeting, participant=participant, is_present=True, made_at=timezone.now(), client_key="hemmelig-nokkel"
    )
    ParticipantFactory(booking=participant.booking, name="Per Berg", email="per@bodo.test")
    token = issue_link("participant", participant.pk)

    response = client.get(own(participant, "own_copy"))

    files = unzipped(response)
    machine = json.loads(files["opplysninger.json"])
    sections = {section["key"]: section["rows"] for section in machine["sections"]}
    readable = files["opplysninger.html"].decode()
    assert response["Content-Disposition"] == 'attachment; filename="opplysninger.zip"'
    assert sections["participant"][0]["name"] == "Kari Nordmann"
    assert sections["addresschange"][0]["email"] == "kari@nord.test"
    assert sections["attendancemark"][0]["is_present"] is True
    assert [row["to_email"] for row in sections["messages"]] == ["kari@bodo.test", "kari@nord.test"]
    assert sections["calendar"][0]["email"] == "kari@bodo.test"
    for told in ("Kari Nordmann", "kari@bodo.test", "NAV", "Leder", "kari@nord.test"):
        assert told in readable
    everything = readable + json.dumps(machine, ensure_ascii=False)
    for secret in ("Per Berg", "per@bodo.test", token, "[[link:", "hemmelig-nokkel", participant.request_key):
        assert secret not in everything
    assert AuditEntry.objects.filter(action="participant.copied").count() == 1


def test_copy_tells_nothing_of_the_contact_whose_address_somebody_typed(client):
    booking = BookingFactory(contact_email="leder@bodo.test", contact_phone="+4722331160", invoice_reference="4711")
    participant = ParticipantFactory(booking=booking, email="leder@bodo.test")

    files = unzipped(client.get(own(participant, "own_copy")))

    assert not any(secret in files["opplysninger.json"].decode() for secret in ("22331160", "4711"))


def test_copy_is_given_a_limited_number_of_times(client):
    participant = ParticipantFactory()

    answers = [client.get(own(participant, "own_copy")).status_code for _turn in range(21)]

    assert answers == [200] * 20 + [429]


def test_erasing_is_asked_about_first_and_says_what_stays(client):
    participant = ParticipantFactory(name="Kari Nordmann")
    path = own(participant, "own_erase")

    asked = text_of(client.get(path))
    participant.refresh_from_db()
    kept = participant.name
    done = client.post(path)

    participant.refresh_from_db()
    assert "Plassen, uten navn" in asked
    assert (kept, participant.name) == ("Kari Nordmann", "")
    assert "Slettet" in text_of(done)
    assert client.get(path).status_code == 404


def test_erasing_after_the_course_says_that_the_seat_is_counted(client):
    participant = ParticipantFactory()
    over = timezone.now() - timedelta(hours=1)
    Session.objects.update(first_starts_at=over - timedelta(hours=3), last_ends_at=over)

    asked = text_of(client.get(own(participant, "own_erase")))

    assert "At én plass var i bruk" in asked
    assert "Plassen, uten navn" not in asked


def case_of(client, booking, purpose="booking"):
    return client.get(address(purpose, booking, "booking_archive"))


def test_case_is_one_file_with_a_document_and_its_fields(client):
    booking = BookingFactory(seats=3, contact_name="Leder Lie", municipality=MunicipalityFactory(name="Bodø"))
    one, _two = name_participants(
        booking, [Person("Kari Nordmann", "kari@bodo.test"), Person("Per Berg")], request_key="n"
    )
    replace_participant(one, Person("Ida Dahl", "ida@bodo.test"), request_key="r")
    change_seats(booking, 4)

    response = case_of(client, booking)

    files = unzipped(response)
    folder = json.loads(files[f"bestilling-{booking.pk}.json"])["mappe"]
    names = [party["navn"] for party in folder["parter"]]
    assert response["Content-Disposition"] == f'attachment; filename="bestilling-{booking.pk}.zip"'
    assert files[f"bestilling-{booking.pk}.pdf"].startswith(b"%PDF-")
    assert b"pdfaid:part" in files[f"bestilling-{booking.pk}.pdf"]
    assert names == ["Leder Lie", "Kari Nordmann", "Per Berg", "Ida Dahl"]
    assert folder["plasser"] == 4
    assert (folder["status"], folder["statuskode"]) == ("Bekreftet", "confirmed")
    assert [(row["hendelse"], row["hendelseskode"]) for row in folder["hendelser"]] == [
        ("Antall plasser ble endret fra 3 til 4.", "booking.seats")
    ]
    assert {row["journalposttype"] for row in folder["registrering"]} == {"Utgående dokument"}
    assert [row["tittel"] for row in folder["registrering"]] == list(
        Message.objects.order_by("pk").values_list("subject", flat=True)
    )
    assert AuditEntry.objects.filter(action="booking.archived").count() == 1


def test_case_has_words_for_whatever_is_recorded_about_a_booking():
    recorded = {action.key for action in logged_actions if action.key.startswith("booking.")}

    assert recorded - set(STEPS) == {"booking.erased"}  # of which there is no case any more


def test_case_holds_no_link_and_no_text_of_mails_to_participants(client):
    booking = BookingFactory(seats=3)
    [one] = name_participants(booking, [Person("Kari Nordmann", "kari@bodo.test")], request_key="n")
    set_second_contact(booking, name="Per", email="per@bodo.test")

    fields = unzipped(case_of(client, booking))[f"bestilling-{booking.pk}.json"].decode()

    assert "[[link:" not in fields
    assert "(privat lenke)" in fields
    assert "kari@bodo.test" not in fields
    assert issue_link("participant", one.pk) not in fields


def test_case_of_names_that_look_like_markup_is_made_all_the_same(client):
    booking = BookingFactory(contact_name="#panic() *Kari* $x$ \\", unit_name="<b>&amp; [")

    assert case_of(client, booking).status_code == 200


def test_case_of_very_many_mails_is_bounded(client):
    booking = BookingFactory()
    for number in range(MOST_LETTERS + 5):
        change_seats(booking, 3 + number % 2)
        booking.refresh_from_db()

    response = case_of(client, booking)

    assert response.status_code == 200
    assert len(response.content) < 2_000_000


def test_case_holds_requests_fees_and_what_is_planned(client):
    booking = BookingFactory(seats=3, seat_price=1000)
    booking.change_requests.create(
        kind="seats", seats=5, words="Flere vil", request_key="a", state="refused", answer="Fullt"
    )
    booking.change_requests.create(kind="cancel", request_key="b")
    booking.fees.create(seats=1, percent=50, amount=500)
    planned_mails.follow_booking(booking)
    stopped = booking.planned_mails.order_by("due_at").first()
    planned_mails.stop_planned(stopped, by=StaffFactory())

    files = unzipped(case_of(client, booking))

    folder = json.loads(files[f"bestilling-{booking.pk}.json"])["mappe"]
    asked = [
        (row["hva"], row["plasser"], row["begrunnelse"], row["status"], row["svar"]) for row in folder["endringsonsker"]
    ]
    assert asked == [
        ("Ønsker 5 plasser til sammen", 5, "Flere vil", "Avslått", "Fullt"),
        ("Bestillingen ønskes avbestilt", None, "", "Venter på svar", ""),
    ]
    assert [(row["prosent"], row["belop"]) for row in folder["gebyrer"]] == [(50, "500.00")]
    assert [row["type"] for row in folder["planlagteMeldinger"]] == [
        "Navn mangler",
        "Tid, sted og lenke",
        "Påminnelse",
        *["Evaluering"] * 3,
        "Kursbevis",
    ]
    assert folder["planlagteMeldinger"][-1]["dato"] is None  # it comes when somebody issues it


def test_document_of_the_case_says_what_was_asked_and_what_is_to_be_paid():
    booking = BookingFactory(seats=3, seat_price=1000)
    booking.change_requests.create(kind="seats", seats=5, words="Flere vil", request_key="a")
    booking.fees.create(seats=1, percent=50, amount=500)

    with translation.override("nb"):
        sections = {section["title"]: section for section in _sections(booking)}

    [asked], [fee] = (
        sections["Endringer vi er bedt om"]["rows"],
        sections["Å betale for plasser som er gitt tilbake"]["rows"],
    )
    assert asked[1:] == ["Ønsker 5 plasser til sammen", "Flere vil", "Venter på svar", ""]
    assert fee[1:] == ["1", "50 prosent", "500 kroner"]


def test_case_tells_nothing_of_mails_that_are_the_participants_own(client):
    booking = BookingFactory(seats=3)
    [one] = name_participants(booking, [Person("Kari Nordmann", "kari@bodo.test")], request_key="n")
    messages.send_own_link(one)

    folder = json.loads(unzipped(case_of(client, booking))[f"bestilling-{booking.pk}.json"])["mappe"]

    own_link = Message.objects.get(kind=messages.OWN_LINK)
    assert own_link.subject not in [row["tittel"] for row in folder["registrering"]]
    assert len(folder["registrering"]) == Message.objects.count() - 1


def test_case_shows_a_protected_participant_by_the_alias_alone(client):
    booking = BookingFactory(seats=3)
    [one] = name_participants(booking, [Person("Kari Nordmann", "kari@bodo.test", "NAV", "Leder")], request_key="n")
    protect_name(one, alias="Deltaker A", certificate_name="Kari N.")

    fields = unzipped(case_of(client, booking))[f"bestilling-{booking.pk}.json"].decode()

    assert "Deltaker A" in fields
    assert [word for word in ("Kari", "kari@bodo.test", "NAV", "Leder") if word in fields] == []


def test_own_copy_holds_needs_alias_and_choices(client):
    participant = ParticipantFactory(
        name="Kari Nordmann", alias="Deltaker A", certificate_name="Kari N.", shows_course_name=False
    )
    Adaptation.objects.create(participant=participant, hearing_loop=True, food="Nøtter")

    copy = json.loads(unzipped(client.get(own(participant, "own_copy")))["opplysninger.json"])

    rows = {section["key"]: section["rows"] for section in copy["sections"]}
    [person], [needs] = rows["participant"], rows["adaptation"]
    kept = [person[name] for name in ("name", "alias", "certificate_name", "shows_course_name")]
    assert kept == ["Kari Nordmann", "Deltaker A", "Kari N.", False]
    assert (needs["hearing_loop"], needs["food"]) == (True, "Nøtter")


@pytest.mark.parametrize("purpose", ["booking-receipt", "signup"])
def test_case_is_for_contacts_only(client, purpose):
    assert case_of(client, BookingFactory(), purpose).status_code == 404


def test_second_contact_may_take_the_case_out(client):
    assert case_of(client, BookingFactory(second_email="per@bodo.test"), "booking-second").status_code == 200


def test_page_of_the_booking_leads_to_its_case(client):
    booking = BookingFactory()

    page = client.get(address("booking", booking, "booking_detail")).content.decode()

    assert address("booking", booking, "booking_archive") in page
