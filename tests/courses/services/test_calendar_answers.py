"""Answers of calendar programs, from the provider's webhook to the task of staff."""

import json
from base64 import b64encode
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Assignment, CalendarAnswer, Trainer
from courses.registrations.trainer_invitations import what_calendars_said
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.calendar_answers import MOST_BYTES, forget_answers, read_reply
from courses.services.trainer_invitations import choose_calendar
from courses.services.trainers import register_trainer
from courses.services.welcoming import welcome
from taushet.models import InboundMail
from taushet.services.inbound import forget_inbound, handle_inbound
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, sign_in

pytestmark = pytest.mark.django_db

KARIM = "karim@kurs.test"

GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20261226T090000Z
DTEND:20261226T120000Z
DTSTAMP:{stamp}
ORGANIZER;CN=Kurs:mailto:kurs@localhost
UID:{uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN=Karim;
 X-NUM-GUESTS=0:mailto:{email}
COMMENT:{comment}
SEQUENCE:{sequence}
STATUS:CONFIRMED
SUMMARY:Kurs
END:VEVENT
END:VCALENDAR
"""

OUTLOOK = """BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={answer};CN=Karim:MAILTO:{email}
COMMENT;LANGUAGE=nb-NO:{comment}
UID:{uid}
SUMMARY;LANGUAGE=nb-NO:Avvist: Kurs
DTSTART;TZID=W. Europe Standard Time:20261226T100000
DTEND;TZID=W. Europe Standard Time:20261226T130000
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:{stamp}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{sequence}
LOCATION;LANGUAGE=nb-NO:Rådhuset
X-MICROSOFT-CDO-APPT-SEQUENCE:{sequence}
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def assignment():
    session = SessionFactory()
    trainer = register_trainer(TrainerUserFactory(email=KARIM, name="Karim Kleiva"), courses=[session.course])
    choose_calendar(trainer, Trainer.CalendarBy.INVITATIONS, by=trainer.user)
    return assign_trainer(session, trainer=trainer, by=StaffFactory())


def answer(assignment, said, *, form=GOOGLE, email=KARIM, stamp=None, comment="", uid="", sequence=0):
    stamp = f"{stamp or timezone.now():%Y%m%dT%H%M%SZ}"
    uid = uid or assignment.session.meetings.get().uid
    text = form.format(uid=uid, answer=said, email=email, stamp=stamp, comment=comment, sequence=sequence)
    return text.replace("\n", "\r\n")


def mail(calendar, *, sender=KARIM, kind="text/calendar; method=REPLY; charset=utf-8", inline=True):
    disposition = "" if inline else 'Content-Disposition: attachment; filename="invite.ics"\r\n'
    return (
        f"From: Karim <{sender}>\r\nTo: kurs@localhost\r\nSubject: Avvist: Kurs\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nJeg kan ikke.\r\n"
        f"--b\r\nContent-Type: {kind}\r\n{disposition}Content-Transfer-Encoding: base64\r\n\r\n"
        f"{b64encode(calendar.encode()).decode()}\r\n--b--\r\n"
    )


def post(client, raw, number="1", secret="provider:secret"):
    body = {"MessageID": number, "RawEmail": raw, "Headers": [], "OriginalRecipient": "kurs@localhost"}
    return client.post(
        reverse("anymail:postmark_inbound_webhook"),
        json.dumps(body),
        content_type="application/json",
        headers={"authorization": f"Basic {b64encode(secret.encode()).decode()}"},
    )


def receive(client, *raws):
    """Let mails come in, one after another, and let the worker read them."""
    before = InboundMail.objects.count()
    for number, raw in enumerate(raws, before):
        assert post(client, raw, str(number)).status_code == 200
    run_all_due_jobs()


def tasks():
    return list(what_calendars_said(None))


@pytest.mark.parametrize("form", [GOOGLE, OUTLOOK])
def test_no_is_a_task_for_staff_and_changes_nothing(client, assignment, form):
    said_at = timezone.now().replace(microsecond=0) - timedelta(hours=2)
    raw = mail(answer(assignment, "DECLINED", form=form, stamp=said_at, comment="Er på reise"), inline=form == GOOGLE)

    assert post(client, raw).status_code == 200
    assert CalendarAnswer.objects.count() == 0  # the worker reads it
    run_all_due_jobs()

    stored = CalendarAnswer.objects.get()
    assert (stored.answer, stored.trainer, stored.answered_at) == ("declined", assignment.trainer, said_at)
    assert (stored.comment, stored.is_from_another, stored.settled_at) == ("Er på reise", False, None)
    assert [text.split(":")[0] for text, _url in tasks()] == ["Karim Kleiva"]
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.ACCEPTED
    assert InboundMail.objects.get().kind == "calendar-answer"


def test_wrong_secret_is_refused_and_nothing_is_kept(client, assignment):
    assert post(client, mail(answer(assignment, "DECLINED")), secret="provider:guess").status_code == 400
    assert not InboundMail.objects.exists()


def test_yes_and_maybe_are_noted_and_end_no_task(client, assignment):
    raws = [mail(answer(assignment, said)) for said in ("ACCEPTED", "DECLINED", "DECLINED", "TENTATIVE")]

    receive(client, *raws)
    post(client, raws[0], "0")  # the provider repeats itself
    run_all_due_jobs()

    said = list(CalendarAnswer.objects.order_by("pk").values_list("answer", flat=True))
    assert said == ["accepted", "declined", "declined", "tentative"]
    assert len(tasks()) == 1


def test_answer_of_a_stranger_or_to_nothing_is_shown_and_not_acted_on(client, assignment):
    receive(
        client,
        mail(answer(assignment, "DECLINED", email="someone@else.test")),
        mail(answer(assignment, "DECLINED", uid="mote-unknown@localhost")),
        mail(answer(assignment, "DECLINED"), sender="forger@else.test"),
    )

    assert CalendarAnswer.objects.unplaced().count() == 2
    assert CalendarAnswer.objects.declined().get().is_from_another
    staff = sign_in(client, StaffFactory())
    page = client.get(reverse("courses:calendar_answer_list")).content.decode()
    assert "someone@else.test" in page
    assert "forger@else.test" in page
    for stored in CalendarAnswer.objects.all():
        client.post(reverse("courses:calendar_answer_settle", args=[stored.pk]))
    assert tasks() == []
    assert set(CalendarAnswer.objects.values_list("settled_by", flat=True)) == {staff.pk}


def test_no_to_what_is_no_longer_theirs_is_no_task(client, assignment):
    withdraw_assignment(assignment, by=StaffFactory())

    receive(client, mail(answer(assignment, "DECLINED")))

    assert CalendarAnswer.objects.get().trainer == assignment.trainer
    assert tasks() == []


def test_answer_of_a_participant_is_nobodys_task(client, assignment):
    person = ParticipantFactory(booking=BookingFactory(session=assignment.session))
    welcome(person)

    receive(client, mail(answer(assignment, "DECLINED", email=person.email), sender=person.email))

    assert (CalendarAnswer.objects.count(), tasks()) == (0, [])
    assert InboundMail.objects.get().kind == "calendar-answer"


def test_time_yet_to_come_counts_as_now(client, assignment):
    receive(client, mail(answer(assignment, "ACCEPTED", stamp=timezone.now() + timedelta(days=9000))))

    stored = CalendarAnswer.objects.get()
    assert stored.answered_at == stored.received_at


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<html>Logg inn</html>",
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n",
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        GOOGLE.replace("METHOD:REPLY", "METHOD:COUNTER"),
        GOOGLE.replace("METHOD:REPLY", "METHOD:REQUEST"),
        "A" * (MOST_BYTES + 1),
    ],
)
def test_other_mail_waits_to_be_read_by_staff(client, assignment, content):
    receive(client, mail(content))

    assert CalendarAnswer.objects.count() == 0
    left = InboundMail.objects.left_over().get()
    sign_in(client, StaffFactory())
    assert "Avvist: Kurs" in client.get(reverse("inbound_list")).content.decode()
    assert "Jeg kan ikke." in client.get(reverse("inbound_detail", args=[left.pk])).content.decode()
    client.post(reverse("inbound_settle", args=[left.pk]))
    assert not InboundMail.objects.left_over().exists()


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; x=y", "X-Autoreply: yes"]
)
def test_answers_of_machines_are_nobodys_task_unless_they_are_calendars(client, assignment, header):
    away = f"{header}\r\n" + mail("")
    calendar = f"{header}\r\n" + mail(answer(assignment, "DECLINED"))

    receive(client, away, calendar, "Auto-Submitted: no\r\n" + mail(""))

    assert list(InboundMail.objects.order_by("pk").values_list("kind", flat=True)) == [
        "automatic",
        "calendar-answer",
        "",
    ]
    assert len(tasks()) == 1


