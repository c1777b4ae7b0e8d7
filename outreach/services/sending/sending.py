"""What the outbox asks and tells about letters, and test copies to oneself."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from outreach.exceptions import WrongStatus
from outreach.models import Demand, DemandVersion, Letter, Mailing, OfficeTask, Redelivery
from outreach.services.mailings.fingerprints import letter_hash, redelivery_hash, sender
from outreach.services.mailings.letter_links import own_links
from outreach.services.mailings.letter_pdfs import has_its_pdf
from outreach.services.mailings.occasions import follows_its_first, waiting_on_answers
from outreach.services.offices.leaves import away_offices
from outreach.services.offices.office_tasks import open_task
from outreach.services.offices.shared_addresses import letters_there
from outreach.services.privacy.objections import OBJECTED, PURPOSE, who_objected
from outreach.services.sending.changes import (
    changed_facts,
    changed_places,
    is_another_holder,
    is_as_queued,
    log_changed_facts,
)
from outreach.services.sending.departures import hold_paces, wait_for_turn
from outreach.services.sending.production import may_leave_here
from outreach.services.sending.quiet import quiet_until
from outreach.services.sending.steering import PAUSED, UNTIL_RESUMED, first_departure
from taushet.addresses import canonical
from taushet.models import Message, Suppression, User
from taushet.ready_update import ReadyUpdate
from taushet.registries import SEND, Decision
from taushet.services import audit
from taushet.services.outbox import write_message
from taushet.workdays import OSLO, next_business_time

NO_LETTER = gettext_noop("No letter belongs to this message.")
NOT_APPROVED = gettext_noop("The mailing is no longer approved.")
NOT_AS_APPROVED = gettext_noop("The text or the recipient is not what was approved.")
ON_LEAVE = gettext_noop("The recipient is on leave.")
LEFT_OFFICE = gettext_noop("The recipient no longer holds the office.")
OTHER_HOLDER = gettext_noop("The holder of the office, or the name, party or title, has changed since approval.")
OTHER_ADDRESS = gettext_noop("The office has another address now.")
SUPPRESSED = gettext_noop("The address gets no mail from us.")
NOT_STANDING = gettext_noop("The demand is met or withdrawn.")
NOT_THE_FIRST = gettext_noop("Somebody else got the letter that this one follows, or it has been answered.")
LAPSED = gettext_noop("A legal hook is no longer in force.")
STALE = gettext_noop("A fact in the letter has become too old.")
OTHER_FACT = gettext_noop("A fact in the letter has changed since approval.")
SECOND = gettext_noop("Somebody else in the mailing has the same address and gets the letter.")
CLOSED = gettext_noop("Waits for business hours.")
EMBARGO = gettext_noop("Waits for the time it may leave.")
TURN = gettext_noop("Waits for its turn.")
QUIET = gettext_noop("The office has had another letter from us lately. This one waits until the quiet period is over.")
ANSWER_WAITS = gettext_noop("What may be an answer to the letter has come. The reminder waits until it is sorted.")
# How often a reminder asks whether somebody has sorted what came.
ASK_AGAIN_AFTER = timedelta(minutes=30)
NOT_PRODUCTION = gettext_noop("This is not the system that letters leave from.")
AFTER = {
    Message.State.SENT: Letter.Status.SENT,
    Message.State.STAYED: Letter.Status.STAYED,
    Message.State.UNKNOWN: Letter.Status.UNKNOWN,
    Message.State.FAILED: Letter.Status.FAILED,
    Message.State.HELD: Letter.Status.STOPPED,
    Message.State.CANCELLED: Letter.Status.CANCELLED,
}

LETTER_SENT = ReadyUpdate(
    lambda now, pk: (Letter.objects.filter(message=pk), {"status": Letter.Status.SENT, "settled_at": now}),
    datetime(1970, 1, 1, tzinfo=UTC),
    -1,
)


def check_letter(message: Message) -> Decision:
    """Decide whether a letter may leave this minute: approved as it stands, in office, offices open, its turn."""
    return check_letters([message])[0]


def check_letters(messages: list[Message]) -> list[Decision]:
    """Decide the same for several messages, in their order, in a handful of queries."""
    ground = look(messages)
    going = [(ground.carried[one.pk][0], one.to_email) for one in messages if one.pk in ground.carried]
    hold_paces(going, ground.now)
    return [decide(message, *ground.carried.get(message.pk, (None, None)), ground) for message in messages]


@dataclass(frozen=True)
class Ground:
    """What is true this moment of the letters some messages carry, fetched at once."""

    now: datetime
    carried: dict[int, tuple[Letter, Redelivery | None]]
    approved: set[int]
    away: set[int]
    suppressed: set[str]
    objected: set[int]
    lapsed: set[int]
    ended: set[int]
    corrected: set[int]
    places: dict[int, str]
    quiet: dict[int, datetime]
    maybe_answered: set[int]
    sender: str

    @property
    def today(self) -> date:
        return self.now.astimezone(OSLO).date()


def look(messages: list[Message]) -> Ground:
    """Fetch what the decisions about some messages stand on."""
    now = timezone.now()
    carried = find_letters(messages)
    letters = [letter for letter, _redelivery in carried.values()]
    mailings = {letter.mailing_id: letter.mailing for letter in letters}
    people = {letter.mandate.politician_id for letter in letters if letter.mandate} - {None}
    asked = {row.demand_version_id for letter in letters for row in letter.letter_demands.all()}
    addresses = {canonical(message.to_email) for message in messages}
    suppressed = Suppression.objects.filter(email__in=addresses, purpose__in=["", PURPOSE])
    versions = DemandVersion.objects.filter(pk__in=asked).select_related("demand").prefetch_related("hooks")
    today = now.astimezone(OSLO).date()
    return Ground(
        now=now,
        carried=carried,
        approved={pk for pk, mailing in mailings.items() if is_approved(mailing)},
        away=away_offices(today),
        suppressed=set(suppressed.values_list("email", flat=True)),
        objected=who_objected(people),
        lapsed={one.pk for one in versions if not all(hook.is_valid_on(today) for hook in one.hooks.all())},
        corrected=set(changed_facts(letters)),
        places=changed_places(letters, today),
        quiet=quiet_until([(carried[one.pk][0], one.to_email) for one in messages if one.pk in carried], now),
        maybe_answered=waiting_on_answers(letters),
        sender=sender(),
        ended={one.pk for one in versions if one.demand.status != Demand.Status.ACTIVE},
    )


def decide(message: Message, letter: Letter | None, redelivery: Redelivery | None, ground: Ground) -> Decision:
    if letter is None:
        return Decision("hold", NO_LETTER)
    mailing, now = letter.mailing, ground.now
    if letter.status == Letter.Status.CANCELLED or mailing.status == Mailing.Status.CANCELLED:
        return Decision("cancel", NOT_APPROVED)
    if mailing.paused_at:
        return Decision("later", PAUSED, until=UNTIL_RESUMED)
    if mailing.leaves_after and mailing.leaves_after > now:
        return Decision("later", EMBARGO, until=first_departure(mailing, now))
    opens_at = next_business_time(now)
    if opens_at > now:
        return Decision("later", CLOSED, until=opens_at)
    if fault := fault_today(letter, redelivery, message, ground):
        return Decision("hold", fault)
    if letter.pk in ground.maybe_answered:
        return Decision("later", ANSWER_WAITS, until=next_business_time(now + ASK_AGAIN_AFTER))
    if letter.pk in ground.quiet:
        return Decision("later", QUIET, until=ground.quiet[letter.pk])
    if not may_leave_here(message.to_email):
        return Decision("stay", NOT_PRODUCTION)
    slot = wait_for_turn(letter, message.to_email, now)
    return Decision("later", TURN, until=slot) if slot else SEND


def find_letters(messages: list[Message]) -> dict[int, tuple[Letter, Redelivery | None]]:
    """Return the letters some messages carry, and the new address of each that is not at its first try."""
    numbers = {message.pk for message in messages}
    letters = Letter.objects.select_related("mandate__politician").prefetch_related("mailing", "letter_demands")
    letters = letters.defer("drafted_text")
    carried: dict[int, tuple[Letter, Redelivery | None]] = {
        letter.message_id: (letter, None) for letter in letters.filter(message__in=numbers)
    }
    if missing := numbers - carried.keys():
        again = list(Redelivery.objects.filter(message__in=missing))
        found = letters.in_bulk([redelivery.letter_id for redelivery in again])
        carried |= {one.message_id: (found[one.letter_id], one) for one in again}
    return carried


def fault_today(letter: Letter, redelivery: Redelivery | None, message: Message, ground: Ground) -> str:
    """Return what keeps the letter from leaving today, or nothing."""
    if letter.mailing_id not in ground.approved:
        return NOT_APPROVED
    if not is_as_approved(letter, redelivery, message, ground.sender):
        return NOT_AS_APPROVED
    if not letter.mandate.is_in_office(ground.today):
        return LEFT_OFFICE
    if is_another_holder(letter):
        return OTHER_HOLDER
    if letter.mandate_id in ground.away:
        return ON_LEAVE
    if letter.mandate.email != message.to_email:
        return OTHER_ADDRESS
    if letter.mandate.politician_id in ground.objected:
        return OBJECTED
    if canonical(message.to_email) in ground.suppressed:
        return SUPPRESSED
    if redelivery and letters_there(letter, message.to_email).exists():
        return SECOND
    if not follows_its_first(letter):
        return NOT_THE_FIRST
    asked = {row.demand_version_id for row in letter.letter_demands.all()}
    if asked & ground.ended:
        return NOT_STANDING
    if asked & ground.lapsed:
        return LAPSED
    if any(fact["stale_on"] and fact["stale_on"] <= ground.today.isoformat() for fact in letter.facts.values()):
        return STALE
    if letter.pk in ground.corrected:
        return OTHER_FACT
    return ground.places.get(letter.pk, "")


def is_approved(mailing: Mailing) -> bool:
    """Whether everybody's approval stands who has to approve what the mailing holds now."""
    return mailing.status == Mailing.Status.APPROVED and not mailing.houses_left


