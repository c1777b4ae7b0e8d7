"""What a mail that came in says: its text as text only, who it claims to be from, and what kind of mail it is.

Anybody may have written it, so everything is bounded and nothing raises but what `taushet.services.inbound` expects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from html.parser import HTMLParser

from outreach.services.replies.quoting import split_quoted
from taushet.services.files import clean_name
from taushet.services.inbound import MOST_PARTS, UNREADABLE

LONGEST_TEXT = 100_000
MOST_ATTACHMENTS = 20
MOST_ATTACHMENT_BYTES = 10 * 1024 * 1024
MOST_HEADERS = 50
LONGEST_HEADER = 10_000

# How mail programs name such mail, in the subject.
AUTOMATIC = re.compile(
    r"^\W*(?:(?:sv|re|aw|vs)\s*:\s*)*(?:"
    r"automatisk (?:svar|e-?post|tilbakemelding|melding|bekreftelse|stadfesting|kvittering)|auto[- ]?svar"
    r"|automatic reply|auto[- ]?(?:reply|response)|out[- ]of[- ](?:the[- ])?office|not in (?:the )?office"
    r"|fr(?:avær|åvær|åver)s(?:melding|assistent)|ferie(?:melding|svar)|(?:jeg|eg) er på ferie)",
    re.IGNORECASE,
)
# How people name their absence, in the subject; what they write to us about may begin so too.
PERHAPS = re.compile(
    r"^\W*(?:(?:sv|re|aw|vs)\s*:\s*)*(?:(?:jeg|eg) er )?(?:fr(?:avær|åvær|åver)(?:ende|ande)?\b|ferie|permisjon"
    r"|(?:ikke|ikkje) (?:til stede|til stades|på kontoret|på jobb|tilgjengeleg|tilgjengelig)"
    r"|(?:borte fra|borte frå|utenfor|utanfor|ute av|vekke frå) kontoret|(?:jeg |eg )?har (?:sluttet|slutta)\b)",
    re.IGNORECASE,
)
# How they write of it.
ABSENT = re.compile(
    r"\b(?:er|har)\s+(?:\w+\s+){0,3}?(?:på ferie|ferie|(?:i )?permisjon|bortreist|borte|fraværende|fråverande"
    r"|(?:utenfor|utanfor|ute av) kontoret|(?:ikke|ikkje) (?:på kontoret|på jobb|til stede|til stades)|avspaserer"
    r"|sykmeldt|sjukmeld|(?:ikke|ikkje) tilgjengele?i?g)\b"
    r"|\btilbake (?:igjen )?på (?:kontoret|jobb)"
    r"|\ber tilbake (?:igjen |att )?(?:den |frå |fra |i (?:uke|veke) |\w+dag|\d)"
    r"|\b(?:jeg|eg) (?:kommer|kjem) (?:tilbake|att) (?:den |i uke |i veke |\w+dag|\d)"
    r"|\ble(?:ser|s) (?:ikke|ikkje) e-?post|\b(?:ikke|ikkje) lest?e? e-?post|\bi (?:mitt )?fr(?:avær|åvær)(?:et)?\b"
    r"|\b(?:jeg|eg) har (?:sluttet|slutta)\b|\bout of (?:the )?office|\bon (?:annual |sick )?leave\b"
    r"|\bon (?:vacation|holiday)\b"
    r"|\bsentralbordet er stengt|\bkontoret er stengt",
    re.IGNORECASE,
)
RECEIPT = re.compile(
    r"\b(?:bekrefter|stadfestar|bekreftelse på|stadfesting av) (?:mottatt|mottak|at vi har mottatt|at vi har fått)"
    r"|\b(?:er|har blitt|blei) (?:mottatt|motteke) (?:og|i)\b|\bvi har (?:mottatt|motteke) (?:din|deres|dykkar)\b",
    re.IGNORECASE,
)
UNANSWERABLE = re.compile(
    r"\b(?:ikke|ikkje) svar(?:e)? på denne|\b(?:kan|skal) (?:ikke|ikkje) (?:besvares|svarast)|\bdo not reply",
    re.IGNORECASE,
)
# What stands before the number of a case, and what such numbers look like.
JOURNAL = re.compile(
    r"(?:(?:vår(?:t)?|deres|dykkar)\s+(?:ref(?:eranse)?|saksnr)|saks?(?:nr|nummer)|arkiv(?:sak(?:snr|id)?|ref(?:eranse)?)"
    r"|journal(?:nr|nummer|post(?:nr|nummer)?)|(?:j\.?\s?nr))\.?\s*:?\s*"
    r"(?P<labelled>(?:19|20)?\d{2}/\d{1,6}(?:-\d{1,4})?|\d{1,6}/(?:19|20)?\d{2}(?!\d)|20\d{2}\d{3,7}(?!\d))"
    r"|\bsak\.?\s*:?\s*(?P<case>(?:19|20)?\d{2}/\d{1,6}(?:-\d{1,4})?)"
    r"|\b(?P<bare>(?:19|20)?\d{2}/\d{3,6}-\d{1,4})\b",
    re.IGNORECASE,
)


@dataclass
class Attached:
    """A file of a mail, not yet looked into."""

    name: str
    content: bytes
    size: int
    is_picture: bool = False


@dataclass
class ReadMail:
    """What could be read of a mail."""

    text: str = ""
    attachments: list[Attached] = field(default_factory=list)
    left_over: int = 0


def read_mail(mail: EmailMessage) -> ReadMail:
    """Return text and files of a mail. HTML becomes text; a part that cannot be read is a file without content.

    A mail within the mail is a file: its words are somebody else's.
    """
    read, html = ReadMail(), ""
    for number, part in enumerate(parts_of(mail)):
        kind, name = part.get_content_type(), _name_of(part)
        is_text = not name and not part.is_attachment()
        if kind == "text/plain" and is_text:
            read.text = f"{read.text}\n{_text_of(part)}".strip() if len(read.text) < LONGEST_TEXT else read.text
        elif kind == "text/html" and is_text:
            html = html or _text_of(part)
        elif len(read.attachments) < MOST_ATTACHMENTS:
            ending = "eml" if kind == "message/rfc822" else kind.rpartition("/")[2]
            read.attachments.append(_attached(part, name or f"{number}.{ending}"))
        else:
            read.left_over += 1
    read.text = clean_text(read.text or text_of_html(html))
    return read


def parts_of(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Give the parts of a mail that hold something, in their order, however deep; none of a mail within it."""
    waiting, seen = [mail], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop()
        if part.get_content_maintype() != "message" and part.is_multipart():
            waiting += reversed(part.get_payload())
            continue
        seen += 1
        yield part


