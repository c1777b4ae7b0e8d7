"""From a stored message to the e-mail that leaves: the last step, where private links are put in."""

import email.policy
import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import MIMEPart
from email.utils import format_datetime
from types import MappingProxyType

from django.core.mail import EmailMultiAlternatives

from taushet.models import Message, MessageAttachment
from taushet.seals import unseal
from taushet.services.lean_mime import write_alternatives
from taushet.services.links import fill_placeholders
from taushet.services.mail_html import make_html


class UnbrokenHeader(UnstructuredHeader):
    """A header of addresses in angle brackets. Python would encode a long one, and then no mail program reads it."""

    def fold(self, *, policy):
        return f"{self.name}: {self}".replace(", <", f",{policy.linesep} <") + policy.linesep


PLAIN_ADDRESS = re.compile(r"[\w+-]+(?:\.[\w+-]+)*@[\w-]+(?:\.[\w-]+)+", re.ASCII)
NO_LINKS: Mapping[str, str] = MappingProxyType({})
HEADERS = HeaderRegistry()
for name in ("list-unsubscribe", "list-help", "list-id"):
    HEADERS.map_to_type(name, UnbrokenHeader)


class SevenBitEmail(EmailMultiAlternatives):
    """An e-mail whose bytes are plain ASCII, so that no server on the way has to re-encode and break it."""

    to_address = ""  # of the one it goes to, without the name

    def message(self, *, policy=email.policy.default):
        message = super().message(policy=policy.clone(cte_type="7bit", header_factory=HEADERS))
        for part in message.walk():
            if part.get_content_maintype() == "text" and not part.is_attachment():
                _write_readably(part)
        return message

    def wire(self) -> bytes:
        """Return the bytes that leave over SMTP: what `message` says, written in a short way where it can be."""
        html = self.alternatives
        if self.attachments or self.cc or [kind for _content, kind in html] != ["text/html"]:
            return self.message(policy=email.policy.SMTP).as_bytes()
        headers = [("Subject", self.subject), ("From", self.from_email), ("To", ", ".join(self.to))]
        headers += [("Reply-To", ", ".join(self.reply_to))] if self.reply_to else []
        return write_alternatives([*headers, *self.extra_headers.items()], self.body, html[0][0], HEADERS)


def _write_readably(part: MIMEPart) -> None:
    """Use quoted-printable, not base64, for texts: mail programs and filters like it better, and so do people."""
    kind, method = part.get_content_subtype(), part["Content-Type"].params.get("method")
    params = {"method": method} if method else None
    part.set_content(part.get_content(), subtype=kind, charset="utf-8", cte="quoted-printable", params=params)


def build_email(
    message: Message, *, first_tried_at: datetime, plain: bool = False, links: Mapping[str, str] = NO_LINKS
) -> SevenBitEmail:
    """Return the e-mail with private links filled in; Message-ID and Date are the same at every attempt.

    With a calendar it is built as RFC 6047 and the calendar programs want it: the invitation as the last
    alternative and again as an attached file, the same bytes. `plain` leaves out what some provider's
    interface cannot carry: the alternative and the metadata. `links` are addresses that were found for many mails at
    once. Raises SecretLink.DoesNotExist when a link in it
    has been revoked, and BrokenSeal when the text was sealed with another key.
    """
    text, html = read_bodies(message)
    drawn = dict(links)
    mail = SevenBitEmail(
        subject=message.subject,
        body=fill_placeholders(text, drawn),
        from_email=message.from_email,
        to=[str(named_address(message.to_name, message.to_email))],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=_headers(message, first_tried_at, links),
    )
    mail.to_address = message.to_email
    mail.attach_alternative(fill_placeholders(html, drawn), "text/html")
    if message.calendar:
        calendar = calendar_lines(message.calendar)
        if not plain:
            mail.attach_alternative(calendar, f"text/calendar; method={message.calendar_method}")
        mail.attach(_calendar_file(calendar))
    for attachment in attachments_of(message):
        mail.attach(attachment.file.name, bytes(attachment.file.content), attachment.file.content_type)
    if not plain:
        mail.metadata = {"message_id": message.message_id}
    return mail


def named_address(name: str, address: str) -> Address:
    """Return an address with a name for a header; raises ValueError for one that is none or has line breaks."""
    if not PLAIN_ADDRESS.fullmatch(address):
        return Address(name, addr_spec=address)
    user, _at, domain = address.rpartition("@")
    return Address(name, user, domain)  # what the other way comes to, without reading each anew


def attachments_of(message: Message) -> list[MessageAttachment]:
    """Return the files of a message in their order, those that were fetched for many at once when they were."""
    if "attachments" in getattr(message, "_prefetched_objects_cache", {}):
        return sorted(message.attachments.all(), key=lambda attachment: attachment.pk)
    return list(message.attachments.select_related("file").order_by("pk"))


def read_bodies(message: Message) -> tuple[str, str]:
    """Return text and HTML with placeholders, opening the seal; raises BrokenSeal."""
    if message.sealed_text is None:
        return message.text, message.html
    text = unseal(message.sealed_text)
    return text, make_html(text, subject=message.subject, language=message.language)


def calendar_lines(calendar: str) -> str:
    """Return a stored calendar with CRLF everywhere. It holds no private link, so nothing is filled in."""
    return "".join(f"{line}\r\n" for line in calendar.splitlines())


def _headers(message: Message, first_tried_at: datetime, links: Mapping[str, str]) -> dict[str, str]:
    own = {name: fill_placeholders(value, dict(links)) for name, value in message.headers.items()}
    return {
        "Message-ID": message.message_id,
        "Date": format_datetime(first_tried_at.replace(microsecond=0)),
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    } | own


def _calendar_file(calendar: str) -> MIMEPart:
    part = MIMEPart()
    part.set_content(
        calendar.encode(),
        maintype="application",
        subtype="ics",
        disposition="attachment",
        filename="invite.ics",
        params={"name": "invite.ics"},
    )
    return part
