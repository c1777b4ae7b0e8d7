"""One meeting as it leaves by mail, as a download and as a feed: raw bytes, on a host of its own."""

import email.policy
import re
from datetime import timedelta
from email import message_from_bytes

import pytest

from courses.models import Meeting
from courses.services.assignments import assign_trainer
from courses.services.feeds import TRAINER_FEED
from courses.services.messages import send_confirmation
from courses.services.sessions import MeetingPlan, cancel_session, change_session
from courses.services.welcoming import welcome
from taushet.ical.writer import TIMEZONE
from taushet.models import Message
from taushet.services.links import issue_link
from taushet.services.sending import send_all_due
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory
from tests.servers.smtp import smtp_server

pytestmark = pytest.mark.django_db

HOST = "kalender.example"


@pytest.fixture
def mailbox(settings):
    settings.NEUTRAL_HOST, settings.NEUTRAL_URL = HOST, f"https://{HOST}"
    settings.BASE_URL = "https://campaign.example"
    settings.MAIL_FROM = f"kurs@{HOST}"
    with smtp_server() as (mailbox, mailers):
        settings.OUTGOING_MAIL, settings.MAILERS = True, mailers
        yield mailbox


@pytest.fixture
def participant(mailbox):
    session = SessionFactory(
        course__title_nb="Når hjemmet er farlig", municipality=MunicipalityFactory(name="Vestre Øyáržžu kommune")
    )
    Meeting.objects.update(place="Rådhuset på Øvre Ålesundshøgda, inngang B", join_url="https://mote.example/æ?a=1")
    booking = BookingFactory(session=session, contact_name="Kari Nordmann", contact_email="kari@bodo.test")
    return ParticipantFactory(booking=booking, name="Åse «Ås» Ødegård", email="ase@bodo.test")


def send(mailbox):
    """Let the outbox leave; returns the new mails."""
    before = len(mailbox.taken)
    send_all_due()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    return [message_from_bytes(raw, policy=email.policy.default) for raw in mailbox.taken[before:]]


def calendar_of(mail):
    """Return the bytes of the invitation, after a look at how the mail is built."""
    alternative, attached = mail.iter_parts()
    plain, html, inline = alternative.iter_parts()
    assert mail.get_content_type() == "multipart/mixed"
    assert alternative.get_content_type() == "multipart/alternative"
    assert [plain["Content-Type"], html["Content-Type"]] == [
        'text/plain; charset="utf-8"',
        'text/html; charset="utf-8"',
    ]
    assert inline["Content-Disposition"] is None
    assert (attached["Content-Type"], attached.get_filename()) == ('application/ics; name="invite.ics"', "invite.ics")
    content = attached.get_payload(decode=True)
    assert inline.get_payload(decode=True) == content
    method = inline["Content-Type"].params["method"]
    assert dict(inline["Content-Type"].params) == {"charset": "utf-8", "method": method}
    assert value(content, "METHOD") == method
    return content


def value(content, name):
    """Return the value of the only property of a name, unfolded."""
    [found] = re.findall(rf"^{name}(?:;[^:]*)?:(.*)\r$", unfolded(content.replace(TIMEZONE, b"")), re.MULTILINE)
    return found


def unfolded(content):
    return content.decode().replace("\r\n ", "")


def assert_well_written(content):
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert b"" not in lines[:-1]
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() for line in lines[:-1])  # no fold cuts a character
    assert content.count(TIMEZONE) == content.count(b"BEGIN:VTIMEZONE") == 1
    assert value(content, "PRODID") == f"-//{HOST}//Kalender//NO"


def test_invitation_as_it_leaves(mailbox, participant):
    welcome(participant)

    [mail] = send(mailbox)

    content = calendar_of(mail)
    assert_well_written(content)
    assert value(content, "METHOD") == "REQUEST"
    assert value(content, "ATTENDEE") == f"mailto:{mail['To'].addresses[0].addr_spec}" == "mailto:ase@bodo.test"
    assert value(content, "ORGANIZER") == f"mailto:{mail['From'].addresses[0].addr_spec}" == f"mailto:kurs@{HOST}"
    assert value(content, "UID").endswith(f"@{HOST}")
    assert mail["Message-ID"].endswith(f"@{HOST}>")
    assert value(content, "SUMMARY") == "Kurs – Vestre Øyáržžu kommune"
    assert mail["Subject"].startswith("Du er påmeldt: ")


def test_mail_tells_neither_the_course_nor_its_host(mailbox, participant):
    welcome(participant)
    send_confirmation(participant.booking)

    mails = send(mailbox)

    for mail in mails:
        bodies = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        told = "".join([str(mail["Subject"]), str(mail["From"]), unfolded(calendar_of(mail)), *bodies])
        assert not re.search("farlig|vold|campaign", told)
        assert "ase@bodo.test" not in told.replace("mailto:ase@bodo.test", "")
        assert f"https://{HOST}/" in bodies[0]
        assert re.search(rf"https://{HOST}/(deltaker|bestilling)/[\w-]{{43}}/kalender\.ics\s", bodies[0])


def test_feed_download_and_mail_speak_of_the_same_meeting(client, mailbox, participant):
    session, staff = participant.booking.session, StaffFactory()
    trainer = TrainerFactory()
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=staff)
    welcome(participant)
    send(mailbox)
    meeting = session.meetings.get()
    start = meeting.starts_at + timedelta(days=1)
    change_session(
        session,
        by=staff,
        meetings=[MeetingPlan(start, start + timedelta(hours=2), "Biblioteket", pk=meeting.pk)],
    )

    mails = {mail["To"].addresses[0].addr_spec: mail for mail in send(mailbox)}

    feed = client.get(f"/kalender/{issue_link(TRAINER_FEED, trainer.pk)}.ics", headers={"host": HOST}).content
    own = client.get(f"/deltaker/{issue_link('participant', participant.pk)}/kalender.ics", headers={"host": HOST})
    invitation = calendar_of(mails["ase@bodo.test"])
    for content in (feed, own.content, invitation):
        assert_well_written(content)
    seen = [
        tuple(value(content, name) for name in ("UID", "SEQUENCE", "DTSTART", "LOCATION", "LAST-MODIFIED"))
        for content in (feed, own.content, invitation)
    ]
    assert len(set(seen)) == 1
    assert seen[0][:2] == (meeting.uid, "1")


def test_cancellation_as_it_leaves(mailbox, participant):
    welcome(participant)
    invited = calendar_of(*send(mailbox))
    cancel_session(participant.booking.session, by=StaffFactory())

    mail, to_contact = send(mailbox)

    assert (to_contact["To"].addresses[0].addr_spec, to_contact.get_content_type()) == (
        "kari@bodo.test",
        "multipart/alternative",
    )
    content = calendar_of(mail)
    assert_well_written(content)
    assert (value(content, "METHOD"), value(content, "STATUS")) == ("CANCEL", "CANCELLED")
    assert int(value(content, "SEQUENCE")) == int(value(invited, "SEQUENCE")) + 1
    for name in ("UID", "ORGANIZER", "ATTENDEE", "DTSTART"):
        assert value(content, name) == value(invited, name)
    assert mail["To"].addresses[0].addr_spec == "ase@bodo.test"
