"""Double clicks, two tabs and two workers on what is decided once: whoever comes second finds it done."""

from collections import Counter

import pytest

from outreach.exceptions import OutreachError
from outreach.models import Approval, CommitmentChange, Letter, Redelivery, Reply, ReplyLink
from outreach.services.commitments.commitments import confirm_commitment
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.replies.publishing import publish_draft, seen_of
from outreach.services.replies.reply_addresses import reply_address
from outreach.services.sending.queueing import queue_approved
from outreach.services.sending.redelivering import approve_redelivery, propose_redelivery
from taushet.models import InboundMail, Message
from taushet.services.inbound import handle_inbound
from taushet.services.sending import send_all_due
from tests.factories.outreach import demand_version, mailing, place, staff, wording_draft
from tests.factories.replies import answer_to, commitment_with_file, post, reply_with_file, sent_letters
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_approvals import approve, approved, submitted
from tests.outreach.services.mailings.test_occasions import correct
from tests.rivals import at_once

pytestmark = pytest.mark.django_db(transaction=True)

RIVALS = 3


def outcomes(work, things):
    """Count what became of several that try the same at the same moment."""

    def attempt(thing):
        try:
            work(thing)
        except OutreachError as refusal:
            return type(refusal).__name__
        return "done"

    return Counter(at_once(attempt, things))


def test_a_mailing_is_approved_and_queued_once(clock):
    waiting = submitted(place(), place())
    seen = {"seen_hash": waiting.content_hash, "is_public_confirmed": True}

    found = outcomes(
        lambda person: approve_mailing(waiting, approver=person, **seen), [staff("approve_mailing") for _rival in "123"]
    )

    assert found == {"done": 1, "WrongStatus": RIVALS - 1}
    assert (Approval.objects.count(), Message.objects.count()) == (1, 2)

    Letter.objects.update(status="ready", message=None)
    outcomes(lambda _worker: queue_approved.call(waiting.pk), range(RIVALS))
    assert Letter.objects.filter(status="queued").exclude(message=None).count() == 2
    assert Message.objects.count() == 4


def test_an_office_gets_one_of_two_letters_that_leave_at_once(clock, mailbox, settings):
    town = place()
    first, second = (submitted(town, version=demand_version(number)) for number in (1, 2))
    settings.OUTREACH_QUIET_DAYS = 0
    for waiting in (first, second):
        approve(waiting)
    settings.OUTREACH_QUIET_DAYS = 14

    at_once(lambda _worker: send_all_due(), range(RIVALS))

    assert len(mailbox.messages) == 1
    assert Counter(Message.objects.values_list("state", flat=True)) == {"sent": 1, "queued": 1}


def test_a_corrected_address_is_proposed_and_approved_once(clock):
    letter = approved(place()).letters.get()
    Message.objects.update(state="failed")
    Letter.objects.update(status="failed")
    correct(letter)

    assert outcomes(lambda person: propose_redelivery(letter, by=person), [staff() for _rival in "123"])["done"] == 1
    waiting = Redelivery.objects.get()
    found = outcomes(lambda person: approve_redelivery(waiting, approver=person), [staff() for _rival in "123"])

    assert found == {"done": 1, "WrongStatus": RIVALS - 1}
    assert Message.objects.count() == 2


def test_a_promise_is_confirmed_once_and_a_wording_published_once(clock):
    letters = mailing(place())
    commitment = commitment_with_file(reply_with_file(), letters)
    waiting = type(commitment).objects.create(
        **{
            name: getattr(commitment, name)
            for name in ("reply", "quote", "mandate", "speaker", "said_on", "demand", "municipality", "entered_by")
        }
    )
    before = CommitmentChange.objects.count()

    found = outcomes(lambda person: confirm_commitment(waiting, by=person), [UserFactory() for _rival in "123"])

    assert found == {"done": 1, "WrongStatus": RIVALS - 1}
    assert CommitmentChange.objects.count() == before + 1
    draft = wording_draft(letters.demand_version)
    seen = seen_of(draft)
    found = outcomes(lambda person: publish_draft(draft, by=person, seen=seen), [UserFactory() for _rival in "123"])
    assert found == {"done": 1, "ContentChanged": RIVALS - 1}


def test_copies_of_a_mail_that_are_dealt_with_at_once_are_one_reply(client, clock):
    letters = sent_letters(*(place() for _rival in range(RIVALS)))
    for number, letter in enumerate(letters):
        copy = answer_to(To="krav@localhost", Message_ID="<1@k.example>")
        post(client, copy, number=f"copy-{number}", to=reply_address(letter))

    assert at_once(handle_inbound, list(InboundMail.objects.values_list("pk", flat=True))) == ["reply"] * RIVALS
    assert (Reply.objects.count(), ReplyLink.objects.count()) == (1, RIVALS)
