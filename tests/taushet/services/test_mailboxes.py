"""The mailbox that the worker reads: everything stored once, nothing moved before it is stored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from taushet.models import InboundMail, MailboxMark
from taushet.registrations.inbound import mailbox_in_trouble
from taushet.services import mailboxes
from taushet.services.inbound import MOST_BYTES
from taushet.services.jobs import run_all_due_jobs
from taushet.tasks import read_mailbox
from tests.servers.imap import imap_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings):
    with imap_server(settings) as box:
        yield box


def mail(number):
    return f"From: a{number}@k.example\r\nTo: krav@localhost\r\nSubject: Sak {number}\r\n\r\nHei {number}\r\n".encode()


def read():
    return read_mailbox.func()


def subjects():
    return list(InboundMail.objects.order_by("pk").values_list("subject", flat=True))


def test_what_is_new_is_stored_once_and_marked_as_read(box):
    box.put(mail(1))
    box.put(mail(2))

    assert [read(), read()] == [2, 0]
    box.put(mail(3))
    assert read() == 1

    assert subjects() == ["Sak 1", "Sak 2", "Sak 3"]
    assert box.seen == {1, 2, 3}
    first = InboundMail.objects.earliest("pk")
    assert (first.from_email, first.to_email, bytes(first.raw)) == ("a1@k.example", "krav@localhost", mail(1))
    run_all_due_jobs()
    assert set(InboundMail.objects.values_list("kind", flat=True)) == {"reply"}


def test_other_numbers_at_the_server_store_nothing_twice_and_lose_nothing(box):
    box.put(mail(1))
    box.put(mail(2))
    read()
    del box.folders["INBOX"][1]
    box.renumber()
    box.put(mail(3))

    assert read() == 1

    assert subjects() == ["Sak 1", "Sak 2", "Sak 3"]
    assert MailboxMark.objects.get().uid_validity == 8


@pytest.mark.parametrize("has_move", [True, False])
def test_mail_is_moved_after_it_is_stored_also_when_the_line_breaks_between(box, settings, has_move):
    settings.IMAP_DONE_FOLDER, box.has_move = "Ferdig", has_move
    box.put(mail(1))
    box.put(mail(2))
    box.breaks_at = "UID MOVE" if has_move else "UID COPY"

    read()
    assert (subjects(), list(box.folders["INBOX"])) == (["Sak 1"], [1, 2])
    box.breaks_at = ""
    assert read() == 1

    assert (subjects(), list(box.folders["INBOX"]), list(box.folders["Ferdig"])) == (["Sak 1", "Sak 2"], [], [1, 2])


@pytest.mark.parametrize("trouble", ["hangs", "breaks", "password", "away"])
def test_a_server_in_trouble_is_told_of_and_tried_again(box, settings, trouble):
    box.put(mail(1))
    if trouble == "hangs":
        box.hangs_at = "UID FETCH"
    elif trouble == "breaks":
        box.breaks_at = "UID FETCH"
    elif trouble == "password":
        settings.IMAP_PASSWORD = "feil"
    port, settings.IMAP_PORT = settings.IMAP_PORT, 1 if trouble == "away" else settings.IMAP_PORT

    assert read() == 0
    assert InboundMail.objects.count() == 0
    MailboxMark.objects.update(failing_since=timezone.now() - timedelta(hours=1))
    assert len(list(mailbox_in_trouble(None))) == 1

    box.hangs_at = box.breaks_at = ""
    settings.IMAP_PORT, settings.IMAP_PASSWORD = port, "hemmelig"
    assert read() == 1
    assert list(mailbox_in_trouble(None)) == []


def test_a_huge_mail_is_cut_and_said_to_be(box):
    box.put(mail(1) + b"x" * (MOST_BYTES + 10))

    assert read() == 1

    stored = InboundMail.objects.get()
    assert (len(stored.raw), stored.is_cut, stored.size > MOST_BYTES) == (MOST_BYTES, True, True)


def test_only_one_reads_at_a_time_and_a_dead_reader_is_waited_for_ten_minutes(box):
    box.put(mail(1))
    read()
    box.put(mail(2))
    MailboxMark.objects.update(reading_since=timezone.now())
    assert read() == 0
    MailboxMark.objects.update(reading_since=timezone.now() - mailboxes.LONGEST_TURN - timedelta(seconds=1))
    assert read() == 1
