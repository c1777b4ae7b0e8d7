"""That a mail did not arrive, told by mail (RFC 3464): what servers write where no provider reports it.

Anybody can write such a report. So it has to hold the Message-ID of a mail of ours, which only whoever has got that
mail knows, and to be about the address that mail went to: nobody but its receiver can make an address count as dead.
"""

from collections.abc import Iterator
from email import message_from_string, policy
from email.message import EmailMessage

from taushet.addresses import canonical
from taushet.models import DeliveryEvent, InboundMail, Message
from taushet.services.bounces import HARD, SOFT, status_says
from taushet.services.delivery import handle_event
from taushet.services.inbound import MOST_PARTS

MOST_IDS = 20
RETURNED = {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}


def take_bounce(inbound: InboundMail, mail: EmailMessage) -> bool:
    """Let a report that a mail of ours did not arrive settle that mail, like a provider's (an InboundKind).

    May run twice. Raises TryLater while the mail is being sent this moment.
    """
    if mail.get_content_type() != "multipart/report":
        return False
    failed = dict(failed_recipients(mail))
    message = Message.objects.filter(message_id__in=list(returned_ids(mail))[:MOST_IDS]).first()
    if message is None or canonical(message.to_email) not in failed:
        return False
    status, detail = failed[canonical(message.to_email)]
    event, _is_new = DeliveryEvent.objects.get_or_create(
        provider="mail",
        event_id=f"inbound-{inbound.pk}",
        defaults={
            "kind": "bounced",
            "reason": "bounced" if status_says(status) == HARD else SOFT,
            "our_id": message.message_id[:120],
            "detail": f"{status} {detail}"[:300],
            "happened_at": inbound.received_at,
        },
    )
    handle_event(event.pk)
    return True


def failed_recipients(mail: EmailMessage) -> Iterator[tuple[str, tuple[str, str]]]:
    """Give each address that a report says has failed, with its status and what the server said."""
    for part in _parts(mail, {"message/delivery-status"}):
        blocks = part.get_payload() if part.is_multipart() else []
        for block in blocks[:MOST_PARTS]:
            if str(block.get("Action", "")).strip().lower() != "failed":
                continue
            said = " ".join(str(block.get("Diagnostic-Code", "")).split())
            for name in ("Final-Recipient", "Original-Recipient"):
                address = canonical(str(block.get(name, "")).rpartition(";")[2].strip().strip("<>"))
                if address:
                    yield address, (str(block.get("Status", "")).strip()[:12], said)


def returned_ids(mail: EmailMessage) -> Iterator[str]:
    """Give the Message-ID of each mail that a report returns, whole or as its headers."""
    for part in _parts(mail, RETURNED):
        inner = part.get_payload()
        is_parsed = isinstance(inner, list) and inner
        returned = inner[0] if is_parsed else message_from_string(str(inner), policy=policy.default)
        if number := str(returned.get("Message-ID", "")).strip():
            yield number


def _parts(mail: EmailMessage, kinds: set[str]) -> list[EmailMessage]:
    parts = mail.get_payload() if mail.is_multipart() else []
    return [part for part in parts[:MOST_PARTS] if part.get_content_type() in kinds]
