"""Pause, resume, cancel, and the pace: what leaves is what was approved, no faster than it may."""

from datetime import datetime, timedelta

import pytest

from outreach.exceptions import WrongStatus
from outreach.models import Letter, MailSystem
from outreach.services.mailings.mailings import cancel_mailing
from outreach.services.mailings.schedules import set_schedule
from outreach.services.sending.departures import look_up_systems
from outreach.services.sending.sending_progress import after_open_hours, progress_of
from outreach.services.sending.steering import UNTIL_RESUMED, pause_mailing, resume_mailing
from taushet.models import AuditEntry, Message
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.outreach import mailing, place, staff
from tests.outreach.services.mailings.test_approvals import approve, approved, submit_mailing

pytestmark = [pytest.mark.django_db]


def sent_to(mailbox):
    return sorted(message["To"].addresses[0].addr_spec for message in mailbox.messages)


def approved_at_a_pace(number, **schedule):
    draft = mailing(*(place() for _number in range(number)))
    values = {"embargo_until": None, "rate": None, "attach_pdf": False}
    draft = set_schedule(draft, by=draft.author, **values | schedule)
    waiting = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    approve(waiting)
    waiting.refresh_from_db()
    return waiting


def minutes(clock, number):
    """Let the worker work every half minute for so long; return how many letters had left after each minute."""
    left = []
    for _minute in range(number):
        for _half in range(2):
            send_all_due()
            clock.now += timedelta(seconds=30)
        left.append(Letter.objects.filter(status="sent").count())
    return left


def test_letters_of_a_mailing_leave_at_its_pace_and_not_before_the_embargo(clock, mailbox):
    sent = approved_at_a_pace(6, rate=60, embargo_until=clock.now + timedelta(minutes=2))

    assert minutes(clock, 9) == [0, 0, 1, 2, 3, 4, 5, 6, 6]
    assert Message.objects.exclude(state="sent").count() == 0
    assert sent_to(mailbox) == sorted(sent.letters.values_list("to_email", flat=True))


def test_one_mail_system_gets_no_more_than_it_may_while_others_get_theirs(clock, mailbox, settings):
    settings.LETTERS_PER_MAIL_SYSTEM = 30
    sent = approved(*(place() for _number in range(5)))
    addresses = list(sent.letters.order_by("pk").values_list("to_email", flat=True))
    for address in addresses[:4]:
        MailSystem.objects.create(domain=address.rpartition("@")[2], system="outlook.com", is_found=True)

    assert minutes(clock, 8) == [2, 2, 3, 3, 4, 4, 5, 5]
    assert sent_to(mailbox) == sorted(addresses)


def test_all_letters_together_leave_no_faster_than_they_may(clock, mailbox, settings):
    settings.LETTERS_AN_HOUR = 60
    for rate, number in ((None, 2), (120, 2)):
        approved_at_a_pace(number, rate=rate)

    assert minutes(clock, 6) == [1, 2, 3, 4, 4, 4]


def test_what_waited_over_night_does_not_leave_all_at_once(clock, mailbox):
    sent = approved_at_a_pace(5, rate=60)
    clock.set(2026, 11, 23, 15, 28)

    assert minutes(clock, 4) == [1, 2, 2, 2]
    clock.set(2026, 11, 24, 8)
    assert minutes(clock, 4) == [3, 4, 5, 5]
    assert sent.letters.filter(status="sent").count() == 5


def test_pause_and_resume_at_another_pace_send_exactly_what_was_approved(clock, mailbox):
    me = staff("change_mailing")
    sent = approved_at_a_pace(6, rate=60)
    frozen = {(letter.to_email, letter.subject) for letter in sent.letters.all()}
    minutes(clock, 2)
    pause_mailing(sent, by=me)
    pause_mailing(sent, by=me)  # a double click, or a second tab

    assert minutes(clock, 3) == [2, 2, 2]
    assert set(Message.objects.waiting().values_list("due_at", flat=True)) == {UNTIL_RESUMED}
    assert progress_of(Letter.objects.first().mailing).ends_at is None
    sent = resume_mailing(sent, by=me, rate=120)
    with pytest.raises(WrongStatus):
        resume_mailing(sent, by=me, rate=1)
    assert minutes(clock, 3) == [4, 6, 6]
    letters = {(message["To"].addresses[0].addr_spec, message["Subject"]) for message in mailbox.messages}
    assert len(mailbox.messages) == 6
    assert letters == frozen
    assert list(AuditEntry.objects.filter(actor=me).order_by("pk").values_list("action", flat=True)) == [
        "mailing.paused",
        "mailing.resumed",
    ]


def test_a_cancelled_mailing_sends_nothing_more_and_keeps_what_has_left(clock, mailbox):
    sent = approved_at_a_pace(4, rate=60)
    minutes(clock, 1)
    pause_mailing(sent, by=sent.author)

    cancel_mailing(sent, by=sent.author)

    assert minutes(clock, 3) == [1, 1, 1]
    assert sent.letters.counts() == {"sent": 1, "cancelled": 3}
    with pytest.raises(WrongStatus):
        resume_mailing(sent, by=sent.author, rate=None)


def test_progress_tells_pace_and_end(clock, mailbox):
    sent = approved_at_a_pace(6, rate=60)
    minutes(clock, 2)

    progress = progress_of(sent)

    assert (progress.going, progress.left, progress.waiting, progress.bound) == (6, 2, 4, 60)
    assert progress.pace == 60
    assert clock.now < progress.ends_at <= clock.now + timedelta(minutes=5)
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=OSLO)
    assert after_open_hours(friday, timedelta(hours=1)) == datetime(2026, 11, 30, 8, 30, tzinfo=OSLO)


def test_a_domain_stands_for_itself_while_the_dns_is_away_and_is_asked_again_later(clock):
    assert look_up_systems(["kommune.example", "kommune.example"]) == 1
    assert look_up_systems(["kommune.example"]) == 0
    clock.now += timedelta(hours=2)
    assert look_up_systems(["kommune.example"]) == 1
    assert MailSystem.objects.values_list("system", "is_found").get() == ("kommune.example", False)
