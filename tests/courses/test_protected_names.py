"""A protected participant, looked for everywhere: no page, file, mail or log tells others who it is.

Every address of the project is opened by everybody who may open it. What is left out is the person's own, and what
staff open on purpose and on the record to learn who somebody is.
"""

import io
import re
import zipfile
from contextlib import suppress
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from courses.forms.name_lists import Line, mark_doubled
from courses.models import Booking, Invitation, Meeting, Participant, Session
from courses.services import certificates
from courses.services.adaptations import tell_adaptation
from courses.services.assignments import assign_trainer
from courses.services.attendance import Seen, absences, record_marks
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.change_requests import ask_for_change, refuse_request
from courses.services.messages import send_own_link, tell_confirmed
from courses.services.participants import Person, replace_participant, withdraw_participant
from courses.services.protection import protect_name, show_name
from courses.services.sessions import MeetingPlan, change_session
from courses.services.trainers import register_trainer
from taushet.models import AuditEntry, Message, Suppression
from taushet.services.links import issue_link
from tests.doors import addresses
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MembershipFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

NAME, EMAIL, ALIAS = "Ragnhild Zakariassen", "ragnhild.zakariassen@bodo.test", "Fjellrev"
SECRETS = re.compile("ragnhild|zakariassen|spesialpost|lensmannsf", re.IGNORECASE)
# Where staff with the right learn who it is.
ON_THE_RECORD = {
    "courses:staff_participant",
    "courses:staff_participant_alias",
    "courses:staff_participant_adaptation",
    "outbox_detail",
    "outbox_html",
}
MAY_LEARN = {"campaign", "administrator"}


@pytest.fixture
def trainer():
    return register_trainer(TrainerUserFactory(name="Tone Tangen"), courses=[])


@pytest.fixture
def booking(trainer):
    municipality = MunicipalityFactory(name="Bodø")
    session = SessionFactory(municipality=municipality, capacity=6)
    trainer.courses.add(session.course)
    booking = BookingFactory(
        session=session,
        municipality=municipality,
        seats=3,
        contact_name="Per Hansen",
        contact_email="per@bodo.test",
        second_name="Eli Berg",
        second_email="eli@bodo.test",
    )
    ParticipantFactory(booking=booking, name=NAME, email=EMAIL, workplace="Spesialpost 7", role="Lensmannsfullmektig")
    ParticipantFactory(booking=booking, name="Åse Ødegård", email="")
    tell_confirmed(booking)
    assign_trainer(session, trainer=trainer, by=StaffFactory())
    Suppression.objects.create(email=EMAIL, cause="bounce")
    return booking


@pytest.fixture
def participant(booking):
    person = booking.participants.get(email=EMAIL)
    send_own_link(person)
    return protect_name(person, alias=ALIAS)


