"""A colleague lets a mailing go, exactly as it was read; the letters are then put in the outbox."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outreach.exceptions import ContentChanged
from outreach.models import Approval, Letter, Mailing
from outreach.services.mailings.approvers import give_approval, refuse_approver
from outreach.services.mailings.drafting import AT_ONCE, CHUNK
from outreach.services.mailings.fingerprints import mailing_hash
from outreach.services.mailings.grounds import leaving_day
from outreach.services.mailings.had_before import AT_ANY_TIME, had_demands, had_lately
from outreach.services.mailings.letter_pdfs import refuse_without_pdfs
from outreach.services.mailings.occasions import occasion_of_letters
from outreach.services.sending.queueing import queue_approved, queue_letters
from taushet.models import User
from taushet.services import audit


@transaction.atomic
def approve_mailing(mailing: Mailing, *, approver: User, seen_hash: str, is_public_confirmed: bool) -> Approval:
    """Release a submitted mailing, exactly as the approver saw it, and put its letters in the outbox.

    When both houses send, the letters wait until somebody of each has approved. When they are many the worker puts
    them in the outbox. Raises OwnMailing when the approver wrote it, has changed or submitted it since it was last
    approved, or has approved it for the other house, NotYourTurn when the approver's house has nothing to approve,
    ContentChanged when it is no longer what the approver saw or an office has had the demand, or any letter, meanwhile,
    NotPublicReady when nobody confirmed that it may become public, and WrongStatus when it is not waiting.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    refuse_approver(mailing, approver, is_public_confirmed=is_public_confirmed)
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by("pk")
    standing = ready.prefetch_related("letter_demands").iterator(chunk_size=CHUNK)
    if not seen_hash == mailing.content_hash == mailing_hash(mailing, standing):
        raise ContentChanged(_("The mailing has changed since you opened it. Read it again."))
    refuse_repeats(mailing)
    refuse_noise(mailing)
    refuse_without_pdfs(mailing)
    approval, number = give_approval(mailing, approver, seen_hash), ready.count()
    audit.record("mailing.approved", mailing, by=approver, content_hash=seen_hash, letters=number, house=approval.house)
    if mailing.status == Mailing.Status.APPROVED:
        if number > AT_ONCE:
            queue_approved.enqueue(mailing.pk)
        else:
            queue_letters(mailing)
    return approval


def refuse_repeats(mailing: Mailing) -> None:
    """Refuse to send what an office has had: another mailing may have been faster."""
    versions = mailing.mailing_demands.values_list("demand_version", flat=True)
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by()
    offices = dict(ready.values_list("mandate", "to_email"))
    repeated = had_demands(offices, list(versions), occasion_of_letters(mailing), timezone.localdate())
    if repeated:
        sentence = ngettext(
            "%(number)d of the recipients has had this demand from another mailing. Send it back to be drafted anew.",
            "%(number)d of the recipients have had this demand from another mailing. Send it back to be drafted anew.",
            len(repeated),
        )
        raise ContentChanged(sentence % {"number": len(repeated)})


def refuse_noise(mailing: Mailing) -> None:
    """Refuse to write to an office in its quiet period: another mailing may have been faster."""
    if mailing.occasion in AT_ANY_TIME:
        return
    offices = dict(mailing.letters.filter(status=Letter.Status.READY).order_by().values_list("mandate", "to_email"))
    apart_from = [pk for pk in (mailing.pk, mailing.origin_id) if pk]
    noisy = had_lately(offices, leaving_day(mailing), apart_from)
    if noisy:
        sentence = ngettext(
            "%(number)d of the recipients has had another letter from us in the last %(days)d days, or is about to get"
            " one. Send the mailing back: drafted anew, the others can go. Or approve it when the quiet period is"
            " over.",
            "%(number)d of the recipients have had another letter from us in the last %(days)d days, or are about to"
            " get one. Send the mailing back: drafted anew, the others can go. Or approve it when the quiet period is"
            " over.",
            len(noisy),
        )
        raise ContentChanged(sentence % {"number": len(noisy), "days": settings.OUTREACH_QUIET_DAYS})
