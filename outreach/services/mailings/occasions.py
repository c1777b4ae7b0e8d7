"""Reminders and corrections: a mailing that follows another, to those who got that one and to nobody else."""

from datetime import date

from django.conf import settings

from outreach.models import Commitment, Letter, Mailing
from outreach.services.replies.answers import is_answered
from taushet.workdays import OSLO

REMINDER = Mailing.Occasion.REMINDER


def had_it() -> list[str]:
    """The statuses of letters that have arrived, or may have; in a demonstration those that would have."""
    return [Letter.Status.SENT, Letter.Status.UNKNOWN] + ([Letter.Status.STAYED] if settings.DEMO else [])


def recipients_of(mailing: Mailing) -> set[int]:
    """Return the offices that got the letters of a mailing, or may have."""
    return set(mailing.letters.filter(status__in=had_it()).values_list("mandate", flat=True))


def days_of(mailing: Mailing) -> dict[int, date]:
    """Return by office the Oslo day on which it got its letter of a mailing, as far as that is known."""
    settled = mailing.letters.filter(status__in=had_it()).exclude(settled_at=None).order_by()
    return {office: moment.astimezone(OSLO).date() for office, moment in settled.values_list("mandate", "settled_at")}


def only_for(mailing: Mailing) -> set[int] | None:
    """Return the offices a mailing may go to: those that got what it follows, and nobody is reminded who has answered.

    None when it follows nothing.
    """
    if not mailing.origin_id:
        return None
    follow_up = mailing.follow_ups.select_related("letter", "commitment").first()
    if follow_up and follow_up.commitment:
        return {follow_up.commitment.mandate_id}
    if follow_up:
        return {follow_up.letter.mandate_id} - answered(mailing.origin)
    return recipients_of(mailing.origin) - (answered(mailing.origin) if mailing.occasion == REMINDER else set())


def answered(mailing: Mailing) -> set[int]:
    """Return the offices that have answered its letters, or what followed them, by somebody known to speak for them."""
    letters = Letter.objects.filter(is_answered(), mailing=mailing)
    return set(letters.order_by().values_list("mandate", flat=True))


def follows_its_first(letter: Letter) -> bool:
    """Whether the office of a letter got the letter that it follows, and has not answered what it is reminded of.

    One about a promise follows the answer to a letter, until the promise is settled.
    """
    origin = letter.mailing.origin_id
    if origin is None:
        return True
    if promise := Commitment.objects.filter(follow_ups__mailing=letter.mailing_id).first():
        return promise.status in Commitment.OPEN
    first = Letter.objects.filter(mailing=origin, mandate=letter.mandate_id, status__in=had_it())
    if letter.occasion == REMINDER:
        first = first.filter(~is_answered())
    return first.exists()
