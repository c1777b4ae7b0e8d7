"""What the letters of a mailing stand on, fetched once for them all."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from municipalities.models import Indicator, Municipality
from municipalities.services.facts import Known, known_values
from outreach.models import DemandVersion, FollowUp, LegalHook, Mailing
from outreach.services.demands.wordings import letter_addresses
from outreach.services.mailings.audiences import Audience, Look, look
from outreach.services.mailings.follow_up_texts import follow_ups_of
from outreach.services.mailings.letter_texts import asks_who
from outreach.services.mailings.occasions import days_of, occasion_of_letters, only_for, waiting_for
from outreach.services.replies.publishing import why_not_to_send
from taushet.workdays import OSLO, next_business_time


@dataclass(frozen=True)
class Asked:
    """One demand of a mailing, with what it needs and leans on."""

    version: DemandVersion
    indicators: list[Indicator]
    hooks: list[LegalHook]
    addresses: dict[str, str]
    why_not: str  # what of the wording itself holds every letter


@dataclass(frozen=True)
class Ground:
    """What a whole mailing has in common, fetched once."""

    mailing: Mailing
    leaves_on: date
    asked: list[Asked]
    indicators: list[Indicator]
    places: dict[str, Municipality]
    facts: dict[tuple[str, str], Known]
    asks_who: bool
    occasion: str
    # The Oslo day on which each office got the letter that this mailing follows.
    sent_on: dict[int, date] = field(default_factory=dict)
    # What the letters of follow-ups say, by office.
    follow_ups: dict[int, FollowUp] = field(default_factory=dict)
    # What several letters to one place have in common, by (place, language form).
    made: dict[Any, Any] = field(default_factory=dict)

    @property
    def versions(self) -> list[DemandVersion]:
        return [one.version for one in self.asked]


def leaving_day(mailing: Mailing) -> date:
    """The Oslo day on which the letters leave at the earliest: after schedule and embargo, with offices open."""
    return day_after(mailing.leaves_after)


def day_after(moment: datetime | None) -> date:
    """The first Oslo day, from today on, on which letters that wait for a moment leave."""
    now = timezone.now()
    return next_business_time(max(now, moment or now)).astimezone(OSLO).date()


def narrows(mailing: Mailing, audience: dict[str, Any]) -> bool:
    """Whether a filter differs from that of the mailing which this one follows."""
    return mailing.origin_id is not None and audience != mailing.origin.audience


def look_at(mailing: Mailing) -> Look:
    """Find who a mailing goes to."""
    picks = dict(mailing.picks.values_list("mandate", "is_added"))
    day = leaving_day(mailing)
    return look(
        Audience.from_json(mailing.audience),
        day=day,
        versions=list(mailing.mailing_demands.values_list("demand_version", flat=True)),
        occasion=occasion_of_letters(mailing),
        added=[mandate for mandate, is_added in picks.items() if is_added],
        dropped=[mandate for mandate, is_added in picks.items() if not is_added],
        apart_from=[pk for pk in (mailing.pk, mailing.origin_id) if pk],
        only=only_for(mailing),
        narrows=narrows(mailing, mailing.audience),
        waits=waiting_for(mailing, day),
    )


def gather(mailing: Mailing, found: Look) -> Ground:
    """Fetch demands, places and facts, in a handful of queries however many letters there are."""
    asked = [
        Asked(
            version,
            [needed.indicator for needed in version.needed_facts.select_related("indicator")],
            list(version.hooks.order_by("pk")),
            letter_addresses(version.demand),
            why_not_to_send(version),
        )
        for version in mailing.versions
    ]
    indicators = list({indicator.key: indicator for one in asked for indicator in one.indicators}.values())
    numbers = {row.municipality for row in found.candidates if row.municipality} | set(found.places_without)
    return Ground(
        mailing=mailing,
        leaves_on=leaving_day(mailing),
        asked=asked,
        indicators=indicators,
        places=Municipality.objects.select_related("county").in_bulk(numbers),
        facts=known_values(numbers, [indicator.key for indicator in indicators]),
        asks_who=asks_who(mailing, [one.version for one in asked]),
        occasion=occasion_of_letters(mailing),
        sent_on=days_of(mailing.origin) if mailing.origin_id else {},
        follow_ups=follow_ups_of(mailing),
    )
