"""One letter changed by hand, and given back to the draft."""

import unicodedata

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import BrokenLetter, ContentChanged, WrongStatus
from outreach.models import Letter, Mailing
from outreach.services.mailings.differences import excerpt
from outreach.services.mailings.drafting import lock
from outreach.services.mailings.fingerprints import hash_of_letters, letter_hash
from outreach.services.mailings.holes import hole_in
from outreach.services.mailings.letter_texts import check_letter_text
from outreach.services.mailings.mailings import take_back
from outreach.services.privacy.way_out import lacks_way_out
from taushet.fields import BIDI_SIGNS
from taushet.models import User
from taushet.services import audit
from taushet.services.links import PLACEHOLDER
from taushet.texts import BrokenTemplate, plain

Status = Mailing.Status


@transaction.atomic
def edit_letter(letter: Letter, *, subject: str, text: str, by: User, seen_hash: str) -> Letter:
    """Give a letter a subject and text of its own. Whatever was approved becomes void, and the log says what differs.

    Whoever edits counts as the mailing's last editor; a text that is what it was changes nothing. Returns the letter
    that stands, which is another row than before when its mailing was approved. Raises ContentChanged when the letter
    is no longer the one with `seen_hash`, BrokenLetter when the text is not whole, WrongStatus when the letter is held
    for something else or is being drafted, AlreadyLeft when a letter of the mailing has left.
    """
    letter, mailing = standing(letter, seen_hash=seen_hash)
    subject, text = plain(subject), clean(text)
    check_edit(mailing, letter, subject, text)
    if (subject, text) == (letter.subject, letter.text) and not letter.held_for:
        return letter
    letter = as_draft(letter, mailing, by=by)
    if not letter.is_edited:
        letter.drafted_subject, letter.drafted_text = letter.subject, letter.text
    changes = {"subject": excerpt(letter.subject, subject)} if subject != letter.subject else {}
    if text != letter.text:
        changes["text"] = excerpt(letter.text, text)
    letter.subject, letter.text = subject, text
    letter.edited_by, letter.edited_at = by, timezone.now()
    save(letter, mailing, by=by)
    audit.record("letter.edited", mailing, by=by, letter=letter.pk, changes=changes)
    return letter


@transaction.atomic
def drop_edit(letter: Letter, *, by: User, seen_hash: str) -> Letter:
    """Let a letter say what the draft says again; raises as `edit_letter` does."""
    letter, mailing = standing(letter, seen_hash=seen_hash)
    if not letter.is_edited:
        return letter
    letter = as_draft(letter, mailing, by=by)
    changes = {"text": excerpt(letter.text, letter.drafted_text)}
    letter.subject, letter.text = letter.drafted_subject, letter.drafted_text
    letter.edited_by = letter.edited_at = None
    letter.drafted_subject = letter.drafted_text = ""
    save(letter, mailing, by=by)
    audit.record("letter.edit_dropped", mailing, by=by, letter=letter.pk, changes=changes)
    return letter


def standing(letter: Letter, *, seen_hash: str) -> tuple[Letter, Mailing]:
    """Return the letter as it is and may be edited, with its mailing locked."""
    mailing = lock(letter.mailing, Status.DRAFT, Status.SUBMITTED, Status.APPROVED)
    if mailing.current_run is not None:
        raise WrongStatus(_("The letters are being drafted. Wait until that is done."))
    letter = Letter.objects.get(pk=letter.pk)
    if seen_hash != fingerprint_of(letter):
        raise ContentChanged(_("The letter has changed since you opened it. Open it again to edit it."))
    if not letter.can_be_edited:
        raise WrongStatus(_("This letter cannot be edited. See why it is held."))
    return letter, mailing


def as_draft(letter: Letter, mailing: Mailing, *, by: User) -> Letter:
    """Make the mailing a draft again, and return the letter that stands then."""
    take_back(mailing, by=by)
    if letter.message_id:
        return mailing.letters.get(mandate=letter.mandate_id, status=Letter.Status.READY)
    return Letter.objects.get(pk=letter.pk)  # its PDF is gone, when it had one


def fingerprint_of(letter: Letter) -> str:
    """Return what tells whether a letter is the one somebody saw, also while it is held."""
    return letter.content_hash or letter_hash(letter)


def save(letter: Letter, mailing: Mailing, *, by: User) -> None:
    """Store an edited letter as ready, and give the mailing its new fingerprint and last editor."""
    letter.held_for, letter.held_codes, letter.status = [], "", Letter.Status.READY
    letter.content_hash = letter_hash(letter)
    letter.save(
        update_fields=[
            *("subject", "text", "edited_by", "edited_at", "drafted_subject", "drafted_text"),
            *("held_for", "held_codes", "status", "content_hash"),
        ]
    )
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by()
    mailing.content_hash = hash_of_letters(mailing, ready.values_list("content_hash", flat=True))
    mailing.last_editor = by
    mailing.save(update_fields=["content_hash", "last_editor"])
    mailing.editors.add(by)


def clean(text: str) -> str:
    """Return what somebody typed as a letter keeps it: plain lines, without signs that show nothing."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        sign
        for sign in lines
        if sign == "\n" or (unicodedata.category(sign) not in {"Cc", "Zl", "Zp", "Cs"} and sign not in BIDI_SIGNS)
    )
    return "\n".join(line.rstrip() for line in kept.strip().split("\n")) + "\n"


def values_in(letter: Letter) -> list[str]:
    """Return the values that a letter shows as they are: facts with their sources, and names."""
    facts = [plain(str(fact[name])).rstrip(". ") for fact in letter.facts.values() for name in ("value", "source")]
    return [value for value in (*facts, letter.to_name, letter.place_name) if value]


def check_edit(mailing: Mailing, letter: Letter, subject: str, text: str) -> None:
    """Raise BrokenLetter when a text that somebody typed cannot be sent."""
    if not subject or not text.strip():
        raise BrokenLetter(_("A letter needs both a subject and a text."), "text" if subject else "subject")
    if PLACEHOLDER.search(text + subject) or "[[link" in text + subject:
        raise BrokenLetter(_("A text cannot hold private links."))
    for field, words in (("subject", subject), ("text", text)):
        if hole := hole_in(words, inert=values_in(letter)):
            sentence = _("Take this away, or write what should stand there. %(hole)s")
            raise BrokenLetter(sentence % {"hole": hole}, field)
    if lacks_way_out(letter.mandate, text, letter.language):
        raise BrokenLetter(
            _("Keep the last paragraph. Whoever gets it has a right to be told how to get no more letters."), "text"
        )
    try:
        check_letter_text(mailing, letter.language, subject, text)
    except BrokenTemplate as error:
        raise BrokenLetter(str(error)) from error
