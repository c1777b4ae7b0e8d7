"""Each letter as a PDF, made once by the worker while the mailing waits for approval, and part of what is approved."""

import hashlib
import json
import logging
from datetime import datetime
from itertools import batched

import typst
from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext as _

from outreach.exceptions import WrongStatus
from outreach.models import Letter, Mailing
from outreach.services.mailings.fingerprints import hash_of_letters, letter_hash
from outreach.services.mailings.holding import reason
from taushet.models import Message
from taushet.pdf import make_pdf
from taushet.services.files import PDF, store_file
from taushet.services.mime import attachments_of
from taushet.workdays import OSLO, next_business_time

logger = logging.getLogger(__name__)
AT_ONCE = 50
NAME = "brev.pdf"
DAY = "%d.%m.%Y"


def has_its_pdf(letter: Letter, message: Message) -> bool:
    """Whether exactly the approved PDF is attached to a message, and nothing where none was approved."""
    attached = [bytes(attachment.file.content) for attachment in attachments_of(message)]
    approved = [letter.pdf_sha256] if letter.pdf_sha256 else []
    return [hashlib.sha256(content).hexdigest() for content in attached] == approved


def refuse_without_pdfs(mailing: Mailing) -> None:
    """Raise WrongStatus while the PDFs that belong to what is approved are not all made."""
    missing = pdfs_left(mailing)
    if missing:
        raise WrongStatus(
            _("The letters are being made as PDF: %(number)d are left. Approve when they are done.")
            % {"number": missing}
        )


def pdfs_left(mailing: Mailing) -> int:
    """Return how many letters that go still lack their PDF."""
    if not mailing.attach_pdf or mailing.status != Mailing.Status.SUBMITTED:
        return 0
    return mailing.letters.filter(status=Letter.Status.READY, pdf=None).count()


def forget_pdfs(mailing: Mailing) -> None:
    """Take the PDFs off letters that are drafts again, and give letters and mailing the fingerprints without them.

    In the caller's transaction, which saves the mailing.
    """
    made = mailing.letters.filter(status__in=Letter.DRAFTED).exclude(pdf=None)
    if not made.exists():
        return
    for some in batched(list(made.order_by().values_list("pk", flat=True)), AT_ONCE, strict=False):
        letters = list(Letter.objects.filter(pk__in=some).prefetch_related("letter_demands"))
        for letter in letters:
            letter.pdf, letter.pdf_sha256 = None, ""
            letter.content_hash = letter_hash(letter) if letter.status == Letter.Status.READY else ""
        Letter.objects.bulk_update(letters, ["pdf", "pdf_sha256", "content_hash"])
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by()
    mailing.content_hash = hash_of_letters(mailing, ready.values_list("content_hash", flat=True))


def order_pdfs(mailing: Mailing) -> None:
    """Have the worker make the PDFs of a mailing that has just been submitted, in the caller's transaction."""
    if mailing.attach_pdf:
        make_letter_pdfs.enqueue(mailing.pk, mailing.submitted_at.isoformat())


@task(priority=-10)
def make_letter_pdfs(mailing_id: int, submitted_at: str) -> int:
    """Make the PDFs that are lacking, some at a time; stops by itself when the mailing is taken back meanwhile.

    With the last of them the fingerprint of the mailing covers them all. Runs twice without making anything twice.
    """
    made = 0
    while some := make_some(mailing_id, submitted_at):
        made += some
    return made


def make_some(mailing_id: int, submitted_at: str) -> int:
    """Make the next PDFs and keep them; returns how many. Setting them is done outside the transaction."""
    mailing = Mailing.objects.get(pk=mailing_id)
    if not is_still(mailing, submitted_at):
        return 0
    lacking = mailing.letters.filter(status=Letter.Status.READY, pdf=None).order_by("pk")
    lacking = lacking.prefetch_related("letter_demands")
    made = [(letter, pdf_or_none(letter, mailing)) for letter in lacking[:AT_ONCE]]
    with transaction.atomic():
        mailing = Mailing.objects.select_for_update().get(pk=mailing_id)
        if not is_still(mailing, submitted_at):
            return 0
        for letter, content in made:
            unmade = Letter.objects.filter(pk=letter.pk, status=Letter.Status.READY, pdf=None)
            if content is None:
                why = [reason("no_pdf", "pdf")]
                unmade.update(status=Letter.Status.HELD, held_for=why, held_codes=" no_pdf ", content_hash="")
                continue
            file = store_file(NAME, content, allowed=frozenset({PDF}))
            letter.pdf, letter.pdf_sha256 = file, file.sha256
            letter.content_hash = letter_hash(letter)
            unmade.update(pdf=file, pdf_sha256=file.sha256, content_hash=letter.content_hash)
        if made and not pdfs_left(mailing):
            going = mailing.letters.filter(status=Letter.Status.READY).order_by()
            mailing.content_hash = hash_of_letters(mailing, going.values_list("content_hash", flat=True))
            mailing.save(update_fields=["content_hash"])
    return len(made)


def is_still(mailing: Mailing, submitted_at: str) -> bool:
    """Whether it is submitted as it was when the PDFs were ordered."""
    return (
        mailing.status == Mailing.Status.SUBMITTED
        and mailing.submitted_at is not None
        and mailing.submitted_at == datetime.fromisoformat(submitted_at)
    )


def pdf_or_none(letter: Letter, mailing: Mailing) -> bytes | None:
    """Return a letter on paper, nothing when it cannot be made: one letter must not keep the others from theirs."""
    try:
        return letter_pdf(letter, mailing)
    except typst.TypstError:
        # What typst says may hold words of the letter.
        logger.error("The PDF of letter %s could not be made", letter.pk)
        return None


def letter_pdf(letter: Letter, mailing: Mailing) -> bytes:
    """Return a letter on paper: what the mail says, with the addressee above it and who sends it.

    It bears the first day on which it can leave, as far as that is known when it is made.
    """
    leaves_at = next_business_time(max(mailing.submitted_at, mailing.leaves_after or mailing.submitted_at))
    data = {
        "title": letter.subject,
        "to": letter.to_name,
        "blocks": [block.splitlines() for block in letter.text.strip().split("\n\n") if block.strip()],
        "day": leaves_at.astimezone(OSLO).strftime(DAY),
        "language": letter.language,
    }
    return make_pdf("outreach/letter.typ", {"data": json.dumps(data)}, made_at=mailing.submitted_at)
