"""What the letter of a follow-up says: the text that staff have read under what is to be followed up, and no other."""

import re

from django.utils import translation
from django.utils.translation import gettext as _

from outreach.models import FollowUp, Letter, Mailing
from outreach.services.mailings.holes import Hole, hole_in
from outreach.services.mailings.letter_texts import variant_of
from outreach.services.mailings.salutations import WORDS
from taushet.texts import BrokenTemplate, plain

DAY = re.compile(r"\d+\. \w+ \d{4}")


def follow_ups_of(mailing: Mailing) -> dict[int, FollowUp]:
    """Return what a mailing has been made from, by the office that each of them is about."""
    if not mailing.origin_id:
        return {}
    rows = mailing.follow_ups.select_related(
        "letter__mandate", "letter__municipality", "commitment__mandate", "commitment__successor"
    )
    return {follow_up.mandate.pk: follow_up for follow_up in rows}


def write_follow_up(follow_up: FollowUp, letter: Letter) -> None:
    """Give a letter the subject, text and variant of its follow-up, but not yet how to say no to more.

    Raises BrokenTemplate when the text has a hole, or is in another form of Norwegian than the letter.
    """
    if follow_up.language != letter.language:
        raise BrokenTemplate(_("The text of the follow-up is in the other form of Norwegian."))
    letter.subject = plain(subject_of(follow_up, letter.language))
    letter.text = follow_up.draft
    quoted = (
        [follow_up.letter.subject] if follow_up.letter else [follow_up.commitment.quote, follow_up.commitment.speaker]
    )
    if hole := hole_in(f"{letter.subject}\n{letter.text}", inert=quoted):
        raise Hole(hole)
    skeleton = letter.text
    for value in quoted:
        skeleton = skeleton.replace(value, "‹…›")
    letter.variant = variant_of(letter.language, DAY.sub("‹day›", skeleton))
    if letter.mailing.senders == Mailing.Senders.BOTH:  # what goes on from a letter of both houses names both
        letter.text = f"{letter.text.rstrip()}\n{WORDS[letter.language]['both']}\n"


def subject_of(follow_up: FollowUp, language: str) -> str:
    with translation.override(language):
        if follow_up.letter:
            return (_("Reminder: %(subject)s") % {"subject": follow_up.letter.subject})[:200]
        return _("How does it go with what you have promised?")
