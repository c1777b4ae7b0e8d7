"""From the letters of an approved mailing to the messages that carry them: at once, or by the worker when many."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import batched

from django.db import IntegrityError, transaction
from django.tasks import task
from django.utils import timezone

from outreach.models import Letter, Mailing, Mandate
from outreach.services.mailings.drafting import CHUNK
from outreach.services.mailings.fingerprints import message_hash, sender
from outreach.services.mailings.holding import reason
from outreach.services.mailings.letter_links import own_links
from outreach.services.privacy.objections import LINK
from outreach.services.privacy.own_addresses import is_personal, post_rooms
from outreach.services.replies.reply_addresses import reply_address
from outreach.services.sending.departures import domain_of, look_up_systems
from outreach.services.sending.steering import first_departure
from taushet.models import Message, MessageAttachment
from taushet.services.links import issue_first_links, placeholder
from taushet.services.outbox import draft_message, write_messages


@task()
def queue_approved(mailing_id: int) -> int:
    """Put what is left of an approved mailing in the outbox, piece by piece, for as long as it is approved."""
    queued = 0
    while some := queue_some(mailing_id):
        queued += some
    return queued


@transaction.atomic
def queue_some(mailing_id: int) -> int:
    """Put the next letters in the outbox; 0 when there are none, or when the approval no longer stands."""
    mailing = Mailing.objects.select_for_update().get(pk=mailing_id)
    if mailing.status != Mailing.Status.APPROVED or mailing.houses_left:
        return 0
    keys = list(ready_letters(mailing)[:CHUNK])
    try:
        with transaction.atomic():
            queue(mailing, keys)
    except IntegrityError:  # another mailing has been faster with one of them
        for key in keys:
            queue_or_hold(mailing, key)
    return len(keys)


def queue_or_hold(mailing: Mailing, key: int) -> None:
    """Put one letter in the outbox, or hold it when its office has had one of its demands meanwhile."""
    try:
        with transaction.atomic():
            queue(mailing, [key])
    except IntegrityError:
        Letter.objects.filter(pk=key).update(
            status=Letter.Status.HELD, held_for=[reason("already_sent", "")], held_codes=" already_sent "
        )


def queue_letters(mailing: Mailing) -> None:
    """Put every letter that is ready in the outbox, inside the caller's transaction."""
    for some in batched(list(ready_letters(mailing)), CHUNK, strict=False):
        queue(mailing, some)


def ready_letters(mailing: Mailing):
    return mailing.letters.filter(status=Letter.Status.READY).order_by("pk").values_list("pk", flat=True)


def queue(mailing: Mailing, keys: Iterable[int]) -> None:
    """Write one message for each letter, with the frozen text as it stands."""
    due_at = first_departure(mailing, timezone.now())
    letters = list(Letter.objects.filter(pk__in=keys).order_by("pk"))
    mandates = Mandate.objects.in_bulk({letter.mandate_id for letter in letters})
    personal = people_of(letters, mandates)
    issue_first_links(LINK, filter(None, personal.values()))
    links = own_links(mailing)
    messages = write_messages([letter_message(letter, personal[letter.pk], due_at, links) for letter in letters])
    for letter, message in zip(letters, messages, strict=True):
        letter.message, letter.status = message, Letter.Status.QUEUED
        letter.message_hash = message_hash(message)
    attach_pdfs(letters)
    Letter.objects.bulk_update(letters, ["message", "status", "message_hash"], batch_size=CHUNK)
    look_up_mail_systems.enqueue(sorted({domain_of(letter.to_email) for letter in letters}))


def people_of(letters: list[Letter], mandates: dict[int, Mandate]) -> dict[int, int | None]:
    """Return for each letter whose address it goes to, None where it is not one person's alone."""
    rooms = post_rooms(letter.to_email for letter in letters)
    return {
        letter.pk: None if letter.to_email.lower() in rooms else mandates[letter.mandate_id].politician_id
        for letter in letters
    }


def person_of(mandate: Mandate, address: str) -> int | None:
    """Return whose address it is, None when it is not one person's alone."""
    return mandate.politician_id if is_personal(mandate, address) else None


def letter_message(
    letter: Letter, person: int | None, due_at: datetime, links: Collection[str], to_email: str = ""
) -> Message:
    """Return the message that carries a letter, not yet saved; `person` is who may say no by one click.

    `links` are the addresses of the wording. One that stands in a fact, which somebody else has written, stays text.
    """
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
        links=links,
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
