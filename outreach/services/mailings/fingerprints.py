"""What an approval covers: a fingerprint that any change to texts, facts, recipients, sender or schedule breaks."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address
from typing import Any

from django.conf import settings

from outreach.models import Letter, Mailing, Mandate
from taushet.models import Message
from taushet.workdays import OSLO


def sender() -> str:
    """The From of every letter."""
    return str(Address(settings.OUTREACH_FROM_NAME, addr_spec=settings.OUTREACH_FROM))


def canonical_hash(content: Any) -> str:
    """Return the SHA-256 of something as canonical JSON: the same content gives the same hash everywhere."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def letter_hash(letter: Letter, versions: Iterable[int] | None = None) -> str:
    """Return the fingerprint of one letter: recipient, text, facts and attachments.

    `versions` are the wordings it puts; they are read from the letter when they are not given.
    """
    if versions is None:
        versions = [row.demand_version_id for row in letter.letter_demands.all()]
    others = [version for version in versions if version != letter.demand_version_id]
    content = {
        "demand_version": letter.demand_version_id,
        "mandate": letter.mandate_id,
        "municipality": letter.municipality_id,
        "channel": letter.channel,
        "occasion": letter.occasion,
        "language": letter.language,
        "to_name": letter.to_name,
        "to_email": letter.to_email,
        "subject": letter.subject,
        "text": letter.text,
        "facts": letter.facts,
        "attachments": [letter.pdf_sha256] if letter.pdf_sha256 else [],
    }
    if letter.holder:
        content["holder"] = letter.holder
    return canonical_hash(content | ({"more_demands": others} if others else {}))


def holder_of(mandate: Mandate) -> str:
    """Return the fingerprint of who holds which office: another person, name, party or title gives another one."""
    person = mandate.politician
    names = [person.pk, person.first_name, person.last_name, mandate.party] if person else []
    return canonical_hash([mandate.pk, mandate.body_id, mandate.role, mandate.title, *names])


def message_hash(message: Message) -> str:
    """Return the fingerprint of what a message says and asks for beside what stands in the letter it carries."""
    return canonical_hash(
        [
            *(message.kind, message.html, message.reply_to, message.headers),
            *(message.calendar, message.calendar_method),
        ]
    )


# Fields of a mailing that say nothing about how and when it leaves: who has it, where it stands, and what is in every
# letter anyway. A field that is not named here is part of what is approved, so that a new one cannot be forgotten.
NOT_COVERED = frozenset(
    {
        *("id", "title", "author", "last_editor", "created_at", "request_key", "return_note"),
        *("status", "content_hash", "drafted_at", "submitted_at"),
        *("demand_version", "occasion", "senders", "send_at"),  # these are in every fingerprint, by name
        *("audience", "language_rule", "language"),
        *("paused_at", "rate_now", "run"),  # how it goes, which whoever steers it decides
        *("subject_nb", "subject_nn", "opening_nb", "opening_nn", "closing_nb", "closing_nn"),
    }
)


def schedule_parts(mailing: Mailing) -> dict[str, Any]:
    """Return what decides how and when a mailing leaves, beside who sends it and not before when.

    Only what differs from its default, so that a new field does not void what was approved before there was one.
    """
    parts = {}
    for field in mailing._meta.concrete_fields:
        value = getattr(mailing, field.attname)
        if field.name not in NOT_COVERED and value != field.get_default():
            parts[field.attname] = moment(value) if isinstance(value, datetime) else str(value)
    return parts


def moment(value: datetime | None) -> str:
    return value.astimezone(OSLO).isoformat() if value else ""


def redelivery_hash(letter: Letter, to_email: str) -> str:
    """Return the fingerprint of the same letter to another address."""
    return canonical_hash({"letter": letter.content_hash, "to_email": to_email})


def mailing_hash(mailing: Mailing, letters: Iterable[Letter]) -> str:
    """Return the fingerprint an approval covers: every letter that goes as it stands, the sender and the schedule."""
    return hash_of_letters(mailing, (letter_hash(letter) for letter in letters))


def hash_of_letters(mailing: Mailing, hashes: Iterable[str]) -> str:
    """Return the same from the fingerprints of the letters."""
    return canonical_hash(
        {
            "mailing": mailing.pk,
            "demand_version": mailing.demand_version_id,
            "occasion": mailing.occasion,
            "sender": sender(),
            "senders": mailing.senders,
            "send_at": moment(mailing.send_at),
            "letters": sorted(hashes),
            **schedule_parts(mailing),
        }
    )
