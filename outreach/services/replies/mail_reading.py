"""What a mail that came in says: its text as text only, who it claims to be from, and what kind of mail it is.

Anybody may have written it, so everything is bounded and nothing raises but what `taushet.services.inbound` expects.
"""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from html.parser import HTMLParser

from django.conf import settings

from taushet.services.files import clean_name
from taushet.services.inbound import MOST_PARTS, UNREADABLE

LONGEST_TEXT = 100_000
MOST_ATTACHMENTS = 20
MOST_ATTACHMENT_BYTES = 10 * 1024 * 1024

# How mail programs begin what they quote: «Fra: … Sendt: …», «On … wrote:», «Den … skrev …:», «--Opprinnelig melding».
QUOTED = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:Opprinnelig melding|Original Message|Videresendt|Forwarded message)"
    r"|(?:Den|På|On)\s.{4,200}\s(?:skrev|wrote)\b.*:\s*$"
    r"|(?:Fra|Frå|From):\s.*$(?=\n\s*(?:Sendt|Sent|Dato|Date|Til|To):))",
    re.IGNORECASE | re.MULTILINE,
)
AWAY = re.compile(
    r"^\W*(?:(?:sv|re|aw):\s*)*(?:automatisk (?:svar|e-?post)|autosvar|automatic reply|auto[- ]?reply"
    r"|out of (?:the )?office|fraværsmelding|fråværsmelding|fravær\s*(?::|$)"
    r"|ikke til stede|ikkje til stades|ferieavvikling|utenfor kontoret)",
    re.IGNORECASE,
)
JOURNAL = re.compile(
    r"(?:(?:vår(?:t)?|deres|dykkar)\s+(?:ref(?:eranse)?|saksnr)|saks?(?:nr|nummer)|arkivsak(?:snr|id)?|journal(?:nr|nummer)|"
    r"(?:j\.?\s?nr)|sak)\.?\s*:?\s*(?P<labelled>(?:19|20)?\d{2}/\d{1,6}(?:-\d{1,4})?)"
    r"|\b(?P<bare>(?:19|20)?\d{2}/\d{3,6}-\d{1,4})\b",
    re.IGNORECASE,
)


@dataclass
class Attached:
    """A file of a mail, not yet looked into."""

    name: str
    content: bytes
    size: int


@dataclass
class ReadMail:
    """What could be read of a mail."""

    text: str = ""
    attachments: list[Attached] = field(default_factory=list)
    left_over: int = 0


def read_mail(mail: EmailMessage) -> ReadMail:
    """Return text and files of a mail. HTML becomes text; a part that cannot be read is a file without content."""
    read, html = ReadMail(), ""
    for number, part in enumerate(mail.walk()):
        if number >= MOST_PARTS:
            break
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), part.get_filename()
        if kind == "text/plain" and not name and not part.is_attachment():
            read.text = f"{read.text}\n{_text_of(part)}".strip() if len(read.text) < LONGEST_TEXT else read.text
        elif kind == "text/html" and not name and not part.is_attachment():
            html = html or _text_of(part)
        elif len(read.attachments) < MOST_ATTACHMENTS:
            read.attachments.append(_attached(part, name or f"{number}.{kind.rpartition('/')[2]}"))
        else:
            read.left_over += 1
    read.text = clean_text(read.text or text_of_html(html))
    return read


def _text_of(part) -> str:
    try:
        return str(part.get_content())[:LONGEST_TEXT]
    except UNREADABLE:
        content = part.get_payload(decode=True) or b""
        return content[:LONGEST_TEXT].decode("latin-1")


def _attached(part, name: str) -> Attached:
    try:
        content = part.get_payload(decode=True) or b""
    except UNREADABLE:
        content = b""
    return Attached(clean_name(name), content[: MOST_ATTACHMENT_BYTES + 1], len(content))


def clean_text(text: str) -> str:
    """Return a text that any database takes, with no more than two line breaks in a row."""
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign == "\n" or sign == "\t" or sign.isprintable() or sign == "\u00a0")
    return re.sub(r"\n[ \t]*(?:\n[ \t]*)+", "\n\n", text[:LONGEST_TEXT]).strip()


class _TextOnly(HTMLParser):
    """Keeps what people see of HTML."""

    UNSEEN = frozenset({"style", "script", "head", "title", "template"})
    BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces, self.unseen = [], 0

    def handle_starttag(self, tag, attrs):
        self.unseen += tag in self.UNSEEN
        if tag in self.BREAKS:
            self.pieces.append("\n")
        if tag == "blockquote":
            self.pieces.append("> ")

    def handle_endtag(self, tag):
        self.unseen -= tag in self.UNSEEN and self.unseen > 0
        if tag in self.BREAKS - {"br"}:
            self.pieces.append("\n")

    def handle_data(self, data):
        if not self.unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def text_of_html(html: str) -> str:
    """Return the text of an HTML mail; nothing of its addresses, pictures or styles."""
    reader = _TextOnly()
    reader.feed(html[:LONGEST_TEXT])
    reader.close()
    return re.sub(r" *\n *", "\n", "".join(reader.pieces))


def split_quoted(text: str) -> tuple[str, str]:
    """Return what the sender wrote, and what follows it of earlier mail."""
    found = QUOTED.search(text)
    return (text[: found.start()].strip(), text[found.start() :].strip()) if found else (text.strip(), "")


def header(mail: EmailMessage, name: str) -> str:
    """Return a header on one line, empty when there is none that can be read."""
    try:
        return clean_line(str(mail[name] or ""))
    except UNREADABLE:
        return ""


def headers(mail: EmailMessage, *names: str) -> list[str]:
    """Return all headers with some names, as they stand from the top."""
    found = []
    for name in names:
        try:
            found += [clean_line(str(value)) for value in mail.get_all(name, [])][:50]
        except UNREADABLE:
            continue
    return found


def clean_line(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def is_automatic(mail: EmailMessage, subject: str) -> bool:
    """Whether a machine has answered: RFC 3834, what older programs put, reports, and how people word it here."""
    said = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if said not in {"", "no"} or mail.get_content_type() == "multipart/report":
        return True
    if any(header(mail, name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress-Reply")):
        return True
    if header(mail, "Precedence").lower() in {"auto_reply", "auto-reply"}:
        return True
    return header(mail, "Return-Path") == "<>" or bool(AWAY.search(subject))


def dmarc_result(mail: EmailMessage) -> str:
    """Return "pass", "fail" or "none": what our own receiver found (RFC 8601).

    Only the topmost `Authentication-Results` of a receiver named in TAUSHET_AUTHSERV_IDS is read: a receiver puts its
    own on top, so one further down, like one in anybody else's name, may have come with the mail.
    """
    for value in headers(mail, "Authentication-Results"):
        server, _semicolon, results = value.partition(";")
        if (server.split() or [""])[0].lower() not in settings.AUTHSERV_IDS:
            continue
        found = re.search(r"(?:^|;)\s*dmarc\s*=\s*(\w+)", re.sub(r"\([^()]*\)", "", results), re.IGNORECASE)
        said = found[1].lower() if found else "none"
        return said if said in {"pass", "fail"} else "none"
    return "none"


def journal_number_of(subject: str, text: str) -> str:
    """Return the first journal or case number of the municipality, such as "24/01234-5"; empty without one."""
    found = JOURNAL.search(f"{subject}\n{split_quoted(text)[0][:20_000]}")
    return (found["labelled"] or found["bare"]) if found else ""
