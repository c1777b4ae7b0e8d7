"""The same letter once more, to the corrected address of the same office, when it did not arrive at the first one.

Text, facts and person have been approved and are not touched, so nobody approves them again, also where both houses
send. Where it goes is new, so one person approves that: neither who proposed it nor who corrected the address.
It stays one letter: what is new is a message that points back to it.
"""

from collections.abc import Collection

from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import OwnMailing, WrongStatus
from outreach.models import Letter, Mandate, Redelivery
from outreach.services.mailings.fingerprints import message_hash, redelivery_hash
from outreach.services.mailings.letter_links import own_links
from outreach.services.offices.shared_addresses import letters_there, others_at
from outreach.services.privacy.objections import has_objected
from outreach.services.sending.queueing import letter_message, person_of
from outreach.services.sending.steering import lock_running
from taushet.models import AuditEntry, MessageAttachment, User
from taushet.services import audit
from taushet.services.delivery import dead_address
from taushet.workdays import next_business_time

# What the log calls the deeds that give an office an address.
OF_ADDRESSES = ("mandate.address_set", "mandate.changed", "mandate.created")


@transaction.atomic
def propose_redelivery(letter: Letter, *, by: User) -> Redelivery:
    """Put the letter before a colleague, to the address the office has now.

    Raises WrongStatus when it did not fail, when the office has no other address than the one that was tried or mail
    has come back from it, when another letter of the mailing goes there, when its holder has objected, or when the
    mailing is not approved.
    """
    lock_running(letter.mailing)
    letter = Letter.objects.select_for_update(of=["self"]).select_related("mandate").get(pk=letter.pk)
    address = new_address(letter)
    if letter.status != Letter.Status.FAILED:
        raise WrongStatus(_("Only a letter that was not delivered can go to another address."))
    if not address:
        raise WrongStatus(_("The office has the address that was tried. Put in the new one first."))
    if dead_address(address):
        raise WrongStatus(_("Mail to the address of the office has come back. Put in another one first."))
    refuse_second(letter, address)
    if letter.mandate.politician_id and has_objected(letter.mandate.politician_id):
        raise WrongStatus(_("The recipient has asked not to get letters from us."))
    try:
        with transaction.atomic():
            redelivery = Redelivery.objects.create(
                letter=letter, to_email=address, content_hash=redelivery_hash(letter, address), proposed_by=by
            )
    except IntegrityError as error:
        raise WrongStatus(_("It waits for a colleague already.")) from error
    audit.record("letter.redelivery_proposed", letter, by=by, redelivery=redelivery.pk)
    return redelivery


def new_address(letter: Letter) -> str:
    """Return the address of the office when the letter has not been tried there, else nothing."""
    tried = set(letter.redeliveries.filter(withdrawn_at=None).values_list("to_email", flat=True)) | {letter.to_email}
    address = letter.mandate.email if letter.mandate else ""
    return "" if address.lower() in {one.lower() for one in tried} else address


@transaction.atomic
def approve_redelivery(redelivery: Redelivery, *, approver: User, shared_with: Collection[int] = ()) -> Redelivery:
    """Let the letter leave for its new address; it is checked at the last moment like every letter.

    `shared_with` are the offices of others at that address, by their keys, as the approver was told of them. Raises
    OwnMailing when the approver proposed it or corrected the address of the office, WrongStatus when it does not wait,
    the mailing is not approved, the address of the office is another one by now, another letter of the mailing goes
    there, or somebody has that address whom the approver was not told of.
    """
    lock_running(redelivery.letter.mailing)
    redelivery = Redelivery.objects.select_for_update().get(pk=redelivery.pk)
    letter = Letter.objects.select_related("mandate", "mailing").get(pk=redelivery.letter_id)
    if redelivery.proposed_by_id == approver.pk:
        raise OwnMailing(_("Somebody else than who put in the address has to approve it."))
    if approver.pk in correctors_of(letter.mandate):
        raise OwnMailing(_("Somebody else than who corrected the address of the office has to approve it."))
    if redelivery.approved_at or redelivery.withdrawn_at or letter.status != Letter.Status.FAILED:
        raise WrongStatus(_("It does not wait for approval any more."))
    if letter.mandate.email != redelivery.to_email:
        raise WrongStatus(_("The office has another address now. Take this back and start anew."))
    refuse_second(letter, redelivery.to_email)
    if {other.pk for other in others_at(redelivery.to_email, letter.mandate)} - set(shared_with):
        raise WrongStatus(_("The address is somebody else’s too. Say that you have seen it, and that it is right."))
    now = timezone.now()
    person = person_of(letter.mandate, redelivery.to_email)
    due_at, links = next_business_time(now), own_links(letter.mailing)
    message = letter_message(letter, person, due_at, links, to_email=redelivery.to_email)
    message.save(force_insert=True)
    if letter.pdf_id:
        MessageAttachment.objects.create(message=message, file_id=letter.pdf_id)
    redelivery.approved_by, redelivery.approved_at, redelivery.message = approver, now, message
    redelivery.message_hash = message_hash(message)
    redelivery.save(update_fields=["approved_by", "approved_at", "message", "message_hash"])
    Letter.objects.filter(pk=letter.pk).update(
        status=Letter.Status.QUEUED, settled_at=None, slot_at=None, system_slot_at=None, total_slot_at=None
    )
    audit.record("letter.redelivery_approved", letter, by=approver, redelivery=redelivery.pk)
    return redelivery


def refuse_second(letter: Letter, address: str) -> None:
    if other := letters_there(letter, address).first():
        told = _(
            "%(name)s has this address, and gets the same mailing there. No address gets two letters of one mailing."
        )
        raise WrongStatus(told % {"name": other.to_name})


def correctors_of(mandate: Mandate) -> set[int]:
    """Return who gave the office the address it has: by staff's pages, and by the administration."""
    entries = AuditEntry.objects.about(mandate).filter(action__in=OF_ADDRESSES).order_by("-at", "-pk")
    by_pages = next((one.actor_id for one in entries if "email" in one.detail.get("fields", ["email"])), None)
    logged = LogEntry.objects.get_for_object(mandate).order_by("-timestamp", "-pk")
    by_admin = next((one.actor_id for one in logged if one.actor_id and "email" in (one.changes or {})), None)
    return {by_pages, by_admin} - {None}


@transaction.atomic
def withdraw_redelivery(redelivery: Redelivery, *, by: User) -> None:
    """Take an address back that nobody has approved; raises WrongStatus once somebody has."""
    waiting = Redelivery.objects.filter(pk=redelivery.pk, approved_at=None, withdrawn_at=None)
    if not waiting.update(withdrawn_at=timezone.now()):
        raise WrongStatus(_("It does not wait for approval any more."))
    audit.record("letter.redelivery_withdrawn", redelivery.letter, by=by, redelivery=redelivery.pk)


def redeliveries_to_approve(user: User):
    """The letters to corrected addresses this person may let go."""
    waiting = Redelivery.objects.filter(approved_at=None, withdrawn_at=None).exclude(proposed_by=user)
    return waiting.select_related("letter").order_by("pk")
