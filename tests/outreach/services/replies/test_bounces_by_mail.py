"""What mail servers write back themselves settles a letter as a provider's report does, and nobody can make it up."""

import pytest

from outreach.models import OfficeTask, Reply
from outreach.services.offices.offices import set_mayor
from outreach.services.replies.reply_addresses import reply_address
from taushet.models import InboundMail, Suppression
from taushet.services.inbound import handle_inbound, store_raw
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
    return letter.status, Suppression.objects.filter(email=letter.to_email).exists()


def test_a_letter_that_bounces_by_mail_has_failed_and_its_address_is_dead():
    town = place(number="6101")
    mayor = {"first_name": "Kari", "last_name": "Ås", "party": "Ap", "email": "ordforer@k.example"}
    set_mayor(town, **mayor, source="nett", checked_on="2026-11-01", by=None)
    (letter,) = sent_letters(town, recipient="mayor")
    (full,) = sent_letters(place(number="6102"), number=2)
    (gone,) = sent_letters(place(number="6103"), number=3)
    (ours,) = sent_letters(place(number="6104"), number=4)

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
    assert bring(gone, returned="text/rfc822-headers") == ("failed", True)

    assert InboundMail.objects.filter(kind="bounce").count() == 4
    assert letter.mandate in {task.mandate for task in OfficeTask.objects.all()}
