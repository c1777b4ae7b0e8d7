"""The one outbox: writing a message, and what a person may do with it. Sending is the worker's (`sending`)."""

import re
import secrets
import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from taushet.exceptions import TaushetError
from taushet.models import Message, MessageAttachment, StoredFile, Suppression, User
from taushet.registries import message_kinds
from taushet.seals import seal
from taushet.services import audit
from taushet.services.links import Placeholder, fill_placeholders, without_placeholders
from taushet.services.mail_html import clickable, links_in, make_html
from taushet.services.mime import read_bodies
from taushet.services.settling import queue_again, rest

OWN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version"}
)
State = Message.State
HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")


class MessageRefused(TaushetError):
    """A message that must not be written: unknown kind, a broken address, or a line break in a header."""


class WrongState(TaushetError):
    """What was asked cannot be done to the message as it is."""


def render_mail(template: str, context: Mapping, language: str) -> tuple[str, str]:
    """Return subject and text of `templates/emails/<template>.subject.txt` and `.txt` in a language.

    Nothing is escaped, since the result is plain text; the HTML form is made by the outbox. The placeholders of the
    context stand for private links; one that somebody has typed as a name stands for nothing.
    """
    mark = secrets.token_hex(8)
    marked = Context(_mark_placeholders(dict(context), mark), autoescape=False)
    with translation.override(language):
        drafts = [
            get_template(f"emails/{template}.{ending}").template.render(marked) for ending in ("subject.txt", "txt")
        ]
    subject, text = (without_placeholders(draft).replace(mark, "[[") for draft in drafts)
    return " ".join(subject.split()), re.sub(r"\n[ \t]*(?:\n[ \t]*)+\n", "\n\n", text).strip() + "\n"


def _mark_placeholders(value: Any, mark: str) -> Any:
    """Return a context in which our own placeholders begin with a mark that nobody can know."""
    if isinstance(value, Placeholder):
        return mark + value.removeprefix("[[")
    if isinstance(value, dict):
        return {name: _mark_placeholders(inner, mark) for name, inner in value.items()}
    return [_mark_placeholders(inner, mark) for inner in value] if isinstance(value, list) else value


def house_sender() -> str:
    """Return the From of course mail, whose domain does not tell what it is about (design rule 9)."""
    return str(Address(settings.MAIL_FROM_NAME, addr_spec=settings.MAIL_FROM))


def write_message(*, attachments: Iterable[StoredFile] = (), **fields) -> Message:
    """Put a message in the outbox, inside the caller's transaction; the worker sends it once that is committed.

    `fields` are those of `draft_message`, which says what is refused.
    """
    message = draft_message(**fields)
    # No savepoint: it would cost two trips to the database, under the lock of whatever the message is about.
    with transaction.atomic(savepoint=False):
        message.save(force_insert=True)
        MessageAttachment.objects.bulk_create(MessageAttachment(message=message, file=file) for file in attachments)
    return message


def write_messages(drafts: Iterable[Message]) -> list[Message]:
    """Put many messages without attachments in the outbox, inside the caller's transaction."""
    return Message.objects.bulk_create(drafts)


def draft_message(
    *,
    kind: str,
    to_email: str,
    subject: str,
    text: str,
    language: str,
    to_name: str = "",
    priority: int = Message.Priority.BOOKING,
    reply_to: str = "",
    from_email: str | None = None,
    headers: Mapping[str, str] | None = None,
    links: Collection[str] | None = None,
    calendar: str = "",
    calendar_method: str = "",
    due_at: datetime | None = None,
    is_demonstration: bool = False,
) -> Message:
    """Return a message that may be put in the outbox.

    `text` holds `services.links.placeholder(...)` where private links belong. The text of a sealed kind is kept
    encrypted. With `links` only these addresses can be clicked in its HTML. Raises MessageRefused when nobody
    registered the kind, an address is none, or anything that ends in a header holds a line break.
    """
    message_kind = message_kinds.get(kind)
    if message_kind is None:
        raise MessageRefused(f"Nobody registered the message kind {kind!r}.")
    house = house_sender()
    from_email = from_email or house
    headers = dict(headers or {})
    _check_addresses(parseaddr(from_email)[1], to_email, reply_to)
    _check_headers(headers, subject, to_name, from_email)
    if len(subject) > Message._meta.get_field("subject").max_length:
        raise MessageRefused("The subject is too long.")
    return Message(
        kind=kind,
        priority=priority,
        message_id=_make_message_id(from_email, is_house=from_email == house),
        from_email=from_email,
        to_email=to_email,
        to_name=to_name[:120],
        reply_to=reply_to,
        language=language,
        subject=subject,
        text="" if message_kind.sealed else text,
        html="" if message_kind.sealed else make_html(text, subject=subject, language=language, links=links),
        sealed_text=seal(text) if message_kind.sealed else None,
        calendar=calendar,
        calendar_method=calendar_method,
        headers=headers,
        is_demonstration=is_demonstration,
        due_at=due_at or timezone.now(),
    )


