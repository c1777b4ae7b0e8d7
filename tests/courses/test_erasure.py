"""Erasure of a participant with certificate, mails and evaluation: gone wherever anybody could look."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from courses.models import AttendanceMark, Meeting, Participant, Session
from courses.services import attendance, certificates, evaluations, own_data
from courses.services.adaptations import tell_adaptation
from courses.services.change_requests import ask_for_change, refuse_request
from courses.services.holds import name_contact
from courses.services.own_erasing import empty_left_over, erase_participant
from courses.services.participants import Person, name_participants, withdraw_participant
from courses.services.protection import protect_name
from taushet.models import Message, Suppression
from taushet.services.links import find_subject, issue_link
from taushet.services.sending import send_all_due
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db

NAME, EMAIL, WORKPLACE, ROLE = "Solfrid Åsnes Eide", "solfrid.eide@bodo.test", "Åsveien helsestasjon", "Jordmor i nord"
TRACES = (NAME, "Solfrid", EMAIL, WORKPLACE, ROLE)
SECRETS = {"token_sha256", "session_data", "password"}


def booked(**fields):
    return BookingFactory(seats=3, municipality=MunicipalityFactory(name="Bodø"), **fields)


def named(booking):
    person = Person(NAME, EMAIL, WORKPLACE, ROLE)
    return name_participants(booking, [person, Person("Per Berg", "per@bodo.test")], request_key="names")


def hold(session):
    """Let the session have been held an hour ago."""
    end = timezone.now() - timedelta(hours=3)
    Meeting.objects.filter(session=session).update(starts_at=end - timedelta(hours=3), ends_at=end)
    Session.objects.filter(pk=session.pk).update(
        first_starts_at=end - timedelta(hours=3), last_ends_at=end, state=Session.State.HELD
    )
    session.refresh_from_db()


def was_there(session, people, by):
    for meeting in session.meetings.all():
        marks = [attendance.Seen(one.pk, True, f"{one.pk:032x}") for one in people]
        attendance.record_marks(meeting, marks, by=by)


@pytest.fixture
def attended(settings):
    """A participant with a certificate, sent mail, a change of address behind, and evaluation mail planned."""
    settings.OUTGOING_MAIL = False
    staff = StaffFactory(roles=["administrator"])
    booking = booked()
    one, other = named(booking)
    own_data.ask_for_address(one, "solfrid.eide@annen.test")
    send_all_due()
    hold(booking.session)
    was_there(booking.session, [one, other], staff)
    certificates.issue_certificates(booking.session, by=staff)
    certificates.make_files.call(booking.session_id)
    send_all_due()
    evaluations.ask_for_evaluations()
    one.refresh_from_db()
    return one, other, staff


def everything_stored():
    """Every text in every row of the database, by where it stands."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        fields = [
            field
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField, models.JSONField, models.BinaryField))
            and field.name not in SECRETS
        ]
        for row in model._base_manager.all():
            for field in fields:
                value = getattr(row, field.attname)
                if isinstance(value, (bytes, memoryview)):
                    value = bytes(value).decode("latin-1")
                found.append((f"{model._meta.label}.{field.name}", json.dumps(value, ensure_ascii=False, default=str)))
    return found


def places_with(traces):
    return sorted({place for place, text in everything_stored() for trace in traces if trace in text})


def test_what_is_erased_was_there_to_be_found(attended):
    assert {
        "courses.Participant.name",
        "courses.Certificate.name",
        "courses.AddressChange.email",
        "taushet.Message.to_email",
        "taushet.Message.text",
        "taushet.Message.html",
        "taushet.Message.calendar",
    } <= set(places_with((*TRACES, "solfrid.eide")))


def test_nothing_in_the_database_tells_of_the_person_any_more(attended):
    one, _other, _staff = attended

    erase_participant(one)

    assert places_with((*TRACES, "solfrid.eide")) == []


def test_counts_stay(attended):
    one, _other, _staff = attended
    session = one.booking.session
    before = (session.seats_taken, AttendanceMark.objects.filter(is_present=True).count(), Message.objects.count())

    erase_participant(one)

    session.refresh_from_db()
    after = (session.seats_taken, AttendanceMark.objects.filter(is_present=True).count(), Message.objects.count())
    assert after == before
    assert one.booking.participants.active().count() == 2
    assert session.certificates.count() == 2
    assert session.evaluation_rounds.first().asked_count == 2


