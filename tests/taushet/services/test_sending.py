from datetime import timedelta

import pytest
from django.utils import timezone

from taushet.models import Attempt, Message, Suppression
from taushet.registries import Decision
from taushet.services import recovery, sending
from taushet.services.asking import Turn, is_allowed
from taushet.services.carrier import Carrier
from taushet.services.outbox import send_message_again
from taushet.services.sending import send_all_due, send_next
from tests.factories.outbox import write
from tests.factories.taushet import UserFactory
from tests.servers.kinds import registrations as kinds

State = Message.State
Outcome = Attempt.Outcome


def state_of(message):
    message.refresh_from_db()
    return message.state


def attempts_of(message):
    return list(message.attempts.values_list("outcome", flat=True))


def test_message_reaches_a_real_server_once(db, mailbox):
    message = write()

    assert send_all_due() == 1
    assert send_all_due() == 0

    assert state_of(message) == State.SENT
    assert mailbox.identities == [message.message_id]
    assert attempts_of(message) == [Outcome.ACCEPTED]
    assert kinds.TOLD == [("test", State.SENT)]


def test_nothing_is_opened_when_outgoing_mail_is_off(db, mailbox, settings):
    settings.OUTGOING_MAIL = False
    message = write()

    send_all_due()

    assert state_of(message) == State.STAYED
    assert attempts_of(message) == []
    assert mailbox.taken == []
    assert kinds.TOLD == [("test", State.STAYED)]


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision("hold", "A fact is missing."), State.HELD),
        (Decision("cancel", "The course has begun."), State.CANCELLED),
        (Decision("later", "Not at night."), State.QUEUED),
    ],
)
def test_kind_is_asked_at_the_last_moment(db, mailbox, decision, state):
    kinds.ANSWERS["test"] = lambda message: decision
    message = write()

    send_next(Carrier(), "worker")

    assert state_of(message) == state
    assert message.state_reason == decision.reason
    assert mailbox.taken == []


def test_later_means_at_the_time_the_kind_names(db, mailbox):
    until = timezone.now() + timedelta(hours=9)
    kinds.ANSWERS["test"] = lambda message: Decision("later", until=until)
    message = write()

    assert send_all_due() == 1

    message.refresh_from_db()
    assert message.due_at == until


def test_error_in_a_kind_holds_that_message_and_lets_the_others_go(db, mailbox):
    kinds.ANSWERS["test"] = lambda message: {}["missing"] if message.subject == "Bad" else sending.Decision("send")
    bad, good = write(subject="Bad"), write()

    send_all_due()

    assert (state_of(bad), state_of(good)) == (State.HELD, State.SENT)


def test_error_after_settling_costs_no_outcome(db, mailbox):
    message = write(to_email="told-badly@kommune.example")

    send_all_due()

    assert state_of(message) == State.SENT
    assert mailbox.identities == [message.message_id]


@pytest.mark.parametrize(
    ("recipient", "state", "outcome"),
    [
        ("refuse@x.example", State.FAILED, Outcome.REFUSED),
        ("unknown@x.example", State.FAILED, Outcome.REFUSED),
        ("later@x.example", State.QUEUED, Outcome.LATER),
        ("greylisted@x.example", State.QUEUED, Outcome.LATER),
        ("drop-early@x.example", State.QUEUED, Outcome.LATER),
        ("drop@x.example", State.UNKNOWN, Outcome.UNKNOWN),
        ("hang@x.example", State.UNKNOWN, Outcome.UNKNOWN),
    ],
)
def test_answer_decides(db, mailbox, recipient, state, outcome):
    message = write(to_email=recipient)

    send_next(Carrier(), "worker")

    assert state_of(message) == state
    assert attempts_of(message) == [outcome]
    assert send_all_due() == 0


def test_refused_connection_is_tried_later_with_growing_pauses(db, mailbox, settings):
    settings.MAILERS["default"]["OPTIONS"]["port"] = 9
    message = write()

    waits = []
    for _round in range(3):
        Message.objects.update(due_at=timezone.now())
        assert send_next(Carrier(), "worker") is Turn.TROUBLE
        message.refresh_from_db()
        waits.append((message.due_at - timezone.now()).total_seconds())

    assert attempts_of(message) == [Outcome.LATER] * 3
    assert message.attempts.filter(handed_over_at=None).count() == 3
    assert 20 < waits[0] < 40 < 100 < waits[1] < 150 < 500 < waits[2] < 730


def test_gives_up_after_two_days(db, mailbox):
    message = write(to_email="later@x.example")
    message.attempts.create(number=1, outcome=Outcome.LATER, started_at=timezone.now() - timedelta(hours=49))

    send_all_due()

    assert state_of(message) == State.FAILED


def test_sign_in_mail_goes_first_and_its_text_is_erased(db, mailbox):
    write()
    code = write(kind="test-sealed", text="Koden er 123456.", priority=Message.Priority.SIGN_IN)

    send_all_due()

    code.refresh_from_db()
    assert mailbox.identities[0] == code.message_id
    assert "123456" in mailbox.messages[0].get_body(("plain",)).get_content()
    assert code.sealed_text is None
    assert code.erased_at is not None
    assert code.is_sealed


