"""Letters that failed though their address may work, as with a full mailbox: the same mail can be sent once more."""

from collections.abc import Iterable

from django.db.models import Q

from outreach.models import Letter, OfficeTask, Redelivery
from outreach.services.mailings.audiences import suppressed_of
from taushet.models import Message


def messages_to_try(letters: Iterable[Letter]) -> dict[int, int]:
    """Return the newest message of each letter that failed at the address its office still has, by the letter's key.

    None for an address that no mail goes to.
    """
    failed = [one for one in letters if one.status == Letter.Status.FAILED and one.mandate and one.message]
    again = Redelivery.objects.filter(letter__in=[one.pk for one in failed]).exclude(message=None)
    newest = {one.letter_id: one.message for one in again.select_related("message").order_by("pk")}
    tried = [(one, newest.get(one.pk, one.message)) for one in failed]
    closed = suppressed_of({message.to_email for _letter, message in tried})
    return {
        letter.pk: message.pk
        for letter, message in tried
        if message.state == Message.State.FAILED
        and message.to_email == letter.mandate.email
        and message.to_email not in closed
    }


def message_of_task(task: OfficeTask) -> int | None:
    """Return the message of the letter that a task is about, when it can be sent to the same address once more."""
    if task.message_id is None:
        return None
    carried = Letter.objects.filter(Q(message=task.message_id) | Q(redeliveries__message=task.message_id))
    return next(iter(messages_to_try(carried.select_related("message", "mandate").distinct()).values()), None)
