"""Reminders and corrections: a mailing that follows another, to those who got that one and to nobody else."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from outreach.models import Commitment, FollowUp, Letter, Mailing
from outreach.services.replies.answers import is_answered, may_be_answered
from outreach.services.replies.mailing_answers import offices_that_answered, offices_that_may_have_answered
from taushet.workdays import OSLO, add_workdays, workdays_before

REMINDER = Mailing.Occasion.REMINDER
# Workdays in which a letter may be answered before anybody is reminded of it: the four weeks it asks for, and the month
# within which an authority has to answer, or say when it will (forvaltningsloven § 11 a).
ANSWER_WITHIN = 20


def occasion_of_letters(mailing: Mailing) -> str:
    """Return the occasion its letters are unique by: each question about a promise is one of its own.

    An office may be asked about several promises of one demand, and about each before and after its day.
    """
    if mailing.occasion != Mailing.Occasion.PROMISE:
        return mailing.occasion
    follow_up = mailing.follow_ups.order_by("pk").values_list("pk", flat=True).first()
    return f"p{follow_up}" if follow_up else mailing.occasion


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
    follow_ups = list(mailing.follow_ups.select_related("letter", "commitment__mandate", "commitment__successor"))
    if follow_ups and follow_ups[0].commitment:
        return {follow_ups[0].commitment.office.pk}
    if follow_ups:
        return {follow_up.letter.mandate_id for follow_up in follow_ups} - answered(mailing.origin)
    return recipients_of(mailing.origin) - (answered(mailing.origin) if mailing.occasion == REMINDER else set())


def answered(mailing: Mailing) -> set[int]:
    """Return the offices that have answered its letters, or what followed them, by somebody known to speak for them."""
    return offices_that_answered(mailing)


def waiting_for(mailing: Mailing, day: date) -> dict[int, str]:
    """Return the offices that a reminder which leaves on a day (Oslo date) does not go to yet, each with why.

    Their time to answer is not over, or something that may be an answer waits to be sorted. A letter about a promise
    reminds of nothing that could be answered.
    """
    if mailing.occasion != REMINDER or is_about_promise(mailing):
        return {}
    last = workdays_before(day, ANSWER_WITHIN)
    waits = {office: "too_soon" for office, got_it in days_of(mailing.origin).items() if got_it > last}
    return waits | dict.fromkeys(unsorted_of(mailing.origin), "answer_waits")


def remind_from(day: date) -> date:
    """Return the first day on which somebody who got a letter on a day is reminded of it (Oslo dates)."""
    return add_workdays(day, ANSWER_WITHIN + 1)


def unsorted_of(mailing: Mailing) -> set[int]:
    """Return the offices from which something has come that may answer its letters, and that waits for a person."""
    return offices_that_may_have_answered(mailing) - answered(mailing)


def is_about_promise(mailing: Mailing) -> bool:
    return mailing.follow_ups.exclude(commitment=None).exists()


def waiting_on_answers(letters: Iterable[Letter]) -> set[int]:
    """Return which of some letters, by their keys, remind of one that may have been answered meanwhile."""
    reminders = [letter for letter in letters if letter.occasion == REMINDER]
    if not reminders:
        return set()
    promises = FollowUp.objects.exclude(commitment=None).filter(mailing__in={one.mailing_id for one in reminders})
    about_promises = set(promises.values_list("mailing", flat=True))
    first = Letter.objects.filter(
        may_be_answered(),
        mailing__in={letter.mailing.origin_id for letter in reminders},
        mandate__in={letter.mandate_id for letter in reminders},
    )
    found = set(first.order_by().values_list("mailing", "mandate"))
    return {
        letter.pk
        for letter in reminders
        if (letter.mailing.origin_id, letter.mandate_id) in found and letter.mailing_id not in about_promises
    }


def follows_its_first(letter: Letter) -> bool:
    """Whether the office of a letter got the letter that it follows, and has not answered what it is reminded of.

    One about a promise follows the answer to a letter, until the promise is settled, taken back or handed on.
    """
    origin = letter.mailing.origin_id
    if origin is None:
        return True
    promises = Commitment.objects.select_related("mandate", "successor")
    if promise := promises.filter(follow_ups__mailing=letter.mailing_id).first():
        is_open = promise.status in Commitment.OPEN and promise.hidden_at is None
        return is_open and promise.office.pk == letter.mandate_id
    first = Letter.objects.filter(mailing=origin, mandate=letter.mandate_id, status__in=had_it())
    if letter.occasion == REMINDER:
        first = first.filter(~is_answered())
    return first.exists()
