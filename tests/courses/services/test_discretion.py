import re

import pytest
from django.urls import reverse

from courses.models import Booking, Invitation, Meeting, Participant
from courses.services import downloads
from courses.services.discretion import choose_for_booking, choose_for_participant, invoice_line
from courses.services.messages import send_own_link, tell_confirmed
from courses.services.sessions import MeetingPlan, change_session
from taushet.models import AuditEntry, Message
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

TITLE = "Når hjemmet er farlig"


@pytest.fixture
def booking():
    session = SessionFactory(course__title_nb=TITLE, course__title_nn="Når heimen er farleg")
    booking = BookingFactory(session=session, seats=4, contact_email="per@bodo.test", contact_name="Per")
    for name in ("kari", "ola"):
        ParticipantFactory(booking=booking, name=name, email=f"{name}@bodo.test")
    tell_confirmed(booking)
    return booking


def person(name):
    return Participant.objects.get(name=name)


def last_calendar(email):
    message = Message.objects.filter(to_email=email).exclude(calendar="").latest("pk")
    calendar = message.calendar.replace("\r\n ", "")
    summary, sequence = (re.search(rf"^{part}:(.*?)\r$", calendar, re.MULTILINE)[1] for part in ("SUMMARY", "SEQUENCE"))
    return summary, int(sequence), message


def mails_to(email):
    return Message.objects.filter(to_email=email).count()


def test_neutral_is_what_nobody_has_to_choose(booking):
    for message in Message.objects.all():
        assert "farlig" not in f"{message.subject}{message.text}{message.calendar}{message.from_email}"


def test_participant_may_show_what_the_booking_hides(booking):
    choose_for_participant(person("kari"), shows_course=True)

    summary, sequence, message = last_calendar("kari@bodo.test")
    assert (summary, sequence) == (f"{TITLE} – Rådhuset", 1)
    assert message.kind == "invitation-change"
    assert "farlig" not in message.subject
    assert [mails_to(email) for email in ("kari@bodo.test", "ola@bodo.test", "per@bodo.test")] == [2, 1, 1]
    assert Meeting.objects.get().sequence == 0


def test_participant_may_hide_what_the_booking_shows(booking):
    choose_for_booking(booking, shows_course=True)
    choose_for_participant(person("kari"), shows_course=False)

    send_own_link(person("kari"))

    summary, sequence, _message = last_calendar("kari@bodo.test")
    assert (summary, sequence) == ("Kurs – Rådhuset", 2)
    assert last_calendar("ola@bodo.test")[:2] == (f"{TITLE} – Rådhuset", 1)
    assert "farlig" not in Message.objects.get(kind="participant-link").text


def test_booker_changes_the_title_for_all_who_have_not_chosen(booking):
    choose_for_participant(person("kari"), shows_course=False)
    assert mails_to("kari@bodo.test") == 1

    choose_for_booking(booking, shows_course=True)
    choose_for_booking(Booking.objects.get(), shows_course=True)

    assert [mails_to(email) for email in ("kari@bodo.test", "ola@bodo.test", "per@bodo.test")] == [1, 2, 2]
    assert last_calendar("kari@bodo.test")[0] == "Kurs – Rådhuset"


def test_participant_may_leave_it_to_the_booker_again(booking):
    choose_for_participant(person("kari"), shows_course=True)

    choose_for_participant(person("kari"), shows_course=None)

    assert last_calendar("kari@bodo.test")[:2] == ("Kurs – Rådhuset", 2)


def test_change_of_the_meeting_comes_after_a_title_of_ones_own(booking):
    choose_for_participant(person("kari"), shows_course=True)
    meeting = Meeting.objects.get()
    plan = MeetingPlan(meeting.starts_at, meeting.ends_at, "Biblioteket", pk=meeting.pk)

    change_session(booking.session, by=StaffFactory(), meetings=[plan])

    assert last_calendar("kari@bodo.test")[:2] == (f"{TITLE} – Biblioteket", 2)
    assert last_calendar("ola@bodo.test")[:2] == ("Kurs – Biblioteket", 1)
    assert dict(Invitation.objects.values_list("email", "sequence"))["kari@bodo.test"] == 2


def test_file_to_fetch_says_what_the_mail_says(booking):
    choose_for_participant(person("kari"), shows_course=True)

    shown = downloads.participant_file(person("kari")).decode()
    hidden = downloads.participant_file(person("ola")).decode()

    assert ("farlig" in shown, "SEQUENCE:1" in shown) == (True, True)
    assert ("farlig" in hidden, "SEQUENCE:0" in hidden) == (False, True)


def test_contact_who_takes_part_chooses_for_the_own_calendar(booking):
    own = ParticipantFactory(booking=booking, name="Per", email="per@bodo.test")

    choose_for_participant(own, shows_course=True)

    assert last_calendar("per@bodo.test")[:2] == (f"{TITLE} – Rådhuset", 1)


def test_mail_that_waits_loses_the_name_of_the_course(booking):
    choose_for_booking(booking, shows_course=True)
    send_own_link(person("kari"))
    waiting = Message.objects.get(kind="participant-link")
    assert f"Kurs: {TITLE}" in waiting.text

    choose_for_participant(person("kari"), shows_course=False)

    waiting.refresh_from_db()
    assert "farlig" not in waiting.text + waiting.html
    assert "Rådhuset" in waiting.text


def test_choice_is_recorded(booking):
    choose_for_participant(person("kari"), shows_course=True)

    entry = AuditEntry.objects.get(action="participant.discretion")
    assert (entry.actor_kind, entry.detail) == ("participant", {"shows_course": True})


@pytest.mark.parametrize(("language", "line"), [("nb", "Kurs i kommunen"), ("en", "Course in the municipality")])
def test_invoice_says_only_that_it_was_a_course(booking, language, line):
    booking.language = language

    assert invoice_line(booking) == line


def test_invoice_names_the_course_when_the_booker_chose_it(booking):
    booking.shows_course_name = True

    assert invoice_line(booking) == TITLE


def test_sender_subject_file_page_and_host_never_tell_whatever_is_chosen(client, settings, booking):
    settings.BASE_URL, settings.NEUTRAL_URL = "https://campaign.test", "https://kurs.test"
    choose_for_booking(booking, shows_course=True)
    choose_for_participant(person("kari"), shows_course=True)
    token = issue_link("participant", person("kari").pk)

    page = client.get(reverse("courses:participant_detail", args=[token])).content.decode()
    file = client.get(reverse("courses:participant_calendar", args=[token]))

    assert TITLE in page
    assert re.search("<title>(.*?)</title>", page)[1] == "Kurspåmelding"
    assert re.fullmatch(r'attachment; filename="kurs-[\d-]+\.ics"', file["Content-Disposition"])
    for message in Message.objects.all():
        assert not re.search("farlig|campaign|vold", f"{message.subject}{message.from_email}{message.message_id}")


def test_contact_hears_who_can_be_told_on_paper_only(booking):
    ParticipantFactory(booking=booking, name="Åse", email="")
    meeting = Meeting.objects.get()
    plan = MeetingPlan(meeting.starts_at, meeting.ends_at, "Biblioteket", pk=meeting.pk)

    change_session(booking.session, by=StaffFactory(), meetings=[plan])

    sentence = "1 av deltakerne dine har ikke e-post og må få beskjed av deg."
    assert sentence in last_calendar("per@bodo.test")[2].text
    assert sentence not in last_calendar("ola@bodo.test")[2].text
