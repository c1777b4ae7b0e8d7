"""Offices that somebody puts in or takes out of a mailing by hand, whatever its filter says."""

from dataclasses import replace

from django.db import transaction
from django.db.models import Q, QuerySet

from outreach.models import Mailing, Mandate
from outreach.services.mailings.mailings import change_mailing, plan_of
from taushet.models import User
from taushet.searches import holds

MOST_FOUND = 30


def put_in(mailing: Mailing, mandate: Mandate, *, by: User, seen_hash: str | None = None) -> Mailing:
    """Let an office get the mailing; raises as `change_mailing` does."""
    return change(mailing, mandate, True, by, seen_hash)


def take_out(mailing: Mailing, mandate: Mandate, *, by: User, seen_hash: str | None = None) -> Mailing:
    """Let an office not get the mailing; raises as `change_mailing` does."""
    return change(mailing, mandate, False, by, seen_hash)


def follow_filter(mailing: Mailing, mandate: Mandate, *, by: User, seen_hash: str | None = None) -> Mailing:
    """Let the filter decide about an office again; raises as `change_mailing` does."""
    return change(mailing, mandate, None, by, seen_hash)


@transaction.atomic
def change(mailing: Mailing, mandate: Mandate, gets_it: bool | None, by: User, seen_hash: str | None) -> Mailing:
    """Change who is chosen by hand and nothing else of the plan, as it stands once nobody else can change it."""
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    plan = plan_of(mailing)
    added, dropped = set(plan.added) - {mandate.pk}, set(plan.dropped) - {mandate.pk}
    if gets_it is not None:
        (added if gets_it else dropped).add(mandate.pk)
    chosen = replace(plan, added=tuple(sorted(added)), dropped=tuple(sorted(dropped)))
    return change_mailing(mailing, chosen, by=by, seen_hash=seen_hash)


def find_offices(text: str) -> QuerySet[Mandate]:
    """Return the offices of today whose holder, place or body holds every word asked for."""
    found = Mandate.objects.in_office().select_related("politician", "body__municipality")
    fields = (
        "politician__first_name",
        "politician__last_name",
        "body__name",
        "body__municipality__name",
        "title",
        "party",
    )
    for word in text.split():
        roles = [value for value, label in Mandate.Role.choices if word.casefold() in str(label).casefold()]
        found = found.filter(holds(word, *fields) | Q(role__in=roles))
    return found.order_by("body__name", "role", "pk")[:MOST_FOUND]