def _name_of(part) -> str:
    try:
        return part.get_filename() or ""
    except UNREADABLE:
        return ""


def _text_of(part) -> str:
    try:
        return str(part.get_content())[:LONGEST_TEXT]
    except UNREADABLE:
        content = part.get_payload(decode=True) or b""
        return content[:LONGEST_TEXT].decode("latin-1")


def _attached(part, name: str) -> Attached:
    try:
        content = _mail_within(part) if part.is_multipart() else part.get_payload(decode=True) or b""
    except UNREADABLE:
        content = b""
    return Attached(
        clean_name(name), content[: MOST_ATTACHMENT_BYTES + 1], len(content), part.get_content_maintype() == "image"
    )


def _mail_within(part) -> bytes:
    return b"\n".join(one.as_bytes() for one in part.get_payload())


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
        self.pieces, self.unseen, self.quotes = [], 0, 0

    def handle_starttag(self, tag, attrs):
        self.unseen += tag in self.UNSEEN
        self.quotes += tag == "blockquote"
        if tag in self.BREAKS:
            self.break_line()

    def handle_endtag(self, tag):
        self.unseen -= tag in self.UNSEEN and self.unseen > 0
        self.quotes -= tag == "blockquote" and self.quotes > 0
        if tag in self.BREAKS - {"br"}:
            self.break_line()

    def break_line(self):
        self.pieces.append("\n" + "> " * min(self.quotes, 3))

    def handle_data(self, data):
        if not self.unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def _whole(html: str) -> str:
    """Take the signs from what is never closed, where the parser looks to the end of the text again at each."""
    for opens, closes in (("<!--", "-->"), ("<![", "]>"), ("<", ">")):
        end = html.rfind(closes) + len(closes) if closes in html else 0
        html = html[:end] + html[end:].replace(opens, " ")
    return html


