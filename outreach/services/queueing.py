"""From an approved letter to the message that carries it."""

from collections.abc import Iterable
from datetime import datetime
from itertools import batched

from django.tasks import task
from django.utils import timezone

from outreach.models import Letter, Mailing, Mandate
from taushet.models import Message, MessageAttachment
from taushet.services.links import issue_first_links, placeholder
from taushet.services.outbox import draft_message, write_messages

from .departures import domain_of, look_up_systems
from .fingerprints import sender
from .objections import LINK, is_personal
from .reply_addresses import reply_address
from .steering import first_departure

AT_ONCE = 250


def queue_letters(mailing: Mailing) -> None:
    """Write one message for each letter that is ready, with the frozen text as it stands, in the caller's transaction.

    Some at a time, so that 9 000 letters are never in memory together.
    """
    due_at = first_departure(mailing, timezone.now())
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by("pk")
    domains = {domain_of(address) for address in ready.values_list("to_email", flat=True)}
    for some in batched(list(ready.values_list("pk", flat=True)), AT_ONCE, strict=False):
        queue_some(list(Letter.objects.filter(pk__in=some).order_by("pk")), due_at)
    look_up_mail_systems.enqueue(sorted(domains))


def queue_some(letters: list[Letter], due_at: datetime) -> None:
    mandates = Mandate.objects.in_bulk({letter.mandate_id for letter in letters})
    personal = {letter.pk: person_of(mandates[letter.mandate_id], letter.to_email) for letter in letters}
    issue_first_links(LINK, filter(None, personal.values()))
    messages = write_messages([letter_message(letter, personal[letter.pk], due_at) for letter in letters])
    for letter, message in zip(letters, messages, strict=True):
        letter.message, letter.status = message, Letter.Status.QUEUED
    attach_pdfs(letters)
    Letter.objects.bulk_update(letters, ["message", "status"], batch_size=AT_ONCE)


def person_of(mandate: Mandate, address: str) -> int | None:
    """Return whose address it is, None when it is not one person's alone."""
    return mandate.politician_id if is_personal(mandate, address) else None


def letter_message(letter: Letter, person: int | None, due_at: datetime, to_email: str = "") -> Message:
    """Return the message that carries a letter, not yet saved; `person` is who may say no by one click."""
    return draft_message(
        kind="letter",
        priority=Message.Priority.BULK,
        from_email=sender(),
        reply_to=reply_address(letter),
        to_email=to_email or letter.to_email,
        to_name=letter.to_name,
        subject=letter.subject,
        text=letter.text,
        language=letter.language,
        headers=one_click(person) if person else {},
        due_at=due_at,
        is_demonstration=letter.is_demonstration,
    )


def one_click(person: int) -> dict[str, str]:
    """Return the headers that let a mail program offer to say no (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{placeholder(LINK, person)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def attach_pdfs(letters: Iterable[Letter]) -> None:
    MessageAttachment.objects.bulk_create(
        MessageAttachment(message_id=letter.message_id, file_id=letter.pdf_id) for letter in letters if letter.pdf_id
    )


@task()
def look_up_mail_systems(domains: list[str]) -> int:
    """Find out which mail systems the letters go to, before they leave."""
    return look_up_systems(domains)
