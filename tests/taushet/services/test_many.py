"""Several messages claimed at once: each with a fate of its own, none on an answer that is old."""

import pytest

from taushet.models import Attempt, Message
from taushet.registries import Decision
from taushet.services import many
from taushet.services.asking import Turn
from taushet.services.carrier import Carrier
from taushet.services.delivery import suppress
from taushet.services.recovery import give_back
from taushet.services.sending import send_all_due, send_next
from tests.factories.outbox import write
from tests.servers.kinds import registrations as kinds

pytestmark = pytest.mark.django_db

State = Message.State


def write_many(*recipients):
    return [write(kind="test-many", priority=Message.Priority.BULK, to_email=recipient) for recipient in recipients]


def carrier_for(number):
    carrier = Carrier()
    carrier.at_once = number
    return carrier


def states():
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_each_of_many_has_a_fate_of_its_own(mailbox):
    gone = "gone@x.example"
    suppress(gone, "bounce")
    messages = write_many("a@x.example", gone, "refuse@x.example", "held@x.example", "drop@x.example", "b@x.example")
    kinds.ANSWERS["test-many"] = lambda message: Decision("hold" if message.to_email.startswith("held") else "send")

    assert send_next(carrier_for(6), "worker") is Turn.TROUBLE  # the line broke, and the one behind it waits
    assert states()[-1] == "queued"
    send_all_due()

    assert states() == ["sent", "failed", "failed", "held", "unknown", "sent"]
    assert mailbox.identities == [messages[number].message_id for number in (0, 4, 5)]
    assert Attempt.objects.count() == 4


def test_what_does_not_leave_soon_goes_back_in_the_queue(mailbox, monkeypatch):
    monkeypatch.setattr(many, "SHARED_FOR", 0)
    write_many(*(f"a{number}@x.example" for number in range(4)))
    carrier = carrier_for(4)

    send_next(carrier, "worker")

    assert states() == ["sent", "queued", "queued", "queued"]
    assert (carrier.at_once, Attempt.objects.count()) == (1, 1)
    send_all_due()
    assert states() == ["sent"] * 4
    assert len(set(mailbox.identities)) == len(mailbox.identities) == 4


def test_a_dead_worker_leaves_no_doubt_about_what_it_had_not_begun(mailbox):
    messages = write_many("a@x.example", "b@x.example")
    many.begin(messages, "dead")
    Attempt.objects.filter(message=messages[0]).update(handed_over_at=messages[0].created_at)

    give_back("dead")

    assert states() == ["unknown", "queued"]
    many.give_up(list(Attempt.objects.all()))
    assert states() == ["unknown", "queued"]


def test_a_kind_that_fails_for_many_is_asked_about_each(mailbox):
    write_many("bad@x.example", "a@x.example")

    def fail(message):
        if message.to_email.startswith("bad"):
            raise RuntimeError("the kind has an error of its own")
        return Decision("send")

    kinds.ANSWERS["test-many"] = fail
    carrier = carrier_for(2)
    while send_next(carrier, "worker") is not Turn.IDLE:
        pass

    assert states() == ["held", "sent"]
