"""Letters by real workers that are killed at random, paused and resumed meanwhile: nobody gets two, all get one."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest
from django.utils import timezone

from outreach.models import Letter
from outreach.services.sending.steering import pause_mailing, resume_mailing
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.outreach import mailing, place
from tests.outreach.services.mailings.test_approvals import approve, submit_mailing
from tests.servers.workers import nursery, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SENDERS = 3
LETTERS, KILLS = (2000, 20) if os.environ.get("TAUSHET_LONG_TESTS") else (60, 3)
ENDS = {"sent", "unknown"}


@pytest.fixture(scope="module")
def worker(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), nursery() as worker:
        yield worker


def approved_now(number):
    """An approved mailing whose letters may leave this minute, whatever the hour."""
    draft = mailing(*(place() for _number in range(number)))
    run_all_due_jobs()  # many letters are drafted, frozen and queued by the worker
    draft.refresh_from_db()
    waiting = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    run_all_due_jobs()
    waiting.refresh_from_db()
    approve(waiting)
    run_all_due_jobs()
    Message.objects.update(due_at=timezone.now())
    waiting.refresh_from_db()
    return waiting


def left():
    return Letter.objects.filter(status__in=ENDS).count()


def got(mailbox):
    return [message["To"].addresses[0].addr_spec for message in mailbox.messages]


def test_workers_killed_at_random_send_no_letter_twice_and_lose_none(mailbox, worker):
    sent = approved_now(LETTERS)
    approved = set(sent.letters.values_list("to_email", flat=True))
    killed, step = 0, LETTERS // (KILLS + 1)
    with worker(senders=SENDERS, always_open=True) as running:
        for number in range(1, KILLS + 1):
            wait_until(lambda goal=number * step: left() >= goal or not waiting(), 300)
            if children := running.children:
                with suppress(ProcessLookupError):
                    os.kill(random.choice(children), signal.SIGKILL)
                    killed += 1
        wait_until(lambda: not waiting(), 300)

    counts, taken = sent.letters.counts(), got(mailbox)
    unknown = set(sent.letters.filter(status="unknown").values_list("to_email", flat=True))
    assert killed == KILLS
    assert len(taken) == len(set(taken))
    assert set(sent.letters.filter(status="sent").values_list("to_email", flat=True)) <= set(taken)
    assert approved - unknown <= set(taken) <= approved
    assert set(counts) <= ENDS
    assert sum(counts.values()) == LETTERS
    assert len(unknown) <= killed


def waiting():
    return Message.objects.filter(state__in=["queued", "sending"]).exists()


def test_pause_and_resume_beside_two_workers_take_effect_and_send_the_approved_list(mailbox, worker):
    sent = approved_now(40)
    with worker(senders=2, always_open=True), worker(senders=2, always_open=True):
        wait_until(lambda: left() >= 5)
        pause_mailing(sent, by=sent.author)
        wait_until(lambda: not Message.objects.filter(state="sending").exists(), 5)
        stood = left()
        time.sleep(1)
        assert left() == stood < 40
        resume_mailing(sent, by=sent.author, rate=36_000)
        Message.objects.filter(state="queued").update(due_at=timezone.now())
        wait_until(lambda: left() == 40, 60)

    taken = got(mailbox)
    assert len(taken) == 40
    assert set(taken) == set(sent.letters.values_list("to_email", flat=True))