def _make_message_id(from_email: str, *, is_house: bool) -> str:
    """Return an identity for life, on the neutral host unless the sender is another house's address."""
    neutral = urlsplit(settings.NEUTRAL_URL).hostname
    domain = neutral if is_house else parseaddr(from_email)[1].rpartition("@")[2]
    return f"<{uuid.uuid4().hex}@{domain}>"


def _check_addresses(sender: str, recipient: str, reply_to: str) -> None:
    for address in filter(None, (sender, recipient, reply_to)):
        try:
            validate_email(address)
        except ValidationError as error:
            raise MessageRefused("That is not an e-mail address.") from error
    if not (sender and recipient):
        raise MessageRefused("A message needs a sender and a recipient.")


def _check_headers(headers: Mapping[str, str], *values: str) -> None:
    for name in headers:
        if not HEADER_NAME.fullmatch(name) or name.lower() in OWN_HEADERS or name.lower().startswith("content-"):
            raise MessageRefused(f"The header {name!r} is not for callers to set.")
    for value in (*headers.values(), *values):
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise MessageRefused("A header must not hold a line break or another control character.")


def read_message(message: Message) -> str:
    """Return the text of a message with placeholders where private links go.

    A sealed text is opened in the demonstration only, else the answer is empty.
    """
    if message.sealed_text is not None and not settings.DEMO:
        return ""
    text, _html = read_bodies(message)
    return text


def show_message(message: Message) -> SafeString:
    """Return the text of a message as HTML with its private links, where what is a link in the mail is one.

    In the demonstration only: raises WrongState elsewhere.
    """
    if not settings.DEMO:
        raise WrongState(_("Private links are shown to their owners only."))
    text, html = read_bodies(message)
    return mark_safe(fill_placeholders(clickable(text, links_in(html)), {}))  # noqa: S308


@transaction.atomic
def hold_message(message: Message, *, by: User) -> None:
    """Keep a waiting message from leaving; raises WrongState when it does not wait."""
    message = _lock(message, State.QUEUED)
    rest(message, State.HELD, gettext_noop("Held back by a person."))
    audit.record("message.held", message, by=by)


@transaction.atomic
def release_message(message: Message, *, by: User | None = None) -> None:
    """Put a held message back in the queue, where its kind is asked again; raises WrongState."""
    message = _lock(message, State.HELD)
    queue_again(message)
    audit.record("message.released", message, by=by)


@transaction.atomic
def cancel_message(message: Message, *, by: User | None = None, reason: str = "") -> None:
    """Give a message up for good; raises WrongState when it may have left already."""
    message = _lock(message, State.QUEUED, State.HELD, State.FAILED)
    rest(message, State.CANCELLED, reason or (gettext_noop("Cancelled by a person.") if by else ""))
    audit.record("message.cancelled", message, by=by)


@transaction.atomic
def send_message_again(message: Message, *, by: User) -> None:
    """Queue a message whose fate is unknown, that failed or that stayed here; it keeps its Message-ID.

    Raises WrongState from any other state, and when the text has been erased.
    """
    message = _lock(message, State.UNKNOWN, State.FAILED, State.STAYED)
    if message.erased_at:
        raise WrongState(_("The text has been erased, so it cannot be sent again."))
    was = message.state
    queue_again(message)
    audit.record("message.sent_again", message, by=by, was=was)


@transaction.atomic
def mark_message_sent(message: Message, *, by: User) -> None:
    """Record that a message of unknown fate has arrived, as a person found out; raises WrongState."""
    message = _lock(message, State.UNKNOWN)
    rest(message, State.SENT, gettext_noop("Marked as sent by a person."))
    audit.record("message.marked_sent", message, by=by)


@transaction.atomic
def lift_suppression(suppression: Suppression, *, by: User) -> None:
    """Let mail go to an address again."""
    audit.record("suppression.lifted", suppression, by=by, cause=suppression.cause)
    suppression.delete()


def _lock(message: Message, *states: str) -> Message:
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.state not in states:
        raise WrongState(
            _("This cannot be done now. The message is: %(state)s.") % {"state": message.get_state_display()}
        )
    return message
