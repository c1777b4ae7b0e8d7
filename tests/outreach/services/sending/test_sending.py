from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from outreach.exceptions import WrongStatus
from outreach.models import Approval, LegalHook, Letter, Mailing, Mandate
from outreach.services.mailings.mailings import cancel_mailing
from outreach.services.sending.sending import check_letter, send_test_copy
from taushet.models import Message, Suppression
from taushet.services.outbox import write_message
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.outreach import mailing, place, staff
from tests.outreach.services.mailings.test_approvals import approve, approved, submitted

pytestmark = [pytest.mark.django_db]


def message_of(sent):
    return Message.objects.get(pk=sent.letters.get().message_id)


def test_an_approved_letter_may_leave_in_business_hours(clock):
    message = message_of(approved())

    assert (message.due_at, check_letter(message).action) == (clock.now, "send")


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ((2026, 11, 23, 15, 30), (2026, 11, 24, 8)),
        ((2026, 11, 23, 7), (2026, 11, 23, 8)),
        ((2026, 11, 28, 12), (2026, 11, 30, 8)),
        ((2027, 3, 24, 18), (2027, 3, 30, 8)),
    ],
)
def test_a_letter_waits_for_the_offices_to_open(clock, moment, opens):
    message = message_of(approved())
    clock.set(*moment)

    decision = check_letter(message)

    assert (decision.action, decision.until) == ("later", datetime(*opens, tzinfo=OSLO))


def test_a_letter_approved_in_the_evening_is_due_when_offices_open(clock):
    clock.set(2026, 11, 20, 20)

    assert message_of(approved()).due_at == datetime(2026, 11, 23, 8, tzinfo=OSLO)


def test_a_letter_keeps_to_its_schedule(clock):
    message = message_of(approved(send_at=datetime(2026, 12, 10, 12, tzinfo=OSLO)))

    assert message.due_at == datetime(2026, 12, 10, 12, tzinfo=OSLO)
    assert check_letter(message).until == datetime(2026, 12, 10, 12, tzinfo=OSLO)


def void(sent):
    Approval.objects.update(voided_at=timezone.now())


def change_hash(sent):
    Mailing.objects.update(content_hash="0" * 64)


def change_letter(sent):
    Letter.objects.update(text="Noe annet,")


def change_letter_and_its_hash(sent):
    Letter.objects.update(text="Noe annet,", content_hash="0" * 64)


def change_message(sent):
    Message.objects.update(text="Noe annet,")


def change_message_recipient(sent):
    Message.objects.update(to_email="annen@kommune.example")


def leave_office(sent):
    Mandate.objects.update(ends_on=date(2026, 11, 23))


def change_address(sent):
    Mandate.objects.update(email="ny@kommune.example")


def suppress(sent):
    Suppression.objects.create(email=sent.letters.get().to_email, cause="bounce")


def repeal(sent):
    LegalHook.objects.update(valid_to=date(2026, 11, 23))


def age(sent):
    letter = sent.letters.get()
    letter.facts["action-plan"]["stale_on"] = "2026-11-23"
    from outreach.services.mailings.fingerprints import letter_hash

    letter.content_hash = letter_hash(letter)
    letter.save()


def take_back(sent):
    Mailing.objects.update(status="draft")


@pytest.mark.parametrize(
    "mishap",
    [
        void,
        change_hash,
        change_letter,
        change_letter_and_its_hash,
        change_message,
        change_message_recipient,
        leave_office,
        change_address,
        suppress,
        repeal,
        age,
        take_back,
    ],
)
def test_a_letter_is_held_at_the_last_moment(clock, mishap):
    sent = approved()
    mishap(sent)

    decision = check_letter(message_of(sent))

    assert decision.action == "hold"
    assert decision.reason


def test_a_message_without_letter_is_held(clock):
    message = write_message(kind="letter", to_email="a@a.example", subject="a", text="a", language="nb")

    assert check_letter(message).action == "hold"


def test_a_letter_of_a_cancelled_mailing_is_cancelled(clock):
    sent = approved()
    message = message_of(sent)
    cancel_mailing(sent, by=sent.author)
    Message.objects.update(state="queued")

    assert check_letter(message).action == "cancel"


def test_a_letter_stays_here_while_outgoing_mail_is_off(clock):
    sent = approved()

    send_all_due()

    letter = sent.letters.get()
    assert (letter.message.state, letter.status) == ("stayed", "stayed")
    assert not Letter.objects.received().exists()


def test_a_letter_is_sent_exactly_as_approved(clock, settings, mailoutbox):
    settings.OUTGOING_MAIL = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    sent = approved(place(name="Alver", language_form="nn"))
    frozen = sent.letters.get()

    send_all_due()

    letter = sent.letters.get()
    assert letter.status == "sent"
    assert (mailoutbox[0].subject, mailoutbox[0].body) == (frozen.subject, frozen.text)
    assert list(Letter.objects.received_by_demand().values()) == [1]


def test_a_letter_held_in_the_outbox_shows_as_stopped(clock):
    sent = approved()
    leave_office(sent)

    send_all_due()

    letter = sent.letters.get()
    assert letter.status == "stopped"
    assert letter.stop_reason


def test_a_late_letter_waits_in_the_queue(clock):
    sent = approved()
    clock.set(2026, 11, 23, 16)

    send_all_due()

    message = message_of(sent)
    assert (message.state, message.due_at) == ("queued", datetime(2026, 11, 24, 8, tzinfo=OSLO))


def test_a_test_copy_goes_to_oneself_and_says_so(clock):
    letter = mailing(place(name="Alver", language_form="nn")).letters.get()
    me = staff("test_letter", email="meg@kss.example", name="Meg")

    message = send_test_copy(letter, by=me)

    assert (message.to_email, message.kind, message.language) == ("meg@kss.example", "letter-test", "nn")
    assert message.subject.endswith(f": {letter.subject}")
    assert message.subject != letter.subject
    assert message.text.endswith(f"\n\n{letter.text}")
    assert letter.to_email in message.text.splitlines()[0]
    letter.refresh_from_db()
    assert (letter.status, letter.message) == ("ready", None)


def test_a_held_letter_has_no_test_copy(clock):
    with pytest.raises(WrongStatus):
        send_test_copy(mailing(place(plan=None)).letters.get(), by=staff())


def test_a_submitted_letter_has_not_left(clock):
    submitted()

    assert Message.objects.count() == 0


def test_an_expired_schedule_is_sent_at_once(clock):
    soon = clock.now + timedelta(minutes=5)
    waiting = submitted(send_at=soon)
    clock.now += timedelta(days=1)
    approve(waiting)

    assert message_of(waiting).due_at == clock.now
