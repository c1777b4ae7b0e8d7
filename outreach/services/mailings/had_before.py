"""Who has had a demand or a letter before: as an office, and by address, since two offices may share a mail-box."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q

from outreach.models import Letter, LetterDemand, Redelivery
from taushet.workdays import OSLO

# On these occasions an office may be written to however lately it has had a letter.
AT_ANY_TIME = ("erratum",)
STILL_NEW = (Letter.Status.QUEUED, Letter.Status.SENT, Letter.Status.STAYED, Letter.Status.UNKNOWN)


@dataclass(frozen=True)
class Had:
    """Offices that have had something, and the addresses it went to, in lower case."""

    mandates: set[int]
    addresses: set[str]

    def has(self, mandate: int, email: str) -> bool:
        return mandate in self.mandates or email.lower() in self.addresses


def had_demands(versions: Sequence[int], occasion: str, day: date) -> Had | None:
    """Return who has had one of these wordings on this occasion, or is about to; None when there are no wordings.

    An address counts as long as whoever got the letter there holds the office on `day` (Oslo date): who comes after
    is somebody else.
    """
    if not versions:
        return None
    taken = LetterDemand.objects.filter(demand_version__in=versions, occasion=occasion, is_taken=True)
    columns = ("mandate", "letter", "letter__to_email", "mandate__ends_on")
    return had(taken.order_by().values_list(*columns), day)


def had_lately(day: date, apart_from: Collection[int]) -> Had | None:
    """Return who has had a letter in the days before a day, or has one on its way; None without a quiet period.

    Addresses as above; `apart_from` are mailings whose letters do not count.
    """
    if not settings.OUTREACH_QUIET_DAYS:
        return None
    since = datetime.combine(day - timedelta(days=settings.OUTREACH_QUIET_DAYS), time.min, tzinfo=OSLO)
    lately = Letter.objects.filter(Q(settled_at=None) | Q(settled_at__gt=since), status__in=STILL_NEW)
    columns = ("mandate", "pk", "to_email", "mandate__ends_on")
    return had(lately.exclude(mailing__in=apart_from).order_by().values_list(*columns), day)


def had(rows: Iterable[tuple[int, int, str, date | None]], day: date) -> Had:
    """Return the same from (office, letter, address, when the office ended), with the corrected addresses."""
    rows = list(rows)
    here = {letter: email for _mandate, letter, email, ends_on in rows if ends_on is None or ends_on > day}
    again = Redelivery.objects.exclude(message=None).values_list("letter", "to_email")
    corrected = {email.lower() for letter, email in again if letter in here} if here else set()
    return Had({row[0] for row in rows}, {email.lower() for email in here.values()} | corrected)
