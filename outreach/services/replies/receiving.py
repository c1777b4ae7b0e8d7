"""From a mail that came in to a reply with links to the letters it is about; nothing here answers anybody."""

import hashlib
import logging
import re
from collections.abc import Collection, Iterable
from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from outreach.models import Letter, Mandate, OfficeTask, Redelivery, Reply, ReplyAttachment, ReplyCopy, ReplyLink
from outreach.services.offices.leaving import says_left
from outreach.services.offices.office_tasks import open_task
from outreach.services.replies import mail_reading
from outreach.services.replies.mail_reading import ReadMail, clean_line, header, headers
from outreach.services.replies.quoting import split_quoted
from outreach.services.replies.reply_addresses import letter_of_address
from outreach.services.replies.sender_checks import dmarc_result, only_sender
from taushet.locks import lock_words
from taushet.models import Attempt, InboundMail, Message
from taushet.services import audit
from taushet.services.files import CSV, DOCUMENTS, ICS, IMAGES, PPTX, TEXT, XLSX, FileRefused, store_file

logger = logging.getLogger(__name__)
Check = Reply.Check

KEPT_KINDS = DOCUMENTS | IMAGES | {XLSX, PPTX, TEXT, CSV, ICS}
MOST_LINKS = 50
MOST_REFERENCES = 200
TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
# Our tokens as they stand in an address, also one that somebody has copied into the text.
TOKEN = re.compile(r"(?:svar-|\+)((?:[0-9a-z]{4}-){3}[0-9a-z]{4})\b", re.IGNORECASE)
ANSWERED = re.compile(r"^(?:\s*(?:re|sv|vs|svar|fwd?|aw|ang|vedr)\s*[:.]\s*)+", re.IGNORECASE)
LEFT = (Letter.Status.SENT, Letter.Status.STAYED, Letter.Status.UNKNOWN, Letter.Status.FAILED)
COMMON_DOMAINS = frozenset(
    {"gmail.com", "hotmail.com", "outlook.com", "live.no", "online.no", "yahoo.com", "yahoo.no", "icloud.com"}
)


def take_reply(inbound: InboundMail, mail: EmailMessage) -> bool:
    """Keep a mail as a reply (an InboundKind): one that names a letter of ours, or came to the address for letters.

    Runs in the worker's transaction and may run twice. Whatever the mail claims, it counts as nothing until a person
    has sorted it; an automatic one is put aside, and one that fails DMARC is quarantined.
    """
    recipients = [inbound.to_email, *headers(mail, *TO)]
    read = mail_reading.read_mail(mail)
    found = find_letters(mail, recipients, read.text)
    if not found:
        sender = parseaddr(header(mail, "From"))[1] or inbound.from_email
        alike = letters_by_subject(header(mail, "Subject") or inbound.subject, sender, inbound.received_at)
        if not alike and not came_to_us(recipients):
            return False
        found = dict.fromkeys(surely_meant(alike, sender), ReplyLink.How.SUBJECT)
    if Reply.objects.filter(inbound=inbound).exists() or ReplyCopy.objects.filter(inbound=inbound).exists():
        return True
    if identity := identity_of(mail, read):
        lock_words(identity)  # copies come at the same moment
    if not join_copy(inbound, mail, found, identity):
        with transaction.atomic():
            keep_reply(inbound, mail, read, found, identity)
    return True


def came_to_us(recipients: list[str]) -> bool:
    """Whether a mail was sent to the address of letters, with or without a token, or to the domain for replies."""
    name, _at, domain = settings.OUTREACH_FROM.lower().rpartition("@")
    for _name, address in getaddresses(recipients):
        local, _at, host = address.lower().rpartition("@")
        if host == domain and local.partition("+")[0] == name:
            return True
        if settings.REPLY_DOMAIN and host == settings.REPLY_DOMAIN.lower():
            return True
    return False


def identity_of(mail: EmailMessage, read: ReadMail) -> str:
    """Return what the copies of one mail have in common, whichever of our addresses each came to; empty without any.

    One that fails DMARC is never a copy of one that does not.
    """
    number = header(mail, "Message-ID") or header(mail, "Date")
    if not number:
        return ""
    said = [number, header(mail, "From"), header(mail, "Subject"), read.text, str(dmarc_result(mail) == Check.FAIL)]
    files = [f"{one.name} {hashlib.sha256(one.content).hexdigest()}" for one in read.attachments]
    return hashlib.sha256("\0".join(said + files).encode("utf-8", "replace")).hexdigest()