def is_as_approved(letter: Letter, redelivery: Redelivery | None, message: Message, sent_from: str) -> bool:
    """Whether letter and message still say what was approved, to whom it was approved, with what is attached."""
    to_email = redelivery.to_email if redelivery else letter.to_email
    if redelivery and (redelivery.approved_at is None or redelivery.content_hash != redelivery_hash(letter, to_email)):
        return False
    approved = (to_email, letter.to_name, letter.subject, letter.text, letter.language, sent_from)
    leaving = (
        message.to_email,
        message.to_name,
        message.subject,
        message.text,
        message.language,
        message.from_email,
    )
    if approved != leaving or not is_as_queued(letter, redelivery, message):
        return False
    return letter_hash(letter) == letter.content_hash and has_its_pdf(letter, message)


def note_outcome(message: Message) -> None:
    """Keep the letter in step with its newest message; called in the transaction that records the outcome."""
    if message.state not in AFTER:
        return
    values = {"status": AFTER[message.state], "settled_at": message.settled_at}
    carried = Letter.objects.filter(message=message)
    if message.state != Message.State.SENT:  # what arrived after all has arrived, whatever was tried since
        carried = carried.exclude(Exists(Redelivery.objects.filter(letter=OuterRef("pk"), message__isnull=False)))
    changed = carried.update(**values)
    if not changed and (redelivery := Redelivery.objects.filter(message=message).first()):
        changed = Letter.objects.filter(pk=redelivery.letter_id).update(**values)
    if changed and message.state == Message.State.HELD and message.state_reason == OTHER_FACT:
        log_changed_facts(find_letters([message])[message.pk][0])
    if changed and message.state == Message.State.FAILED:
        letter, _redelivery = find_letters([message])[message.pk]
        tell_of_failure(letter, message)


def tell_of_failure(letter: Letter, message: Message) -> None:
    """Record that a letter did not arrive, and let staff look after the address of the office."""
    audit.record("letter.failed", letter, kind="provider", message=message.pk, mandate=letter.mandate_id)
    if letter.mandate_id:
        open_task(letter.mandate, OfficeTask.Reason.BOUNCE, message=message)


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
        links=own_links(letter.mailing),
    )