def test_colleague_loses_nothing(attended):
    one, other, _staff = attended

    erase_participant(one)

    other.refresh_from_db()
    assert (other.name, other.email) == ("Per Berg", "per@bodo.test")
    assert other.certificates.standing().count() == 1
    assert other.messages.filter(message__kind="evaluation", message__state="queued").count() == 3


def test_planned_evaluation_is_emptied_and_never_leaves(attended, mailoutbox, settings):
    one, _other, _staff = attended
    settings.OUTGOING_MAIL = True
    planned = list(one.messages.filter(message__kind="evaluation").values_list("message", flat=True))

    erase_participant(one)
    Message.objects.update(due_at=timezone.now())
    send_all_due()

    assert len(planned) == 3
    assert {mail.to[0] for mail in mailoutbox} <= {"per@bodo.test", one.booking.contact_email}
    states = set(Message.objects.filter(pk__in=planned).values_list("state", "to_email", "text", "html"))
    assert states == {("cancelled", "", "", "")}


def test_certificate_is_not_known_any_more(attended, client):
    one, _other, _staff = attended
    code = one.certificates.get().shown_code
    address = reverse("courses:certificate_check", args=[code])
    assert client.get(address).status_code == 200

    erase_participant(one)

    unknown = client.get(reverse("courses:certificate_check", args=["CDFG-HJKM-2345"]))
    answer = client.get(address)
    assert (answer.status_code, text_of(answer)) == (404, text_of(unknown))


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def read(client, address):
    response = client.get(address)
    assert response.status_code in {200, 302}, address
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return content.decode(errors="replace")


def pages_of_staff(one):
    session, booking = one.booking.session, one.booking
    meeting = session.meetings.get()
    yield from (reverse("staff_search", query={"q": word}) for word in ("Solfrid", "Åsnes", EMAIL, "bodo.test"))
    yield from (reverse("courses:staff_booking_list", query={"q": word}) for word in ("", "Solfrid"))
    yield reverse("courses:staff_booking_detail", args=[booking.pk])
    yield reverse("courses:staff_session_detail", args=[session.pk])
    yield reverse("courses:staff_attendance_overview", args=[session.pk])
    yield reverse("courses:staff_attendance", args=[session.pk, meeting.pk])
    yield reverse("courses:staff_attendance_print", args=[session.pk, meeting.pk])
    for ending in ("csv", "xlsx"):
        yield reverse(f"courses:participant_{ending}", args=[session.pk])
        yield reverse(f"courses:booking_{ending}")
    yield reverse("today")
    yield reverse("log_list")
    yield from (reverse("outbox_list", query={"q": word}) for word in ("", EMAIL))
    yield from (reverse("outbox_detail", args=[row.message_id]) for row in booking.messages.all())
    yield reverse("suppression_list")
    yield reverse("courses:evaluation_results")
    yield reverse("admin:index")
    yield reverse("admin:auditlog_logentry_changelist")
    token = issue_link("booking", booking.pk)
    yield reverse("courses:booking_detail", args=[token])
    yield reverse("courses:booking_archive", args=[token])


def test_no_page_list_search_export_or_log_shows_the_person(attended, client):
    one, _other, staff = attended
    Suppression.objects.create(email=EMAIL, cause="bounce")
    staff.is_superuser = staff.is_staff = True
    staff.save()
    sign_in(client, staff)
    addresses = list(pages_of_staff(one))
    assert any("Solfrid" in read(client, address) for address in addresses if "?" not in address)

    erase_participant(one)

    for address in addresses:
        shown = read(client, address).replace(' value="Solfrid"', "").replace(f' value="{EMAIL}"', "")
        found = [trace for trace in (NAME, EMAIL, WORKPLACE, ROLE) if trace in shown]
        assert found == [], address
        assert "Solfrid Å" not in shown, address


