"""From a stored message to the e-mail that leaves: the last step, where private links are put in."""

import email.policy
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import MIMEPart
from email.utils import format_datetime

from django.core.mail import EmailMultiAlternatives

from taushet.models import Message, MessageAttachment
from taushet.seals import unseal
from taushet.services.links import fill_placeholders
from taushet.services.mail_html import make_html


class UnbrokenHeader(UnstructuredHeader):
    """A header of addresses in angle brackets. Python would encode a long one, and then no mail program reads it."""

    def fold(self, *, policy):
        return f"{self.name}: {self}".replace(", <", f",{policy.linesep} <") + policy.linesep


HEADERS = HeaderRegistry()
for name in ("list-unsubscribe", "list-help", "list-id"):
    HEADERS.map_to_type(name, UnbrokenHeader)


class SevenBitEmail(EmailMultiAlternatives):
    """An e-mail whose bytes are plain ASCII, so that no server on the way has to re-encode and break it."""

    def message(self, *, policy=email.policy.default):
        message = super().message(policy=policy.clone(cte_type="7bit", header_factory=HEADERS))
        for part in message.walk():
            if part.get_content_maintype() == "text" and not part.is_attachment():
                _write_readably(part)
        return message


def _write_readably(part: MIMEPart) -> None:
    """Use quoted-printable, not base64, for texts: mail programs and filters like it better, and so do people."""
    kind, method = part.get_content_subtype(), part["Content-Type"].params.get("method")
    params = {"method": method} if method else None
    part.set_content(part.get_content(), subtype=kind, charset="utf-8", cte="quoted-printable", params=params)


def build_email(message: Message, *, first_tried_at: datetime, plain: bool = False) -> SevenBitEmail:
    """Return the e-mail with private links filled in; Message-ID and Date are the same at every attempt.

    With a calendar it is built as RFC 6047 and the calendar programs want it: the invitation as the last
    alternative and again as an attached file, the same bytes. `plain` leaves out what some provider's
    interface cannot carry: the alternative and the metadata. Raises SecretLink.DoesNotExist when a link in it
    has been revoked, and BrokenSeal when the text was sealed with another key.
    """
    text, html = read_bodies(message)
    drawn: dict[str, str] = {}
    mail = SevenBitEmail(
        subject=message.subject,
        body=fill_placeholders(text, drawn),
        from_email=message.from_email,
        to=[str(Address(message.to_name, addr_spec=message.to_email))],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=_headers(message, first_tried_at),
    )
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


def _headers(message: Message, first_tried_at: datetime) -> dict[str, str]:
    own = {name: fill_placeholders(value) for name, value in message.headers.items()}
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
