"""A colleague lets a mailing go, exactly as it was read; the letters are then put in the outbox."""

from datetime import datetime
from itertools import batched

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outreach.exceptions import ContentChanged, NotPublicReady, NotYourTurn, OwnMailing, WrongStatus
from outreach.models import Approval, Letter, Mailing
from taushet.models import Message, User
from taushet.services import audit
from taushet.services.outbox import draft_message, write_messages
from taushet.workdays import next_business_time

from .audiences import taken_mandates
from .fingerprints import mailing_hash, sender

CHUNK = 250


@transaction.atomic
def approve_mailing(mailing: Mailing, *, approver: User, seen_hash: str, is_public_confirmed: bool) -> Approval:
    """Release a submitted mailing, exactly as the approver saw it, and put its letters in the outbox.

    When both houses send, the letters wait until somebody of each has approved. Raises OwnMailing when the approver
    wrote or last changed it, NotYourTurn when the approver's house has nothing to approve, ContentChanged when it is
    no longer what the approver saw or an office has had the demand meanwhile, NotPublicReady when nobody confirmed
    that it may become public, and WrongStatus when it is not waiting.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if approver.pk in {mailing.author_id, mailing.last_editor_id}:
        raise OwnMailing(_("Someone else has to approve your mailing."))
    if mailing.status != Mailing.Status.SUBMITTED:
        raise WrongStatus(_("This mailing is not waiting for approval."))
    house = mailing.house_of(approver)
    if house not in mailing.houses_left:
        raise NotYourTurn(
            _("Your house has approved it already.")
            if house
            else _("Both houses send this mailing, and you belong to neither, so you cannot approve it.")
        )
    if not is_public_confirmed:
        raise NotPublicReady(_("Confirm that the letters can become public."))
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by("pk")
    standing = ready.prefetch_related("letter_demands").iterator(chunk_size=CHUNK)
    if not seen_hash == mailing.content_hash == mailing_hash(mailing, standing):
        raise ContentChanged(_("The mailing has changed since you opened it. Read it again."))
    refuse_repeats(mailing)
    approval = Approval.objects.create(
        mailing=mailing,
        approver=approver,
        house=house,
        author=mailing.author,
        last_editor=mailing.last_editor,
        content_hash=seen_hash,
        is_public_confirmed=True,
    )
    audit.record("mailing.approved", mailing, by=approver, content_hash=seen_hash, letters=ready.count(), house=house)
    if not mailing.houses_left:
        mailing.status = Mailing.Status.APPROVED
        mailing.save(update_fields=["status"])
        queue_letters(mailing)
    return approval


def refuse_repeats(mailing: Mailing) -> None:
    """Refuse to send what an office has had: another mailing may have been faster."""
    versions = mailing.mailing_demands.values_list("demand_version", flat=True)
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by()
    repeated = set(ready.values_list("mandate", flat=True)) & set(taken_mandates(list(versions), mailing.occasion))
    if repeated:
        sentence = ngettext(
            "%(number)d of the recipients has had this demand from another mailing. Send it back to be drafted anew.",
            "%(number)d of the recipients have had this demand from another mailing. Send it back to be drafted anew.",
            len(repeated),
        )
        raise ContentChanged(sentence % {"number": len(repeated)})


def queue_letters(mailing: Mailing) -> None:
    """Write one message for each letter, with the frozen text as it stands."""
    due_at = next_business_time(max(timezone.now(), mailing.send_at or timezone.now()))
    keys = list(mailing.letters.filter(status=Letter.Status.READY).order_by("pk").values_list("pk", flat=True))
    for some in batched(keys, CHUNK, strict=False):
        letters = list(Letter.objects.filter(pk__in=some).order_by("pk"))
        written = write_messages(message_of(letter, due_at) for letter in letters)
        for letter, message in zip(letters, written, strict=True):
            letter.message, letter.status = message, Letter.Status.QUEUED
        Letter.objects.bulk_update(letters, ["message", "status"], batch_size=CHUNK)


def message_of(letter: Letter, due_at: datetime) -> Message:
    return draft_message(
        kind="letter",
        priority=Message.Priority.BULK,
        from_email=sender(),
        reply_to=settings.OUTREACH_FROM,
        to_email=letter.to_email,
        to_name=letter.to_name,
        subject=letter.subject,
        text=letter.text,
        language=letter.language,
        due_at=due_at,
        is_demonstration=letter.is_demonstration,
    )