def join_copy(inbound: InboundMail, mail: EmailMessage, found: dict[Letter, str], identity: str) -> bool:
    """Keep a mail beside the reply that it is a copy of, with the letters it names; returns whether there is one.

    What a person has sorted is not given further letters: a copy that names some is a reply of its own.
    """
    reply = Reply.objects.select_for_update().filter(identity=identity, erased_at=None).first() if identity else None
    if reply is None:
        return False
    there = set(reply.links.values_list("letter", flat=True))
    new = {letter: how for letter, how in found.items() if letter.pk not in there}
    if new and reply.sorted_by_id:
        return False
    ReplyCopy.objects.create(reply=reply, inbound=inbound)
    if reply.sender_check == Check.NONE:
        reply.sender_check = dmarc_result(mail)
    link(reply, new, sender=only_sender(mail)[1])
    reply.save(update_fields=["sender_check", "is_from_office", "verified_at"])
    if reply.says_left and reply.kind != Reply.Kind.QUARANTINE:
        ask_who_holds_it(inbound, reply, new)
    audit.record("reply.copied", reply, kind="provider", letters=len(new))
    return True


def link(reply: Reply, found: dict[Letter, str], *, sender: str) -> None:
    """Link a reply to letters, and put down which have its one sender; the reply is left for the caller to save."""
    own = from_offices(sender, found)
    ReplyLink.objects.bulk_create(
        ReplyLink(reply=reply, letter=letter, how=how, is_from_office=letter.pk in own) for letter, how in found.items()
    )
    reply.is_from_office = reply.is_from_office or bool(own)
    if reply.is_from_office and reply.sender_check == Check.PASS and reply.verified_at is None:
        reply.verified_at = timezone.now()


def keep_reply(
    inbound: InboundMail, mail: EmailMessage, read: ReadMail, found: dict[Letter, str], identity: str = ""
) -> Reply:
    from_name, from_email = only_sender(mail)
    shown_name, shown_email = (from_name, from_email) if from_email else parseaddr(header(mail, "From"))
    subject = header(mail, "Subject") or inbound.subject
    checked = dmarc_result(mail)
    reply = Reply(
        inbound=inbound,
        kind=Reply.Kind.UNSORTED,
        from_name=clean_line(shown_name)[:200],
        from_email=clean_line(shown_email or inbound.from_email).lower()[:254],
        subject=subject[:300],
        text=read.text,
        journal_number=mail_reading.journal_number_of(subject, read.text)[:40],
        sender_check=checked,
        is_automatic=mail_reading.is_automatic(mail, subject, read.text),
        identity="" if Reply.objects.filter(identity=identity).exists() else identity,
        received_at=inbound.received_at,
    )
    if checked == Check.FAIL:
        reply.kind = Reply.Kind.QUARANTINE
    elif reply.is_automatic and not mail_reading.may_be_an_answer(mail, read, subject, reply.journal_number):
        reply.kind, reply.sorted_at = Reply.Kind.AUTOMATIC, timezone.now()
    own = split_quoted(read.text)[0]
    reply.says_left = says_left(f"{subject}\n{own}" if reply.is_automatic else own, by_machine=reply.is_automatic)
    reply.save(force_insert=True)
    link(reply, found, sender=from_email)
    reply.save(update_fields=["is_from_office", "verified_at"])
    keep_attachments(reply, read)
    if reply.says_left and reply.kind != Reply.Kind.QUARANTINE:
        ask_who_holds_it(inbound, reply, found)
    audit.record("reply.received", reply, kind="provider", sort=reply.kind, letters=len(found))
    return reply


def ask_who_holds_it(inbound: InboundMail, reply: Reply, letters: Collection[Letter]) -> None:
    """Let staff look after the office whose holder is said to have left: that of the sender, or the only one."""
    own = from_offices(reply.from_email, letters)
    offices = {letter.mandate_id for letter in letters if letter.mandate_id and (letter.pk in own or not own)}
    if not own and len(offices) > 1:
        return
    for mandate in Mandate.objects.filter(pk__in=offices, politician__isnull=False).order_by("pk"):
        open_task(mandate, OfficeTask.Reason.LEFT, inbound=inbound)