def readable(response) -> str:
    """Return what a response says, a packed file unpacked."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
    return f"{response.headers}\n{content.decode(errors='replace')}"


def world(booking, participant, trainer):
    return {
        "number": booking.municipality.number,
        "slug": booking.session.course.slug,
        "session_id": booking.session_id,
        "meeting_id": booking.session.meetings.get().pk,
        "booking_id": booking.pk,
        "participant_id": participant.pk,
        "trainer_id": trainer.pk,
        "provider_id": "nobody",
        "code": "AAAA-AAAA-AAAA",
    }


def visits(booking, participant, trainer):
    """Give every address that can be made of what there is, once for each secret link and for mail of each sort."""
    known = world(booking, participant, trainer)
    tokens = [issue_link(purpose, booking.pk) for purpose in ("booking", "booking-second", "signup")]
    tokens.append(issue_link("participant", booking.participants.get(email="").pk))
    mail = [Message.objects.filter(to_email=EMAIL).first().pk, own_mail_apart().first().pk]
    changing = {"token": tokens, "pk": mail}
    for name, parameters in addresses():
        if name.startswith(("anymail:", "admin:", "outreach:")) or name == "leave":
            continue
        rows = [{}]
        for parameter in parameters:
            values = changing.get(parameter) or [known.get(parameter, 1)]
            rows = [row | {parameter: value} for row in rows for value in values]
        for row in rows:
            with suppress(NoReverseMatch):
                yield name, reverse(name, kwargs=row), "token" in row


def everybody(booking, trainer):
    people = {"stranger": None, "trainer": trainer.user, "member": UserFactory(email="nina@bodo.test")}
    MembershipFactory(user=people["member"], municipality=booking.municipality)
    for role in ("campaign", "approver", "finance", "administrator"):
        people[role] = StaffFactory(roles=[role])
    return people


def told_by_pages(booking, participant, trainer):
    """Return who found a secret where, and how many pages were read. Secret links show the same to everybody."""
    paths = list(visits(booking, participant, trainer))
    found, read = [], 0
    for who, user in everybody(booking, trainer).items():
        client = Client(raise_request_exception=False)
        if user:
            sign_in(client, user)
        for name, path, is_secret in paths:
            if (is_secret and user) or (name in ON_THE_RECORD and who in MAY_LEARN):
                continue
            response = client.get(path)
            if response.status_code == 200:
                read += 1
                found += [(who, path, told) for told in SECRETS.findall(readable(response))]
    return found, read


def own_mail_apart():
    return Message.objects.exclude(to_email=EMAIL)


def told_by_mail_and_log():
    """Return what mail to others, calendars and the log tell."""
    mails = [
        (mail.kind, f"{mail.to_name} {mail.subject} {mail.text} {mail.html} {mail.calendar}")
        for mail in own_mail_apart()
    ]
    own = [
        (mail.kind, f"{mail.to_name} {mail.subject} {mail.text} {mail.html}")
        for mail in Message.objects.filter(to_email=EMAIL)
    ]
    log = [(entry.action, str(entry.detail)) for entry in AuditEntry.objects.all()]
    return [(kind, text) for kind, text in (*mails, *own, *log) if SECRETS.search(text)]


@pytest.mark.usefixtures("bare_refusals")
def test_no_page_before_the_course_tells_who_it_is(booking, participant, trainer):
    Session.objects.update(first_starts_at=timezone.now())
    Meeting.objects.update(starts_at=timezone.now())
    tell_adaptation(participant, food="Nøtter")

    found, read = told_by_pages(booking, participant, trainer)

    assert found == []
    assert read > 150
    assert told_by_mail_and_log() == []


@pytest.mark.usefixtures("bare_refusals")
def test_no_page_after_the_course_tells_who_it_is(booking, participant, trainer):
    start = timezone.now() - timedelta(days=1)
    Session.objects.update(first_starts_at=start, last_ends_at=start + timedelta(hours=3))
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(hours=3))
    meeting = Meeting.objects.get()
    record_marks(
        meeting, [Seen(person.pk, True, f"{person.pk:032x}") for person in booking.participants.all()], by=trainer.user
    )
    issued = certificates.issue_certificates(meeting.session, by=trainer.user)
    certificates.make_files.func(meeting.session_id)

    found, read = told_by_pages(booking, participant, trainer)

    assert {certificate.name for certificate in issued} == {ALIAS, "Åse Ødegård"}
    assert found == []
    assert read > 150
    assert told_by_mail_and_log() == []


def test_no_mail_of_what_happens_later_tells_who_it_is(booking, participant, trainer):
    session = booking.session
    start = session.first_starts_at + timedelta(days=1)
    plan = MeetingPlan(start, start + timedelta(hours=2), "Biblioteket", pk=session.meetings.get().pk)
    change_session(session, by=StaffFactory(), meetings=[plan])
    change_seats(booking, 4)
    withdraw_participant(participant, by_self=True)
    cancel_booking(Booking.objects.get(pk=booking.pk))

    kinds = set(Message.objects.values_list("kind", flat=True))
    assert {"participant-withdrew", "participant-removed", "invitation-change", "booking-cancelled"} <= kinds
    assert told_by_mail_and_log() == []


def test_mail_about_the_colleague_who_got_the_seat_and_words_to_staff_tell_the_alias(booking):
    person = booking.participants.get(email=EMAIL)
    words = f"{NAME} er syk, kan vi få to plasser mindre?"
    asked = ask_for_change(booking, kind="seats", seats=2, words=words, request_key="ask")
    refuse_request(asked, by=StaffFactory(), answer=f"Nei, {NAME} må komme.")
    replace_participant(person, Person("Mona Moe", "mona@bodo.test"), request_key="swap", by_self=True)

    protect_name(person, alias=ALIAS)

    asked.refresh_from_db()
    assert (asked.words, asked.answer) == (f"{ALIAS} er syk, kan vi få to plasser mindre?", f"Nei, {ALIAS} må komme.")
    assert f"{ALIAS} kan ikke komme" in Message.objects.filter(kind="participant-passed-on").first().text
    assert told_by_mail_and_log() == []


def test_contact_of_the_same_name_keeps_it(booking):
    Booking.objects.update(contact_name=NAME)
    asked = ask_for_change(booking, kind="seats", seats=2, words=f"Hilsen {NAME}", request_key="ask")

    protect_name(booking.participants.get(email=EMAIL), alias=ALIAS)

    asked.refresh_from_db()
    assert asked.words == f"Hilsen {NAME}"


def test_list_of_names_does_not_find_out_who_is_protected(booking, participant):
    Participant.objects.filter(pk=participant.pk).update(email="")
    line = Line(1, NAME, "", "", "")

    mark_doubled([line], list(booking.participants.active()))

    assert line.faults == []


def test_those_who_gave_up_a_seat_are_in_the_order_of_what_stands_there(booking, participant):
    named = [ParticipantFactory(booking=booking, name=name) for name in ("Arne", "Siri")]
    Participant.objects.filter(pk__in=[participant.pk, *(one.pk for one in named)]).update(state="withdrawn")

    assert [one.listed_name for one in absences(booking.session).in_time] == ["Arne", ALIAS, "Siri"]


def test_name_stands_everywhere_again_when_its_owner_wants_it(booking, participant, client):
    show_name(participant)

    page = client.get(reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)]))

    assert NAME in page.content.decode()


@pytest.mark.parametrize(
    ("role", "finds"), [("campaign", True), ("administrator", True), ("approver", False), ("finance", False)]
)
@pytest.mark.parametrize("text", [NAME, EMAIL])
def test_search_by_the_real_name_finds_for_nobody_without_the_right(client, booking, participant, role, finds, text):
    sign_in(client, StaffFactory(roles=[role]))

    found = client.get(reverse("staff_search"), {"q": text}).content.decode()
    listed = client.get(reverse("courses:staff_booking_list"), {"q": text, "period": "all"}).content.decode()

    assert (booking.staff_address in found, booking.staff_address in listed) == (finds, finds)


@pytest.mark.parametrize(("role", "count"), [("campaign", 2), ("approver", 0)])
def test_outbox_is_searched_by_a_protected_address_with_the_right_only(client, participant, role, count):
    sign_in(client, StaffFactory(roles=[role]))

    page = client.get(reverse("outbox_list"), {"q": EMAIL})

    assert len(page.context["page"]) == count
    assert page.content.decode().count("Beskyttet navn") == count


def test_message_to_somebody_protected_is_closed_to_an_approver(client, participant):
    message = Message.objects.filter(to_email=EMAIL).first()
    sign_in(client, StaffFactory(roles=["approver"]))

    page = client.get(reverse("outbox_detail", args=[message.pk]))
    html = client.get(reverse("outbox_html", args=[message.pk]))

    assert "beskyttet" in page.content.decode()
    assert html.status_code == 403


def test_looking_at_who_it_is_is_recorded(client, participant):
    staff = StaffFactory(roles=["campaign"])
    sign_in(client, staff)

    page = client.get(reverse("courses:staff_participant", args=[participant.pk]))

    assert NAME in page.content.decode()
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.actor, entry.object_id) == ("participant.name_seen", staff, str(participant.pk))


def test_list_is_in_the_order_of_what_stands_on_it(booking, participant):
    ParticipantFactory(booking=booking, name="Gro Haug")

    listed = [person.listed_name for person in Participant.objects.expected_at(booking.session)]

    assert listed == [ALIAS, "Gro Haug", "Åse Ødegård"]


def test_names_stand_in_no_calendar(booking, participant):
    calendars = "".join(Message.objects.values_list("calendar", flat=True)).replace("\r\n ", "")

    assert Invitation.objects.count() == 2
    assert "BEGIN:VEVENT" in calendars
    assert not re.search("Ragnhild |Zakariassen|Per Hansen|Eli Berg|Ødegård|Fjellrev", calendars)
    assert re.findall("ATTENDEE[^:]*CN", calendars) == []


def test_link_that_lay_on_paper_opens_nothing_of_who_protects_the_name_there(client, booking):
    """Neither the old address, nor what is downloaded from the new one, nor a sheet tells the real name."""
    person = booking.participants.get(email="")
    Participant.objects.filter(pk=person.pk).update(name=NAME, workplace="Spesialpost 7", role="Lensmannsfullmektig")
    sheet = reverse("courses:participant_sheet", args=[issue_link("booking", booking.pk), person.pk])
    old = issue_link("participant", person.pk)
    assert old in client.get(sheet).text

    answer = client.post(
        reverse("courses:participant_alias", args=[old]), {"alias": ALIAS, "certificate_name": ""}, follow=True
    )

    new = issue_link("participant", person.pk)
    assert answer.redirect_chain == [(reverse("courses:participant_detail", args=[new]), 302)]
    assert "har fått en ny adresse" in answer.text
    assert client.get(reverse("courses:participant_detail", args=[old])).status_code == 404
    pages = ["participant_detail", "own_copy", "own_correct", "own_erase", "participant_calendar", "participant_alias"]
    read = [client.get(reverse(f"courses:{name}", args=[new])) for name in pages]
    assert [page.status_code for page in read] == [200] * len(pages)
    found = [SECRETS.findall(readable(page)) for page in (*read, client.get(sheet))]
    assert found == [[]] * (len(pages) + 1)
    assert new not in client.get(sheet).text
    client.post(reverse("courses:participant_alias", args=[new]), {"alias": "Rødrev", "certificate_name": ""})
    assert issue_link("participant", person.pk) == new  # once is enough


def test_certificate_of_somebody_protected_without_mail_is_handed_out_by_nobody(client, booking, trainer):
    start = timezone.now() - timedelta(days=1)
    Session.objects.update(first_starts_at=start, last_ends_at=start + timedelta(hours=3))
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(hours=3))
    person = protect_name(booking.participants.get(email=""), alias=ALIAS, certificate_name="Åse Ødegård")
    meeting = Meeting.objects.get()
    record_marks(meeting, [Seen(person.pk, True, "a" * 32)], by=trainer.user)
    [certificate] = certificates.issue_certificates(meeting.session, by=trainer.user)
    certificates.make_files.func(meeting.session_id)

    by_booker = reverse("courses:booking_certificate", args=[issue_link("booking", booking.pk), person.pk])
    by_owner = reverse("courses:participant_certificate", args=[issue_link("participant", person.pk)])

    assert certificate.name == "Åse Ødegård"
    assert (client.get(by_booker).status_code, client.get(by_owner).status_code) == (404, 200)
    assert not Message.objects.filter(kind="certificates-to-hand-out").exists()
