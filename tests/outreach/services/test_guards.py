"""What changes between approval and sending: nothing leaves that is not what was approved, to whom it was approved."""

from datetime import timedelta

import pytest

from outreach.exceptions import AlreadyLeft, WrongStatus
from outreach.models import Redelivery
from outreach.services.mailings.mailings import cancel_mailing, change_mailing
from outreach.services.sending.redelivering import approve_redelivery, propose_redelivery
from outreach.services.sending.steering import UNTIL_RESUMED, pause_mailing, resume_mailing
from taushet.models import Message
from taushet.services.sending import send_all_due
from tests.factories.outreach import staff
from tests.outreach.services.test_approvals import plan_of
from tests.outreach.services.test_occasions import bounced, correct, sent_to

pytestmark = [pytest.mark.django_db]


def redelivered(clock):
    """A letter that failed, and is under way to a corrected address."""
    letter = bounced(clock)
    correct(letter)
    return letter, approve_redelivery(propose_redelivery(letter, by=staff()), approver=staff())


def test_a_letter_to_a_corrected_address_waits_and_goes_on_with_its_mailing(clock, mailbox):
    letter, redelivery = redelivered(clock)
    pause_mailing(letter.mailing, by=staff())
    assert Message.objects.get(pk=redelivery.message_id).due_at == UNTIL_RESUMED
    send_all_due()
    assert len(mailbox.messages) == 1

    resume_mailing(letter.mailing, by=staff(), rate=None)
    send_all_due()

    letter.refresh_from_db()
    assert letter.status == "sent"
    assert sent_to(mailbox)[1:] == ["ny@kommune.example"]


def test_a_letter_to_a_corrected_address_is_cancelled_with_its_mailing_and_none_is_approved_after(clock, mailbox):
    letter, redelivery = redelivered(clock)
    Redelivery.objects.create(letter=letter, to_email="x@y.example", content_hash="0" * 64, proposed_by=staff())

    cancel_mailing(letter.mailing, by=staff())

    assert Message.objects.get(pk=redelivery.message_id).state == "cancelled"
    waiting = Redelivery.objects.get(message=None)
    assert waiting.withdrawn_at is not None
    for late in (lambda: approve_redelivery(waiting, approver=staff()), lambda: propose_redelivery(letter, by=staff())):
        with pytest.raises(WrongStatus):
            late()
    clock.now += timedelta(hours=1)
    send_all_due()
    letter.refresh_from_db()
    assert letter.status == "cancelled"
    assert len(mailbox.messages) == 1


def test_a_mailing_is_edited_while_a_letter_of_it_waits_for_a_corrected_address_and_not_once_it_left(clock, mailbox):
    letter, redelivery = redelivered(clock)
    mailing = change_mailing(letter.mailing, plan_of(letter.mailing, title="Ny"), by=staff())
    assert (mailing.status, Message.objects.get(pk=redelivery.message_id).state) == ("draft", "cancelled")
    assert mailing.letters.counts() == {"cancelled": 1, "ready": 1}
    assert mailing.letters.get(status="ready").to_email == "ny@kommune.example"

    letter, _redelivery = redelivered(clock)
    send_all_due()
    with pytest.raises(AlreadyLeft):
        change_mailing(letter.mailing, plan_of(letter.mailing, title="Ny"), by=staff())
