"""Reminders and corrections: a mailing that follows another, to those who got that one and to nobody else."""

from django.conf import settings

from outreach.models import Letter, Mailing


def had_it() -> list[str]:
    """The statuses of letters that have arrived, or may have; in a demonstration those that would have."""
    return [Letter.Status.SENT, Letter.Status.UNKNOWN] + ([Letter.Status.STAYED] if settings.DEMO else [])


def recipients_of(mailing: Mailing) -> set[int]:
    """Return the offices that got the letters of a mailing, or may have."""
    return set(mailing.letters.filter(status__in=had_it()).values_list("mandate", flat=True))


def only_for(mailing: Mailing) -> set[int] | None:
    """Return the offices a mailing may go to: those that got what it follows; None when it follows nothing."""
    return recipients_of(mailing.origin) if mailing.origin_id else None


def follows_its_first(letter: Letter) -> bool:
    """Whether the office of a letter got the letter that it follows."""
    origin = letter.mailing.origin_id
    return origin is None or (
        Letter.objects.filter(mailing=origin, mandate=letter.mandate_id, status__in=had_it()).exists()
    )
