"""What an approval covers: a fingerprint that any change to texts, facts, recipients, sender or schedule breaks."""

import hashlib
import json
from collections.abc import Iterable
from email.headerregistry import Address
from typing import Any

from django.conf import settings

from outreach.models import Letter, Mailing
from taushet.workdays import OSLO


def sender() -> str:
    """The From of every letter."""
    return str(Address(settings.OUTREACH_FROM_NAME, addr_spec=settings.OUTREACH_FROM))


def canonical_hash(content: Any) -> str:
    """Return the SHA-256 of something as canonical JSON: the same content gives the same hash everywhere."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def letter_hash(letter: Letter) -> str:
    """Return the fingerprint of one letter: recipient, text, facts and attachments."""
    return canonical_hash(
        {
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
            "attachments": [],
        }
    )


def mailing_hash(mailing: Mailing, letters: Iterable[Letter]) -> str:
    """Return the fingerprint an approval covers: every letter that goes, the sender and the schedule."""
    return canonical_hash(
        {
            "mailing": mailing.pk,
            "demand_version": mailing.demand_version_id,
            "occasion": mailing.occasion,
            "sender": sender(),
            "senders": mailing.senders,
            "send_at": mailing.send_at.astimezone(OSLO).isoformat() if mailing.send_at else "",
            "letters": sorted(letter_hash(letter) for letter in letters),
        }
    )
