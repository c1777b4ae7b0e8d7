"""Mail that comes in: kept as it came while the provider waits, and understood by the worker.

Anybody can write anything to an address of ours, so what comes in is bounded, and never acted on by itself.
"""

import hashlib
import logging
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from django.db import transaction
from django.utils import timezone

from taushet.models import InboundMail, User
from taushet.registries import inbound_kinds
from taushet.services import audit
from taushet.services.erasing import delete_in_turns

logger = logging.getLogger(__name__)

MOST_BYTES = 16 * 1024 * 1024  # a file of 10 MB, as mail writes it, and the words around it
WHOLE_SIZE = "whole_size_of_what_is_cut"  # in what a provider has posted, when it was larger than a page may send
MOST_PARTS = 100
MOST_TEXT = 20_000
LONGEST_HEADER = 10_000
WRITTEN_ANEW = {"content-type", "content-transfer-encoding", "mime-version"}
KEPT = timedelta(days=90)
# What reading hostile MIME can raise; there is no base class for it.
UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


def store_inbound(event, provider: str) -> InboundMail | None:
    """Keep one mail of Anymail's; returns None when it is there already, since providers repeat themselves."""
    mail = event.message
    raw = _bytes_of(mail)
    identity = str(event.event_id or "")[:200] or _identity_of(mail, raw)
    posted = event.esp_event if isinstance(event.esp_event, dict) else {}
    size = max(int(posted.get(WHOLE_SIZE) or 0), len(raw))
    stored, is_new = InboundMail.objects.get_or_create(
        provider=provider[:40],
        event_id=identity,
        defaults={
            "received_at": timezone.now(),
            "from_email": _sender(mail)[:254],
            "to_email": _recipient(mail)[:254],
            "subject": _one_line(_header(mail, "Subject"))[:300],
            "raw": raw[:MOST_BYTES],
            "size": size,
            "is_cut": size > len(raw[:MOST_BYTES]),
        },
    )
    return stored if is_new else None


def store_raw(raw: bytes, size: int, provider: str) -> InboundMail | None:
    """Keep one mail as its bytes, cut at the bound, of which `size` is the whole; None when it is there already."""
    # Only the head: what stands below may be parts within parts that break the reader, and is kept all the same.
    mail = BytesHeaderParser(policy=policy.default).parsebytes(raw[:MOST_BYTES])
    recipient = _header(mail, "Delivered-To") or _header(mail, "X-Original-To") or _header(mail, "To")
    stored, is_new = InboundMail.objects.get_or_create(
        provider=provider[:40],
        event_id=hashlib.sha256(raw[:MOST_BYTES]).hexdigest(),
        defaults={
            "received_at": timezone.now(),
            "from_email": _address(_header(mail, "From")),
            "to_email": _address(recipient),
            "subject": _one_line(_header(mail, "Subject"))[:300],
            "raw": raw[:MOST_BYTES],
            "size": size,
            "is_cut": size > len(raw[:MOST_BYTES]),
        },
    )
    return stored if is_new else None


def store_unread(start: bytes, size: int, provider: str) -> InboundMail | None:
    """Keep the start of what a provider has posted and nobody can read, for a person; None when it is there already."""
    stored, is_new = InboundMail.objects.get_or_create(
        provider=provider[:40],
        event_id=hashlib.sha256(start).hexdigest(),
        defaults={"raw": start[:MOST_BYTES], "size": size, "is_cut": True},
    )
    return stored if is_new else None


@transaction.atomic
def handle_inbound(inbound_id: int) -> str:
    """Let the part of the house that knows a mail take it; returns which, empty when none does.

    What nobody takes is shown to staff. Running it again changes nothing.
    """
    inbound = InboundMail.objects.select_for_update().get(pk=inbound_id)
    if inbound.handled_at:
        return inbound.kind
    inbound.kind = _taker_of(inbound)
    inbound.handled_at = timezone.now()
    inbound.save(update_fields=["kind", "handled_at"])
    return inbound.kind


def _taker_of(inbound: InboundMail) -> str:
    takers = sorted(inbound_kinds, key=lambda entry: entry.order)
    try:
        mail = read_inbound(inbound)
        with transaction.atomic():
            return next((entry.key for entry in takers if entry.take(inbound, mail)), "")
    except UNREADABLE:  # parts within parts within parts, or headers that break the reader: a person may look
        logger.warning("A mail that came in could not be read: %s", inbound.pk)
        return ""


