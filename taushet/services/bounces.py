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
# Bad address or domain, or a mailbox that is closed (RFC 3463, 3.2 and 3.3). All else is permanent for this mail and
# says nothing of the address: mailbox full, mail too large, policy, a route that fails, no reason given. With 5.1.7 and
# 5.1.8 it is the address of the sender that is bad.
DEAD = re.compile(r"5\.(?:1\.(?![78]$)\d+|2\.1)$")
HARD = "hard"
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
    """Return HARD when the status that a mail system gave says that the address is dead, else SOFT; "" without one."""
    if found := STATUS.search(text):
        return HARD if DEAD.match(found[0]) else SOFT
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