@pytest.mark.parametrize(
    "change",
    [
        ("DTSTAMP:", "DTSTAMP:yesterday"),
        ("SEQUENCE:", "SEQUENCE:9999999999999999999"),
        ("COMMENT:", "COMMENT:" + "æ" * 5000),
        ("UID:", "UID:" + "x" * 5000),
        ("PARTSTAT=", "PARTSTAT=X-NEW-"),
    ],
)
def test_strange_values_are_cut_or_left_out(client, assignment, change):
    name, value = change

    receive(client, mail(answer(assignment, "DECLINED").replace(name, value, 1)))

    assert CalendarAnswer.objects.count() == 1


def test_unreadable_bytes_are_no_answer():
    assert read_reply(b"\xff\xfe\x00BEGIN:VCALENDAR") is None
    assert read_reply(b"BEGIN:VCALENDAR\r\n" * 2000) is None


def test_parts_within_parts_stop_nobody(client, assignment):
    deep = "From: a@b.no\r\nTo: kurs@localhost\r\nSubject: Dyp\r\nMIME-Version: 1.0\r\n" + "".join(
        f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n' for number in range(3000)
    )
    InboundMail.objects.create(provider="x", event_id="deep", size=len(deep), raw=deep.encode(), subject="Dyp")

    handle_inbound(InboundMail.objects.get().pk)
    receive(client, mail(answer(assignment, "DECLINED")))

    sign_in(client, StaffFactory())
    page = client.get(reverse("inbound_detail", args=[InboundMail.objects.left_over().get().pk]))
    assert page.status_code == 200
    assert len(tasks()) == 1


def test_mail_whose_headers_break_the_reader_is_left_to_a_person(client):
    raw = b"From: x@y.test\r\nSubject: Rar\r\nContent-Type: ];0*\r\n\r\nHei\r\n"
    stored = InboundMail.objects.create(provider="x", event_id="odd", size=len(raw), raw=raw, subject="Rar")

    assert handle_inbound(stored.pk) == ""

    sign_in(client, StaffFactory())
    left = InboundMail.objects.left_over().get()
    assert client.get(reverse("inbound_detail", args=[left.pk])).status_code == 200


def test_what_came_in_goes_after_ninety_days(client, assignment):
    receive(client, mail(answer(assignment, "DECLINED")), mail("ingenting"))
    later = assignment.session.last_ends_at + timedelta(days=91)

    assert forget_answers(later - timedelta(days=2)) == 0
    assert forget_inbound(later) == 2
    assert forget_answers(later) == 1
