"""Whether a bounce says that the address is dead, or only that this mail did not get through this time.

Anymail gives `RejectReason.BOUNCED` for both with many providers, so what the provider itself posted is read: Postmark
(`Type`), Brevo and Mandrill (`event`), Mailjet (`hard_bounce`), Amazon SES (`bounceType`), SparkPost (`bounce_class`),
MailerSend (`data.type`), Resend (`data.bounce.type`), Mailgun (`severity`) and SendGrid (`type`). What the receiving
mail system said (RFC 3463) outranks them all.
"""

import re
from collections.abc import Mapping

SOFT = "soft"  # as reason of a DeliveryEvent
# The enhanced status code of RFC 3463; not a part of an address of the net or a version.
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
REPLY_CODE = re.compile(r"^\s*(?:smtp;\s*)?4\d\d[ -]")
# Permanent for this mail, which says nothing of the address: mailbox full, mail too large, our own address not taken.
NOT_THE_ADDRESS = {("1", "7"), ("1", "8"), ("2", "2"), ("2", "3"), ("2", "4"), ("3", "1"), ("3", "4")}
POLICY = "7"
SOFT_WORDS = {
    "softbounce",
    "soft_bounce",
    "soft_bounced",
    "soft bounce",
    "transient",
    "temporary",
    "undetermined",
    "blocked",
}
SOFT_CLASSES = {"1", "20", "21", "22", "23", "24", "40", "70"}  # of SparkPost
WORD_FIELDS = ("Type", "event", "type", "severity", "bounceType")
SOFT_ERRORS = {"quota exceeded", "err_mailbox_full", "err_too_large", "err_unreachable", "err_skip_letter"}


def is_soft(event) -> bool:
    """Whether a tracking event of Anymail's tells of a bounce that leaves the address alive."""
    told = status_says(f"{event.mta_response or ''}") or status_says(f"{event.description or ''}")
    if told:
        return told == SOFT
    return any(_says_soft(part) for part in _parts(event.esp_event))


def status_says(text: str) -> str:
    """Return "soft" or "hard" by the status that a mail system gave, nothing when it gave none."""
    if found := STATUS.search(text):
        sort, subject, detail = found.groups()
        return SOFT if sort != "5" or subject == POLICY or (subject, detail) in NOT_THE_ADDRESS else "hard"
    return SOFT if REPLY_CODE.match(text) else ""


def _parts(posted, depth: int = 3):
    """Go through what was posted and what lies in it, a few levels down."""
    if isinstance(posted, Mapping):
        yield posted
        if depth:
            for inner in posted.values():
                yield from _parts(inner, depth - 1)


def _says_soft(part: Mapping) -> bool:
    words = {str(part.get(name, "")).lower() for name in WORD_FIELDS}
    if words & SOFT_WORDS or (part.get("hard_bounce") is False and part.get("event") == "bounce"):
        return True
    errors = {str(part.get(name, "")).lower() for name in ("error", "delivery_status")}
    return bool(errors & SOFT_ERRORS) or str(part.get("bounce_class", "")) in SOFT_CLASSES