def from_offices(email: str, letters: Iterable[Letter]) -> set[int]:
    """Return the numbers of the letters that went to an address, at first or later, or whose office has it now."""
    if not email:
        return set()
    numbers = [letter.pk for letter in letters]
    same = Q(to_email__iexact=email) | Q(mandate__email__iexact=email)
    again = Redelivery.objects.filter(to_email__iexact=email, letter__in=numbers).exclude(message=None)
    found = Letter.objects.filter(same | Q(pk__in=again.values("letter")), pk__in=numbers)
    return set(found.values_list("pk", flat=True))


def find_letters(mail: EmailMessage, recipients: list[str], text: str) -> dict[Letter, str]:
    """Return the letters a mail names by an address of ours or as what it answers, each with how it was found."""
    found: dict[Letter, str] = {}
    for address in split_addresses(recipients) + TOKEN.findall(text)[:MOST_LINKS]:
        if (letter := letter_of_address(address)) is not None:
            found.setdefault(letter, ReplyLink.How.TOKEN)
    for letter in letters_referred_to(mail):
        found.setdefault(letter, ReplyLink.How.REFERENCE)
    return dict(list(found.items())[:MOST_LINKS])


def split_addresses(recipients: list[str]) -> list[str]:
    return [address for _name, address in getaddresses(recipients) if address][:MOST_LINKS]


def letters_referred_to(mail: EmailMessage) -> list[Letter]:
    """Return the letters whose Message-ID, ours or the provider's, stands in In-Reply-To or References."""
    named = " ".join(headers(mail, "In-Reply-To", "References"))
    ids = re.findall(r"<[^<>\s]{3,200}>", named)[-MOST_REFERENCES:]
    if not ids:
        return []
    bare = [one.strip("<>") for one in ids]
    names = {one.partition("@")[0] for one in bare} | set(bare) | set(ids)
    messages = {
        *Message.objects.filter(message_id__in=ids + bare).values_list("pk", flat=True)[:MOST_REFERENCES],
        *Attempt.objects.filter(provider_id__in=names).values_list("message", flat=True)[:MOST_REFERENCES],
    }
    numbers = {
        *Letter.objects.filter(message__in=messages).values_list("pk", flat=True),
        *Redelivery.objects.filter(message__in=messages).values_list("letter", flat=True),
    }
    return list(Letter.objects.filter(pk__in=numbers).order_by("pk")[:MOST_LINKS])


def left_before(moment: datetime) -> QuerySet[Letter]:
    """The letters that had left, or been tried, at a moment; when an unknown one was settled tells nothing of that."""
    tried = Attempt.objects.filter(message=OuterRef("message"), started_at__lte=moment)
    return Letter.objects.filter(Q(settled_at__lte=moment) | Exists(tried))


def letters_by_subject(subject: str, sender: str, before: datetime) -> list[Letter]:
    """Return the letters with a subject that somebody at the same domain had had; never by a common domain alone."""
    bare = ANSWERED.sub("", subject).strip()
    domain = sender.lower().rpartition("@")[2]
    if not bare or not domain:
        return []
    same = left_before(before).filter(subject=bare, status__in=LEFT)
    who = {"to_email__iexact": sender} if domain in COMMON_DOMAINS else {"to_email__iendswith": f"@{domain}"}
    return list(same.filter(**who).order_by("-settled_at", "-pk")[:MOST_LINKS])


def surely_meant(letters: list[Letter], sender: str) -> list[Letter]:
    """Return of letters with one subject at one domain those to the sender, or the only one; else a person chooses."""
    own = from_offices(sender, letters)
    return [letter for letter in letters if letter.pk in own] or (letters if len(letters) == 1 else [])


def keep_attachments(reply: Reply, read: ReadMail) -> None:
    """Keep what is a document or a picture and says so truly; of the rest, and of what was cut off, the name."""
    rows = []
    broken = len(read.attachments) if reply.inbound.is_cut else 0  # the last one that came
    for position, attached in enumerate(read.attachments, 1):
        file, why = None, ""
        if attached.size > mail_reading.MOST_ATTACHMENT_BYTES or position == broken:
            why = ReplyAttachment.Left.SIZE
        else:
            try:
                file = store_file(attached.name, attached.content, allowed=KEPT_KINDS)
            except FileRefused:
                why = ReplyAttachment.Left.KIND
        rows.append(
            ReplyAttachment(
                reply=reply, position=position, name=attached.name, size=attached.size, file=file, left_out=why
            )
        )
    if read.left_over:
        name = f"+{read.left_over}"
        left = ReplyAttachment.Left.COUNT
        rows.append(ReplyAttachment(reply=reply, position=len(rows) + 1, name=name, size=0, left_out=left))
    ReplyAttachment.objects.bulk_create(rows)
