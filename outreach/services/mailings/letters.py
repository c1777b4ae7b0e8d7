"""Drafting one letter: from demands, facts and an office to a text, or every reason why there is none."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from municipalities.models import Indicator, LanguageForm, Municipality
from municipalities.services.facts import Known, known_values
from outreach.models import DemandVersion, LegalHook, Letter, Mailing, Mandate
from outreach.services.demands.wordings import letter_addresses
from outreach.services.mailings.audiences import Audience, Candidate, Look, look
from outreach.services.mailings.fingerprints import letter_hash
from outreach.services.mailings.holes import hole_in
from outreach.services.mailings.letter_texts import (
    asks_who,
    check_letter_text,
    fact_lines,
    fact_values,
    lacks_text,
    shared_values,
    variant_of,
    write_text,
)
from outreach.services.mailings.occasions import only_for
from outreach.services.mailings.salutations import recipient_name
from outreach.services.replies.publishing import why_not_to_send
from taushet.texts import BrokenTemplate, plain
from taushet.workdays import OSLO

LANGUAGES = ("nb", "nn", "en")


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
    # What several letters to one place have in common, by (place, language form).
    made: dict[Any, Any] = field(default_factory=dict)

    @property
    def versions(self) -> list[DemandVersion]:
        return [one.version for one in self.asked]


def leaving_day(mailing: Mailing) -> date:
    """The Oslo day on which the letters leave at the earliest."""
    moment = max(timezone.now(), mailing.send_at) if mailing.send_at else timezone.now()
    return moment.astimezone(OSLO).date()


def look_at(mailing: Mailing) -> Look:
    """Find who a mailing goes to."""
    picks = dict(mailing.picks.values_list("mandate", "is_added"))
    return look(
        Audience.from_json(mailing.audience),
        day=leaving_day(mailing),
        versions=list(mailing.mailing_demands.values_list("demand_version", flat=True)),
        occasion=mailing.occasion,
        added=[mandate for mandate, is_added in picks.items() if is_added],
        dropped=[mandate for mandate, is_added in picks.items() if not is_added],
        apart_from=[pk for pk in (mailing.pk, mailing.origin_id) if pk],
        only=only_for(mailing),
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
    )


def language_of(mailing: Mailing, municipality: Municipality | None) -> str:
    """Return the language form of a letter: the municipality's own, or what the mailing has chosen.

    A demand of a municipality binds state bodies (språklova § 11); one that is neutral, and national offices, leave
    the choice to whoever writes.
    """
    asks = municipality is not None and municipality.language_form != LanguageForm.NEUTRAL
    if asks and mailing.language_rule == Mailing.LanguageRule.MUNICIPALITY:
        return municipality.letter_language
    return mailing.language


def make_letter(ground: Ground, row: Candidate | None, mandate: Mandate | None, place: Municipality | None) -> Letter:
    """Return an unsaved letter: ready with its text, or held with every reason."""
    mailing, language = ground.mailing, language_of(ground.mailing, place)
    letter = Letter(
        mailing=mailing,
        demand_version=ground.versions[0],
        municipality=place,
        mandate=mandate,
        occasion=mailing.occasion,
        language=language,
        to_name=recipient_name(mandate, place) if mandate else "",
        to_email=mandate.email if mandate else "",
        facts=snapshot(ground, place),
        held_for=reasons_to_hold(ground, row, mandate, place, language),
    )
    letter.is_demonstration = (mandate is not None and mandate.is_demonstration) or any(
        fact["is_demonstration"] for fact in letter.facts.values()
    )
    if not letter.held_for:
        write_letter(ground, letter)
    return settle_draft(letter, ground)


def write_letter(ground: Ground, letter: Letter) -> None:
    """Give a letter its subject, text and variant, or the reason why it cannot have them."""
    try:
        values, sources = ground_of(ground, letter)
        shown = (ground.mailing, ground.versions, letter.language, values, sources)
        letter.subject, letter.text = write_text(*shown)
        check_letter_text(ground.mailing, letter.language, letter.subject, letter.text)
        letter.variant = variant(ground, letter, shown)
    except BrokenTemplate as error:
        letter.subject = letter.text = ""
        letter.held_for = [reason("broken_text", f"version-{ground.versions[0].number}", detail=str(error))]
    else:
        if hole := hole_in(f"{letter.subject}\n{letter.text}"):
            letter.subject = letter.text = letter.variant = ""
            letter.held_for = [reason("hole", "text", detail=hole)]


def variant(ground: Ground, letter: Letter, shown: tuple) -> str:
    """Return which paragraphs a letter has: those of every letter to the place, unless a text asks who it is to."""
    key = ("variant", letter.municipality_id, letter.language)
    if ground.made.get(key) and not ground.asks_who:
        return ground.made[key]
    ground.made[key] = variant_of(letter.language, "\n".join(write_text(*shown, shows_names=True)))
    return ground.made[key]


def settle_draft(letter: Letter, ground: Ground) -> Letter:
    """Say whether a letter can go, and give one that can its fingerprint."""
    letter.held_codes = "".join(f" {code} " for code in dict.fromkeys(one["why"] for one in letter.held_for))
    letter.status = Letter.Status.HELD if letter.held_for else Letter.Status.READY
    letter.content_hash = "" if letter.held_for else letter_hash(letter, [version.pk for version in ground.versions])
    return letter


def ground_of(ground: Ground, letter: Letter) -> tuple[dict, dict]:
    """Return values and sources of each wording; what letters to one place share is made once."""
    place, language = letter.municipality, letter.language
    key = (letter.municipality_id, language)
    if key not in ground.made:
        ground.made[key] = [
            (
                fact_values(one.indicators, letter.facts, language),
                {hook.key: plain(f"{getattr(hook, f'citation_{language}')}. {hook.url}") for hook in one.hooks}
                | fact_lines(one.indicators, letter.facts, language),
            )
            for one in ground.asked
        ]
    shared = shared_values(ground.mailing, letter.mandate, place, language)
    values, sources = {}, {}
    for one, (facts, lines) in zip(ground.asked, ground.made[key], strict=True):
        values[one.version.pk] = {**shared, **one.addresses, **({"fact": facts} if place else {})}
        sources[one.version.pk] = lines
    return values, sources


def reasons_to_hold(
    ground: Ground, row: Candidate | None, mandate: Mandate | None, place: Municipality | None, language: str
) -> list[dict[str, Any]]:
    """Return everything that keeps a letter from being whole, each with the field at fault."""
    reasons = []
    if place is not None and place.valid_to is not None and place.valid_to <= ground.leaves_on:
        reasons.append(reason("municipality_ended", place.number))
    if row is None:
        roles = Audience.from_json(ground.mailing.audience).roles
        reasons.append(reason("no_address", roles[0] if roles else ""))
    elif row.why:
        reasons.append(reason(row.why, mandate.role, detail=detail_of(row)))
    reasons += [
        reason(one.why_not, one.version.demand.slug, names=titles(one.version)) for one in ground.asked if one.why_not
    ]
    if lacking := lacks_text(ground.mailing, ground.versions, language):
        reasons.append(reason("no_text", language, names=titles(lacking)))
    reasons += [
        reason("hook_lapsed", hook.key, names={"nb": hook.citation_nb, "nn": hook.citation_nn})
        for hook in {hook.pk: hook for one in ground.asked for hook in one.hooks}.values()
        if not hook.is_valid_on(ground.leaves_on)
    ]
    return reasons + fact_reasons(ground, place)


def fact_reasons(ground: Ground, place: Municipality | None) -> list[dict[str, Any]]:
    """Return which facts are missing or too old; made once for each place."""
    key = ("reasons", place and place.number)
    if key in ground.made:
        return ground.made[key]
    reasons = []
    for indicator in ground.indicators:
        known = ground.facts.get((place.number, indicator.key)) if place else None
        names = {code: getattr(indicator, f"name_{code}") for code in LANGUAGES}
        if known is None:
            reasons.append(reason("fact_missing", indicator.key, names=names))
        elif is_stale(known, ground.leaves_on):
            reasons.append(reason("fact_stale", indicator.key, names=names, detail=known.observed_on.isoformat()))
    ground.made[key] = reasons
    return reasons


def reason(why: str, field: str, *, names: dict[str, str] | None = None, detail: str = "") -> dict[str, Any]:
    return {"why": why, "field": field, "names": names or {}, "detail": detail}


def detail_of(row: Candidate) -> str:
    """Return what the sentence about a reason names beside the office."""
    match row.why:
        case "suppressed":
            return row.email
        case "quiet_period":
            return str(settings.OUTREACH_QUIET_DAYS)
        case "same_address":
            return row.email
    return ""


def titles(version: DemandVersion) -> dict[str, str]:
    return {"nb": version.title_nb, "nn": version.title_nn}


def stale_on(known: Known) -> date | None:
    """Return the first day a value is too old, None when it never is or is counted anew each time."""
    days = known.indicator.fresh_days
    if known.indicator.is_counted_by_us or days is None:
        return None
    return known.observed_on + timedelta(days=days)


def is_stale(known: Known, day: date) -> bool:
    first_day = stale_on(known)
    return first_day is not None and day >= first_day


def snapshot(ground: Ground, place: Municipality | None) -> dict[str, dict[str, Any]]:
    """Return the facts as the letter states them, so that it can be explained and checked later."""
    if place is None:
        return {}
    key = ("facts", place.number)
    if key not in ground.made:
        found = {}
        for indicator in ground.indicators:
            if known := ground.facts.get((place.number, indicator.key)):
                too_old = stale_on(known)
                found[indicator.key] = {
                    "value": known.value,
                    "observed_on": known.observed_on.isoformat(),
                    "source": "" if indicator.is_counted_by_us else known.source,
                    "stale_on": too_old.isoformat() if too_old else "",
                    "is_demonstration": known.is_demonstration,
                }
        ground.made[key] = found
    return ground.made[key]
