"""A mailbox that the worker reads over IMAP (RFC 9051), for mail that no provider brings by webhook.

Each mail is stored and its number remembered in one transaction; only then is it moved or marked at the server.
Whatever breaks between the two is made up for the next time, and a mail that is read twice is stored once.
"""

import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from taushet.models import InboundMail, MailboxMark
from taushet.services.inbound import MOST_BYTES, store_raw

logger = logging.getLogger(__name__)

AT_ONCE = 200
LONGEST_TURN = timedelta(minutes=10)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TROUBLE = (imaplib.IMAP4.error, OSError, ssl.SSLError)


class OddAnswer(imaplib.IMAP4.error):
    """The server answered with something that cannot be read."""


def read_mailbox(enqueue: Callable[[InboundMail], object]) -> int:
    """Store what is new in the mailbox and call `enqueue` for each, in its transaction; returns how many were new.

    At most 200 at a time, one reader at a time. A server in trouble is tried again the next minute.
    """
    mark, _created = MailboxMark.objects.get_or_create(name=f"{settings.IMAP_HOST}/{settings.IMAP_FOLDER}"[:200])
    now = timezone.now()
    free = Q(reading_since=None) | Q(reading_since__lt=now - LONGEST_TURN)
    if not MailboxMark.objects.filter(free, pk=mark.pk).update(reading_since=now):
        return 0
    try:
        with _signed_in() as server:
            count = _read(server, mark, enqueue)
    except TROUBLE as error:
        logger.warning("The mailbox could not be read: %s", type(error).__name__)
        MailboxMark.objects.filter(pk=mark.pk, failing_since=None).update(failing_since=now)
        return 0
    finally:
        MailboxMark.objects.filter(pk=mark.pk).update(reading_since=None)
    MailboxMark.objects.filter(pk=mark.pk).update(read_at=timezone.now(), failing_since=None)
    return count


@contextmanager
def _signed_in() -> Iterator[imaplib.IMAP4]:
    host, port, wait = settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_TIMEOUT
    if host in LOOPBACK and port != imaplib.IMAP4_SSL_PORT:
        server = imaplib.IMAP4(host, port, timeout=wait)
    else:
        server = imaplib.IMAP4_SSL(host, port, timeout=wait, ssl_context=ssl.create_default_context())
    try:
        server.login(settings.IMAP_USER, settings.IMAP_PASSWORD)
        _expect(server.select(_quoted(settings.IMAP_FOLDER)))
        yield server
    finally:
        try:
            server.logout()
        except TROUBLE:
            server.shutdown()


def _read(server: imaplib.IMAP4, mark: MailboxMark, enqueue: Callable[[InboundMail], object]) -> int:
    validity = _number(server.response("UIDVALIDITY")[1])
    mark.refresh_from_db()
    if mark.uid_validity != validity:  # the numbers mean other mails now, so all are looked at anew
        mark.uid_validity, mark.last_uid = validity, 0
        mark.save(update_fields=["uid_validity", "last_uid"])
    if settings.IMAP_DONE_FOLDER and mark.last_uid:
        _put_away(server, _uids(server, f"1:{mark.last_uid}")[:AT_ONCE])
    # The server gives the last mail for "n:*" also when its number is below n.
    new = [uid for uid in _uids(server, f"{mark.last_uid + 1}:*") if uid > mark.last_uid][:AT_ONCE]
    count = 0
    for uid in new:
        raw, size = _fetch(server, uid)
        with transaction.atomic():
            stored = store_raw(raw, size, "imap") if raw else None
            if stored:
                enqueue(stored)
                count += 1
            MailboxMark.objects.filter(pk=mark.pk).update(last_uid=uid)
        _put_away(server, [uid])
    return count


def _uids(server: imaplib.IMAP4, span: str) -> list[int]:
    lines = _expect(server.uid("SEARCH", "UID", span))
    return sorted(int(word) for line in lines if line for word in line.split())


def _fetch(server: imaplib.IMAP4, uid: int) -> tuple[bytes, int]:
    """Return a mail, no more of it than is kept, and its whole size; empty when it has gone in the meantime."""
    answer = _expect(server.uid("FETCH", str(uid), f"(RFC822.SIZE BODY.PEEK[]<0.{MOST_BYTES}>)"))
    for part in answer:
        if isinstance(part, tuple):
            around = part[0] + b" ".join(one for one in answer if isinstance(one, bytes))
            size = re.search(rb"RFC822\.SIZE (\d+)", around)
            return part[1], int(size[1]) if size else len(part[1])
    return b"", 0


def _put_away(server: imaplib.IMAP4, uids: list[int]) -> None:
    """Move mail that is stored, or mark it as read; without MOVE (RFC 6851) it is copied first and then taken away."""
    if not uids:
        return
    numbers, folder = ",".join(map(str, uids)), settings.IMAP_DONE_FOLDER
    if not folder:
        _expect(server.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Seen)"))
    elif "MOVE" in server.capabilities:
        _expect(server.uid("MOVE", numbers, _quoted(folder)))
    else:
        _expect(server.uid("COPY", numbers, _quoted(folder)))
        _expect(server.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Deleted \Seen)"))
        if "UIDPLUS" in server.capabilities:
            _expect(server.uid("EXPUNGE", numbers))


def _expect(answer: tuple[str, list]) -> list:
    state, data = answer
    if state != "OK":
        raise OddAnswer(state)
    return data


def _number(data: list) -> int:
    try:
        return int(data[0])
    except (TypeError, ValueError, IndexError) as error:
        raise OddAnswer("UIDVALIDITY") from error


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
