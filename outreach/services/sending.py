"""What the outbox asks and tells about letters, and test copies to oneself."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from outreach.exceptions import WrongStatus
from outreach.models import Demand, LegalHook, Letter, Mailing
from taushet.models import Message, Suppression, User
from taushet.registries import SEND, Decision
from taushet.services import audit
from taushet.services.outbox import write_message
from taushet.workdays import OSLO, next_business_time

from .fingerprints import letter_hash, sender

NO_LETTER = gettext_noop("No letter belongs to this message.")
NOT_APPROVED = gettext_noop("The mailing is no longer approved.")
NOT_AS_APPROVED = gettext_noop("The text or the recipient is not what was approved.")
LEFT_OFFICE = gettext_noop("The recipient no longer holds the office.")
OTHER_ADDRESS = gettext_noop("The office has another address now.")
SUPPRESSED = gettext_noop("The address gets no mail from us.")
NOT_STANDING = gettext_noop("The demand is met or withdrawn.")
LAPSED = gettext_noop("A legal hook is no longer in force.")
STALE = gettext_noop("A fact in the letter has become too old.")
CLOSED = gettext_noop("Waits for business hours.")
AFTER = {
    Message.State.SENT: Letter.Status.SENT,
    Message.State.STAYED: Letter.Status.STAYED,
    Message.State.UNKNOWN: Letter.Status.UNKNOWN,
    Message.State.FAILED: Letter.Status.FAILED,
    Message.State.HELD: Letter.Status.STOPPED,
    Message.State.CANCELLED: Letter.Status.CANCELLED,
}


def check_letter(message: Message) -> Decision:
    """Decide whether a letter may leave this minute: still approved as it stands, still in office, offices open."""
    letters = Letter.objects.select_related("mailing", "mandate", "demand_version__demand")
    letter = letters.filter(message=message).first()
    if letter is None:
        return Decision("hold", NO_LETTER)
    if letter.status == Letter.Status.CANCELLED or letter.mailing.status == Mailing.Status.CANCELLED:
        return Decision("cancel", NOT_APPROVED)
    now = timezone.now()
    opens_at = next_business_time(max(now, letter.mailing.send_at or now))
    if opens_at > now:
        return Decision("later", CLOSED, until=opens_at)
    fault = fault_today(letter, message, now.astimezone(OSLO).date())
    return Decision("hold", fault) if fault else SEND


def fault_today(letter: Letter, message: Message, today: date) -> str:
    """Return what keeps the letter from leaving on a day, or nothing."""
    if not is_approved(letter.mailing):
        return NOT_APPROVED
    if not is_as_approved(letter, message):
        return NOT_AS_APPROVED
    if not letter.mandate.is_in_office(today):
        return LEFT_OFFICE
    if letter.mandate.email != letter.to_email:
        return OTHER_ADDRESS
    if Suppression.objects.filter(email=letter.to_email).exists():
        return SUPPRESSED
    if letter.letter_demands.exclude(demand_version__demand__status=Demand.Status.ACTIVE).exists():
        return NOT_STANDING
    hooks = LegalHook.objects.filter(demand_versions__in=letter.letter_demands.values("demand_version"))
    if not all(hook.is_valid_on(today) for hook in hooks):
        return LAPSED
    if any(fact["stale_on"] and fact["stale_on"] <= today.isoformat() for fact in letter.facts.values()):
        return STALE
    return ""


def is_approved(mailing: Mailing) -> bool:
    """Whether everybody's approval stands who has to approve what the mailing holds now."""
    return mailing.status == Mailing.Status.APPROVED and not mailing.houses_left


def is_as_approved(letter: Letter, message: Message) -> bool:
    """Whether letter and message still say what was approved, to whom it was approved."""
    approved = (letter.to_email, letter.to_name, letter.subject, letter.text, letter.language, sender())
    leaving = (
        message.to_email,
        message.to_name,
        message.subject,
        message.text,
        message.language,
        message.from_email,
    )
    return letter_hash(letter) == letter.content_hash and approved == leaving


def note_outcome(message: Message) -> None:
    """Keep the letter in step with its message; called in the transaction that records the outcome."""
    if message.state in AFTER:
        Letter.objects.filter(message=message).update(status=AFTER[message.state], settled_at=message.settled_at)


@transaction.atomic
def send_test_copy(letter: Letter, *, by: User) -> Message:
    """Put a copy for oneself in the outbox, clearly marked; raises WrongStatus when the letter has no text."""
    if not letter.text:
        raise WrongStatus(_("The letter is held, so there is no text to test."))
    with translation.override(letter.language):
        subject = _("TEST: %(subject)s") % {"subject": letter.subject}
        words = {"name": letter.to_name, "email": letter.to_email}
        head = _("This is a test copy. The letter has not been sent. It would go to %(name)s, %(email)s.") % words
    audit.record("letter.tested", letter, by=by)
    return write_message(
        kind="letter-test",
        to_email=by.email,
        to_name=str(by),
        from_email=sender(),
        reply_to=settings.OUTREACH_FROM,
        subject=subject[:200],
        text=f"{head}\n\n– – –\n\n{letter.text}",
        language=letter.language,
    )
