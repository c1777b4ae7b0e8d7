"""Which offices of a whole mailing may have answered, by what waits for a person.

The same as `answers.may_be_answered` says of one letter. Asked of thousands at once, a database may compare each with
everything that waits; here what waits, which is little, is read once.
"""

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet

from outreach.models import Body, Letter, LetterDemand, Mailing, Reply, ReplyLink
from outreach.services.replies.answers import is_of_nobody_known, unlinked_domains


def offices_that_may_have_answered(mailing: Mailing) -> set[int]:
    """Return the offices from which something waits that may answer their letter of a mailing."""
    unsorted = Q(reply__kind=Reply.Kind.UNSORTED, reply__is_automatic=False)
    waiting = ReplyLink.objects.filter(unsorted | is_of_nobody_known()).order_by()
    linked = set(waiting.filter(letter__mailing=mailing).values_list("letter", flat=True))
    demands = demands_of(mailing)
    came = newest_by_asker(waiting, set().union(*demands.values()))
    domains, newest = unlinked_domains()
    letters = Letter.objects.filter(mailing=mailing).exclude(mandate=None).order_by()
    shown = ("pk", "mandate", "mandate__body", "mandate__body__kind", "settled_at", "to_email")
    found = set()
    for letter, office, body, kind, settled_at, address in letters.values_list(*shown):
        if letter in linked:
            found.add(office)
        elif settled_at is not None:
            askers = askers_of(office, body, kind)
            moments = [came.get((asker, demand)) for asker in askers for demand in demands.get(letter, ())]
            if newest and f"@{address.rpartition('@')[2]}".lower() in domains:
                moments.append(newest)
            if any(moment is not None and moment >= settled_at for moment in moments):
                found.add(office)
    return found


def demands_of(mailing: Mailing) -> dict[int, set[int]]:
    """Return the demands that each letter of a mailing puts."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = LetterDemand.objects.filter(letter__mailing=mailing).order_by()
    for letter, demand in rows.values_list("letter", "demand_version__demand"):
        found[letter].add(demand)
    return found


def newest_by_asker(waiting: QuerySet[ReplyLink], demands: set[int]) -> dict[tuple, datetime]:
    """Return when the newest of what waits came, by who was asked and the demand."""
    about = waiting.filter(letter__letter_demands__demand_version__demand__in=demands)
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