def test_links_of_the_person_die(attended):
    one, _other, _staff = attended
    own, proving = issue_link("participant", one.pk), issue_link("participant-address", one.pk)

    erase_participant(one)

    assert (find_subject("participant", own), find_subject("participant-address", proving)) == (None, None)


def test_erasing_twice_changes_nothing(attended):
    one, _other, _staff = attended
    erase_participant(one)
    before = everything_stored()

    erase_participant(Participant.objects.get(pk=one.pk))

    assert everything_stored() == before


def test_before_the_course_the_seat_loses_its_name_and_the_calendar_its_entry(mailoutbox, settings):
    settings.OUTGOING_MAIL = True
    booking = booked()
    one, _other = named(booking)
    send_all_due()
    mailoutbox.clear()

    erase_participant(one)
    send_all_due()

    one.refresh_from_db()
    booking.session.refresh_from_db()
    last, told = sorted(mailoutbox, key=lambda mail: mail.to[0] != EMAIL)
    assert (one.state, booking.session.seats_taken) == ("withdrawn", 3)
    assert last.to == [EMAIL]
    assert "METHOD:CANCEL" in str(last.message())
    assert NAME not in str(last.message())
    assert told.to == [booking.contact_email]
    assert places_with(TRACES) == []


def test_last_mail_is_emptied_also_where_mail_stays_here(settings):
    settings.OUTGOING_MAIL = False
    one, _other = named(booked())
    send_all_due()

    erase_participant(one)
    send_all_due()

    assert places_with(TRACES) == []


def test_who_had_heard_nothing_yet_hears_nothing():
    booking = booked()
    one, _other = named(booking)

    erase_participant(one)

    assert list(Message.objects.filter(to_email=EMAIL)) == []
    assert places_with(TRACES) == []


def test_name_is_taken_out_of_what_the_contact_was_told():
    booking = booked()
    one, _other = named(booking)
    withdraw_participant(one, by_self=True)
    assert NAME in Message.objects.get(kind="participant-withdrew").text

    erase_participant(Participant.objects.get(pk=one.pk))

    assert places_with(TRACES) == []


def test_contact_who_took_part_stays_the_contact():
    booking = booked(contact_name=NAME, contact_email=EMAIL)
    name_contact(booking, takes_part=True)
    one = booking.participants.get()

    erase_participant(one)

    booking.refresh_from_db()
    one.refresh_from_db()
    assert (booking.contact_name, booking.contact_email, one.name) == (NAME, EMAIL, "")


def test_mail_that_was_leaving_just_then_is_emptied_the_night_after():
    booking = booked()
    one, _other = named(booking)
    leaving = one.messages.first().message
    Message.objects.filter(pk=leaving.pk).update(state=Message.State.SENDING)
    erase_participant(one)
    Message.objects.filter(pk=leaving.pk).update(state=Message.State.SENT)
    send_all_due()

    assert empty_left_over() == 1

    assert places_with(TRACES) == []


def test_protected_name_and_needs_go_too():
    booking = booked()
    one, _other = named(booking)
    protect_name(one, alias="Deltaker Nord", certificate_name="S. Å. Eide")
    tell_adaptation(one, other="Plass til førerhunden")
    traces = (*TRACES, "Deltaker Nord", "S. Å. Eide", "førerhunden")
    assert "courses.Adaptation.other" in places_with(traces)

    erase_participant(Participant.objects.get(pk=one.pk))

    assert places_with(traces) == []


def test_session_of_others_is_left_alone():
    booking = booked()
    named(booking)
    session = SessionFactory()

    erase_participant(booking.participants.get(email=EMAIL))

    assert session.seats_taken == 0


def test_name_is_taken_out_of_what_staff_was_asked_and_answered():
    booking = BookingFactory(seats=3)
    person = ParticipantFactory(booking=booking, name="Liv Lie", email="liv@bodo.test")
    asked = ask_for_change(booking, kind="seats", seats=2, words="Liv Lie (liv@bodo.test) er syk", request_key="ask")
    refuse_request(asked, by=StaffFactory(), answer="Hils Liv Lie!")

    erase_participant(person)

    asked.refresh_from_db()
    assert (asked.words, asked.answer) == ("(slettet) ((slettet)) er syk", "Hils (slettet)!")
