"""From a mail that came in to a reply with links to the letters it is about; nothing here answers anybody."""

import logging
import re
from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from outreach.models import Letter, Mandate, OfficeTask, Reply, ReplyAttachment, ReplyLink
from outreach.services.offices.leaving import says_left
from outreach.services.offices.office_tasks import open_task
from outreach.services.replies import mail_reading
from outreach.services.replies.mail_reading import ReadMail, clean_line, header, headers
from outreach.services.replies.reply_addresses import letter_of_address
from outreach.services.replies.sender_checks import dmarc_result, only_sender
from taushet.models import InboundMail
from taushet.services import audit
from taushet.services.files import CSV, DOCUMENTS, ICS, IMAGES, PPTX, TEXT, XLSX, FileRefused, store_file

logger = logging.getLogger(__name__)

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
    found = find_letters(mail, recipients, read.text, inbound)
    if not found and not came_to_us(recipients):
        return False
    if not Reply.objects.filter(inbound=inbound).exists():
        with transaction.atomic():
            keep_reply(inbound, mail, read, found)
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


def keep_reply(inbound: InboundMail, mail: EmailMessage, read: ReadMail, found: dict[Letter, str]) -> Reply:
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
        is_automatic=mail_reading.is_automatic(mail, subject),
        is_from_office=is_from_office(from_email.lower(), found),
        received_at=inbound.received_at,
    )
    if checked == Reply.Check.FAIL:
        reply.kind = Reply.Kind.QUARANTINE
    elif reply.is_automatic and not mail_reading.may_be_an_answer(mail, read, reply.journal_number):
        reply.kind, reply.sorted_at = Reply.Kind.AUTOMATIC, timezone.now()
    reply.says_left = says_left(read.text)
    if reply.is_from_office and checked == Reply.Check.PASS:
        reply.verified_at = timezone.now()
    reply.save(force_insert=True)
    ReplyLink.objects.bulk_create(ReplyLink(reply=reply, letter=letter, how=how) for letter, how in found.items())
    keep_attachments(reply, read)
    if reply.says_left and reply.kind != Reply.Kind.QUARANTINE:
        ask_who_holds_it(inbound, found)
    audit.record("reply.received", reply, kind="provider", sort=reply.kind, letters=len(found))
    return reply


def ask_who_holds_it(inbound: InboundMail, letters: Iterable[Letter]) -> None:
    """Let staff look after the offices whose holder is said to have left."""
    offices = {letter.mandate_id for letter in letters if letter.mandate_id}
    for mandate in Mandate.objects.filter(pk__in=offices, politician__isnull=False).order_by("pk"):
        open_task(mandate, OfficeTask.Reason.LEFT, inbound=inbound)


def is_from_office(email: str, found: dict[Letter, str]) -> bool:
    """Whether an address is the one that a letter went to, or the one its office has now."""
    mandates = [letter.mandate_id for letter in found if letter.mandate_id]
    known = {letter.to_email.lower() for letter in found if letter.to_email}
    known |= {address.lower() for address in Mandate.objects.filter(pk__in=mandates).values_list("email", flat=True)}
    return bool(email) and email in known


def find_letters(mail: EmailMessage, recipients: list[str], text: str, inbound: InboundMail) -> dict[Letter, str]:
    """Return the letters a mail is about, each with how it was found; the surest way that finds any decides."""
    found: dict[Letter, str] = {}
    for address in split_addresses(recipients) + TOKEN.findall(text)[:MOST_LINKS]:
        if (letter := letter_of_address(address)) is not None:
            found.setdefault(letter, ReplyLink.How.TOKEN)
    for letter in letters_referred_to(mail):
        found.setdefault(letter, ReplyLink.How.REFERENCE)
    if not found:
        sender = parseaddr(header(mail, "From"))[1] or inbound.from_email
        subject = header(mail, "Subject") or inbound.subject
        found = dict.fromkeys(letters_by_subject(subject, sender), ReplyLink.How.SUBJECT)
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
    ours = Letter.objects.filter(message__message_id__in=ids + bare)
    names = {one.partition("@")[0] for one in bare} | set(bare) | set(ids)
    theirs = Letter.objects.filter(message__attempts__provider_id__in=names)
    numbers = {*ours.values_list("pk", flat=True), *theirs.values_list("pk", flat=True)}
    return list(Letter.objects.filter(pk__in=numbers).order_by("pk")[:MOST_LINKS])


def letters_by_subject(subject: str, sender: str) -> list[Letter]:
    """Return the letters with a subject that somebody at the same domain has had; never by a common domain alone."""
    bare = ANSWERED.sub("", subject).strip()
    domain = sender.lower().rpartition("@")[2]
    if not bare or not domain:
        return []
    same = Letter.objects.filter(subject=bare, status__in=LEFT)
    who = {"to_email__iexact": sender} if domain in COMMON_DOMAINS else {"to_email__iendswith": f"@{domain}"}
    return list(same.filter(**who).order_by("-settled_at", "-pk")[:MOST_LINKS])


def keep_attachments(reply: Reply, read: ReadMail) -> None:
    """Keep what is a document or a picture and says so truly; of the rest the name."""
    rows = []
    for position, attached in enumerate(read.attachments, 1):
        file, why = None, ""
        if attached.size > mail_reading.MOST_ATTACHMENT_BYTES:
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
