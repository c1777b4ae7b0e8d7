"""When it is a letter's turn: so many an hour to one mail system, of one mailing, and of all letters.

Every letter that comes too early is given a moment of its own, so that it is put off once and not again and again. The
moments are dealt out under a row that all workers share. They lie in business hours; one that passed unused while
nobody was at work is dealt out anew, so that an hour's letters never leave in a minute.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from outreach.models import Letter, Mailing, MailSystem, Pace
from taushet.mx import NoAnswer, mail_system
from taushet.workdays import next_business_time

LATE = timedelta(minutes=2)
KNOWN_FOR = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(hours=1)


def wait_for_turn(letter: Letter, to_email: str, now: datetime) -> datetime | None:
    """Return when a letter may leave, None when it may now; takes its turn in the caller's transaction."""
    system = system_of(to_email) if settings.LETTERS_PER_MAIL_SYSTEM else ""
    for field, key, rate in stages_of(letter, system):
        slot = getattr(letter, field)
        if slot is None or slot < now - LATE:
            slot = take_slot(key, rate, now)
            Letter.objects.filter(pk=letter.pk).update(**{field: slot})
        if slot > now:
            return slot
    return None


def hold_paces(going: Iterable[tuple[Letter, str]], now: datetime) -> None:
    """Lock the rows that turns of some letters are dealt out under, each with the address it goes to.

    In the order of their keys, so that two workers which claim letters to the same mail systems take turns instead of
    waiting for one another. In the caller's transaction, before the first `wait_for_turn`.
    """
    going = list(going)
    domains = {domain_of(email) for _letter, email in going}
    known = dict(MailSystem.objects.filter(domain__in=domains).values_list("domain", "system"))
    keys = set()
    for letter, email in going:
        keys.update(key for _field, key, _rate in stages_of(letter, known.get(domain_of(email), domain_of(email))))
    if not keys:
        return
    Pace.objects.bulk_create([Pace(key=key, next_at=now) for key in sorted(keys)], ignore_conflicts=True)
    list(Pace.objects.select_for_update().filter(key__in=keys).order_by("key"))


def stages_of(letter: Letter, system: str) -> list[tuple[str, str, int]]:
    """Return what bounds how quickly a letter leaves: the letter's field for its moment, the key, how many an hour."""
    mailing, stages = letter.mailing, []
    if settings.LETTERS_PER_MAIL_SYSTEM:
        stages.append(("system_slot_at", f"system:{system}", settings.LETTERS_PER_MAIL_SYSTEM))
    if rate := letters_an_hour(mailing):
        stages.append(("slot_at", f"mailing:{mailing.pk}:{mailing.run}", rate))
    if settings.LETTERS_AN_HOUR:
        stages.append(("total_slot_at", "all", settings.LETTERS_AN_HOUR))
    return stages


def letters_an_hour(mailing: Mailing) -> int | None:
    """Return how many letters of a mailing leave in an hour at most, None when nothing bounds it."""
    return mailing.rate_now or mailing.rate


def take_slot(key: str, rate: int, now: datetime) -> datetime:
    """Return the next free moment at a pace of so many an hour, now at the earliest."""
    paces = Pace.objects.select_for_update().filter(key=key)
    pace = paces.first()
    if pace is None:
        Pace.objects.bulk_create([Pace(key=key, next_at=now)], ignore_conflicts=True)
        pace = paces.get()
    slot = next_business_time(max(now, pace.next_at))
    pace.next_at = slot + timedelta(hours=1) / rate
    pace.save(update_fields=["next_at"])
    return slot


def system_of(address: str) -> str:
    """Return the mail system behind an address, as it was found last; until it is known its domain stands for it."""
    domain = domain_of(address)
    known = MailSystem.objects.filter(domain=domain).first()
    return known.system if known else domain


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def look_up_systems(domains: Iterable[str]) -> int:
    """Ask the DNS which mail system takes the mail of these domains, unless that is known; returns how many it asked.

    Not in a transaction: it waits for other machines. When the DNS does not answer, what was known stays, or the
    domain stands for itself, and it is asked again in an hour.
    """
    now = timezone.now()
    known = {entry.domain: entry for entry in MailSystem.objects.filter(domain__in=set(domains))}
    asked = 0
    for domain in sorted(set(domains)):
        entry = known.get(domain) or MailSystem(domain=domain, system=domain)
        if entry.pk and now - entry.looked_up_at < (KNOWN_FOR if entry.is_found else ASK_AGAIN_AFTER):
            continue
        asked += 1
        try:
            entry.system, entry.is_found = mail_system(domain, settings.NAME_SERVERS), True
        except NoAnswer:
            entry.is_found = False
        MailSystem.objects.update_or_create(
            domain=domain, defaults={"system": entry.system, "is_found": entry.is_found, "looked_up_at": now}
        )
    return asked


def forget_turns(mailing: Mailing) -> None:
    """Let every letter that waits take a new turn in the mailing; those at the mail systems and among all stay."""
    mailing.letters.filter(status=Letter.Status.QUEUED).update(slot_at=None)
