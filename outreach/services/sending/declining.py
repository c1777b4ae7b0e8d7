"""What the outbox asks about letters that were not wanted, and about letting one go that is held."""

from outreach.models import Letter, Objection
from outreach.services.privacy.objections import object_for
from outreach.services.privacy.own_addresses import is_own, is_personal
from outreach.services.sending.sending import fault_today, find_letters, look
from taushet.models import Message


def can_be_declined(message: Message) -> bool:
    """Whether a letter's address is closed when its recipient says no: one's own, not an office's or a post room's."""
    letter = personal_letter(message)
    return letter is not None and is_own(letter.mandate.politician, message.to_email)


def note_declined(message: Message) -> None:
    """Let a report that a letter was unwanted count as the person's objection, unless a post room got it."""
    if letter := personal_letter(message):
        object_for(letter.mandate.politician, source=Objection.Source.PROVIDER)


def personal_letter(message: Message) -> Letter | None:
    """Return the letter that a message carries when its recipient may say no to more of them."""
    letter, _redelivery = find_letters([message]).get(message.pk, (None, None))
    return letter if letter is not None and is_personal(letter.mandate, message.to_email) else None


def warning_of(message: Message) -> str:
    """Return why a letter that is let go now would be held again at once, or nothing."""
    ground = look([message])
    letter, redelivery = ground.carried.get(message.pk, (None, None))
    return fault_today(letter, redelivery, message, ground) if letter is not None else ""