def test_lane_of_sign_in_takes_nothing_else(db, mailbox):
    write()

    assert send_next(Carrier(), "worker", only_sign_in=True) is Turn.IDLE


@pytest.mark.parametrize(
    ("cause", "priority", "state"),
    [
        ("bounce", Message.Priority.SIGN_IN, State.FAILED),
        ("bounce", Message.Priority.BOOKING, State.FAILED),
        ("wish", Message.Priority.BULK, State.CANCELLED),
        ("complaint", Message.Priority.SIGN_IN, State.SENT),
    ],
)
def test_suppressed_address_gets_nothing_but_the_code_it_asked_for(db, mailbox, cause, priority, state):
    Suppression.objects.create(email="kari@kommune.example", cause=cause)
    message = write(to_email="Kari@Kommune.example", priority=priority)

    send_all_due()

    assert state_of(message) == state


@pytest.mark.parametrize(
    ("allowed", "answer"),
    [
        ([], True),
        (["kommune.example"], True),
        (["@Kommune.example"], True),
        (["kari@kommune.example"], True),
        (["ola@kommune.example"], False),
        (["mmune.example"], False),
        (["example"], False),
    ],
)
def test_allow_list_takes_addresses_and_domains(settings, allowed, answer):
    settings.MAIL_ALLOW = allowed

    assert is_allowed("Kari@kommune.example") is answer


def test_demonstration_mail_stays_even_in_a_live_system(db, mailbox):
    message = write(is_demonstration=True)

    send_all_due()

    assert state_of(message) == State.STAYED
    assert mailbox.taken == []


def test_worker_dead_before_handing_over_is_tried_again(db, mailbox):
    message = write()
    Message.objects.update(state=State.SENDING)
    attempt = message.attempts.create(number=1, worker="dead")

    recovery.bury("dead")

    assert state_of(message) == State.QUEUED
    send_all_due()
    assert mailbox.identities == [message.message_id]
    assert attempts_of(message) == [Outcome.LATER, Outcome.ACCEPTED]
    assert not sending.stamp(attempt)


def test_worker_dead_after_handing_over_leaves_doubt_and_no_second_mail(db, mailbox):
    message = write()
    Message.objects.update(state=State.SENDING)
    message.attempts.create(number=1, worker="dead", handed_over_at=timezone.now())

    recovery.bury("dead")
    send_all_due()

    assert state_of(message) == State.UNKNOWN
    assert mailbox.taken == []


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.LATER])
def test_answer_of_a_worker_taken_for_dead_still_counts(db, outcome):
    message = write()
    Message.objects.update(state=State.SENDING)
    attempt = message.attempts.create(number=1, worker="ghost", handed_over_at=timezone.now())
    recovery.bury("ghost")

    sending.settle(attempt, sending.Answer(outcome))

    wanted = {Outcome.ACCEPTED: State.SENT, Outcome.REFUSED: State.FAILED, Outcome.LATER: State.QUEUED}
    assert state_of(message) == wanted[outcome]


def test_late_acceptance_stops_a_message_that_a_person_sent_again(db, mailbox):
    message = write(to_email="drop@x.example")
    send_all_due()
    send_message_again(message, by=UserFactory())

    sending.settle(message.attempts.get(), sending.Answer(Outcome.ACCEPTED))
    send_all_due()

    assert state_of(message) == State.SENT
    assert len(mailbox.taken) == 1


def test_person_may_send_again_and_the_identity_stays(db, mailbox):
    message = write(to_email="drop@x.example")
    send_all_due()

    send_message_again(message, by=UserFactory())
    send_all_due()

    assert mailbox.identities == [message.message_id] * 2
    assert len({mail["Date"] for mail in mailbox.messages}) == 1
    assert attempts_of(message) == [Outcome.UNKNOWN, Outcome.UNKNOWN]


def test_closed_link_holds_the_message(db, mailbox):
    message = write(text="Se [[link:nobody:1]].")

    send_all_due()

    assert state_of(message) == State.HELD
    assert mailbox.taken == []


def test_several_messages_share_a_connection(db, mailbox):
    for _number in range(3):
        write()
    carrier = Carrier()

    while send_next(carrier, "worker") is not Turn.IDLE:
        line = carrier._mailer.connection

    assert len(mailbox.taken) == 3
    assert carrier._mailer.connection is line
    carrier.close()


def test_dead_code_of_unknown_fate_needs_nobody(db, mailbox):
    message = write(kind="test-sealed", to_email="drop@x.example", priority=Message.Priority.SIGN_IN)
    send_all_due()
    Message.objects.update(created_at=timezone.now() - timedelta(hours=2))

    assert recovery.close_dead_codes() == 1

    assert state_of(message) == State.CANCELLED
    assert message.sealed_text is None
