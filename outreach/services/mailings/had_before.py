"""Who has had a demand or a letter before: as an office, and by address, since two offices may share a mail-box."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from outreach.models import Letter, LetterDemand, Redelivery
from taushet.workdays import OSLO

# On these occasions an office may be written to however lately it has had a letter.
AT_ANY_TIME = ("erratum",)
STILL_NEW = (Letter.Status.QUEUED, Letter.Status.SENT, Letter.Status.STAYED, Letter.Status.UNKNOWN)
FEW = 500  # addresses that the database is asked for by name; of more it tells all it has


def had_demands(offices: Mapping[int, str], versions: Sequence[int], occasion: str, day: date) -> set[int]:
    """Return which of some offices have had one of these wordings on this occasion, or are about to.

    `offices` gives the address of each. An address counts as long as whoever got the letter there holds the office on
    `day` (Oslo date): who comes after is somebody else.
    """
    if not versions:
        return set()
    taken = LetterDemand.objects.filter(demand_version__in=versions, occasion=occasion, is_taken=True).order_by()
    mandates = set(taken.values_list("mandate", flat=True))
    return among(offices, mandates, Letter.objects.filter(pk__in=taken.values("letter")), day)


def had_lately(offices: Mapping[int, str], day: date, apart_from: Collection[int]) -> set[int]:
    """Return which of some offices have had a letter in the days before a day, or have one on its way.

    Addresses as above; `apart_from` are mailings whose letters do not count.
    """
    if not settings.OUTREACH_QUIET_DAYS:
        return set()
    since = datetime.combine(day - timedelta(days=settings.OUTREACH_QUIET_DAYS), time.min, tzinfo=OSLO)
    lately = Letter.objects.filter(Q(settled_at=None) | Q(settled_at__gt=since), status__in=STILL_NEW)
    lately = lately.exclude(mailing__in=apart_from).order_by()
    return among(offices, set(lately.values_list("mandate", flat=True)), lately, day)


def among(offices: Mapping[int, str], mandates: set[int], letters: QuerySet[Letter], day: date) -> set[int]:
    """Return the offices that are among `mandates`, or whose address is one that the letters went to."""
    found = mandates & offices.keys()
    rest = {email.lower() for mandate, email in offices.items() if email and mandate not in found}
    if not rest or not mandates:
        return found
    letters = letters.filter(Q(mandate__ends_on=None) | Q(mandate__ends_on__gt=day)).order_by()
    again = Redelivery.objects.exclude(message=None).filter(letter__in=letters.values("pk"))
    addresses = set()
    for went in (letters, again.order_by()):
        known = went.annotate(address=Lower("to_email"))
        if len(rest) <= FEW:
            known = known.filter(address__in=rest)
        addresses.update(known.values_list("address", flat=True))
    return found | {mandate for mandate, email in offices.items() if email.lower() in addresses}
