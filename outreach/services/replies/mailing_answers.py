"""Which offices of a whole mailing have answered, and which may have, by what waits for a person.

The same as `answers` says of one letter. Asked of thousands at once, a database may compare each with every answer;
here the answers, which are fewer, are read once.
"""

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet

from outreach.models import Body, Letter, LetterDemand, Mailing, Reply, ReplyLink
from outreach.services.replies.answers import is_of_nobody_known, unlinked_domains


def offices_that_answered(mailing: Mailing) -> set[int]:
    """Return the offices that have answered their letter of a mailing, or what followed it."""
    return offices_linked(mailing, ReplyLink.objects.answers())


def offices_that_may_have_answered(mailing: Mailing) -> set[int]:
    """Return the offices from which something waits that may answer their letter of a mailing."""
    unsorted = Q(reply__kind=Reply.Kind.UNSORTED, reply__is_automatic=False)
    found = offices_linked(mailing, ReplyLink.objects.filter(unsorted | is_of_nobody_known()))
    domains, newest = unlinked_domains()
    if domains:
        letters = Letter.objects.filter(mailing=mailing, settled_at__lte=newest).exclude(mandate=None).order_by()
        for office, address in letters.values_list("mandate", "to_email"):
            if f"@{address.rpartition('@')[2]}".lower() in domains:
                found.add(office)
    return found


def offices_linked(mailing: Mailing, links: QuerySet[ReplyLink]) -> set[int]:
    """Return the offices whose letter of a mailing some links are about, as `answers.is_linked` says of one letter."""
    links = links.order_by()
    linked = set(links.filter(letter__mailing=mailing).values_list("letter", flat=True))
    demands = demands_of(mailing)
    came = newest_by_asker(links, set().union(*demands.values()))
    letters = Letter.objects.filter(mailing=mailing).exclude(mandate=None).order_by()
    found = set()
    for letter, office, body, kind, settled_at in letters.values_list(
        "pk", "mandate", "mandate__body", "mandate__body__kind", "settled_at"
    ):
        keys = [(asker, demand) for asker in askers_of(office, body, kind) for demand in demands.get(letter, ())]
        is_since = settled_at is not None and any(key in came and came[key] >= settled_at for key in keys)
        if letter in linked or is_since:
            found.add(office)
    return found


def demands_of(mailing: Mailing) -> dict[int, set[int]]:
    """Return the demands that each letter of a mailing puts."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = LetterDemand.objects.filter(letter__mailing=mailing).order_by()
    for letter, demand in rows.values_list("letter", "demand_version__demand"):
        found[letter].add(demand)
    return found


def newest_by_asker(links: QuerySet[ReplyLink], demands: set[int]) -> dict[tuple, datetime]:
    """Return when the newest reply of some links came, by who was asked and the demand."""
    about = links.filter(letter__letter_demands__demand_version__demand__in=demands)
    office, demand = "letter__mandate", "letter__letter_demands__demand_version__demand"
    came: dict[tuple, datetime] = {}
    for *asked, key, at in about.values_list(
        office, f"{office}__body", f"{office}__body__kind", demand, "reply__received_at"
    ):
        for asker in askers_of(*asked):
            came[asker, key] = max(at, came.get((asker, key), at))
    return came


def askers_of(office: int | None, body: int | None, kind: str | None) -> list[tuple[str, int | None]]:
    """Return under what an answer counts: the office, and the municipality for which its offices answer together."""
    own = [("office", office)] if office else []
    return own + ([("place", body)] if kind == Body.Kind.MUNICIPALITY else [])
