"""Who a mail is from: only our own receiver is believed, and only about the domain of the one sender."""

import pytest
from django.core.checks import run_checks

from outreach.models import Reply
from tests.factories.replies import OURS, answer_to, receive, sent_letters
from tests.outreach.services.replies.conftest import letter_to_mayor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "trusting")]


MAYOR = "Ordfører Kari Ås <ordforer@k.example>"
FORGED = f"{OURS}; dmarc=pass"
# What our receiver says, what came with the mail, and what the mail is then.
CLAIMS = [
    ("pass", "", "unsorted", True),
    ("fail", "", "quarantine", False),
    ("FAIL (p=none) action=none", FORGED, "quarantine", False),
    ("none", FORGED, "unsorted", False),
    ("", "evil.example; dmarc=pass", "unsorted", False),
    ("", f"{OURS}.evil.example; dmarc=pass", "unsorted", False),
    ("", "evil.example; dmarc=fail", "unsorted", False),
    ("temperror", "", "unsorted", False),
]


def test_only_our_own_receiver_is_believed_about_the_mayor(client):
    letter = letter_to_mayor()
    for said, forged, kind, verified in CLAIMS:
        head, _blank, body = answer_to(letter, sender=MAYOR, dmarc=said).as_string().partition("\n\n")
        raw = f"{head}\nAuthentication-Results: {forged}\n\n{body}" if forged else f"{head}\n\n{body}"

        (reply,) = receive(client, raw)

        assert (reply.kind, reply.is_verified, reply.is_from_office) == (kind, verified, True), said
        assert reply.published_at is None
        assert (reply in Reply.objects.to_sort()) == (kind == "unsorted")


def test_sender_who_holds_no_office_is_not_confirmed_whatever_dmarc_says(client):
    (letter,) = sent_letters()

    (reply,) = receive(client, answer_to(letter, sender="hei@annet.example", dmarc="pass"))

    assert (reply.is_from_office, reply.is_verified) == (False, False)


def test_check_of_a_deployment_tells_that_no_sender_is_known_by_itself(settings):
    def faults():
        return [fault.id for fault in run_checks(include_deployment_checks=True) if fault.id == "taushet.W002"]

    settings.REPLY_DOMAIN = "svar.example"
    assert faults() == []
    settings.AUTHSERV_IDS = frozenset()
    assert faults() == ["taushet.W002"]
