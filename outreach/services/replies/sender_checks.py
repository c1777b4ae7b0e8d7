"""Whether a mail is from whom it says: one sender, and what our own receiver found of that sender's domain.

Anybody can write any header. What our receiver puts on top of a mail is the one thing believed.
"""

from email.errors import InvalidHeaderDefect
from email.message import EmailMessage
from email.utils import parseaddr
from itertools import takewhile

from django.conf import settings

from outreach.services.replies.mail_reading import headers, raw_headers
from taushet.services.inbound import UNREADABLE

# In TAUSHET_AUTHSERV_IDS: a receiver that gives no name, as Microsoft 365 does.
NAMELESS = "-"
MOST_RESULTS = 10


def only_sender(mail: EmailMessage) -> tuple[str, str]:
    """Return name and address of the one sender; both empty unless there is exactly one (RFC 5322, 3.6.2).

    A mail with two senders, or with one that is read in two ways, may show one and prove another.
    """
    try:
        found = raw_headers(mail, "From")
        if len(found) != 1 or len(found[0].addresses) != 1:
            return "", ""
        sender = found[0].addresses[0]
        is_broken = any(isinstance(defect, InvalidHeaderDefect) for defect in found[0].defects)
        if is_broken or "@" not in sender.addr_spec or parseaddr(str(found[0]))[1] != sender.addr_spec:
            return "", ""
        return sender.display_name, sender.addr_spec
    except UNREADABLE:
        return "", ""


def dmarc_result(mail: EmailMessage) -> str:
    """Return "pass", "fail" or "none": what our own receiver found of the domain of the one sender (RFC 8601).

    A pass is believed only of the topmost `Authentication-Results`, and only when that is of a receiver named in
    TAUSHET_AUTHSERV_IDS: a receiver puts its own on top, so one further down, like one in anybody else's name, may have
    come with the mail. A receiver may write one for each thing it checks, so a fail counts in those of the same name
    that follow it too: whoever brings a false one harms but themselves. A pass is one for the domain in From, and for
    no other.
    """
    read = [read_results(value) for value in headers(mail, "Authentication-Results")[:MOST_RESULTS]]
    server, results = read[0] if read else ("", [])
    if server.lower() not in settings.AUTHSERV_IDS:
        return "none"
    own = takewhile(lambda one: one[0].lower() == server.lower(), read)
    if any(method == "dmarc" and said == "fail" for _server, found in own for method, said, _properties in found):
        return "fail"
    found = [(said, properties) for method, said, properties in results if method == "dmarc"]
    domain = _plain_domain(only_sender(mail)[1].rpartition("@")[2])
    about_sender = domain and all(
        _plain_domain(properties.get("header.from", "")) == domain for _said, properties in found
    )
    return "pass" if found and about_sender and all(said == "pass" for said, _properties in found) else "none"


def read_results(value: str) -> tuple[str, list[tuple[str, str, dict[str, str]]]]:
    """Return who checked ("-" when it does not say) and what: method, result and properties of each (RFC 8601, 2.2).

    What cannot be read whole gives nothing.
    """
    parts = _parts(value)
    if not parts or not parts[0]:
        return "", []
    first = parts[0]
    if len(first) > 1 and first[1] == ("=", False):
        server = NAMELESS
    elif len(first) == 1 or (len(first) == 2 and first[1][0].isdigit()):
        server, parts = first[0][0], parts[1:]
    else:
        return "", []
    found = []
    for part in parts:
        pairs = [
            (part[place - 1][0].lower(), part[place + 1][0])
            for place in range(1, len(part) - 1)
            if part[place] == ("=", False)
        ]
        if pairs:
            method, said = pairs[0]
            # The first of a name counts: a later one may have been slipped in.
            found.append((method.partition("/")[0], said.lower(), dict(reversed(pairs[1:]))))
    return server, found


def _parts(value: str) -> list[list[tuple[str, bool]]]:
    """Return the words between semicolons, each with whether it was quoted; comments left out; nothing if broken."""
    parts, word, depth, place = [[]], "", 0, 0

    def end_word():
        nonlocal word
        if word:
            parts[-1].append((word, False))
        word = ""

    while place < len(value):
        sign = value[place]
        if sign == "\\" and depth:
            place += 1
        elif sign == "(":
            end_word()
            depth += 1
        elif depth:
            depth -= sign == ")"
        elif sign == '"':
            end_word()
            quoted, place = _quoted_string(value, place + 1)
            if place < 0:
                return []
            parts[-1].append((quoted, True))
        elif sign.isspace() or sign in ";=":
            end_word()
            if sign == ";":
                parts.append([])
            elif sign == "=":
                parts[-1].append(("=", False))
        else:
            word += sign
        place += 1
    end_word()
    return [] if depth else parts


def _quoted_string(value: str, place: int) -> tuple[str, int]:
    """Return the text up to the closing quote and the place of that, -1 when there is none (RFC 5322, 3.2.4)."""
    text = ""
    while place < len(value):
        if value[place] == '"':
            return text, place
        place += value[place] == "\\"
        text += value[place : place + 1]
        place += 1
    return text, -1


def _plain_domain(domain: str) -> str:
    """Return a domain as it is compared: small letters, in ASCII (RFC 5890)."""
    domain = domain.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode() if domain else ""
    except UNREADABLE:
        return domain