def text_of_html(html: str) -> str:
    """Return the text of an HTML mail; nothing of its addresses, pictures or styles."""
    reader = _TextOnly()
    reader.feed(_whole(html[:LONGEST_TEXT]))
    reader.close()
    return re.sub(r" *\n *", "\n", "".join(reader.pieces))


def header(mail: EmailMessage, name: str) -> str:
    """Return a header on one line, empty when there is none that can be read."""
    return next(iter(headers(mail, name)), "")


def headers(mail: EmailMessage, *names: str) -> list[str]:
    """Return all headers with some names, as they stand from the top."""
    found = []
    for name in names:
        try:
            found += [clean_line(str(value)) for value in raw_headers(mail, name)]
        except UNREADABLE:
            continue
    return found


def raw_headers(mail: EmailMessage, name: str) -> list:
    """Return the headers with a name as Python parses them; each is cut, since long ones take it minutes."""
    named = [value for key, value in mail.raw_items() if key.lower() == name.lower()][:MOST_HEADERS]
    return [mail.policy.header_fetch_parse(name, str(value)[:LONGEST_HEADER]) for value in named]


def clean_line(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def is_automatic(mail: EmailMessage, subject: str, text: str = "") -> bool:
    """Whether a machine has answered: RFC 3834, what older programs put, reports, and how people word it here."""
    return answers_by_itself(mail, subject, text) or is_marked(mail)


def answers_by_itself(mail: EmailMessage, subject: str, text: str = "") -> bool:
    """Whether a mail is the answer of a machine, and not only sent by one.

    A subject that speaks of absence is enough when the text does too, or says nothing.
    """
    said = _auto_submitted(mail)
    if said not in {"", "no", "auto-generated"} or mail.get_content_type() == "multipart/report":
        return True
    if any(header(mail, name) for name in ("X-Autoreply", "X-Autorespond")):
        return True
    if header(mail, "Precedence").lower() in {"auto_reply", "auto-reply"} or header(mail, "Return-Path") == "<>":
        return True
    own = split_quoted(text)[0][:2000]
    return bool(AUTOMATIC.search(subject) or (PERHAPS.search(subject) and (not own or ABSENT.search(own))))


def is_marked(mail: EmailMessage) -> bool:
    """Whether a mail asks machines for no answer: case systems do on all they send (MS-OXCMAIL, 2.1.3.2.20)."""
    unwanted = set(re.split(r"[\s,;]+", header(mail, "X-Auto-Response-Suppress").lower()))
    return _auto_submitted(mail) == "auto-generated" or bool(unwanted & {"all", "oof", "autoreply"})


def _auto_submitted(mail: EmailMessage) -> str:
    return header(mail, "Auto-Submitted").partition(";")[0].strip().lower()


def may_be_an_answer(mail: EmailMessage, read: ReadMail, subject: str, journal_number: str) -> bool:
    """Whether a person should look at a mail although a machine sent it.

    Archive systems send the letters of a municipality so: with a file that is no mere picture, or a journal number. A
    case system marks what people write in it like its own receipts. A report about delivery is no answer.
    """
    if mail.get_content_type() == "multipart/report":
        return False
    if journal_number or read.left_over or any(not attached.is_picture for attached in read.attachments):
        return True
    own = split_quoted(read.text)[0][:2000]
    says_nothing = not own or any(words.search(own) for words in (ABSENT, RECEIPT, UNANSWERABLE))
    return not says_nothing and not answers_by_itself(mail, subject, read.text)


def journal_number_of(subject: str, text: str) -> str:
    """Return the first journal or case number of the municipality, such as "24/01234-5"; empty without one."""
    found = JOURNAL.search(f"{subject}\n{split_quoted(text)[0][:20_000]}")
    return (found["labelled"] or found["case"] or found["bare"]) if found else ""
