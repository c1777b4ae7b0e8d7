"""What mail servers write back themselves settles a letter as a provider's report does, and nobody can make it up."""

from datetime import date

import pytest

from outreach.models import OfficeTask, Reply
from outreach.services.offices.offices import set_mailbox, set_mayor
from outreach.services.replies.reply_addresses import reply_address
from taushet.addresses import canonical
from taushet.models import InboundMail, Message, Suppression
from taushet.registries import Decision, message_kinds
from taushet.services.inbound import handle_inbound, store_raw
from taushet.services.many import ask_the_house
from tests.factories.outbox import write
from tests.factories.outreach import place
from tests.factories.replies import sent_letters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "mailbox")]

REPORT = """From: MAILER-DAEMON@mx.example
To: krav@localhost
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

User unknown
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} User
 unknown

--b
Content-Type: {returned}

Message-ID: {number}
To: {address}
Reply-To: {reply_to}
Subject: Krav

--b--
"""


def bring(letter, **told):
    said = {
        "address": letter.to_email.title(),
        "action": "failed",
        "status": "5.1.1",
        "returned": "message/rfc822",
        "number": letter.message.message_id,
        "reply_to": reply_address(letter),
    }
    raw = REPORT.format(**said | told).encode()
    handle_inbound(store_raw(raw, len(raw), "imap").pk)
    letter.refresh_from_db()
    return letter.status, Suppression.objects.filter(email=canonical(letter.to_email)).exists()


def test_a_letter_that_bounces_by_mail_has_failed_and_its_address_is_dead():
    town = place(number="6101")
    mayor = {"first_name": "Kari", "last_name": "Ås", "party": "Ap", "email": "ordforer@k.example"}
    set_mayor(town, **mayor, source="nett", checked_on="2026-11-01", by=None)
    (letter,) = sent_letters(town, recipient="mayor")
    (full,) = sent_letters(place(number="6102"), number=2)
    norwegian = place(number="6103", address=False)
    set_mailbox(norwegian, email="post@bærum.example", source="nett", checked_on=date(2026, 11, 1), by=None)
    (gone,) = sent_letters(norwegian, number=3)
    (ours,) = sent_letters(place(number="6104"), number=4)
    (lost,) = sent_letters(place(number="6105"), number=5)
    waiting = [write(to_email=address) for address in ("Post@bærum.example", "post@xn--brum-voa.example")]

    for told in (
        {"number": "<noe@annet.example>"},  # whoever has not got the letter knows no number of it
        {"address": "post@annet.example"},
        {"action": "delayed"},
        {"action": "delivered"},
    ):
        assert bring(letter, **told) == ("sent", False)
    assert set(Reply.objects.values_list("kind", flat=True)) <= {"automatic"}
    assert bring(letter) == ("failed", True)
    assert bring(full, status="5.2.2") == ("failed", False)
    assert bring(ours, status="5.1.8") == ("failed", False)  # it is our address that was not taken
    assert bring(lost, status="5.4.14") == bring(lost, status="5.0.0") == ("failed", False)  # as a provider's report
    idn = {"returned": "text/rfc822-headers", "address": "post@xn--brum-voa.example"}
    assert bring(gone, **idn) == ("failed", True)
    assert [Message.objects.get(pk=one.pk).state for one in waiting] == ["held", "held"]
    sent = [Decision("send") for _one in waiting]
    assert [one.action for one in ask_the_house(waiting, sent, message_kinds["letter"])] == ["fail", "fail"]

    assert InboundMail.objects.filter(kind="bounce").count() == 6
    assert letter.mandate in {task.mandate for task in OfficeTask.objects.all()}