def take_automatic(inbound: InboundMail, mail: EmailMessage) -> bool:
    """Put aside what a machine has written (an InboundKind): that somebody is away, or that a mail did not arrive.

    RFC 3834 says how such mail names itself; what did not arrive is reported by the provider too.
    """
    said = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    is_report = mail.get_content_type() == "multipart/report"
    return is_report or said not in {"", "no"} or any(_header(mail, name) for name in ("X-Autoreply", "X-Autorespond"))


def read_inbound(inbound: InboundMail) -> EmailMessage:
    """Return a stored mail as Python reads it; what has been erased is an empty one."""
    return message_from_bytes(bytes(inbound.raw or b""), policy=policy.default)


def parts_of(mail: EmailMessage, *kinds: str, most_bytes: int) -> list[bytes]:
    """Return the decoded bytes of the parts of some content types, none larger than `most_bytes`."""
    found = []
    for number, part in enumerate(mail.walk()):
        if number >= MOST_PARTS:
            break
        if part.get_content_type() in kinds and not part.is_multipart():
            try:
                content = part.get_payload(decode=True) or b""
            except UNREADABLE:
                continue
            if len(content) <= most_bytes:
                found.append(content)
    return found


def text_of(inbound: InboundMail) -> str:
    """Return the plain text of a mail for people to read, cut when it is long; empty when it has none."""
    try:
        for part in read_inbound(inbound).walk():
            if part.get_content_type() == "text/plain" and not part.is_attachment():
                return part.get_content()[:MOST_TEXT]
    except UNREADABLE:
        logger.warning("A mail that came in could not be shown: %s", inbound.pk)
    return ""


@transaction.atomic
def settle_inbound(inbound: InboundMail, *, by: User) -> None:
    """Put down that somebody has dealt with a mail. Doing it twice changes nothing."""
    changed = InboundMail.objects.filter(pk=inbound.pk, settled_at=None).update(
        settled_at=timezone.now(), settled_by=by
    )
    if changed:
        audit.record("inbound.settled", inbound, by=by)


def forget_inbound(now: datetime) -> int:
    """Delete mail that came in 90 days ago (a RetentionRule); returns how many rows went.

    What a part of the house keeps beside its own rows has a rule of its own.
    """
    kept = [entry.key for entry in inbound_kinds if entry.keeps]
    return delete_in_turns(InboundMail.objects.filter(received_at__lt=now - KEPT).exclude(kind__in=kept))


def _identity_of(mail, raw: bytes) -> str:
    """Return what a mail is known by when its provider gives it no number and writes it anew each time it brings it."""
    try:
        head = [f"{name}: {value}" for name, value in mail.raw_items() if name.lower() not in WRITTEN_ANEW]
        parts = [part for part in mail.walk() if not part.is_multipart()]
        body = [part.get_content_type().encode() + (part.get_payload(decode=True) or b"") for part in parts]
    except UNREADABLE:
        return hashlib.sha256(raw).hexdigest()
    return hashlib.sha256(b"\0".join(["\n".join(head).encode("utf-8", "replace"), *body])).hexdigest()


def _bytes_of(mail) -> bytes:
    try:
        return mail.as_bytes(policy=policy.SMTP)
    except UNREADABLE as error:
        # The parts of it that can be read are worth more than nothing.
        logger.warning("A mail that came in could not be kept whole: %s", type(error).__name__)
        plain = EmailMessage()
        plain["From"], plain["To"] = _sender(mail), _recipient(mail)
        plain["Subject"] = _one_line(_header(mail, "Subject"))
        plain.set_content(str(mail.text or ""))
        return plain.as_bytes()


def _sender(mail) -> str:
    try:
        sender = mail.from_email
        return str(getattr(sender, "addr_spec", "") or mail.envelope_sender or "")
    except UNREADABLE:
        return ""


def _recipient(mail) -> str:
    try:
        return str(mail.envelope_recipient or next((one.addr_spec for one in mail.to), ""))
    except UNREADABLE:
        return ""


def _header(mail, name: str) -> str:
    try:
        # Cut before it is parsed: a header of a megabyte takes the reader minutes.
        raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
        return str(mail.policy.header_fetch_parse(name, str(raw)[:LONGEST_HEADER]))
    except UNREADABLE:
        return ""


def _address(text: str) -> str:
    return _one_line(parseaddr(text)[1])[:254]


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
